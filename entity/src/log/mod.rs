//! The log: one row for each call between a domain and an application. Rows are added and read,
//! never changed and never deleted; the database itself refuses both.
//!
//! [`record`] writes rows, [`filter`] says which are meant, [`page`] reads them a page at a time.

mod insert_postgres;
mod insert_sqlite;

pub mod draft;
pub mod filter;
pub mod page;
pub mod period;
pub mod record;
pub mod tail;
pub mod vocabulary;

pub use vocabulary::{Action, Direction, Outcome, RequestType};

use crate::{
    id::{ApplicationNo, DomainId, LogId},
    reference::Reference,
};
use sea_orm::entity::prelude::*;

/// One call. When it occurred is in its id.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "connector_log")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub domain_id: DomainId,
    /// Its id, and its instant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LogId,
    /// When the product learnt of it.
    pub recorded_at: DateTimeUtc,
    /// To the domain, or from it.
    pub direction: Direction,
    /// Who called.
    pub application_from: ApplicationNo,
    /// Who was called.
    pub application_to: ApplicationNo,
    /// What the call did.
    pub action: Action,
    /// What kind of request it was.
    pub request_type: RequestType,
    /// How it ended.
    pub outcome: Outcome,
    /// As recorded.
    pub user_email: Option<String>,
    /// As recorded.
    pub login_id: Option<String>,
    /// [`filter::user_key`] of the email: what the user filter looks at.
    pub user_email_key: Option<String>,
    /// [`filter::user_key`] of the login id.
    pub login_id_key: Option<String>,
    /// Connector verb: `netsuite.customer.upsert`.
    pub operation: Option<String>,
    /// HTTP method.
    pub method: Option<String>,
    /// The whole address called.
    pub url: Option<String>,
    /// HTTP status, 100 to 999.
    pub status_code: Option<i16>,
    /// Milliseconds from request to answer.
    pub duration_ms: Option<i32>,
    /// The caller's address, canonical text.
    pub client_ip: Option<String>,
    /// The caller's own thread through its calls.
    pub correlation_id: Option<String>,
    /// What the transport or the remote side said went wrong.
    pub error_message: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
/// Records relate to nothing by foreign key walks.
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The code that a person can read out.
    pub fn reference(&self) -> Reference {
        Reference::of(self.id)
    }
}

/// A domain's records: the one way to read them.
#[expect(clippy::disallowed_methods, reason = "the door to the log")]
pub fn of(domain: DomainId) -> Select<Entity> {
    Entity::find().filter(Column::DomainId.eq(domain))
}

/// Those of the ids that are records of the domain.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    domain: DomainId,
    ids: impl IntoIterator<Item = LogId>,
) -> Result<Vec<Model>, DbErr> {
    of(domain).filter(Column::Id.is_in(ids)).all(db).await
}
