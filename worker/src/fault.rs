//! What can go wrong with an attempt, and what that means: whether it is waited out or counts
//! against the export, the code for programs and the sentence for people.

use entity::export::life::claim::Trouble;
use std::{error::Error, io::ErrorKind, time::Duration};

/// Why an attempt came to no file.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The store did not take the file.
    #[error("the store: {0:#}")]
    Store(anyhow::Error),
    /// The database did not answer.
    #[error("the database: {0}")]
    Database(#[from] sea_orm::DbErr),
    /// The file could not be made of what was read.
    #[error("rendering: {0:#}")]
    Rendering(anyhow::Error),
    /// Rendering wanted more memory than it may have, in MiB.
    #[error("rendering wanted more than {0} MiB of memory")]
    Memory(u32),
    /// The attempt took longer than it may.
    #[error("the attempt took longer than {} seconds", .0.as_secs())]
    Time(Duration),
    /// Each claim was lost with its worker.
    #[error("no attempt came to an end, good or bad")]
    Lost,
}

impl Fault {
    /// Whether the same attempt may do well later, whatever the export is: it is waited out, and
    /// does not count against the export.
    pub fn passes(&self) -> bool {
        matches!(self, Self::Store(_) | Self::Database(_))
    }

    /// How the export ends when the fault is its last. `attempts` is how often it was tried.
    pub fn trouble(&self, attempts: i32) -> Trouble {
        let again = "Ask for it again with repeatExport";
        let (code, message) = match self {
            Self::Store(error) if is_full(error) => (
                "STORE_FULL",
                format!("There is no room left where files are kept. Have the administrator make room. {again}."),
            ),
            Self::Store(_) => (
                "STORE_UNAVAILABLE",
                format!(
                    "The place where files are kept did not take the file in {attempts} attempts. {again} when it is back; the \
                     server's log says why."
                ),
            ),
            Self::Database(_) => (
                "DATABASE_UNAVAILABLE",
                format!("The database did not answer in {attempts} attempts. {again} when it is back."),
            ),
            Self::Rendering(_) => (
                "RENDERING_FAILED",
                format!(
                    "The file could not be made of these records in {attempts} attempts. Export fewer of them, or as CSV; the \
                     server's log says why."
                ),
            ),
            Self::Memory(limit) => (
                "MEMORY_LIMIT",
                format!(
                    "Making the file wanted more than the {limit} MiB of memory that it may have. Export fewer records, or as CSV."
                ),
            ),
            Self::Time(limit) => (
                "TIME_LIMIT",
                format!(
                    "Making the file took longer than the {} seconds that it may take. Export fewer records, or as CSV.",
                    limit.as_secs()
                ),
            ),
            Self::Lost => (
                "WORKER_LOST",
                format!(
                    "The worker ended before the file was made, in most of {attempts} attempts. Export fewer records, or as CSV."
                ),
            ),
        };
        Trouble { code, message }
    }
}

/// What stores of the S3 protocol answer where a disk, or what a bucket may hold, is full.
const FULL: [&str; 3] = ["XMinioStorageFull", "QuotaExceeded", "507 Insufficient Storage"];

/// Whether an error says that there is no room, anywhere down its causes.
fn is_full(error: &anyhow::Error) -> bool {
    let said = format!("{error:#}");
    FULL.iter().any(|words| said.contains(words))
        || error.chain().any(|cause: &(dyn Error + 'static)| {
            cause.downcast_ref::<std::io::Error>().is_some_and(|io| {
                matches!(io.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_other_faults_of_the_store() {
        let full = anyhow::Error::new(std::io::Error::from(ErrorKind::StorageFull)).context("storing the file");
        assert_eq!(Fault::Store(full).trouble(3).code, "STORE_FULL");
        let away = anyhow::Error::new(std::io::Error::from(ErrorKind::ConnectionRefused)).context("storing the file");
        assert_eq!(Fault::Store(away).trouble(3).code, "STORE_UNAVAILABLE");
    }
}
