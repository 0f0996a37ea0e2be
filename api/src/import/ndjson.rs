//! NDJSON: one `ConnectorLogInput` of the contract a line.
//!
//! Running an import twice adds nothing, so a line that brings no key of its own gets one made of
//! what it says, and a line that does not say when the call was made is refused: "now" would be
//! another record at each run.

use crate::{graphql::record::draft_from_json, import::refusal::Ended};
use entity::{fault::Fault, log::draft::Draft};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    collections::{HashMap, VecDeque},
    io::{BufRead, Read},
};

/// The longest line that is read.
const LINE_MAX: u64 = 16 << 20;

/// What a line says, or what is wrong with it.
pub(super) type Line = Result<Draft, Fault>;

/// The lines of a file, numbered from 1.
pub(super) struct Lines<R> {
    input: R,
    number: u64,
    seen: Seen,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, number: 0, seen: Seen::default() }
    }

    /// The next line that is not blank, with its number.
    ///
    /// # Errors
    /// Where the file could not be read.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Line)>, Ended> {
        loop {
            let mut line = Vec::new();
            let read = (&mut self.input).take(LINE_MAX + 1).read_until(b'\n', &mut line)?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            if line.last() != Some(&b'\n') && line.len() as u64 > LINE_MAX {
                self.input.skip_until(b'\n')?;
                return Ok(Some((self.number, Err(Fault::new("line", "is longer than 16 MiB")))));
            }
            let line = line.trim_ascii();
            if !line.is_empty() {
                return Ok(Some((self.number, self.draft(line))));
            }
        }
    }

    fn draft(&mut self, line: &[u8]) -> Line {
        let value: Value = serde_json::from_slice(line)
            .map_err(|e| Fault::new("line", format!("is no JSON from its byte {} on", e.column())))?;
        if !value.is_object() {
            return Err(Fault::new("line", "is no JSON object"));
        }
        let mut draft = draft_from_json(value)?;
        if draft.occurred_at.is_none() {
            return Err(Fault::new("occurredAt", "is missing: an import needs the time at which the call was made"));
        }
        if draft.idempotency_key.as_deref().unwrap_or_default().is_empty() {
            draft.idempotency_key = Some(self.seen.key(line));
        }
        Ok(draft)
    }
}

/// How many different lines are remembered.
const SEEN_MAX: usize = 1 << 18;

/// The lines seen last, and how often: two equal lines are two records. Lines that lie further
/// apart than [`SEEN_MAX`] others count as one record sent twice.
#[derive(Default)]
struct Seen {
    times: HashMap<u64, u32>,
    order: VecDeque<u64>,
}

impl Seen {
    /// A key made of the line and of its place among equal lines.
    fn key(&mut self, line: &[u8]) -> String {
        let hash: [u8; 32] = Sha256::digest(line).into();
        let short = hash.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        let times = self.times.entry(short).or_insert(0);
        let ordinal = *times;
        *times = times.saturating_add(1);
        if ordinal == 0 {
            self.order.push_back(short);
        }
        if self.order.len() > SEEN_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.times.remove(&oldest);
        }
        super::names::key("line", &[&hash, &ordinal.to_be_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(u64, Line)> {
        let mut lines = Lines::new(text.as_bytes());
        std::iter::from_fn(|| lines.next().unwrap()).collect()
    }

    fn line(more: &str) -> String {
        format!(
            r#"{{"direction":"INCOMING","applicationFrom":"A","applicationTo":"B","action":"NOT_APPLICABLE","requestType":"OTHER"{more}}}"#
        )
    }

    const AT: &str = r#","occurredAt":"2026-10-20T07:55:03Z""#;

    #[test]
    fn equal_lines_are_two_records_and_the_same_two_each_time() {
        let text = format!("{}\n\n{}\r\n", line(AT), line(AT));
        let keys =
            |text| all(text).into_iter().map(|(n, d)| (n, d.unwrap().idempotency_key.unwrap())).collect::<Vec<_>>();
        let first = keys(&text);
        assert_eq!((first[0].0, first[1].0), (1, 3));
        assert_ne!(first[0].1, first[1].1);
        assert_eq!(first, keys(&text));
    }

    #[test]
    fn a_key_of_its_own_is_kept() {
        let text = line(&format!("{AT},\"idempotencyKey\":\"k\""));
        assert_eq!(all(&text)[0].1.as_ref().unwrap().idempotency_key.as_deref(), Some("k"));
    }

    #[test]
    fn wrong_lines_are_refused_alone() {
        let text = format!("{}\nnonsense\n{}\n{}", line(""), "x".repeat(17 << 20), line(AT));
        let all = all(&text);
        let faults: Vec<_> = all.iter().filter_map(|(n, d)| d.as_ref().err().map(|f| (*n, f.to_string()))).collect();
        assert_eq!(faults.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(faults[0].1.starts_with("occurredAt: is missing"));
        assert!(faults[2].1.contains("longer than 16 MiB"));
        assert_eq!(all.len(), 4);
    }
}
