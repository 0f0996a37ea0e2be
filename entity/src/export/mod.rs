//! Exports: what was asked for, and how far it has come. The row is the truth about an export;
//! the queue only says that there may be something to do.
//!
//! The records of an export are frozen with it ([`item`]), so the file holds what the screen
//! showed, whatever is recorded later. [`options`] say how it is written, [`list`] which are asked
//! for; [`life`] is the one place that changes a row.

pub mod census;
pub mod item;
pub mod life;
pub mod list;
pub mod options;

pub use options::Options;

use crate::{
    id::{DomainId, ExportId},
    log::{filter::Filter, page::Count},
};
use sea_orm::entity::prelude::*;
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

/// How far an export has come: QUEUED → RUNNING → COMPLETED → EXPIRED; RUNNING → QUEUED again after
/// a fault that may pass; → FAILED when that is of no more use; QUEUED or RUNNING → CANCELED. What
/// FAILED, was CANCELED or is EXPIRED may be QUEUED again.
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
    /// Nobody wants it any more.
    #[sea_orm(num_value = 5)]
    Canceled,
    /// The file was there, and its time is over.
    #[sea_orm(num_value = 6)]
    Expired,
}

impl Status {
    /// The name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Canceled => "CANCELED",
            Self::Expired => "EXPIRED",
        }
    }
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
    /// When it was completed, canceled, or failed for good.
    pub completed_at: Option<DateTimeUtc>,
    /// How its file is written.
    pub options: Options,
    /// How often it was asked for: its file has another key each time.
    pub edition: i16,
    /// When it was asked for again last.
    pub asked_again_at: Option<DateTimeUtc>,
    /// Whether anything of its may lie in the object store.
    pub stored: bool,
    /// How many attempts ended in a fault of its own.
    pub faults: i32,
    /// How many attempts had no end: their worker was lost.
    pub lost: i32,
    /// When it was claimed first, since it was asked for last.
    pub tried_since: Option<DateTimeUtc>,
    /// When it was claimed last.
    pub claimed_at: Option<DateTimeUtc>,
    /// When its file is removed.
    pub expires_at: Option<DateTimeUtc>,
    /// SHA-256 of the rows of its file, hexadecimal: see the manifest.
    pub rows_sha256: Option<String>,
    /// W3C Trace Context: the `traceparent` of whoever asked.
    pub trace_context: Option<String>,
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

    /// Where the file lies in the object store. It depends on the export and its edition alone, so
    /// that an attempt that is repeated overwrites its own file, and what removes an expired one
    /// can never meet the next.
    pub fn object_key(&self) -> String {
        self.key_of(self.edition)
    }

    /// Where anything of this edition and those before it may lie: a worker that was killed may have
    /// left what nobody was to have any more.
    pub fn keys_so_far(&self) -> impl Iterator<Item = String> {
        (1..=self.edition).map(|edition| self.key_of(edition)).flat_map(|key| [format!("{key}{MANIFEST}"), key])
    }

    fn key_of(&self, edition: i16) -> String {
        let extension = self.format.extension();
        match edition {
            1 => format!("{}.{extension}", self.id),
            n => format!("{}.{n}.{extension}", self.id),
        }
    }

    /// Since when this edition is asked for.
    pub fn asked_at(&self) -> DateTimeUtc {
        self.asked_again_at.unwrap_or(self.requested_at)
    }

    /// Where the manifest lies, beside it.
    pub fn manifest_key(&self) -> String {
        format!("{}{MANIFEST}", self.object_key())
    }

    /// Whether it may be asked for again at `now`: it came to no file, or the file's time is over.
    pub fn may_be_repeated(&self, now: DateTimeUtc) -> bool {
        matches!(self.status_at(now), Status::Failed | Status::Canceled | Status::Expired)
    }

    /// How far it has come for whoever asks at `now`: a file is expired when its time is over, not
    /// when the sweep gets there.
    pub fn status_at(&self, now: DateTimeUtc) -> Status {
        match self.status {
            Status::Completed if self.expires_at.is_some_and(|end| end <= now) => Status::Expired,
            status => status,
        }
    }
}

/// What a manifest's key has behind the key of its file, and its name behind the file's name.
pub const MANIFEST: &str = ".manifest.json";

/// The export of which something may lie in the object store under `key`; none where nothing ever
/// does. Whether it is this edition's, its row says.
pub fn id_of(key: &str) -> Option<ExportId> {
    let (id, _) = key.split_once('.')?;
    // One spelling only.
    id.parse().ok().filter(|parsed: &ExportId| parsed.to_string() == id)
}

/// A domain's exports: the one way to read them from the API.
#[expect(clippy::disallowed_methods, reason = "the door to exports")]
pub fn of(domain: DomainId) -> Select<Entity> {
    Entity::find().filter(Column::DomainId.eq(domain))
}

/// Those of the ids that are exports of the domain.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    domain: DomainId,
    ids: impl IntoIterator<Item = ExportId>,
) -> Result<Vec<Model>, DbErr> {
    of(domain).filter(Column::Id.is_in(ids)).all(db).await
}
