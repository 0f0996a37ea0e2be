//! JSON: read by `serde_json`, and written in lines as it came: order, numbers and spelling stay, and what was cut off is
//! shown as far as it goes.

use super::message::OUTPUT_MAX;
use serde_json::{Map, Value};

/// How deep lines are indented; deeper ones stand where the deepest stands.
const INDENT_MAX: usize = 32;
const STEP: &str = "  ";

/// A text in lines, a member or an element each.
pub(super) fn indented(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0;
    let mut rest = json.trim_start();
    while let Some(first) = rest.chars().next() {
        if out.len() > OUTPUT_MAX {
            break;
        }
        let len = if first == '"' { string(rest) } else { first.len_utf8() };
        let (token, behind) = rest.split_at(len);
        rest = behind.trim_start();
        match first {
            '{' | '[' => {
                out.push(first);
                depth += 1;
                // What is empty stays on its line.
                if let Some(close) =
                    rest.chars().next().filter(|close| matches!((first, close), ('{', '}') | ('[', ']')))
                {
                    out.push(close);
                    depth -= 1;
                    rest = rest[1..].trim_start();
                } else {
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = usize::saturating_sub(depth, 1);
                line(&mut out, depth);
                out.push(first);
            }
            ',' => {
                out.push(',');
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => out.push_str(token),
        }
    }
    out.push('\n');
    out
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    (0..depth.min(INDENT_MAX)).for_each(|_| out.push_str(STEP));
}

/// The length of the string that begins here, with its quotes.
fn string(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}

/// A value of one word or number.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A member that is text and not empty.
pub(super) fn text<'v>(object: &'v Map<String, Value>, name: &str) -> Option<&'v str> {
    object.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// A member of one word or number.
pub(super) fn word(object: &Map<String, Value>, name: &str) -> Option<String> {
    object.get(name).and_then(scalar)
}
