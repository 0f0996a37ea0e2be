//! One side of a call, as far as a case file can ever print it: opened where the payload is at hand, so
//! that no more than that goes to the process that sets it.

use entity::payload::{
    Headers, Redaction, Redactions, Side as Which,
    decode::{self, Kind, Message},
};
use serde::{Deserialize, Serialize};

/// The most characters of one text that are printed.
const TEXT_MAX: usize = 48 * 1024;
/// The most bytes of a body that is no text that are printed.
const BYTES_MAX: usize = 256;

/// A request or a response.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Side {
    /// Names and values, in order.
    pub(super) headers: Vec<(String, String)>,
    /// What it carries, opened up.
    pub(super) messages: Vec<Opened>,
    pub(super) body: Body,
    /// Bytes of the body as sent.
    pub(super) size: u64,
    /// Whether the log kept less than was sent.
    pub(super) truncated: bool,
    /// Where secrets stood.
    pub(super) redactions: Vec<Redaction>,
}

/// A message that a side carries.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Opened {
    /// The stable word for what it is.
    pub(super) kind: String,
    /// What that is.
    pub(super) meaning: String,
    /// What it says; empty where the text says it as shortly.
    pub(super) summary: Vec<(String, String)>,
    /// The whole of it; none where the summary is the whole of it.
    pub(super) text: Option<Excerpt>,
}

/// What was sent, apart from what it means.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Body {
    /// None was recorded, or one of no bytes.
    None,
    /// A text that is the text of this message, which has it indented.
    Shown(usize),
    /// A text.
    Text(Excerpt),
    /// The first bytes of what is no text, and how many there are.
    Bytes(Vec<u8>, usize),
}

/// The beginning of a text.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Excerpt {
    pub(super) text: String,
    /// How many characters come after it.
    pub(super) left_out: usize,
}

impl Side {
    /// A side, opened.
    pub(super) fn of(
        side: Which,
        url: Option<&str>,
        headers: Headers,
        body: Option<&[u8]>,
        redactions: Option<Redactions>,
    ) -> Self {
        let bytes = body.unwrap_or_default();
        let messages = decode::decode(&decode::Carrier { side, url, headers: &headers, body: bytes });
        let body = Body::of(bytes, &messages);
        Self {
            headers: headers.0.into_iter().map(|header| (header.0, header.1)).collect(),
            messages: messages.into_iter().map(Opened::of).collect(),
            body,
            size: 0,
            truncated: false,
            redactions: redactions.map(|it| it.0).unwrap_or_default(),
        }
    }

    /// The same with what is known of what was sent.
    pub(super) fn sized(self, size: Option<i64>, truncated: Option<bool>) -> Self {
        let size = size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
        Self { size, truncated: truncated.unwrap_or_default(), ..self }
    }
}

impl Opened {
    fn of(message: Message) -> Self {
        let Message { kind, summary, text } = message;
        let repeats = is_told_by(&text, &summary);
        // Of JSON and XML of no known meaning, the summary is the beginning of the text.
        let summary = if matches!(kind, Kind::Json | Kind::Xml) && !text.is_empty() { Vec::new() } else { summary };
        Self {
            kind: kind.name().to_owned(),
            meaning: kind.meaning().to_owned(),
            summary,
            text: (!repeats).then(|| Excerpt::of(&text)),
        }
    }
}

/// Whether a text has the lines of a summary and no more.
fn is_told_by(text: &str, summary: &[(String, String)]) -> bool {
    let lines: Vec<_> = text.trim_end().lines().collect();
    let told = |(line, (key, value)): (&&str, &(String, String))| {
        let said = line.trim_end().strip_prefix(key.as_str());
        said.is_some_and(|said| [": ", " = "].iter().any(|sign| said.strip_prefix(sign) == Some(value)))
    };
    lines.len() == summary.len() && lines.iter().zip(summary).all(told)
}

impl Body {
    fn of(bytes: &[u8], messages: &[Message]) -> Self {
        if bytes.is_empty() {
            return Self::None;
        }
        let Ok(text) = str::from_utf8(bytes) else {
            return Self::Bytes(bytes[..bytes.len().min(BYTES_MAX)].to_vec(), bytes.len());
        };
        let shown = messages.iter().position(|message| is_same(&message.text, text));
        shown.map_or_else(|| Self::Text(Excerpt::of(text)), Self::Shown)
    }
}

/// Whether two texts differ in white space alone, as one that was indented does.
fn is_same(one: &str, other: &str) -> bool {
    let one = one.chars().filter(|letter| !letter.is_whitespace());
    one.eq(undeclared(other).chars().filter(|letter| !letter.is_whitespace()))
}

/// XML without its declaration, which tells readers of bytes how to read them.
fn undeclared(text: &str) -> &str {
    let declared = text.trim_start().strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"));
    declared.map_or(text, |(_, rest)| rest)
}

impl Excerpt {
    fn of(text: &str) -> Self {
        match text.char_indices().nth(TEXT_MAX) {
            Some((end, _)) => Self { text: text[..end].to_owned(), left_out: text[end..].chars().count() },
            None => Self { text: text.to_owned(), left_out: 0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::payload::Header;

    fn side(content_type: &str, body: &str) -> Side {
        let headers = Headers(vec![Header("Content-Type".to_owned(), content_type.to_owned())]);
        Side::of(Which::Response, None, headers, Some(body.as_bytes()), None)
    }

    #[test]
    fn a_body_that_was_indented_is_not_shown_twice() {
        for (kind, body) in [
            ("application/json", r#"{"b":1,"a":[1,2]}"#),
            ("application/xml", "<?xml version=\"1.0\"?>\n<a><b>c</b></a>"),
        ] {
            assert!(matches!(side(kind, body).body, Body::Shown(0)), "{body}");
        }
        assert!(matches!(side("text/html", "<html><title>a</title></html>").body, Body::Text(_)));
        assert!(matches!(side("text/plain", "").body, Body::None));
    }

    #[test]
    fn a_summary_that_says_all_has_no_text_beside_it() {
        let summary = [("a".to_owned(), "b".to_owned()), ("c".to_owned(), "d".to_owned())];
        assert!(is_told_by("a: b\nc = d\n", &summary));
        for text in ["a: b", "a: b\nc: x", "a: b\nc: d\ne: f", "b: a\nc: d"] {
            assert!(!is_told_by(text, &summary), "{text}");
        }
    }

    #[test]
    fn a_long_text_is_cut_and_says_how_much_is_missing() {
        let text = "ü".repeat(TEXT_MAX + 7);
        let Body::Text(excerpt) = side("text/plain", &text).body else { panic!("it is a text") };
        assert_eq!((excerpt.text.chars().count(), excerpt.left_out), (TEXT_MAX, 7));
    }
}
