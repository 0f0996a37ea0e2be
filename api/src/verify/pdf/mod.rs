//! The files that a PDF carries.
//!
//! It reads PDF as Connector Log writes it: one cross-reference table, attachments in the catalog's
//! name tree, each plain or deflated. A library for all PDFs would bring ciphers, fonts and images,
//! mend what is broken, and inflate without end; here a file that is written otherwise is refused,
//! and none takes more than the bounds below.

mod object;

use anyhow::{Context as _, bail};
use flate2::read::ZlibDecoder;
use object::{Object, Reader};

/// How much the attachments may hold together.
const ATTACHED_MAX: u64 = 64 << 20;
/// How many nodes of the name tree are visited, and how many attachments.
const NODES_MAX: usize = 64;

/// Those of the attachments that have one of the names, with what they hold.
///
/// # Errors
/// Where the file is written otherwise, or is damaged.
pub(super) fn attachments(bytes: &[u8], names: &[&str]) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let file = File::open(bytes).context("it is not written as Connector Log writes its PDFs")?;
    let specifications = file.specifications().context("it carries no files")?;
    let mut found: Vec<(String, Vec<u8>)> = Vec::new();
    let mut left = ATTACHED_MAX;
    for specification in &specifications {
        let Some(name) = names.iter().find(|name| is_called(specification, name)) else { continue };
        if found.iter().any(|(before, _)| before == name) {
            bail!("it carries two files named {name}");
        }
        let stream = specification.get("EF").and_then(|files| files.get("F"));
        let content =
            stream.and_then(|stream| file.stream(stream, left)).with_context(|| format!("its {name} is damaged"))?;
        left = left.saturating_sub(u64::try_from(content.len()).unwrap_or(u64::MAX));
        found.push(((*name).to_owned(), content));
    }
    Ok(found)
}

fn is_called(specification: &Object, name: &str) -> bool {
    let called = specification.get("UF").or_else(|| specification.get("F"));
    matches!(called, Some(Object::Text(text)) if text == name.as_bytes())
}

/// A PDF and where its objects are.
struct File<'a> {
    bytes: &'a [u8],
    sections: Vec<Section<'a>>,
    trailer: Object<'a>,
}

/// A part of the cross-reference table: objects that are numbered one after another.
struct Section<'a> {
    first: usize,
    entries: &'a [u8],
}

/// The length of an entry (7.5.4).
const ENTRY: usize = 20;

impl<'a> File<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        const END: &[u8] = b"startxref";
        let end = bytes.windows(END.len()).rposition(|window| window == END)?;
        let table = Reader::new(bytes, end + END.len()).number()?;
        let mut reader = Reader::new(bytes, table);
        reader.word("xref")?;
        let mut sections = Vec::new();
        while reader.word("trailer").is_none() {
            let (first, count) = (reader.number()?, reader.number()?);
            sections.push(Section { first, entries: reader.take(count.checked_mul(ENTRY)?)? });
        }
        Some(Self { bytes, sections, trailer: reader.object()? })
    }

    /// A reader behind the beginning of an object.
    fn at(&self, number: usize) -> Option<Reader<'a>> {
        let entry = self.sections.iter().find_map(|section| {
            let start = number.checked_sub(section.first)?.checked_mul(ENTRY)?;
            section.entries.get(start..)?.get(..ENTRY)
        })?;
        let mut reader = Reader::new(self.bytes, Reader::new(entry, 0).number()?);
        let is = reader.number()?;
        reader.number()?;
        reader.word("obj")?;
        (is == number).then_some(reader)
    }

    /// The object itself, where it is a reference to one.
    fn resolved(&self, object: &Object<'a>) -> Option<Object<'a>> {
        match object {
            Object::Reference(number) => self.at(*number)?.object(),
            object => Some(object.clone()),
        }
    }

    fn value(&self, of: &Object<'a>, name: &str) -> Option<Object<'a>> {
        self.resolved(of.get(name)?)
    }

    /// What the name tree of the attachments leads to.
    fn specifications(&self) -> Option<Vec<Object<'a>>> {
        let catalog = self.value(&self.trailer, "Root")?;
        let mut nodes = vec![self.value(&self.value(&catalog, "Names")?, "EmbeddedFiles")?];
        let mut found = Vec::new();
        for _ in 0..NODES_MAX {
            let Some(node) = nodes.pop() else { return Some(found) };
            let values = node.get("Names").map_or(&[][..], Object::members).iter().skip(1).step_by(2);
            for value in values {
                if found.len() == NODES_MAX {
                    return None;
                }
                found.push(self.resolved(value)?);
            }
            for kid in node.get("Kids").map_or(&[][..], Object::members).iter().take(NODES_MAX) {
                nodes.push(self.resolved(kid)?);
            }
        }
        None
    }

    /// What a stream holds, where that is no more than `most` bytes.
    fn stream(&self, reference: &Object<'a>, most: u64) -> Option<Vec<u8>> {
        let Object::Reference(number) = reference else { return None };
        let mut reader = self.at(*number)?;
        let dict = reader.object()?;
        reader.word("stream")?;
        let rest = reader.rest();
        let rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n"))?;
        let raw = rest.get(..self.value(&dict, "Length")?.number()?)?;
        let filter = dict.get("Filter").map(|filter| match filter.members() {
            [only] => only.clone(),
            _ => filter.clone(),
        });
        match filter {
            None => super::all(raw, most).ok(),
            Some(filter) if filter.is_name("FlateDecode") && dict.get("DecodeParms").is_none() => {
                super::all(ZlibDecoder::new(raw), most).ok()
            }
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
