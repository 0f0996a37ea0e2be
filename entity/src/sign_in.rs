//! Sign-ins that were begun and may be completed once, by the browser that began them.
//!
//! What must come back unchanged (state, nonce, the PKCE verifier) is in that browser's cookie;
//! the table holds a hash of the cookie alone, so there is nothing in it to steal. Taking the row
//! away is what makes a sign-in good for one use, in whichever process it ends.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use sha2::{Digest, Sha256};

/// One sign-in that was begun.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in")]
pub struct Model {
    /// SHA-256 of the cookie's value.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    /// The path to which the browser goes afterwards.
    pub return_to: String,
    /// Until when it may be completed.
    pub expires_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
/// Sign-ins relate to nothing.
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

fn hash(cookie: &str) -> Vec<u8> {
    Sha256::digest(cookie.as_bytes()).to_vec()
}

/// Notes that a sign-in was begun, and forgets those that nobody completed.
pub async fn begin(
    db: &impl ConnectionTrait,
    cookie: &str,
    return_to: &str,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::ExpiresAt.lt(now)).exec(db).await?;
    let row =
        ActiveModel { hash: Set(hash(cookie)), return_to: Set(return_to.to_owned()), expires_at: Set(expires_at) };
    Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Takes a sign-in away and answers with the path to go to; none where it is unknown, over or
/// completed already. Of two that take it at once, one gets it.
#[expect(clippy::disallowed_methods, reason = "a sign-in belongs to no domain yet")]
pub async fn take(db: &impl ConnectionTrait, cookie: &str, now: DateTime<Utc>) -> Result<Option<String>, DbErr> {
    let hash = hash(cookie);
    let Some(row) = Entity::find().filter(Column::Hash.eq(hash.clone())).one(db).await? else {
        return Ok(None);
    };
    let taken = Entity::delete_many().filter(Column::Hash.eq(hash)).exec(db).await?;
    Ok((taken.rows_affected == 1 && row.expires_at > now).then_some(row.return_to))
}
