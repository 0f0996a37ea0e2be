//! HAR 1.2, as browsers and proxies write it: read as a stream, an entry at a time.

mod entry;
mod mend;
mod split;

pub(super) use entry::{Entry, Side};

use crate::import::refusal::Ended;
use entity::fault::Fault;
use split::{Broken, Entries, Piece};
use std::io::BufRead;

/// An entry as it is understood, or what is wrong with it.
pub(super) type Read = Result<Entry, Fault>;

/// The entries of a HAR, numbered from 1.
pub(super) struct Har<R> {
    entries: Entries<R>,
    number: u64,
}

impl<R: BufRead> Har<R> {
    /// Reads from the file's first byte that is no byte order mark.
    pub(super) fn new(input: R) -> Self {
        Self { entries: Entries::new(input), number: 0 }
    }

    /// The next entry with its number; `None` at the end of the list.
    ///
    /// # Errors
    /// Where nothing can be read any further.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Read)>, Ended> {
        let piece = self.entries.next().map_err(|broken| match broken {
            Broken::CutOff => Ended::CutOff(format!(
                "is cut off: it ends after {} whole {}",
                self.number,
                if self.number == 1 { "entry" } else { "entries" },
            )),
            Broken::NotHar(sentence) => Ended::CutOff(sentence.to_owned()),
            Broken::Io(error) => Ended::Io(error),
        })?;
        let Some(piece) = piece else { return Ok(None) };
        self.number += 1;
        let entry = match piece {
            Piece::Entry(bytes) => mend::json(bytes).and_then(Entry::try_from_json),
            Piece::TooLarge => Err(Fault::new("entry", "is larger than 256 MiB")),
        };
        Ok(Some((self.number, entry)))
    }
}
