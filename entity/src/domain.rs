//! Domains: the companies whose logs are kept. A domain is a wall; everything else stands inside one.

use crate::{
    clock,
    id::{DomainId, DomainUid},
};
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::{ActiveValue::Set, entity::prelude::*, sea_query::OnConflict};
use sha2::Sha256;

/// One domain.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "domain")]
pub struct Model {
    /// Its key in every other table.
    #[sea_orm(primary_key)]
    pub id: DomainId,
    /// How the outside knows it.
    pub uid: DomainUid,
    /// Its name, unique on this installation.
    pub name: String,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// 32 random bytes: the key of this domain's hashes. It never leaves the process.
    pub hash_key: Vec<u8>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
/// Domains relate to nothing by foreign key walks: other tables are asked through `of(domain)`.
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Domain").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What is hashed, so that one use of the key never answers for another.
mod purpose {
    pub(super) const RECORD: &[u8] = b"record";
    pub(super) const SECRET: &[u8] = b"secret";
}

impl Model {
    /// The low bits of the id of the record that has this idempotency key.
    pub fn record_tail(&self, idempotency_key: &str) -> u64 {
        u64::from_be_bytes(self.keyed_hash(purpose::RECORD, idempotency_key.as_bytes()))
    }

    /// The fingerprint that a secret leaves in its place: equal for equal secrets of this domain,
    /// and of no use for finding the secret.
    pub fn fingerprint(&self, secret: &[u8]) -> [u8; 8] {
        self.keyed_hash(purpose::SECRET, secret)
    }

    /// The first 8 bytes of HMAC-SHA256 under the domain's own key.
    fn keyed_hash(&self, purpose: &[u8], text: &[u8]) -> [u8; 8] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.hash_key).expect("HMAC takes a key of any length");
        mac.update(purpose);
        mac.update(&[0]);
        mac.update(text);
        let mut short = [0; 8];
        short.copy_from_slice(&mac.finalize().into_bytes()[..8]);
        short
    }
}

/// The longest name of a domain, in characters.
pub const NAME_MAX: usize = 200;

/// The domain of that name, if there is one.
#[expect(clippy::disallowed_methods, reason = "the door to domains: they belong to themselves")]
pub async fn by_name(db: &impl ConnectionTrait, name: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Name.eq(name)).one(db).await
}

/// The domain of that key, if there is one.
#[expect(clippy::disallowed_methods, reason = "the door to domains: they belong to themselves")]
pub async fn by_id(db: &impl ConnectionTrait, id: DomainId) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Id.eq(id)).one(db).await
}

/// Whether no domain has been made yet: a first start.
#[expect(clippy::disallowed_methods, reason = "counts nothing but whether there is any domain")]
pub async fn none_yet(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(Entity::find().one(db).await?.is_none())
}

/// The domain of that name, made now if it is new. Two processes that make it at once get the same one.
pub async fn open(db: &impl ConnectionTrait, name: &str) -> Result<Model, DbErr> {
    if let Some(domain) = by_name(db, name).await? {
        return Ok(domain);
    }
    let mut hash_key = vec![0; 32];
    getrandom::fill(&mut hash_key).map_err(|e| DbErr::Custom(format!("no random bytes: {e}")))?;
    let row = ActiveModel {
        uid: Set(DomainUid::new()),
        name: Set(name.to_owned()),
        created_at: Set(clock::now()),
        hash_key: Set(hash_key),
        ..Default::default()
    };
    Entity::insert(row)
        .on_conflict(OnConflict::column(Column::Name).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    by_name(db, name).await?.ok_or_else(|| DbErr::RecordNotInserted)
}
