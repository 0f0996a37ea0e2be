//! Multipart bodies: each part is read as what it says it is, under the name that it has in the form.

use super::{
    body,
    edit::{Edit, shift, within},
    names::{self, Rule},
    pass::Pass,
    value,
};
use std::ops::Range;

/// The longest boundary there may be.
const BOUNDARY_MAX: usize = 200;

/// Whether the text begins with a boundary and the head of a part.
pub(super) fn is_likely(text: &[u8]) -> bool {
    let mut lines = text[..text.len().min(2 * BOUNDARY_MAX)].split(|b| *b == b'\n');
    let boundary = lines.next().and_then(|line| line.strip_prefix(b"--")).is_some_and(|b| !b.trim_ascii().is_empty());
    boundary && lines.next().and_then(|line| line.get(..8)).is_some_and(|start| start.eq_ignore_ascii_case(b"content-"))
}

/// Redacts a multipart body; `boundary` as its content type gives it.
pub(super) fn scan(pass: Pass<'_>, text: &[u8], boundary: Option<&[u8]>) -> Vec<Edit> {
    let Some(boundary) = boundary.or_else(|| sniffed(text)).filter(|b| (1..=BOUNDARY_MAX).contains(&b.len())) else {
        return Vec::new();
    };
    let mut edits = Vec::new();
    let mut part: Option<usize> = None;
    let mut line = 0;
    while line < text.len() {
        let end = line + text[line..].iter().take_while(|b| **b != b'\n').count();
        let next = (end + 1).min(text.len());
        if text[line..].strip_prefix(b"--").is_some_and(|rest| rest.starts_with(boundary)) {
            if let Some(start) = part {
                edits.extend(within_part(pass, text, start..without_line_end(text, start, line)));
            }
            part = Some(next);
        }
        line = next;
    }
    // A body that was cut off ends without a boundary.
    if let Some(start) = part.filter(|start| *start < text.len()) {
        edits.extend(within_part(pass, text, start..text.len()));
    }
    edits
}

fn sniffed(text: &[u8]) -> Option<&[u8]> {
    let line = text.split(|b| *b == b'\n').next()?;
    line.trim_ascii_end().strip_prefix(b"--")
}

/// The line end before a boundary belongs to the boundary.
fn without_line_end(text: &[u8], start: usize, end: usize) -> usize {
    let ends = text[start..end].iter().rev().take(2).take_while(|b| matches!(b, b'\r' | b'\n')).count();
    end - ends
}

fn within_part(pass: Pass<'_>, text: &[u8], range: Range<usize>) -> Vec<Edit> {
    let part = &text[range.clone()];
    let (head, content) = split(part);
    let name = parameter(head, b"name").unwrap_or_default();
    let found = match names::rule(name) {
        Some(rule) if rule.stands_alone() => value::secret(pass, rule, &part[content..]),
        // `code` in a multipart form is one: nobody sends an error's code so.
        Some(Rule { label, way: super::rules::Way::Code }) => value::whole(pass, label, &part[content..]),
        _ => match pass.deeper(part.len() - content) {
            Some(inner) => body::scan(inner, header(head, b"content-type"), &part[content..]),
            None => Vec::new(),
        },
    };
    shift(within(found, name), range.start + content)
}

/// The head of a part, and where its content begins.
fn split(part: &[u8]) -> (&[u8], usize) {
    let mut line = 0;
    loop {
        let rest = &part[line..];
        let len = rest.iter().take_while(|b| **b != b'\n').count();
        let next = (line + len + 1).min(part.len());
        if rest[..len].trim_ascii().is_empty() || next == part.len() {
            let content = if rest[..len].trim_ascii().is_empty() { next } else { line };
            return (&part[..line], content);
        }
        line = next;
    }
}

fn header<'a>(head: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    head.split(|b| *b == b'\n').find_map(|line| {
        let colon = line.iter().position(|b| *b == b':')?;
        line[..colon].trim_ascii().eq_ignore_ascii_case(name).then(|| line[colon + 1..].trim_ascii())
    })
}

/// A parameter of a part's head or of a content type: `name="value"`.
pub(super) fn parameter<'a>(head: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    head.split(|b| matches!(b, b';' | b'\n')).find_map(|piece| {
        let equals = piece.iter().position(|b| *b == b'=')?;
        let value = piece[equals + 1..].trim_ascii();
        let value = value.strip_prefix(b"\"").map_or(value, |value| value.strip_suffix(b"\"").unwrap_or(value));
        piece[..equals].trim_ascii().eq_ignore_ascii_case(name).then_some(value)
    })
}
