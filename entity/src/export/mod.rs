//! Exports: what was asked for, and how far it has come. The row is the truth about an export;
//! the queue only says that there may be something to do.
//!
//! The records of an export are frozen with it ([`item`]), so the file holds what the screen
//! showed, whatever is recorded later. [`life`] is the one place that changes a row.

pub mod item;
pub mod life;

use crate::{
    id::{DomainId, ExportId},
    log::{filter::Filter, page::Count},
    page::{self, Stretch},
};
use sea_orm::{Iterable, entity::prelude::*};
use serde::{Deserialize, Serialize};

/// The most records that a file holds: the newest of those that match.
pub const RECORDS_MAX: u64 = 1000;

/// The file's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum Format {
    /// RFC 4180.
    #[sea_orm(num_value = 1)]
    Csv,
    /// A paginated table.
    #[sea_orm(num_value = 2)]
    Pdf,
}

impl Format {
    /// The ending of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Pdf => "pdf",
        }
    }

    /// The media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Pdf => "application/pdf",
        }
    }
}

/// How far an export has come: QUEUED → RUNNING → COMPLETED; RUNNING → QUEUED again after a
/// fault that may pass; → FAILED when its attempts are spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum Status {
    /// Waits for a worker.
    #[sea_orm(num_value = 1)]
    Queued,
    /// A worker holds the lease.
    #[sea_orm(num_value = 2)]
    Running,
    /// The file is in the store.
    #[sea_orm(num_value = 3)]
    Completed,
    /// No file will come.
    #[sea_orm(num_value = 4)]
    Failed,
}

/// A filter as the column holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct FrozenFilter(pub Filter);

/// One export.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "export")]
pub struct Model {
    /// Its id; later ids are later exports.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExportId,
    /// Whose.
    pub domain_id: DomainId,
    /// The file's format.
    pub format: Format,
    /// How far it has come.
    pub status: Status,
    /// What was asked for.
    pub filter: FrozenFilter,
    /// The same in words.
    pub filter_summary: String,
    /// IANA name; the report prints its times in it.
    pub time_zone: String,
    /// Records that matched when it was asked for.
    pub matched: i64,
    /// Whether that counts all of them.
    pub matched_exact: bool,
    /// Records in the file.
    pub record_count: i64,
    /// The name of the token that asked.
    pub requested_by: String,
    /// When.
    pub requested_at: DateTimeUtc,
    /// The caller's own key: the same again is the same export.
    pub idempotency_key: Option<String>,
    /// From when a queued export may be claimed.
    pub due_at: DateTimeUtc,
    /// How often it was claimed.
    pub attempts: i32,
    /// Who holds it: only the holder of the last claim may change a running export.
    pub claim: Option<Uuid>,
    /// Until when the holder holds it.
    pub lease_until: Option<DateTimeUtc>,
    /// 0 to 1.
    pub progress: f64,
    /// The name that the file is downloaded under.
    pub file_name: Option<String>,
    /// Its bytes.
    pub file_size: Option<i64>,
    /// SHA-256 of its bytes, hexadecimal.
    pub file_sha256: Option<String>,
    /// Why it failed: a code for programs.
    pub error_code: Option<String>,
    /// Why it failed: a sentence for people.
    pub error_message: Option<String>,
    /// When it was completed, or failed for good.
    pub completed_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
/// Exports relate to nothing by foreign key walks.
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// How many records matched.
    pub fn matched(&self) -> Count {
        Count { value: u64::try_from(self.matched).unwrap_or(0), exact: self.matched_exact }
    }

    /// Where the file lies in the object store. It depends on the export alone, so that an
    /// attempt that is repeated overwrites its own file.
    pub fn object_key(&self) -> String {
        format!("{}.{}", self.id, self.format.extension())
    }
}

/// The export whose file lies in the object store under `key`; none where no file ever does.
pub fn id_of(key: &str) -> Option<ExportId> {
    let (id, extension) = key.rsplit_once('.')?;
    let known = Format::iter().any(|format| format.extension() == extension);
    // One spelling only.
    id.parse().ok().filter(|parsed: &ExportId| known && parsed.to_string() == id)
}

/// A domain's exports: the one way to read them from the API.
#[expect(clippy::disallowed_methods, reason = "the door to exports")]
pub fn of(domain: DomainId) -> Select<Entity> {
    Entity::find().filter(Column::DomainId.eq(domain))
}

/// The exports of a stretch of a domain's list.
pub async fn rows(
    db: &impl ConnectionTrait,
    domain: DomainId,
    stretch: Stretch<ExportId>,
) -> Result<Vec<Model>, DbErr> {
    page::read(db, of(domain), Column::Id, stretch).await
}

/// Those of the ids that are exports of the domain.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    domain: DomainId,
    ids: impl IntoIterator<Item = ExportId>,
) -> Result<Vec<Model>, DbErr> {
    of(domain).filter(Column::Id.is_in(ids)).all(db).await
}
