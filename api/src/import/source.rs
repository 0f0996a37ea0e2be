//! Where an import reads from: a file or standard input, and which of the two formats is in it.

use crate::import::refusal::Ended;
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    fmt,
    fs::File,
    io::{self, BufRead, BufReader, Cursor, Read},
    path::PathBuf,
};

/// A file, or standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

impl From<PathBuf> for Source {
    /// `-` is standard input.
    fn from(path: PathBuf) -> Self {
        if path.as_os_str() == "-" { Self::Stdin } else { Self::File(path) }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Stdin => f.write_str("standard input"),
        }
    }
}

/// What a source holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Har,
    Ndjson,
}

/// How many bytes are looked at to tell the format.
const HEAD: u64 = 4096;
/// How many bytes are read at a time.
const CHUNK: usize = 256 << 10;

/// Opens a source and tells its format by what it begins with; the bar follows what is read.
pub(super) fn open(source: &Source, bar: &ProgressBar) -> Result<(Format, Box<dyn BufRead>), Ended> {
    let mut input: Box<dyn Read> = match source {
        Source::Stdin => {
            spin(bar);
            Box::new(io::stdin().lock())
        }
        Source::File(path) => {
            let file = File::open(path)?;
            match file.metadata()? {
                about if about.is_dir() => {
                    return Err(Ended::CutOff("is a folder: name a file".to_owned()));
                }
                about if about.is_file() => measure(bar, about.len()),
                _ => spin(bar),
            }
            Box::new(file)
        }
    };
    let mut head = Vec::new();
    input.by_ref().take(HEAD).read_to_end(&mut head)?;
    let format = format(&head).map_err(|sentence| Ended::CutOff(sentence.to_owned()))?;
    let skipped = if head.starts_with(BOM) { BOM.len() } else { 0 };
    let input = Cursor::new(head.split_off(skipped)).chain(input);
    Ok((format, Box::new(BufReader::with_capacity(CHUNK, bar.wrap_read(input)))))
}

fn measure(bar: &ProgressBar, size: u64) {
    bar.set_length(size);
    if let Ok(style) = ProgressStyle::with_template("{bytes} of {total_bytes} {wide_bar} {bytes_per_sec} {eta} left") {
        bar.set_style(style);
    }
}

fn spin(bar: &ProgressBar) {
    if let Ok(style) = ProgressStyle::with_template("{spinner} {bytes} {bytes_per_sec}") {
        bar.set_style(style);
    }
}

/// The byte order mark that some editors put before UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// HAR is an object with a `log` in it; any other object is the first line of NDJSON.
fn format(head: &[u8]) -> Result<Format, &'static str> {
    let text = head.strip_prefix(BOM).unwrap_or(head).trim_ascii_start();
    match text {
        [b'{', rest @ ..] if rest.trim_ascii_start().starts_with(b"\"log\"") => Ok(Format::Har),
        [] | [b'{', ..] => Ok(Format::Ndjson),
        [b'[', ..] => Err("begins with a list: give a HAR, or one JSON object a line"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Err("is UTF-16: save it as UTF-8"),
        [0x1f, 0x8b, ..] => Err("is compressed: unpack it first, as in gunzip -c FILE | connector-log import … -"),
        _ => Err("is neither a HAR nor NDJSON: it does not begin with a JSON object"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_tells_the_format() {
        assert_eq!(format(b"\xef\xbb\xbf \n{ \"log\" : {"), Ok(Format::Har));
        assert_eq!(format(b"{\"direction\":\"INCOMING\"}"), Ok(Format::Ndjson));
        assert_eq!(format(b"{\"logs\":1}"), Ok(Format::Ndjson));
        assert_eq!(format(b" \n"), Ok(Format::Ndjson));
        for wrong in [&b"[{}]"[..], b"\x1f\x8b\x08", b"\xff\xfe{\0", b"<html>", b"\0"] {
            assert!(format(wrong).is_err());
        }
    }
}
