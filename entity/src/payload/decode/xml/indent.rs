//! XML in lines: an element a line, deeper by two spaces, its text beside it.

use super::{Element, What, cdata};

/// The most bytes that are written: what is shown of one side at most.
const WRITTEN_MAX: usize = crate::payload::decode::message::OUTPUT_MAX;
const STEP: &str = "  ";

/// An element indented; names, attributes and texts as they are written, white space between elements apart.
pub(in crate::payload::decode) fn indented(element: Element<'_, '_>) -> String {
    let document = element.document;
    let (first, behind) = (element.at, element.node().end);
    let base = element.node().depth;
    let mut out = String::new();
    if document.doctype {
        out.push_str("<!-- a document type was passed over -->\n");
    }
    // The closing tags that are due: where, how deep, the name, and whether on a line of its own.
    let mut due: Vec<(usize, usize, &str, bool)> = Vec::new();
    for (at, node) in document.nodes.iter().enumerate().take(behind).skip(first) {
        let depth = node.depth - base;
        close(&mut out, &mut due, at);
        if out.len() > WRITTEN_MAX {
            return out;
        }
        match node.what {
            What::Element { name, raw, .. } => {
                line(&mut out, depth);
                out.push('<');
                out.push_str(raw);
                if node.end == at + 1 {
                    out.push_str("/>\n");
                    continue;
                }
                out.push('>');
                let nested =
                    document.nodes[at + 1..node.end].iter().any(|inside| !matches!(inside.what, What::Text(_)));
                due.push((node.end, depth, name, nested));
                if nested {
                    out.push('\n');
                }
            }
            What::Text(text) => match due.last() {
                Some((_, _, _, false)) => out.push_str(text),
                _ if text.trim().is_empty() => {}
                _ => say(&mut out, depth, text.trim()),
            },
            What::Cdata(raw) if cdata(raw).trim().is_empty() => {}
            What::Cdata(raw) | What::Comment(raw) => say(&mut out, depth, raw),
        }
    }
    close(&mut out, &mut due, behind);
    if document.broken && behind == document.nodes.len() {
        out.push_str("<!-- it ends here, or is too deep or too long to be read further -->\n");
    }
    out
}

fn close(out: &mut String, due: &mut Vec<(usize, usize, &str, bool)>, at: usize) {
    while let Some((_, depth, name, nested)) = due.pop_if(|(end, ..)| *end <= at) {
        if nested {
            line(out, depth);
        }
        for part in ["</", name, ">\n"] {
            out.push_str(part);
        }
    }
}

fn say(out: &mut String, depth: usize, text: &str) {
    line(out, depth);
    out.push_str(text);
    out.push('\n');
}

fn line(out: &mut String, depth: usize) {
    (0..depth).for_each(|_| out.push_str(STEP));
}
