//! The two sides of a call as the template wants them: each part with its heading, its lines and what
//! is not among them.

use super::{
    Entry,
    code::{Code, Lines},
    side::{Body, Excerpt, Opened, Side},
    words,
};
use crate::report::{
    grouped,
    pdf::{Array, Dict, Fitter, IntoValue, Room, Value, array, dict},
};
use entity::payload::Redaction;

/// The size of the type of payloads, in points.
pub(super) const CODE: f64 = 6.8;
/// The size of the type of keys.
const KEY: f64 = 7.5;
/// The width of the keys of a table, with the space behind them.
pub(super) const KEYS: f64 = 130.0;
/// What a key leaves free before its value.
const GAP: f64 = 10.0;
/// What a block of code leaves free at its sides, together.
pub(super) const INSET: f64 = 16.0;

/// Room for the mark at the end of what was cut.
const MARK: f64 = CODE;

/// How many lines of the address that was called: one with a SAML message has some thirty.
const CALL_LINES: usize = 40;
/// How many lines of a header's value.
const HEADER_LINES: usize = 16;
/// How many lines of a summary's value.
const VALUE_LINES: usize = 6;
/// How many lines the redactions of a side are listed in.
const REDACTIONS_LINES: usize = 40;
/// The most lines of one text, and the least, whatever stands above it.
const TEXT_LINES: (usize, usize) = (400, 12);
/// The same of one summary.
const SUMMARY_LINES: (usize, usize) = (80, 8);
/// The most lines that one side has, and the least where there are many sides.
const SIDE_LINES: (usize, usize) = (800, 170);
/// The lines of all sides together, where they have more than the least.
const ALL_LINES: usize = 8000;

/// Where all that is left out can be had.
const WHOLE: &str = "the attached records.csv and the API have all that was recorded";

/// Sets sides, for pages of some width.
pub(super) struct Setter<'p> {
    pub(super) code: Code<'p>,
    pub(super) text: Fitter<'p>,
    /// The width of the page within its margins, in points.
    width: f64,
    /// How many lines each side has.
    side_lines: usize,
    /// How many of these are left.
    left: usize,
}

impl<'p> Setter<'p> {
    /// For a case of so many records.
    pub(super) fn new(code: Code<'p>, text: Fitter<'p>, width: f64, records: usize) -> Self {
        let (most, least) = SIDE_LINES;
        let side_lines = (ALL_LINES / (2 * records).max(1)).clamp(least, most);
        Self { code, text, width, side_lines, left: side_lines }
    }

    /// The width of the page within its margins, in points.
    pub(super) fn width(&self) -> f64 {
        self.width
    }

    /// Request and response of a record.
    pub(super) fn sides(&mut self, entry: &Entry) -> [Dict; 2] {
        let row = &entry.row;
        let call: Vec<_> = [&row.method, &row.url].into_iter().flatten().map(String::as_str).collect();
        let answer = row.status_code.map(|code| format!("HTTP {}", words::status(code))).unwrap_or_default();
        [
            self.side("Request", &call.join(" "), entry.request.as_ref()),
            self.side("Response", &answer, entry.response.as_ref()),
        ]
    }

    fn side(&mut self, name: &str, line: &str, side: Option<&Side>) -> Dict {
        self.left = self.side_lines;
        let line = (!line.is_empty()).then(|| self.call(line));
        let noun = name.to_lowercase();
        let Some(side) = side else {
            let absent = format!("No headers and no body of the {noun} were recorded.");
            return dict! { "name" => name, "line" => line, "note" => absent, "parts" => Array::new() };
        };
        let mut parts = Vec::new();
        parts.extend(self.headers(&side.headers));
        parts.extend(
            side.messages
                .iter()
                .enumerate()
                .map(|(at, message)| self.message(message, matches!(side.body, Body::Shown(shown) if shown == at))),
        );
        parts.extend(self.body(side, &noun));
        parts.extend(self.redactions(&side.redactions));
        dict! {
            "name" => name,
            "line" => line,
            "note" => said(side, &noun),
            "parts" => parts.into_iter().map(IntoValue::into_value).collect::<Array>(),
        }
    }

    /// What was called, or what came of it.
    fn call(&mut self, line: &str) -> Value {
        let line = self.block(line, CALL_LINES);
        self.text.cut |= line.left_out > 0;
        parts(line.ending())
    }

    fn headers(&mut self, headers: &[(String, String)]) -> Option<Dict> {
        // The other half is the body's, however long headers are.
        let (rows, more) = self.pairs(headers, HEADER_LINES, self.left / 2);
        let more = (more > 0).then(|| format!("{more} more headers are not printed: {WHOLE}."));
        (!headers.is_empty()).then(|| table("Headers", None, ["Name", "Value"], rows, more))
    }

    fn message(&mut self, message: &Opened, is_body: bool) -> Dict {
        let (most, least) = SUMMARY_LINES;
        let (values, more) = self.pairs(&message.summary, VALUE_LINES, self.left.clamp(least, most));
        let more = (more > 0).then(|| format!("{more} more values are not printed: {WHOLE}."));
        let title = words::kind(&message.kind);
        let body = if is_body { " This is the whole body, indented." } else { "" };
        let note = format!("{}{body}", message.meaning);
        let mut part = table(&title, Some(&note), ["Name", "Value"], values, more);
        if let Some(text) = &message.text {
            let (code, more) = self.excerpt(text);
            part.insert("code".into(), code);
            part.insert("left-out".into(), more.into_value());
        }
        part
    }

    fn body(&mut self, side: &Side, noun: &str) -> Option<Dict> {
        let title = format!("Body of the {noun}");
        let part = |note: String, code: Value, more: Option<String>| {
            dict! { "title" => title.as_str(), "note" => note, "code" => code, "left-out" => more }
        };
        match &side.body {
            Body::None | Body::Shown(_) => None,
            Body::Text(text) => {
                let (code, more) = self.excerpt(text);
                Some(part("As it was recorded.".to_owned(), code, more))
            }
            Body::Bytes(bytes, all) => {
                let lines = bytes.chunks(16).enumerate().map(dumped).collect::<Vec<_>>().join("\n");
                let code = self.block(&lines, bytes.len());
                let left_out = all - bytes.len();
                let more = (left_out > 0).then(|| format!("{} more bytes are not printed: {WHOLE}.", number(left_out)));
                Some(part("It is no text; its bytes, in hexadecimal:".to_owned(), parts(code), more))
            }
        }
    }

    fn redactions(&mut self, redactions: &[Redaction]) -> Option<Dict> {
        let of = |it: &Redaction| (it.path.clone(), format!("{} [redacted:{}]", it.rule, it.fingerprint));
        let listed: Vec<_> = redactions.iter().map(of).collect();
        let (rows, more) = self.pairs(&listed, 2, REDACTIONS_LINES);
        let more = (more > 0).then(|| format!("{more} more places are not listed."));
        let note = "Taken out before it was recorded; equal fingerprints are equal secrets.";
        (!redactions.is_empty()).then(|| table("Redacted", Some(note), ["Where", "What"], rows, more))
    }

    /// Names with their values in rows of a table, as far as there is room for them, and how many that
    /// leaves out.
    fn pairs(&mut self, pairs: &[(String, String)], each: usize, room: usize) -> (Array, usize) {
        let (mut rows, mut used) = (Array::new(), 0);
        for (name, value) in pairs {
            if used >= room {
                break;
            }
            let name = self.text.fit(name, Room { size: KEY, width: KEYS - GAP, lines: 3 });
            let value = self.code.lines(value, Room { size: CODE, width: self.width - KEYS - MARK, lines: each });
            self.text.cut |= value.left_out > 0;
            used += name.len().max(value.count);
            rows.push(array![name.join("\n"), parts(value.ending())].into_value());
        }
        self.spend(used);
        let left_out = pairs.len() - rows.len();
        (rows, left_out)
    }

    /// A text in a block of its own, as far as there is room for it, and what that leaves out.
    fn excerpt(&mut self, excerpt: &Excerpt) -> (Value, Option<String>) {
        let (most, least) = TEXT_LINES;
        let lines = self.block(&excerpt.text, self.left.clamp(least, most));
        self.spend(lines.count);
        let left_out = lines.left_out + excerpt.left_out;
        let more = (left_out > 0).then(|| format!("{} more characters are not printed: {WHOLE}.", number(left_out)));
        (parts(lines), more)
    }

    fn block(&mut self, text: &str, lines: usize) -> Lines {
        self.code.lines(text, Room { size: CODE, width: self.width - INSET - MARK, lines })
    }

    fn spend(&mut self, lines: usize) {
        self.left = self.left.saturating_sub(lines);
    }
}

/// A part that is a table of two columns.
fn table(title: &str, note: Option<&str>, heads: [&str; 2], rows: Array, more: Option<String>) -> Dict {
    dict! { "title" => title, "note" => note, "heads" => array![heads[0], heads[1]], "rows" => rows, "more" => more }
}

/// What is known of a side as it was sent.
fn said(side: &Side, noun: &str) -> String {
    let body = match side.size {
        0 => format!("The {noun} has no body."),
        count => format!("The {noun}'s body had {} as it was sent.", words::bytes(count)),
    };
    if side.truncated {
        format!("{body} The log keeps the first 256 KiB of a body, and as much of headers: the rest was cut off.")
    } else {
        body
    }
}

/// Sixteen bytes: where they stand, their digits, and those of them that are letters.
fn dumped((line, bytes): (usize, &[u8])) -> String {
    let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let letter = |byte: &u8| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' };
    let letters: String = bytes.iter().map(letter).collect();
    format!("{:08x}  {:47}  {letters}", line * 16, digits.join(" "))
}

/// Plain text and markers by turns.
pub(super) fn parts(lines: Lines) -> Value {
    lines.parts.into_iter().map(IntoValue::into_value).collect::<Array>().into_value()
}

fn number(count: usize) -> String {
    grouped(u64::try_from(count).unwrap_or(u64::MAX))
}
