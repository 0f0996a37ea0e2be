//! What went wrong, in a short sentence, as the transport or the other side said it. Codes, tokens
//! and passwords that a careless server repeats are left out.

use super::{exchange::Exchange, html, jwt, oauth, reading::Reading};
use serde_json::{Map, Value};

/// The longest sentence, in characters.
const SENTENCE_MAX: usize = 500;

/// What went wrong; `None` where nothing says so.
pub(super) fn of(exchange: &Exchange<'_>, reading: &Reading) -> Option<String> {
    let Some(status) = exchange.entry.status else {
        let said = exchange.entry.error.as_deref().filter(|error| !error.trim().is_empty());
        return Some(sentence(said.unwrap_or("The call ended without an HTTP answer")));
    };
    let by_message = || reading.messages().find_map(|message| message.failure.clone());
    let by_answer = || {
        if status >= 400 { answered(exchange) } else { sent_on(exchange) }
    };
    by_message().or_else(by_answer).map(|text| sentence(&text)).filter(|text| !text.is_empty())
}

/// What an answer with an error status says.
fn answered(exchange: &Exchange<'_>) -> Option<String> {
    exchange.json.as_ref().and_then(in_json).or_else(|| challenge(exchange)).or_else(|| {
        let page = exchange.page()?;
        html::title(&page)
    })
}

/// An error that the answer's redirect carries.
fn sent_on(exchange: &Exchange<'_>) -> Option<String> {
    let url = exchange.location.as_ref()?;
    let find =
        |wanted: &str| url.query_pairs().find(|(name, value)| name == wanted && !value.is_empty()).map(|(_, v)| v);
    oauth::failure(Some(&find("error")?), find("error_description").as_deref())
}

/// The errors of OAuth, `SuiteTalk` REST, SCIM, RFC 9457 problems, Microsoft Graph and Google, and
/// of those who only say a message.
fn in_json(answer: &Map<String, Value>) -> Option<String> {
    let text = |name| jwt::text(answer, name);
    if let Some(Value::Array(details)) = answer.get("o:errorDetails") {
        let detail = details.first()?.as_object()?;
        return Some(with_code(jwt::text(detail, "o:errorCode"), jwt::text(detail, "detail")?));
    }
    match answer.get("error") {
        Some(Value::Object(error)) => {
            let code = ["code", "status"].iter().find_map(|name| jwt::text(error, name));
            return Some(with_code(code, jwt::text(error, "message")?));
        }
        Some(Value::String(_)) => {
            let description = text("error_description").or_else(|| text("message"));
            return oauth::failure(text("error"), description);
        }
        _ => {}
    }
    if let Some(Value::Array(errors)) = answer.get("errors").or_else(|| answer.get("Errors")) {
        let error = errors.first()?;
        let message = ["message", "detail", "description"].iter().find_map(|name| error.get(name)?.as_str());
        return message.or(error.as_str()).map(str::to_owned);
    }
    if let Some(detail) = text("detail") {
        return Some(with_code(text("scimType").or_else(|| text("title")), detail));
    }
    ["title", "message", "errorSummary", "error_description"].iter().find_map(|name| text(name)).map(str::to_owned)
}

fn with_code(code: Option<&str>, text: &str) -> String {
    match code {
        Some(code) => format!("{code}: {text}"),
        None => text.to_owned(),
    }
}

/// `WWW-Authenticate: Bearer error="invalid_token", error_description="…"` (RFC 6750), and OAuth 1's.
fn challenge(exchange: &Exchange<'_>) -> Option<String> {
    let header = exchange.entry.response.header("www-authenticate")?;
    let value = |name: &str| {
        let (_, rest) = header.split_once(&format!("{name}=\""))?;
        rest.split_once('"').map(|(value, _)| value)
    };
    oauth::failure(value("error"), value("error_description"))
}

/// One line, of words that are no secrets, cut to its bound.
fn sentence(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().map(|word| if is_secret(word) { "…" } else { word }).collect();
    let line = words.join(" ");
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    match line.char_indices().nth(SENTENCE_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Whether a word looks like a code, a token or a key: long, of one piece, letters and digits mixed.
fn is_secret(word: &str) -> bool {
    word.split(|c: char| !(c.is_ascii_alphanumeric() || "-_+/=~.".contains(c))).any(|piece| {
        let digits = piece.bytes().filter(u8::is_ascii_digit).count();
        let letters = piece.bytes().filter(u8::is_ascii_alphabetic).count();
        let hyphens = piece.bytes().filter(|b| *b == b'-').count();
        let uuid = piece.len() == 36 && hyphens == 4;
        let host_or_path = piece.contains('.') || piece.contains('/');
        piece.starts_with("eyJ") || (piece.len() >= 20 && digits >= 3 && letters >= 3 && !uuid && !host_or_path)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn errors_of_many_kinds() {
        for (answer, said) in [
            (
                json!({"error": "invalid_grant", "error_description": "grant request is invalid"}),
                "invalid_grant: grant request is invalid",
            ),
            (json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "No"}}), "PERMISSION_DENIED: No"),
            (
                json!({"title": "Bad Request", "status": 400, "o:errorDetails": [{"detail": "Enter a value.", "o:errorCode": "USER_ERROR"}]}),
                "USER_ERROR: Enter a value.",
            ),
            (
                json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "detail": "Taken", "scimType": "uniqueness"}),
                "uniqueness: Taken",
            ),
            (json!({"type": "about:blank", "title": "Not found"}), "Not found"),
            (json!({"errors": [{"message": "first"}, {"message": "second"}]}), "first"),
        ] {
            assert_eq!(in_json(answer.as_object().unwrap()).as_deref(), Some(said));
        }
        assert_eq!(in_json(json!({"value": []}).as_object().unwrap()), None);
    }

    #[test]
    fn secrets_are_left_out_and_ids_kept() {
        let text = "Code 9X7A-ev_jmYzpuHM3iO_EqZjLilXZTYBSWpE8Lww6Te or 'eyJhbGciOiJSUzI1NiJ9.eyJ' of\n 2d3a1b3c-1234-4000-8000-000000000000 at login.example.com:443";
        assert_eq!(sentence(text), "Code … or … of 2d3a1b3c-1234-4000-8000-000000000000 at login.example.com:443");
        assert_eq!(sentence(&"a ".repeat(1000)).chars().count(), SENTENCE_MAX + 1);
    }
}
