//! The files that a PDF carries.
//!
//! It reads PDF as Connector Log writes it: one cross-reference table, attachments in the catalog's
//! name tree, each plain or deflated. A library for all PDFs would bring ciphers, fonts and images,
//! mend what is broken, and inflate without end; here a file that is written otherwise is refused,
//! and none takes more than the bounds below. What an attachment holds is never whole in memory.

mod object;

use anyhow::{Context as _, bail};
use flate2::read::ZlibDecoder;
use object::{Object, Reader};
use std::io::Read;

/// How many nodes of the name tree are visited, and how many attachments.
const NODES_MAX: usize = 64;

/// The files that a PDF carries.
pub(super) struct Attachments<'a> {
    file: File<'a>,
    specifications: Vec<Object<'a>>,
}

impl<'a> Attachments<'a> {
    /// Those of a PDF.
    ///
    /// # Errors
    /// Where it carries none, or is written otherwise.
    pub(super) fn of(bytes: &'a [u8]) -> anyhow::Result<Self> {
        let file = File::open(bytes).context("it is not written as Connector Log writes its PDFs")?;
        let specifications = file.specifications().context("it carries no files")?;
        Ok(Self { file, specifications })
    }

    /// What the file of that name holds, which has no end before it was read to its end.
    ///
    /// # Errors
    /// Where there is no such file, or more than one, or it is damaged.
    pub(super) fn open(&self, name: &str) -> anyhow::Result<Box<dyn Read + 'a>> {
        let mut named = self.specifications.iter().filter(|specification| is_called(specification, name));
        let only = named.next().with_context(|| format!("it carries no {name}"))?;
        if named.next().is_some() {
            bail!("it carries two files named {name}");
        }
        let stream = only.get("EF").and_then(|files| files.get("F"));
        stream.and_then(|stream| self.file.stream(stream)).with_context(|| format!("its {name} is damaged"))
    }
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

    /// What a stream holds.
    fn stream(&self, reference: &Object<'a>) -> Option<Box<dyn Read + 'a>> {
        let Object::Reference(number) = reference else { return None };
        let mut reader = self.at(*number)?;
        let dict = reader.object()?;
        reader.word("stream")?;
        let rest = reader.rest();
        let rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n"))?;
        let raw = rest.get(..self.value(&dict, "Length")?.number()?)?;
        let filter = dict.get("Filter").map(|filter| match filter.members() {
            [only] => only,
            _ => filter,
        });
        match filter {
            None => Some(Box::new(raw)),
            Some(filter) if filter.is_name("FlateDecode") && dict.get("DecodeParms").is_none() => {
                Some(Box::new(ZlibDecoder::new(raw)))
            }
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
