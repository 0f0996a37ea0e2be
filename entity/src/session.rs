//! Sessions: somebody who signed in through the company's provider, until they sign out or the
//! session's time is over. The table holds a hash of the cookie's secret, never the secret.
//!
//! A session is a row and nothing else: every process knows it, and its end bites in all of them
//! at once.

use crate::{
    clock,
    id::{DomainId, SessionId},
    token::{Scope, Scopes},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use sha2::{Digest, Sha256};

/// One session's row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// The domain that it opens.
    pub domain_id: DomainId,
    /// SHA-256 of the secret.
    pub hash: Vec<u8>,
    /// What the person is called; exports say it as "requested by".
    pub name: String,
    /// The provider that knows the person.
    pub issuer: String,
    /// Under which name it does (`sub`): never given to another.
    pub subject: String,
    /// What the session allows.
    pub scopes: Scopes,
    /// When the person signed in.
    pub created_at: DateTimeUtc,
    /// From when it opens nothing.
    pub expires_at: DateTimeUtc,
    /// When the person signed out.
    pub ended_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
/// Sessions relate to nothing by foreign key walks.
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A session's secret in the clear: 256 random bits. It exists at the moment of its making and in
/// the person's browser.
pub struct Secret(String);

impl Secret {
    fn new() -> Result<Self, DbErr> {
        let mut random = [0u8; 32];
        getrandom::fill(&mut random).map_err(|e| DbErr::Custom(format!("no random bytes: {e}")))?;
        Ok(Self(BASE64_URL_SAFE_NO_PAD.encode(random)))
    }

    /// The secret's text, for the cookie.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// How many characters a secret has: 32 bytes in base64 without padding.
const SECRET_LENGTH: usize = 43;

fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

/// Who signed in, and what they may do until when.
pub struct New<'a> {
    /// The domain that is opened.
    pub domain: DomainId,
    /// What the person is called.
    pub name: &'a str,
    /// The provider.
    pub issuer: &'a str,
    /// The person, as the provider knows them.
    pub subject: &'a str,
    /// What they may do.
    pub scopes: &'a [Scope],
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// Begins a session. The secret that is returned is the only copy of it.
pub async fn begin(db: &impl ConnectionTrait, new: New<'_>) -> Result<(SessionId, Secret), DbErr> {
    let (id, secret) = (SessionId::new(), Secret::new()?);
    let row = ActiveModel {
        id: Set(id),
        domain_id: Set(new.domain),
        hash: Set(hash(secret.reveal())),
        name: Set(new.name.to_owned()),
        issuer: Set(new.issuer.to_owned()),
        subject: Set(new.subject.to_owned()),
        scopes: Set(Scopes(new.scopes.to_vec())),
        created_at: Set(clock::now()),
        expires_at: Set(new.expires_at),
        ended_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(db).await?;
    Ok((id, secret))
}

/// The session with that secret which goes on at `now`; none otherwise.
#[expect(clippy::disallowed_methods, reason = "a session is what says which domain the caller is in")]
pub async fn verify(db: &impl ConnectionTrait, secret: &str, now: DateTime<Utc>) -> Result<Option<Model>, DbErr> {
    if secret.len() != SECRET_LENGTH {
        return Ok(None);
    }
    Entity::find()
        .filter(Column::Hash.eq(hash(secret)))
        .filter(Column::EndedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .one(db)
        .await
}

/// Ends a session: from the next request on it opens nothing, in every process. False where it had
/// ended before.
pub async fn end(db: &impl ConnectionTrait, domain: DomainId, id: SessionId) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(clock::now()))
        .filter(Column::DomainId.eq(domain))
        .filter(Column::Id.eq(id))
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
