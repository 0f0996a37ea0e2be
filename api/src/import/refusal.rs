//! How reading goes wrong: one record is refused and the others go on, or nothing can be read
//! any further.

use std::io;

/// Why nothing more can be read. What was read before stands.
#[derive(Debug, thiserror::Error)]
pub(super) enum Ended {
    /// The content ends, or makes no sense from here on. The sentence has no subject: the file's
    /// name is put before it.
    #[error("{0}")]
    CutOff(String),
    /// The file could not be read.
    #[error("could not be read: {0}")]
    Io(#[from] io::Error),
}
