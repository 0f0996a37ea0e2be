//! The seal of a PDF: a line with the SHA-256 of everything else in the file, so that a change of any
//! byte shows, on a page or anywhere, although the file stands alone.
//!
//! It is a comment (ISO 32000-1, 7.2.4) directly before the last `startxref`: readers pass over it,
//! and no offset in the file points behind it. Who changes the file can make another seal: it tells
//! that a file is whole, not who made it.

use anyhow::Context as _;
use sha2::{Digest, Sha256};

const WORDS: &[u8] = b"%ConnectorLog-SHA256: ";
const END: &[u8] = b"startxref";
const LENGTH: usize = WORDS.len() + 2 * 32 + 1;

/// Why a seal does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// There is none where it should be.
    Missing,
    /// It is not that of the rest of the file.
    Other,
}

/// The file with its seal.
///
/// # Errors
/// Where the file is no PDF to its end.
pub fn put(file: &[u8]) -> anyhow::Result<Vec<u8>> {
    let at = end(file).context("the PDF has no startxref")?;
    let (before, after) = file.split_at(at);
    Ok([before, &line(before, after), after].concat())
}

/// Nothing, where the seal is that of the file.
///
/// # Errors
/// Where there is no seal, or it is another's.
pub fn check(file: &[u8]) -> Result<(), Broken> {
    let (sealed, after) = file.split_at(end(file).ok_or(Broken::Missing)?);
    let (before, seal) = sealed.split_at_checked(sealed.len().saturating_sub(LENGTH)).ok_or(Broken::Missing)?;
    if !seal.starts_with(WORDS) || !seal.ends_with(b"\n") {
        return Err(Broken::Missing);
    }
    if seal == line(before, after) { Ok(()) } else { Err(Broken::Other) }
}

/// Where the last `startxref` is, at the beginning of a line.
fn end(file: &[u8]) -> Option<usize> {
    let at = file.windows(END.len()).rposition(|window| window == END)?;
    matches!(file.get(at.checked_sub(1)?), Some(b'\n')).then_some(at)
}

fn line(before: &[u8], after: &[u8]) -> Vec<u8> {
    let digest = Sha256::new().chain_update(before).chain_update(after).finalize();
    [WORDS, hex::encode(digest).as_bytes(), b"\n"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer\n<</Size 2>>\nstartxref\n42\n%%EOF";

    #[test]
    fn a_seal_changes_nothing_before_it_or_after_it() {
        let sealed = put(FILE).unwrap();
        assert_eq!(sealed.len(), FILE.len() + LENGTH);
        let at = end(FILE).unwrap();
        assert_eq!((&sealed[..at], &sealed[at + LENGTH..]), (&FILE[..at], &FILE[at..]));
        assert_eq!(check(&sealed), Ok(()));
        assert_eq!(put(FILE).unwrap(), sealed);
    }

    #[test]
    fn no_bit_of_a_sealed_file_can_change() {
        let sealed = put(FILE).unwrap();
        for (at, bit) in (0..sealed.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let mut changed = sealed.clone();
            changed[at] ^= 1 << bit;
            assert!(check(&changed).is_err(), "bit {bit} of byte {at}");
        }
        for length in 0..sealed.len() {
            assert!(check(&sealed[..length]).is_err(), "cut after {length}");
        }
        assert_eq!(check(&[&sealed[..], b"\n"].concat()), Err(Broken::Other));
        assert_eq!(check(FILE), Err(Broken::Missing));
        // What is written behind it has an end of its own, and no seal there.
        assert_eq!(check(&[&sealed[..], b"\nstartxref\n9\n%%EOF"].concat()), Err(Broken::Missing));
        assert!(put(b"%PDF-1.7").is_err());
    }
}
