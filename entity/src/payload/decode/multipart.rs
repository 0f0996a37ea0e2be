//! Multipart bodies: the names, types and sizes of their parts, and the pairs that short parts of text make.

use super::{Kind, message::Message, pairs::Pairs};

/// How many parts are read.
const PARTS_MAX: usize = 64;
/// The longest boundary there may be is 70; some senders do not know.
const BOUNDARY_MAX: usize = 200;
/// The longest part that is taken for a form's value: a SAML message in base64.
const VALUE_MAX: usize = 256 * 1024;

/// Reads a body by the boundary of its content type; nothing where there is none.
pub(super) fn read(content_type: &str, body: &str) -> Option<(Message, Pairs)> {
    let boundary = parameter(content_type, "boundary").filter(|b| (1..=BOUNDARY_MAX).contains(&b.len()))?;
    let delimiter = format!("--{boundary}");
    let mut message = Message::new(Kind::Multipart);
    let mut pairs = Pairs::default();
    for part in body.split(delimiter.as_str()).skip(1).take(PARTS_MAX) {
        if part.starts_with("--") {
            break;
        }
        let part = part.strip_prefix("\r\n").or_else(|| part.strip_prefix('\n')).unwrap_or(part);
        let (head, content) = part.split_once("\r\n\r\n").or_else(|| part.split_once("\n\n")).unwrap_or((part, ""));
        let content = content.strip_suffix("\r\n").or_else(|| content.strip_suffix('\n')).unwrap_or(content);
        let header = |name: &str| {
            head.lines().find_map(|line| {
                let (found, value) = line.split_once(':')?;
                found.trim().eq_ignore_ascii_case(name).then(|| value.trim())
            })
        };
        let disposition = header("content-disposition").unwrap_or_default();
        let name =
            parameter(disposition, "name").or_else(|| header("content-id").map(str::to_owned)).unwrap_or_default();
        let mut about = vec![header("content-type").map(str::to_owned), parameter(disposition, "filename")];
        let is_value = about.iter().all(Option::is_none) && content.len() <= VALUE_MAX;
        about.push(Some(format!("{} bytes", content.len())));
        if is_value && !name.is_empty() {
            message.add(format!("Part {name}"), content);
            pairs.push(name, content.to_owned());
        } else {
            message.add(format!("Part {name}").trim_end(), about.into_iter().flatten().collect::<Vec<_>>().join(", "));
        }
    }
    Some((message.with_lines(), pairs))
}

/// A parameter of a header's value: `; name="value"`.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (name.trim().eq_ignore_ascii_case(wanted) && !value.is_empty()).then(|| value.to_owned())
    })
}
