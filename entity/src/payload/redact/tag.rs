//! The pieces of markup: tags with their attributes, comments, sections, text. XML and HTML alike.
//!
//! Nothing is checked: what is no tag is text, and what does not end goes to the end of the document.

use std::ops::Range;

/// One piece of a document, by its bytes.
pub(super) enum Piece {
    /// Text with entities.
    Text(Range<usize>),
    /// Text without entities: a comment, CDATA, a script, a declaration.
    Raw(Range<usize>),
    /// An opening tag.
    Open { name: Range<usize>, attributes: Vec<Attribute>, closed: bool },
    /// A closing tag.
    Close { name: Range<usize> },
}

/// An attribute; of one without a value the range is empty.
pub(super) struct Attribute {
    pub(super) name: Range<usize>,
    pub(super) value: Range<usize>,
}

/// Whether a tag, a comment or the like begins the text, and not just a `<`: `<https://…>` and `<a@b>` are none.
pub(super) fn begins(text: &[u8]) -> bool {
    match text {
        [b'<', b'!' | b'?' | b'/', ..] => true,
        [b'<', rest @ ..] => {
            let len = rest.iter().take_while(|b| is_name(**b)).count();
            let (name, after) = rest.split_at(len);
            let starts = name.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
            starts
                && !name.ends_with(b":")
                && after.first().is_none_or(|b| b.is_ascii_whitespace() || b"/>".contains(b))
        }
        _ => false,
    }
}

/// Reads pieces off a document.
pub(super) struct Pieces<'a> {
    document: &'a [u8],
    at: usize,
    /// The element whose content is no markup (`script`, `style`), until its end tag.
    raw: Option<&'static [u8]>,
}

impl<'a> Pieces<'a> {
    pub(super) fn of(document: &'a [u8]) -> Self {
        Self { document, at: 0, raw: None }
    }

    /// From the reader on: the place of the first `needle`, or the end.
    fn place_of(&self, from: usize, needle: &[u8]) -> usize {
        let rest = self.document.get(from..).unwrap_or_default();
        let found = rest.windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle));
        found.map_or(self.document.len(), |found| from + found)
    }

    fn past(&self, from: usize, while_: impl Fn(u8) -> bool) -> usize {
        let rest = self.document.get(from..).unwrap_or_default();
        from.min(self.document.len()) + rest.iter().take_while(|b| while_(**b)).count()
    }

    /// Text up to the next `<` that begins a tag or the like.
    fn text(&mut self) -> Piece {
        let start = self.at;
        let mut end = start;
        loop {
            end = self.past(end, |b| b != b'<');
            match self.document.get(end + 1) {
                Some(_) if begins(&self.document[end..]) => break,
                Some(_) => end += 1,
                None => end = self.document.len(),
            }
            if end >= self.document.len() {
                break;
            }
        }
        self.at = end;
        Piece::Text(start..end)
    }

    /// A comment or the like: its inside from `start` to `close`, which is left behind.
    fn section(&mut self, start: usize, close: &[u8]) -> Piece {
        let start = start.min(self.document.len());
        let end = self.place_of(start, close);
        self.at = (end + close.len()).min(self.document.len());
        Piece::Raw(start..end)
    }

    fn close_tag(&mut self) -> Piece {
        let start = self.at + 2;
        let end = self.past(start, is_name);
        self.at = (self.past(end, |b| b != b'>') + 1).min(self.document.len());
        Piece::Close { name: start..end }
    }

    fn open_tag(&mut self) -> Piece {
        let name = self.at + 1..self.past(self.at + 1, is_name);
        let mut attributes = Vec::new();
        let mut at = name.end;
        let mut closed = false;
        loop {
            at = self.past(at, |b| b.is_ascii_whitespace());
            match self.document.get(at) {
                None => break,
                Some(b'>') => {
                    at += 1;
                    break;
                }
                Some(b'/') => {
                    closed = self.document.get(at + 1) == Some(&b'>');
                    at += 1;
                }
                Some(_) => {
                    let attribute = self.attribute(at);
                    at = self.past(attribute.value.end.max(attribute.name.end), |b| matches!(b, b'"' | b'\''));
                    attributes.push(attribute);
                }
            }
        }
        self.at = at;
        if !closed {
            let is = |other: &[u8]| self.document[name.clone()].eq_ignore_ascii_case(other);
            self.raw = [b"script".as_slice(), b"style"].into_iter().find(|raw| is(raw));
        }
        Piece::Open { name, attributes, closed }
    }

    fn attribute(&self, at: usize) -> Attribute {
        // The first byte belongs to the name whatever it is, so that every attribute is a step forward.
        let name = at..self.past(at + 1, |b| !b.is_ascii_whitespace() && !matches!(b, b'=' | b'>' | b'/'));
        let equals = self.past(name.end, |b| b.is_ascii_whitespace());
        if self.document.get(equals) != Some(&b'=') {
            return Attribute { value: name.end..name.end, name };
        }
        let start = self.past(equals + 1, |b| b.is_ascii_whitespace());
        let value = match self.document.get(start) {
            Some(quote @ (b'"' | b'\'')) => start + 1..self.past(start + 1, |b| b != *quote),
            _ => start..self.past(start, |b| !b.is_ascii_whitespace() && b != b'>'),
        };
        Attribute { name, value }
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-' | b'.' | 0x80..)
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let rest = self.document.get(self.at..).filter(|rest| !rest.is_empty())?;
        if let Some(name) = self.raw.take() {
            let end = self.place_of(self.at, &[b"</", name].concat());
            let start = std::mem::replace(&mut self.at, end);
            return Some(Piece::Raw(start..end));
        }
        let at = self.at;
        Some(match rest {
            [b'<', b'!', b'-', b'-', ..] => self.section(at + 4, b"-->"),
            _ if rest.starts_with(b"<![CDATA[") => self.section(at + 9, b"]]>"),
            [b'<', b'!' | b'?', ..] => self.section(at + 2, b">"),
            [b'<', b'/', ..] => self.close_tag(),
            _ if begins(rest) => self.open_tag(),
            _ => self.text(),
        })
    }
}
