//! JSON from outside: whether a text is some, whether some begins in it, and where that ends.

/// Whether the text begins like a JSON object or array.
pub(super) fn is_likely(text: &[u8]) -> bool {
    let second = |rest: &[u8]| rest.trim_ascii_start().first().copied();
    match text.trim_ascii_start() {
        [b'{', rest @ ..] => matches!(second(rest), Some(b'"' | b'}') | None),
        [b'[', rest @ ..] => matches!(second(rest), Some(b'{' | b'[' | b'"' | b']' | b'-' | b'0'..=b'9') | None),
        _ => false,
    }
}

/// Whether JSON begins there within a text: brackets, and then a string or an end. In a literal, the quotes have escapes.
pub(super) fn begins(text: &[u8]) -> bool {
    let brackets = text.iter().take_while(|b| b.is_ascii_whitespace() || matches!(b, b'{' | b'[')).take(16).count();
    is_likely(text) && matches!(text.get(brackets), Some(b'"' | b'}' | b']'))
}

/// How long the object or array is that begins the text; to the end, if it is not closed.
pub(super) fn extent(text: &[u8]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => at = string_end(text, at + 1),
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return at + 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// Where the string ends whose first byte is at `at`: at its quote, or with the text.
pub(super) fn string_end(text: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => break,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at.min(text.len())
}
