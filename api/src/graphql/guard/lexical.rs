//! What a document may be as text: its bytes, its tokens and how deep its brackets nest, all
//! counted in one pass before a parser sees it. Deeply nested literals overflow the parser's
//! stack, which ends the process and not the request.

use super::Refusal;

/// The most bytes of a document. The longest that a person or a client generator writes is a
/// tenth of it; what is larger holds data, and data goes into variables.
pub(super) const BYTES_MAX: usize = 100_000;
/// The most tokens of a document: the standard introspection query has about 350.
pub(super) const TOKENS_MAX: usize = 4_000;
/// How deep brackets of any kind may nest. People's queries stay below twenty.
pub(super) const NESTING_MAX: usize = 60;

/// Bounds a document's text. Nothing in strings and comments counts but their bytes.
pub(super) fn check(document: &str) -> Result<(), Refusal> {
    if document.len() > BYTES_MAX {
        return Err(format!(
            "The document has {} bytes; at most {BYTES_MAX} are taken: put data into variables, or ask in parts.",
            document.len()
        ));
    }
    let bytes = document.as_bytes();
    let (mut at, mut depth, mut tokens) = (0, 0usize, 0usize);
    while at < bytes.len() {
        let token = match bytes[at] {
            b'(' | b'[' | b'{' => {
                depth += 1;
                true
            }
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                true
            }
            b'#' => {
                at = line_end(bytes, at);
                false
            }
            b'"' => {
                // The parser would take such a one for an empty string, and read on after it.
                let unended = || "The document has a block string that does not end.".to_owned();
                at = string_end(bytes, at).ok_or_else(unended)?;
                true
            }
            byte if in_word(byte) => {
                at = word_end(bytes, at);
                true
            }
            b'.' if bytes[at..].starts_with(b"...") => {
                at += 2;
                true
            }
            // Commas are white space. A byte of no token at all is for the parser to name.
            byte => !byte.is_ascii_whitespace() && byte != b',' && byte.is_ascii(),
        };
        tokens += usize::from(token);
        if depth > NESTING_MAX {
            return Err(format!(
                "The document nests brackets deeper than {NESTING_MAX} levels: put nested data into variables."
            ));
        }
        if tokens > TOKENS_MAX {
            return Err(format!(
                "The document has more than {TOKENS_MAX} tokens: put data into variables, or ask in parts."
            ));
        }
        at += 1;
    }
    Ok(())
}

/// A byte of a name or of a number.
fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The last byte of the word that begins at `start`.
fn word_end(bytes: &[u8], start: usize) -> usize {
    bytes[start..].iter().position(|&b| !in_word(b)).map_or(bytes.len(), |n| start + n) - 1
}

/// The last byte of a comment, its line's end not included.
fn line_end(bytes: &[u8], start: usize) -> usize {
    bytes[start..].iter().position(|b| matches!(b, b'\n' | b'\r')).map_or(bytes.len(), |n| start + n)
}

/// The last byte of the string that begins at `start`; none where a block string does not end.
fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let block = bytes[start..].starts_with(b"\"\"\"");
    let mut at = start + if block { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if block && bytes[at + 1..].starts_with(b"\"\"\"") => at += 3,
            b'\\' if !block => at += 1,
            b'"' if block && bytes[at..].starts_with(b"\"\"\"") => return Some(at + 2),
            b'"' | b'\n' | b'\r' if !block => return Some(at),
            _ => {}
        }
        at += 1;
    }
    (!block).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_and_comments_do_not_nest() {
        let many = "[".repeat(100);
        assert!(check(&format!("{{ a(b: \"{many}\\\"{many}\") }}")).is_ok());
        assert!(check(&format!("{{ a(b: \"\"\"{many}\\\"\"\"{many}\"\"\") }} # {many}\n")).is_ok());
        assert!(check(&format!("{{ a }} # \" {many}\n{{")).is_ok());
        for open in ["{ a(b: \"\" c: ", "# a comment\n{ a(b: ", "# a comment\r{ a(b: ", "{ a(b: \"\\\\\" c: "] {
            assert!(check(&format!("{open}{many}) }}")).unwrap_err().contains("60 levels"), "{open}");
        }
        assert!(check("\"").is_ok() && check("\"\\").is_ok());
        for unended in ["\"\"\"", "\"\"\"\\", "{ a(b: [\"\"\" \" [[[", "\"\"\" \\\"\"\""] {
            assert!(check(unended).unwrap_err().contains("does not end"), "{unended}");
        }
    }

    #[test]
    fn tokens_are_counted_as_the_grammar_has_them() {
        // With the comment and the commas they are fourteen, and no more.
        let fourteen = "{ a: b(c: 1) ...d @e } # of no account\n,,,\u{feff}";
        let room = TOKENS_MAX / 14;
        assert!(check(&fourteen.repeat(room)).is_ok());
        assert!(check(&fourteen.repeat(room + 1)).unwrap_err().contains("4000 tokens"));
        assert!(check(&"\"a b c\" ".repeat(TOKENS_MAX)).is_ok());
        assert!(check(&"\"a b c\" ".repeat(TOKENS_MAX + 1)).is_err());
    }

    #[test]
    fn bytes_are_bounded_first() {
        assert!(check(&" ".repeat(BYTES_MAX)).is_ok());
        assert!(check(&" ".repeat(BYTES_MAX + 1)).unwrap_err().contains("100001 bytes"));
    }
}
