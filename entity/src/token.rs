//! Access tokens: the way in. The table holds a hash, never the token.
//!
//! A token reads `clog_`, 40 hexadecimal digits of randomness, 8 of checksum: scanners for leaked
//! secrets know it by its shape, and a mistyped one is told from an unknown one without a query.

use crate::{
    clock,
    id::{DomainId, TokenId},
    page::{self, Stretch},
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{IntoActiveModel, entity::prelude::*};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What the holder of a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Scope {
    /// Find and read records, without their payloads.
    LogsRead,
    /// Read the requests and responses.
    PayloadsRead,
    /// Record.
    LogsWrite,
    /// Ask for exports.
    ExportsWrite,
    /// Manage tokens.
    Admin,
}

impl Scope {
    /// All there are.
    pub const ALL: [Self; 5] = [Self::LogsRead, Self::PayloadsRead, Self::LogsWrite, Self::ExportsWrite, Self::Admin];

    /// The name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::LogsRead => "LOGS_READ",
            Self::PayloadsRead => "PAYLOADS_READ",
            Self::LogsWrite => "LOGS_WRITE",
            Self::ExportsWrite => "EXPORTS_WRITE",
            Self::Admin => "ADMIN",
        }
    }
}

/// The scopes of a token, as the column holds them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Scopes(pub Vec<Scope>);

/// One token's row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_token")]
pub struct Model {
    /// Its id, by which it is revoked.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TokenId,
    /// The domain that it opens.
    pub domain_id: DomainId,
    /// What its maker called it; exports say it as "requested by".
    pub name: String,
    /// SHA-256 of the token.
    pub hash: Vec<u8>,
    /// What it allows.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// From when it opens nothing; never, where absent.
    pub expires_at: Option<DateTimeUtc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTimeUtc>,
    /// When it last opened something, to the minute.
    pub last_used_at: Option<DateTimeUtc>,
}

/// Whether a token opens anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It does.
    Valid,
    /// Its time is over.
    Expired,
    /// Somebody revoked it.
    Revoked,
}

impl Model {
    /// Whether it opens anything at `now`.
    pub fn state(&self, now: DateTime<Utc>) -> State {
        match (self.revoked_at, self.expires_at) {
            (Some(_), _) => State::Revoked,
            (None, Some(end)) if end <= now => State::Expired,
            _ => State::Valid,
        }
    }
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
/// Tokens relate to nothing by foreign key walks.
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A token in the clear. It exists at the moment of its making and in its holder's keeping.
pub struct Secret(String);

impl Secret {
    fn new() -> Result<Self, DbErr> {
        let mut random = [0u8; 20];
        getrandom::fill(&mut random).map_err(|e| DbErr::Custom(format!("no random bytes: {e}")))?;
        let body = hex::encode(random);
        Ok(Self(format!("{PREFIX}{body}{:08x}", crc32fast::hash(body.as_bytes()))))
    }

    /// The token's text, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

const PREFIX: &str = "clog_";

/// Whether a text has the shape and the checksum of a token.
fn well_formed(text: &str) -> bool {
    let Some(digits) = text.strip_prefix(PREFIX) else {
        return false;
    };
    let Some((body, check)) = digits.split_at_checked(40) else {
        return false;
    };
    digits.bytes().all(|b| b.is_ascii_hexdigit()) && check == format!("{:08x}", crc32fast::hash(body.as_bytes()))
}

fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

/// A domain's tokens: the one way to read them, but for [`find`] and [`by_id`].
#[expect(clippy::disallowed_methods, reason = "the door to tokens")]
pub fn of(domain: DomainId) -> Select<Entity> {
    Entity::find().filter(Column::DomainId.eq(domain))
}

/// The row of a token, whether or not it opens anything any more; none where it is unknown.
#[expect(clippy::disallowed_methods, reason = "a token is what says which domain the caller is in")]
pub async fn find(db: &impl ConnectionTrait, text: &str) -> Result<Option<Model>, DbErr> {
    if !well_formed(text) {
        return Ok(None);
    }
    Entity::find().filter(Column::Hash.eq(hash(text))).one(db).await
}

/// The row of a token by its id, for whoever runs the server.
#[expect(clippy::disallowed_methods, reason = "the row says which domain it opens")]
pub async fn by_id(db: &impl ConnectionTrait, id: TokenId) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Id.eq(id)).one(db).await
}

/// Those of the ids that are tokens of the domain.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    domain: DomainId,
    ids: impl IntoIterator<Item = TokenId>,
) -> Result<Vec<Model>, DbErr> {
    of(domain).filter(Column::Id.is_in(ids)).all(db).await
}

/// The tokens of a stretch of a domain's list.
pub async fn rows(db: &impl ConnectionTrait, domain: DomainId, stretch: Stretch<TokenId>) -> Result<Vec<Model>, DbErr> {
    page::read(db, of(domain), Column::Id, stretch).await
}

/// How exactly the last use is kept: a write for each request would cost more than it tells.
const USE_KEPT: TimeDelta = TimeDelta::minutes(1);

/// Notes that a token opened something, at most once a minute.
pub async fn used(db: &impl ConnectionTrait, token: &Model, now: DateTime<Utc>) -> Result<(), DbErr> {
    if token.last_used_at.is_some_and(|last| now - last < USE_KEPT) {
        return Ok(());
    }
    Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now))
        .filter(Column::DomainId.eq(token.domain_id))
        .filter(Column::Id.eq(token.id))
        .exec(db)
        .await
        .map(drop)
}

/// The longest name of a token, in characters.
pub const NAME_MAX: usize = 200;

/// Makes a token: its row, and the only copy of its text.
pub async fn create(
    db: &impl ConnectionTrait,
    domain: DomainId,
    name: &str,
    scopes: &[Scope],
    expires_at: Option<DateTime<Utc>>,
) -> Result<(Model, Secret), DbErr> {
    let secret = Secret::new()?;
    let row = Model {
        id: TokenId::new(),
        domain_id: domain,
        name: name.to_owned(),
        hash: hash(secret.reveal()),
        scopes: Scopes(scopes.to_vec()),
        created_at: clock::now(),
        expires_at,
        revoked_at: None,
        last_used_at: None,
    };
    Entity::insert(row.clone().into_active_model().reset_all()).exec_without_returning(db).await?;
    Ok((row, secret))
}

/// Revokes a domain's token: from the next request on it opens nothing, in every process. False
/// where there is no such token or it is revoked already.
pub async fn revoke(db: &impl ConnectionTrait, domain: DomainId, id: TokenId) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(clock::now()))
        .filter(Column::DomainId.eq(domain))
        .filter(Column::Id.eq(id))
        .filter(Column::RevokedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
