//! Attachments found, and hostile files borne.

use super::*;
use flate2::{Compression, write::ZlibEncoder};
use std::{fmt::Write as _, io::Write as _};

/// A PDF of these objects, numbered from 1; the first is the catalog.
fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    let (mut file, mut table) = (b"%PDF-1.7\n".to_vec(), "0000000000 65535 f\r\n".to_owned());
    for (at, object) in objects.iter().enumerate() {
        write!(table, "{:010} 00000 n\r\n", file.len()).unwrap();
        file.extend([format!("{} 0 obj\n", at + 1).as_bytes(), object, b"\nendobj\n\n"].concat());
    }
    let (at, size) = (file.len(), objects.len() + 1);
    file.extend(format!("xref\n0 {size}\n{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF").bytes());
    file
}

fn stream(dict: &str, data: &[u8]) -> Vec<u8> {
    [format!("<</Length {}{dict}>>\nstream\n", data.len()).as_bytes(), data, b"\nendstream"].concat()
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn carrying(content: Vec<u8>) -> Vec<u8> {
    let text = |text: &str| text.as_bytes().to_vec();
    pdf(&[
        text("<</Type/Catalog/Names<</EmbeddedFiles 2 0 R>>>>"),
        text("<</Kids[3 0 R]>>"),
        text("<</Names[(a \\(1\\)) 4 0 R<62>5 0 R]>>"),
        text("<</Type/Filespec/F(manifest.json)/UF(mani\\146est.json)/EF<</F 6 0 R/UF 6 0 R>>/Desc null /Size -1.5>>"),
        text("<</Type/Filespec/F(other.txt)/EF<</F 6 0 R>>>>"),
        content,
    ])
}

/// What the manifest in a file says, read to its end.
fn manifest(file: &[u8]) -> anyhow::Result<Vec<u8>> {
    Ok(super::super::all(Attachments::of(file)?.open("manifest.json")?, 64 << 20)?)
}

#[test]
fn attachments_are_found_by_name() {
    let plain = carrying(stream("", b"{}"));
    assert_eq!(manifest(&plain).unwrap(), b"{}");
    assert!(
        Attachments::of(&plain)
            .unwrap()
            .open("records.csv")
            .is_err_and(|e| e.to_string() == "it carries no records.csv")
    );
    for filter in ["/Filter/FlateDecode", "/Filter[/Flate#44ecode]"] {
        let packed = carrying(stream(filter, &deflated(b"{ }")));
        assert_eq!(manifest(&packed).unwrap(), b"{ }");
    }
}

#[test]
fn what_is_written_otherwise_is_refused() {
    for (file, words) in [
        (b"%PDF-1.7".to_vec(), "not written as"),
        (b"startxref\n99999999999999999999999".to_vec(), "not written as"),
        (pdf(&[b"<</Type/Catalog>>".to_vec()]), "carries no files"),
        (pdf(&[b"1 0 R".to_vec()]), "carries no files"),
        // A tree that bites its tail.
        (
            pdf(&[b"<</Names<</EmbeddedFiles 2 0 R>>>>".to_vec(), b"<</Kids[2 0 R 2 0 R]>>".to_vec()]),
            "carries no files",
        ),
        (pdf(&[[b"[".repeat(100_000), b"]".repeat(100_000)].concat()]), "carries no files"),
        (pdf(&[[b"[".to_vec(), b"0 ".repeat(100_000), b"]".to_vec()].concat()]), "carries no files"),
        (carrying(stream("/Filter/LZWDecode", b"")), "damaged"),
        (carrying(stream("/Filter/FlateDecode", b"\x78\x9cgarbage")), "deflate"),
        (carrying(b"<</Length 99999>>\nstream\n".to_vec()), "damaged"),
        (carrying(b"<</Length 6 0 R>>\nstream\n".to_vec()), "damaged"),
        // A hundred megabytes in a hundred kilobytes.
        (carrying(stream("/Filter/FlateDecode", &deflated(&vec![0; 100 << 20]))), "more than 67108864 bytes"),
    ] {
        let error = manifest(&file).unwrap_err().to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
}

#[test]
fn no_change_of_a_file_does_harm() {
    let file = carrying(stream("/Filter/FlateDecode", &deflated(b"{\"version\":1}")));
    for (at, byte) in (0..file.len()).flat_map(|at| b"\0\n(<[/9R%\xff".iter().map(move |byte| (at, *byte))) {
        let mut changed = file.clone();
        changed[at] = byte;
        // Whatever comes of it: no panic, and an end.
        let _ = manifest(&changed);
    }
    for length in 0..file.len() {
        let _ = manifest(&file[..length]);
    }
}
