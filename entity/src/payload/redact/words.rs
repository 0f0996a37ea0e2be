//! The words of a text: what parts them, which signs are in them, and how they stand in their line.

/// How far a line is looked at, either way.
const LINE_MAX: usize = 128;

/// White space, quotes and brackets that no URL holds.
pub(super) fn parts_words(byte: u8) -> bool {
    byte <= b' ' || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'{' | b'}' | b'|' | b'\\' | 0x7F)
}

/// The first of each of the signs in a word that say what it is.
#[derive(Default)]
pub(super) struct Signs {
    pub(super) equals: Option<usize>,
    /// Of a URL: `://`, or the question mark before a query.
    pub(super) link: Option<usize>,
    pub(super) colon: Option<usize>,
    pub(super) ampersand: Option<usize>,
    /// An equals sign in percent-encoding, once or several times.
    pub(super) encoded: Option<usize>,
    /// Whether there is a quote or a bracket as XML writes it.
    pub(super) entity: bool,
}

impl Signs {
    pub(super) fn of(word: &[u8]) -> Self {
        let mut signs = Self::default();
        for (at, byte) in word.iter().enumerate() {
            let is = |name: &&[u8]| word[at + 1..].starts_with(name);
            signs.entity |= *byte == b'&' && [b"quot;".as_slice(), b"lt;", b"gt;", b"apos;", b"#"].iter().any(is);
            let first = match byte {
                b'=' => &mut signs.equals,
                b'&' => &mut signs.ampersand,
                b'?' => &mut signs.link,
                b':' if word[at..].starts_with(b"://") => &mut signs.link,
                b':' => &mut signs.colon,
                b'%' if is_encoded_equals(&word[at + 1..]) => &mut signs.encoded,
                _ => continue,
            };
            first.get_or_insert(at);
        }
        signs
    }
}

/// `3D`, or `253D` and so on, as it follows a percent sign.
fn is_encoded_equals(mut digits: &[u8]) -> bool {
    for _ in 0..8 {
        match digits.strip_prefix(b"25") {
            Some(rest) => digits = rest,
            None => break,
        }
    }
    digits.starts_with(b"3D") || digits.starts_with(b"3d")
}

/// Whether the word from `start` to `end` is all that its line has behind one name and a sign, as in files of settings:
/// `  password: abc`. A text of one line is a remark.
pub(super) fn ends_setting(text: &[u8], start: usize, end: usize) -> bool {
    let before = &text[start.saturating_sub(LINE_MAX)..start];
    let after = &text[end..text.len().min(end + LINE_MAX)];
    let is_end = |b: &u8| matches!(b, b'\n' | b'\r');
    let close = after.iter().position(|b| !matches!(b, b' ' | b'\t')).map(|at| &after[at]);
    let open = before.iter().rposition(is_end);
    if !close.is_none_or(is_end) || (open.is_none() && (before.len() < start || close.is_none())) {
        return false;
    }
    let line = before[open.map_or(0, |open| open + 1)..].trim_ascii();
    let lead =
        [b"- ".as_slice(), b"export ", b"set "].into_iter().find_map(|lead| line.strip_prefix(lead)).unwrap_or(line);
    let name = lead.strip_suffix(b":").or_else(|| lead.strip_suffix(b"=")).unwrap_or_default().trim_ascii_end();
    !name.is_empty() && name.iter().all(|b| b.is_ascii_alphanumeric() || b"_-.$[]/".contains(b))
}

/// How long the literal is that begins with a quote, if it ends in its line and has an escape in it.
pub(super) fn literal(text: &[u8]) -> Option<usize> {
    let quote = *text.first()?;
    let (mut at, mut escaped) = (1, false);
    loop {
        match *text.get(at)? {
            b'\n' => return None,
            b'\\' => {
                escaped = true;
                at += 2;
            }
            byte if byte == quote => return escaped.then_some(at - 1),
            _ => at += 1,
        }
    }
}
