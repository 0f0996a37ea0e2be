//! Microsoft's errors: Entra ID's, which have an AADSTS code wherever they stand, and those of Graph and its like.

use super::super::{
    Kind,
    json::text,
    jwt::claim,
    message::{Message, cut},
};
use serde_json::{Map, Value};

/// How Entra ID's codes begin.
const CODE: &str = "AADSTS";
/// How much of a page is taken for the sentence behind a code.
const SENTENCE_MAX: usize = 2000;

/// The error that an object is.
pub(super) fn read(object: &Map<String, Value>) -> Option<Message> {
    let description = text(object, "error_description").unwrap_or_default();
    if description.contains(CODE) || object.contains_key("error_codes") || object.contains_key("trace_id") {
        text(object, "error")?;
        let mut message = Message::new(Kind::MicrosoftError);
        message.maybe("Code", code(description));
        super::members(object, &["error", "suberror"], &mut message);
        sentence(description, &mut message);
        super::members(
            object,
            &["error_codes", "trace_id", "correlation_id", "timestamp", "error_uri", "claims"],
            &mut message,
        );
        return Some(message);
    }
    // OData: `code` is a word, and what is inside has an id for their support.
    let error = object.get("error")?.as_object()?;
    let inner = ["innerError", "innererror"].iter().find_map(|name| error.get(*name)?.as_object())?;
    text(error, "code")?;
    let mut message = Message::new(Kind::MicrosoftError);
    super::members(error, &["code", "message", "target"], &mut message);
    for (name, value) in inner {
        message.maybe(name, claim(value));
    }
    Some(message)
}

/// An error of Entra ID within a text: a page, a redirect's description, a challenge.
pub(in super::super) fn in_text(text: &str) -> Option<Message> {
    let start = text.find(CODE)?;
    let rest = &text[start..];
    code(rest)?;
    // On a page it stands in a script's string.
    let end = rest.find(['"', '<', '\0']).unwrap_or(rest.len());
    let said = cut(&rest[..end], SENTENCE_MAX).replace("\\r\\n", "\n").replace("\\u0027", "'");
    let mut message = Message::new(Kind::MicrosoftError);
    message.maybe("Code", code(&said));
    sentence(&said, &mut message);
    Some(message.with_text(said))
}

/// `AADSTS50105`.
fn code(text: &str) -> Option<&str> {
    let start = text.find(CODE)?;
    let digits = text[start + CODE.len()..].bytes().take_while(u8::is_ascii_digit).count();
    (digits >= 4).then(|| &text[start..start + CODE.len() + digits])
}

/// The description without its code, and the ids that it ends with, each on its own.
fn sentence(description: &str, message: &mut Message) {
    const ENDS: &[&str] = &["Trace ID:", "Correlation ID:", "Timestamp:"];
    let end = ENDS.iter().filter_map(|name| description.find(name)).min().unwrap_or(description.len());
    let said = &description[..end];
    let said = code(said).and_then(|code| said.split_once(code)).map_or(said, |(_, said)| said.trim_start_matches(':'));
    message.add("Message", said);
    for name in ENDS {
        let Some((_, value)) = description.split_once(name) else { continue };
        let next = ENDS.iter().filter_map(|other| value.find(other)).min().unwrap_or(value.len());
        message.maybe(name.trim_end_matches(':'), value[..next].lines().next());
    }
}
