//! From the bytes of an entry to JSON, mending what capture tools are known to write and JSON
//! does not allow: halves of surrogate pairs, and bytes that are no UTF-8.

use entity::fault::Fault;
use serde_json::Value;

/// The entry as JSON.
pub(super) fn json(bytes: Vec<u8>) -> Result<Value, Fault> {
    let text = String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
    serde_json::from_str(&text)
        .or_else(|error| match whole_surrogates(&text) {
            Some(mended) => serde_json::from_str(&mended),
            None => Err(error),
        })
        .map_err(|error| Fault::new("entry", format!("is no JSON from its character {} on", error.column())))
}

/// The text with U+FFFD in place of every half of a surrogate pair, if there is one.
fn whole_surrogates(text: &str) -> Option<String> {
    let mut mended = String::with_capacity(text.len());
    let mut rest = text;
    let mut any = false;
    while let Some(place) = rest.find('\\') {
        mended.push_str(&rest[..place]);
        rest = &rest[place..];
        let length = match (unit(rest), rest.get(6..).and_then(unit)) {
            (Some(0xD800..0xDC00), Some(0xDC00..0xE000)) => 12,
            (Some(0xD800..0xE000), _) => {
                any = true;
                mended.push('\u{fffd}');
                rest = &rest[6..];
                continue;
            }
            // A backslash and what it escapes, which may be another backslash.
            _ => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        mended.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    mended.push_str(rest);
    any.then_some(mended)
}

/// The code unit that a `\uXXXX` at the beginning stands for.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_pairs_are_replaced_and_whole_pairs_kept() {
        let text = r#"{"a":"\ud83d \ud83d\ude00 \\ud83d \udc00\"é"}"#;
        let value = json(text.as_bytes().to_vec()).unwrap();
        assert_eq!(value["a"], "\u{fffd} 😀 \\ud83d \u{fffd}\"é");
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        assert_eq!(json(b"{\"a\":\"\xff\"}".to_vec()).unwrap()["a"], "\u{fffd}");
    }

    #[test]
    fn the_rest_is_refused_without_repeating_it() {
        let fault = json(b"{\"secret\": NaN}".to_vec()).unwrap_err();
        assert!(fault.message.starts_with("is no JSON") && !fault.message.contains("NaN"), "{fault}");
    }
}
