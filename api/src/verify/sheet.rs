//! What a CSV file holds, read once from its beginning to its end and never whole in memory.

use csv::{ReaderBuilder, StringRecord};
use sha2::{Digest, Sha256};
use std::io::{self, BufRead, BufReader, Read};

/// The longest header row that is read.
const HEADER_MAX: u64 = 64 << 10;

/// The longest record that is read: one with two bodies of 256 KiB, all of it quotes, is shorter.
const RECORD_MAX: u64 = 16 << 20;

/// How much is read at a time.
const PORTION: usize = 64 << 10;

/// A byte order mark.
const BOM: &str = "\u{feff}";

/// What a CSV file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Content {
    /// Its bytes.
    pub(super) size: u64,
    /// SHA-256 of them, hexadecimal.
    pub(super) sha256: String,
    /// What the header row says.
    pub(super) header: Vec<String>,
    /// How many rows follow it.
    pub(super) count: u64,
    /// SHA-256 of the bytes of these, hexadecimal.
    pub(super) rows_sha256: String,
    /// The first row, and the last.
    pub(super) ends: Option<(Vec<String>, Vec<String>)>,
}

/// SHA-256, hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Reads a file, which should have so many columns.
///
/// # Errors
/// Where it cannot be read, or a row has no end.
pub(super) fn read(source: impl Read, columns: usize) -> io::Result<Content> {
    let mut source = BufReader::with_capacity(PORTION, source);
    let mut header = Vec::new();
    // Titles are ours, and have no line breaks.
    source.by_ref().take(HEADER_MAX).read_until(b'\n', &mut header)?;
    let (delimiter, titles) = titles(&header, columns);
    let whole = Sha256::new().chain_update(&header);
    let size = u64::try_from(header.len()).unwrap_or(u64::MAX);
    let source = Weighed { source, whole, rows: Sha256::new(), size, allowance: 0 };
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(PORTION)
        .from_reader(source);
    let (mut count, mut first, mut last, mut row) = (0, None, csv::ByteRecord::new(), csv::ByteRecord::new());
    loop {
        reader.get_mut().allowance = RECORD_MAX;
        if !reader.read_byte_record(&mut row)? {
            break;
        }
        count += 1;
        if first.is_none() {
            first = Some(row.clone());
        }
        std::mem::swap(&mut row, &mut last);
    }
    let read = reader.into_inner();
    Ok(Content {
        size: read.size,
        sha256: hex::encode(read.whole.finalize()),
        header: titles,
        count,
        rows_sha256: hex::encode(read.rows.finalize()),
        ends: first.map(|first| (texts(first), texts(last))),
    })
}

/// How the fields of a header row are separated, and what they say.
fn titles(header: &[u8], columns: usize) -> (u8, Vec<String>) {
    let header = header.strip_prefix(BOM.as_bytes()).unwrap_or(header);
    let split = |delimiter: u8| {
        let mut reader = ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(header);
        let mut titles = csv::ByteRecord::new();
        let read = reader.read_byte_record(&mut titles);
        read.ok().map(|_| (delimiter, texts(titles)))
    };
    let fits = |(_, titles): &(u8, Vec<String>)| titles.len() == columns;
    b",;\t".iter().filter_map(|delimiter| split(*delimiter)).find(fits).or_else(|| split(b',')).unwrap_or_default()
}

fn texts(record: csv::ByteRecord) -> Vec<String> {
    StringRecord::from_byte_record_lossy(record).iter().map(str::to_owned).collect()
}

/// A source whose bytes are counted and hashed as they are read.
struct Weighed<R> {
    source: R,
    whole: Sha256,
    rows: Sha256,
    size: u64,
    /// How much may be read until the next row ends.
    allowance: u64,
}

impl<R: Read> Read for Weighed<R> {
    fn read(&mut self, portion: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(portion)?;
        let bytes = portion.get(..read).unwrap_or_default();
        self.whole.update(bytes);
        self.rows.update(bytes);
        let length = u64::try_from(read).unwrap_or(u64::MAX);
        self.size = self.size.saturating_add(length);
        let too_long =
            || io::Error::other(format!("a row of it has more than {RECORD_MAX} bytes, which no record has"));
        self.allowance = self.allowance.checked_sub(length).ok_or_else(too_long)?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_what_follows_the_header() {
        for (file, delimiter) in
            [("\u{feff}id;b\r\n1;\"x\r\n\"\"y\"\r\n2;z,z\r\n", ";"), ("id,b\r\n1,x\r\n2,\"z\n\"\r\n", ",")]
        {
            let content = read(file.as_bytes(), 2).unwrap();
            let rows = file.split_once('\n').unwrap().1;
            assert_eq!(content.header, ["id", "b"], "{delimiter}");
            assert_eq!((content.count, content.size), (2, file.len() as u64));
            assert_eq!((content.sha256, content.rows_sha256), (sha256(file.as_bytes()), sha256(rows.as_bytes())));
            let (first, last) = content.ends.unwrap();
            assert_eq!((first[0].as_str(), last[0].as_str()), ("1", "2"));
        }
        let none = read(&b"id,b\r\n"[..], 2).unwrap();
        assert_eq!((none.count, none.ends, none.rows_sha256), (0, None, sha256(b"")));
    }

    #[test]
    fn a_row_without_an_end_is_not_read_to_its_end() {
        let endless = b"id\r\n\"".chain(io::repeat(b'a'));
        assert!(read(endless, 1).unwrap_err().to_string().contains("a row of it"));
        // What is no CSV is read too.
        for garbage in [&b""[..], b"\0\0", b"\xff\xfe,\n\n\n", b"\"", b",\n\"\"\"\n"] {
            read(garbage, 3).unwrap();
        }
    }
}
