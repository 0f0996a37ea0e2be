//! Access tokens: the way in. The table holds a hash, never the token.
//!
//! A token reads `clog_`, 40 hexadecimal digits of randomness, 8 of checksum: scanners for leaked
//! secrets know it by its shape, and a mistyped one is told from an unknown one without a query.

use crate::{
    clock,
    id::{DomainId, TokenId},
};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, Condition, QueryOrder, entity::prelude::*};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What the holder of a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// A domain's tokens, newest first: the one way to read them, but for [`verify`].
#[expect(clippy::disallowed_methods, reason = "the door to tokens")]
pub fn of(domain: DomainId) -> Select<Entity> {
    Entity::find().filter(Column::DomainId.eq(domain)).order_by_desc(Column::Id)
}

/// The row of a token that is known, not revoked and not expired at `now`; none otherwise.
#[expect(clippy::disallowed_methods, reason = "a token is what says which domain the caller is in")]
pub async fn verify(db: &impl ConnectionTrait, text: &str, now: DateTime<Utc>) -> Result<Option<Model>, DbErr> {
    if !well_formed(text) {
        return Ok(None);
    }
    Entity::find()
        .filter(Column::Hash.eq(hash(text)))
        .filter(Column::RevokedAt.is_null())
        .filter(Condition::any().add(Column::ExpiresAt.is_null()).add(Column::ExpiresAt.gt(now)))
        .one(db)
        .await
}

/// Makes a token. What is returned is the only copy of it.
pub async fn create(
    db: &impl ConnectionTrait,
    domain: DomainId,
    name: &str,
    scopes: &[Scope],
    expires_at: Option<DateTime<Utc>>,
) -> Result<Secret, DbErr> {
    let secret = Secret::new()?;
    let row = ActiveModel {
        id: Set(TokenId::new()),
        domain_id: Set(domain),
        name: Set(name.to_owned()),
        hash: Set(hash(secret.reveal())),
        scopes: Set(Scopes(scopes.to_vec())),
        created_at: Set(clock::now()),
        expires_at: Set(expires_at),
        revoked_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(db).await?;
    Ok(secret)
}

/// Revokes a token: from the next request on it opens nothing, in every process. False where
/// there is no such token or it is revoked already.
pub async fn revoke(db: &impl ConnectionTrait, id: TokenId) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(clock::now()))
        .filter(Column::Id.eq(id))
        .filter(Column::RevokedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
