//! Who looked: what callers read, made, changed and were refused, for an auditor to read. Events
//! are added and read, never changed; the database itself refuses the rest.

use crate::{
    id::{AccessEventId, DomainId},
    page::{self, Stretch},
};
use sea_orm::{ActiveValue::Set, QueryOrder, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum Kind {
    /// Requests or responses were read; the subjects are their records.
    #[sea_orm(num_value = 1)]
    PayloadsViewed,
    /// An export was asked for; it is the subject.
    #[sea_orm(num_value = 2)]
    ExportRequested,
    /// An export's file was fetched by its link.
    #[sea_orm(num_value = 3)]
    FileDownloaded,
    /// A token was made; it is the subject.
    #[sea_orm(num_value = 4)]
    TokenCreated,
    /// A token was revoked.
    #[sea_orm(num_value = 5)]
    TokenRevoked,
    /// Somebody was not let in, or not so far; the detail says why.
    #[sea_orm(num_value = 6)]
    Refused,
    /// A person signed in through the company's provider.
    #[sea_orm(num_value = 7)]
    SignedIn,
    /// A person signed out.
    #[sea_orm(num_value = 8)]
    SignedOut,
}

impl Kind {
    /// The name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::PayloadsViewed => "PAYLOADS_VIEWED",
            Self::ExportRequested => "EXPORT_REQUESTED",
            Self::FileDownloaded => "FILE_DOWNLOADED",
            Self::TokenCreated => "TOKEN_CREATED",
            Self::TokenRevoked => "TOKEN_REVOKED",
            Self::Refused => "REFUSED",
            Self::SignedIn => "SIGNED_IN",
            Self::SignedOut => "SIGNED_OUT",
        }
    }
}

/// Public ids of what an event was about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Subjects(pub Vec<String>);

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_event")]
pub struct Model {
    /// Its id; later ids are later events.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccessEventId,
    /// Whose; none where the caller belongs to no domain.
    pub domain_id: Option<DomainId>,
    /// When.
    pub occurred_at: DateTimeUtc,
    /// What.
    pub kind: Kind,
    /// Who: the name of a token or of a person; none where that is unknown.
    pub actor: Option<String>,
    /// The public id of the token or session.
    pub actor_id: Option<String>,
    /// From where, canonical text.
    pub client_ip: Option<String>,
    /// What it was about.
    pub subjects: Subjects,
    /// What else there is to say.
    pub detail: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
/// Events relate to nothing by foreign key walks.
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Who does something, as far as that is known.
#[derive(Clone, Debug, Default)]
pub struct Actor {
    /// The domain that they belong to.
    pub domain: Option<DomainId>,
    /// The name of the token or of the person.
    pub name: Option<String>,
    /// The public id of the token or session.
    pub id: Option<String>,
    /// Where the request came from.
    pub from: Option<IpAddr>,
}

/// An event that is to be written.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// What happened.
    pub kind: Kind,
    /// Who did it.
    pub actor: Actor,
    /// Public ids of what it was about.
    pub subjects: Vec<String>,
    /// What else there is to say; never a secret.
    pub detail: Option<String>,
}

/// The longest detail that is kept, in characters: some come from callers.
const DETAIL_MAX: usize = 500;

/// A domain's events: the one way to read them.
#[expect(clippy::disallowed_methods, reason = "the door to events")]
pub fn of(domain: DomainId) -> Select<Entity> {
    Entity::find().filter(Column::DomainId.eq(domain))
}

/// Events of callers who belong to no domain, the newest `limit`: for whoever runs the server.
#[expect(clippy::disallowed_methods, reason = "they are no domain's")]
pub async fn of_strangers(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::DomainId.is_null()).order_by_desc(Column::Id).limit(limit).all(db).await
}

/// The events of a stretch of a domain's list.
pub async fn rows(
    db: &impl ConnectionTrait,
    domain: DomainId,
    stretch: Stretch<AccessEventId>,
) -> Result<Vec<Model>, DbErr> {
    page::read(db, of(domain), Column::Id, stretch).await
}

/// Those of the ids that are events of the domain.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    domain: DomainId,
    ids: impl IntoIterator<Item = AccessEventId>,
) -> Result<Vec<Model>, DbErr> {
    of(domain).filter(Column::Id.is_in(ids)).all(db).await
}

/// Writes events, of whatever domains, in one statement.
pub async fn write(
    db: &impl ConnectionTrait,
    events: impl IntoIterator<Item = NewEvent>,
    now: DateTimeUtc,
) -> Result<(), DbErr> {
    let rows: Vec<ActiveModel> = events.into_iter().map(|event| event.row(now)).collect();
    if rows.is_empty() {
        return Ok(());
    }
    Entity::insert_many(rows).exec_without_returning(db).await.map(drop)
}

impl NewEvent {
    fn row(self, now: DateTimeUtc) -> ActiveModel {
        let Self { kind, actor, subjects, detail } = self;
        ActiveModel {
            id: Set(AccessEventId::new()),
            domain_id: Set(actor.domain),
            occurred_at: Set(now),
            kind: Set(kind),
            actor: Set(actor.name),
            actor_id: Set(actor.id),
            client_ip: Set(actor.from.map(|ip| ip.to_canonical().to_string())),
            subjects: Set(Subjects(subjects)),
            detail: Set(detail.map(|detail| detail.chars().take(DETAIL_MAX).collect())),
        }
    }
}
