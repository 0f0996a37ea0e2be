//! Cuts the entries of a HAR out of a stream, one at a time.
//!
//! Only brackets and quotes are looked at here; what stands between them is serde's business. So
//! one entry is in memory at a time, and what is wrong within an entry (a lone surrogate, bytes
//! that are no UTF-8, a number that is no JSON) costs that entry and not those after it.

use std::io::{self, BufRead};

/// The largest entry that is read, in bytes.
const ENTRY_MAX: usize = 256 << 20;
/// The longest key that is looked at; no key of a HAR comes near.
const KEY_MAX: usize = 4096;

/// One piece of `log.entries`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// The text of an entry.
    Entry(Vec<u8>),
    /// An entry that is larger than what is read.
    TooLarge,
}

/// Why no further entry comes.
#[derive(Debug)]
pub(super) enum Broken {
    /// The file ends before the list of entries does.
    CutOff,
    /// The file is no HAR.
    NotHar(&'static str),
    /// The file could not be read.
    Io(io::Error),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The entries of a HAR, in their order.
pub(super) struct Entries<R> {
    input: R,
    inside: bool,
}

impl<R: BufRead> Entries<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, inside: false }
    }

    /// The next entry; `None` where the list has ended.
    pub(super) fn next(&mut self) -> Result<Option<Piece>, Broken> {
        if !self.inside {
            self.enter("log", b'{')?;
            self.enter("entries", b'[')?;
            self.inside = true;
        }
        loop {
            match self.peek()? {
                b',' => self.input.consume(1),
                b']' => return Ok(None),
                _ => {
                    let mut entry = Vec::new();
                    let whole = self.value(Some((&mut entry, ENTRY_MAX)))?;
                    return Ok(Some(if whole { Piece::Entry(entry) } else { Piece::TooLarge }));
                }
            }
        }
    }

    /// Goes into an object and on to the value of one of its keys, which opens with `bracket`.
    fn enter(&mut self, key: &str, bracket: u8) -> Result<(), Broken> {
        // The object's own bracket: the first time the file's, then that of the value entered.
        if key == "log" {
            self.open(b'{', "is no HAR: it does not begin with an object")?;
        }
        loop {
            match self.peek()? {
                b',' => self.input.consume(1),
                b'"' => {
                    let mut found = Vec::new();
                    self.value(Some((&mut found, KEY_MAX)))?;
                    self.open(b':', "is no HAR: a key has no value")?;
                    if found.len() == key.len() + 2 && &found[1..=key.len()] == key.as_bytes() {
                        return self.open(bracket, "is no HAR: log or log.entries is of another kind");
                    }
                    self.value(None)?;
                }
                _ => return Err(Broken::NotHar("is no HAR: it has no log.entries")),
            }
        }
    }

    fn open(&mut self, expected: u8, otherwise: &'static str) -> Result<(), Broken> {
        if self.peek()? != expected {
            return Err(Broken::NotHar(otherwise));
        }
        self.input.consume(1);
        Ok(())
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Result<u8, Broken> {
        loop {
            let chunk = fill(&mut self.input)?;
            if chunk.is_empty() {
                return Err(Broken::CutOff);
            }
            if let Some(place) = chunk.iter().position(|b| !b.is_ascii_whitespace()) {
                let byte = chunk[place];
                self.input.consume(place);
                return Ok(byte);
            }
            let all = chunk.len();
            self.input.consume(all);
        }
    }

    /// Reads over a value, keeping it where asked; whether all of it was kept.
    fn value(&mut self, mut keep: Option<(&mut Vec<u8>, usize)>) -> Result<bool, Broken> {
        let mut scan = Scan::default();
        let mut whole = true;
        loop {
            let chunk = fill(&mut self.input)?;
            if chunk.is_empty() {
                return Err(Broken::CutOff);
            }
            let (taken, done) = scan.over(chunk);
            if let Some((kept, max)) = &mut keep {
                if kept.len() + taken > *max {
                    whole = false;
                    kept.clear();
                    kept.shrink_to_fit();
                    keep = None;
                } else {
                    kept.extend_from_slice(&chunk[..taken]);
                }
            }
            self.input.consume(taken);
            if done {
                return Ok(whole);
            }
        }
    }
}

/// `fill_buf`, tried again where a signal came between.
fn fill(input: &mut impl BufRead) -> io::Result<&[u8]> {
    // The first look waits for bytes; the second has them already and cannot be interrupted.
    while let Err(error) = input.fill_buf() {
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    input.fill_buf()
}

/// How far into a value we are.
#[derive(Default)]
struct Scan {
    depth: usize,
    begun: bool,
    quoted: bool,
    escaped: bool,
}

impl Scan {
    /// How many of the bytes belong to the value, and whether it ends with them.
    fn over(&mut self, chunk: &[u8]) -> (usize, bool) {
        for (place, &byte) in chunk.iter().enumerate() {
            if self.quoted {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.quoted = false;
                        if self.depth == 0 {
                            return (place + 1, true);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.quoted = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth > 0 => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return (place + 1, true);
                    }
                }
                // The end of a number, of true, false or null.
                b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 && self.begun => {
                    return (place, true);
                }
                _ => {}
            }
            self.begun = true;
        }
        (chunk.len(), false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    /// All entries as text, read through the smallest buffer there is, and how it ended.
    fn split(text: &str) -> (Vec<String>, String) {
        let mut entries = Entries::new(BufReader::with_capacity(1, text.as_bytes()));
        let mut found = Vec::new();
        loop {
            match entries.next() {
                Ok(Some(Piece::Entry(bytes))) => found.push(String::from_utf8(bytes).unwrap()),
                Ok(Some(Piece::TooLarge)) => found.push("too large".to_owned()),
                Ok(None) => return (found, "end".to_owned()),
                Err(Broken::CutOff) => return (found, "cut off".to_owned()),
                Err(other) => return (found, format!("{other:?}")),
            }
        }
    }

    #[test]
    fn entries_come_one_by_one_whatever_stands_around_them() {
        let (found, end) = split(
            r#" {"x": [1, {"log": 2}], "log": {"version": "1.2", "pages": [{"entries": [9]}], "entries" : [
                {"a": "]}\"\\"} , 17, null,{"b":[{}]}
            ], "comment": ""}}"#,
        );
        assert_eq!(found, [r#"{"a": "]}\"\\"}"#, "17", "null", r#"{"b":[{}]}"#]);
        assert_eq!(end, "end");
    }

    #[test]
    fn a_file_that_is_cut_off_gives_what_is_whole() {
        let (found, end) = split(r#"{"log":{"entries":[{"a":1},{"b":"#);
        assert_eq!((found.len(), end.as_str()), (1, "cut off"));
        assert_eq!(split("").1, "cut off");
        assert_eq!(split(r#"{"log":{"entries":[{"a":1}"#).1, "cut off");
    }

    #[test]
    fn what_is_no_har_is_said_to_be_none() {
        assert!(split("[1]").1.contains("no HAR"));
        assert!(split(r#"{"log":{"pages":[]}}"#).1.contains("no log.entries"));
        assert!(split(r#"{"log":[]}"#).1.contains("another kind"));
        assert_eq!(split(r#"{"log":{"entries":[]}}"#).1, "end");
    }
}
