//! Payloads: headers and bodies, request and response, apart from the narrow log so that a list
//! never touches them unless asked.

pub mod decode;
pub mod draft;
pub mod redact;

pub use draft::{BODY_MAX, Draft, HEADERS_MAX};

use crate::id::{DomainId, LogId};
use sea_orm::{FromQueryResult, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};

/// The payload of one record: both sides.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payload")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub domain_id: DomainId,
    /// The record's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LogId,
    /// The request's headers; absent where no request was recorded.
    pub request_headers: Option<Headers>,
    /// The request's body, cut to [`BODY_MAX`].
    pub request_body: Option<Vec<u8>>,
    /// Bytes of the request's body as sent.
    pub request_size: Option<i64>,
    /// Whether anything of the request was cut.
    pub request_truncated: Option<bool>,
    /// Where secrets stood in the request and in its URL.
    pub request_redactions: Option<Redactions>,
    /// The response's headers; absent where no response was recorded.
    pub response_headers: Option<Headers>,
    /// The response's body, cut to [`BODY_MAX`].
    pub response_body: Option<Vec<u8>>,
    /// Bytes of the response's body as sent.
    pub response_size: Option<i64>,
    /// Whether anything of the response was cut.
    pub response_truncated: Option<bool>,
    /// Where secrets stood in the response.
    pub response_redactions: Option<Redactions>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
/// Payloads relate to nothing by foreign key walks.
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// One header, as sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header(pub String, pub String);

/// Headers in their order, repeats and all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Headers(pub Vec<Header>);

impl Headers {
    /// The value of the first header of that name, whatever the case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|h| h.0.eq_ignore_ascii_case(name)).map(|h| h.1.as_str())
    }
}

/// Where a secret stood. Equal fingerprints are equal secrets, within a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redaction {
    /// `url`, `headers` or `body`, then the names on the way to it.
    pub path: String,
    /// What it was: `password`, `access-token`, `cookie` and so on.
    pub rule: String,
    /// A keyed hash of it, as its marker shows it.
    pub fingerprint: String,
}

/// Redactions in the order in which they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Redactions(pub Vec<Redaction>);

/// Request or response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// What was sent.
    Request,
    /// What came back.
    Response,
}

/// One side without its body: what a list of headers and sizes needs.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Head {
    /// The record's id.
    pub id: LogId,
    /// The headers.
    pub headers: Headers,
    /// Bytes of the body as sent.
    pub size: i64,
    /// Whether anything was cut.
    pub truncated: bool,
    /// Where secrets stood.
    pub redactions: Redactions,
}

#[derive(FromQueryResult)]
struct BodyRow {
    id: LogId,
    body: Option<Vec<u8>>,
}

/// The columns of one side.
struct Columns {
    headers: Column,
    body: Column,
    size: Column,
    truncated: Column,
    redactions: Column,
}

impl Side {
    fn columns(self) -> Columns {
        match self {
            Self::Request => Columns {
                headers: Column::RequestHeaders,
                body: Column::RequestBody,
                size: Column::RequestSize,
                truncated: Column::RequestTruncated,
                redactions: Column::RequestRedactions,
            },
            Self::Response => Columns {
                headers: Column::ResponseHeaders,
                body: Column::ResponseBody,
                size: Column::ResponseSize,
                truncated: Column::ResponseTruncated,
                redactions: Column::ResponseRedactions,
            },
        }
    }
}

/// A domain's payloads: the one way to read them.
#[expect(clippy::disallowed_methods, reason = "the door to payloads")]
pub fn of(domain: DomainId) -> Select<Entity> {
    Entity::find().filter(Column::DomainId.eq(domain))
}

/// Headers, size and flag of one side of those records that have it. No body is read.
pub async fn heads(
    db: &impl ConnectionTrait,
    domain: DomainId,
    side: Side,
    ids: impl IntoIterator<Item = LogId>,
) -> Result<Vec<Head>, DbErr> {
    let columns = side.columns();
    of(domain)
        .filter(Column::Id.is_in(ids))
        .filter(columns.headers.is_not_null())
        .select_only()
        .column(Column::Id)
        .column_as(columns.headers, "headers")
        .column_as(columns.size, "size")
        .column_as(columns.truncated, "truncated")
        .column_as(columns.redactions, "redactions")
        .into_model()
        .all(db)
        .await
}

/// The bodies of one side of those records that have one.
pub async fn bodies(
    db: &impl ConnectionTrait,
    domain: DomainId,
    side: Side,
    ids: impl IntoIterator<Item = LogId>,
) -> Result<Vec<(LogId, Vec<u8>)>, DbErr> {
    let body = side.columns().body;
    let rows: Vec<BodyRow> = of(domain)
        .filter(Column::Id.is_in(ids))
        .filter(body.is_not_null())
        .select_only()
        .column(Column::Id)
        .column_as(body, "body")
        .into_model()
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(|row| row.body.map(|body| (row.id, body))).collect())
}

/// Both sides of the payloads of those records that have one.
pub async fn whole(
    db: &impl ConnectionTrait,
    domain: DomainId,
    ids: impl IntoIterator<Item = LogId>,
) -> Result<Vec<Model>, DbErr> {
    of(domain).filter(Column::Id.is_in(ids)).all(db).await
}
