//! Texts that no spreadsheet takes for a formula (CWE-1236), whoever wrote them into a record.
//!
//! An apostrophe goes in front, which spreadsheets show as plain text. To have a text back as it
//! was, take one apostrophe away wherever one stands as described here; nothing else is changed.

use std::borrow::Cow;

const SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// What begins a formula whatever follows.
const EQUALS: [char; 2] = ['=', '＝'];

/// Without these a formula of the other signs neither calls a function nor asks another program or file.
const MEANS: [char; 6] = ['(', '!', '|', '（', '！', '｜'];

/// The text, made harmless.
///
/// At its start, an apostrophe goes before whatever would be run or, as `+49 30` would, reckoned.
///
/// Within it, one goes before the sign where a reader that splits at another delimiter than the
/// file's would begin a cell: so does a spreadsheet that opens, without asking, a file with commas
/// in a country where semicolons are usual, and the quotes around a field do not stop it. There an
/// equals sign is always touched, and the others where they can do harm: `[1,-2]` stays as it is.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    let mut signs = inner_signs(text).peekable();
    let runs = runs(text);
    if !runs && signs.peek().is_none() {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 1);
    if runs {
        safe.push('\'');
    }
    let mut kept = 0;
    for sign in signs {
        safe.push_str(&text[kept..sign]);
        safe.push('\'');
        kept = sign;
    }
    safe.push_str(&text[kept..]);
    Cow::Owned(safe)
}

/// Whether a cell that holds this text is run. Apostrophes are looked through, so that one that was
/// there before can be told from one that we gave.
fn runs(text: &str) -> bool {
    let text = text.trim_start_matches('\'');
    text.starts_with(['\t', '\r', '\n', '\0']) || text.trim_start_matches(unseen).starts_with(SIGNS)
}

/// What spreadsheets skip before they look for the sign.
fn unseen(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}' | '\u{feff}')
}

/// Where within a text there is a sign by which another reader's cell would be run.
fn inner_signs(text: &str) -> impl Iterator<Item = usize> {
    // A body that means nothing of the kind is long at times, and need not be looked at closely.
    let text = if text.contains(EQUALS) || means(text).is_some() { text } else { "" };
    pieces(text, &['\r', '\n']).flat_map(|(line_at, line)| {
        let means = means(line).unwrap_or(0);
        pieces(line, &[',', ';', '\t']).filter_map(move |(cell_at, cell)| {
            let sign_at = cell_at + sign(cell)?;
            let runs = sign_at < means || line[sign_at..].starts_with(EQUALS);
            (line_at + cell_at > 0 && runs).then_some(line_at + sign_at)
        })
    })
}

/// Where a text has the last of the means.
fn means(text: &str) -> Option<usize> {
    MEANS.into_iter().filter_map(|means| text.rfind(means)).max()
}

/// The pieces of a text, each with its end, and where they begin.
fn pieces<'t>(text: &'t str, ends: &'static [char]) -> impl Iterator<Item = (usize, &'t str)> {
    let mut next = 0;
    text.split_inclusive(ends).map(move |piece| {
        let at = next;
        next += piece.len();
        (at, piece)
    })
}

/// The place of the sign that a cell begins with, unless all that it says is a number.
fn sign(cell: &str) -> Option<usize> {
    let seen = cell.trim_start_matches(|c| c == '"' || unseen(c)).trim_start_matches('\'');
    let rest = seen.strip_prefix(SIGNS)?;
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number = !seen.starts_with(EQUALS)
        && after.len() < rest.len()
        && after.chars().next().is_none_or(|c| ",;\t\r\n]}".contains(c));
    (!number).then_some(cell.len() - seen.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The way back, as users are told it.
    fn back(text: &str) -> String {
        let places: Vec<usize> = inner_signs(text).filter(|&sign| text[..sign].ends_with('\'')).collect();
        let mut was = String::new();
        let mut kept = usize::from(text.starts_with('\'') && runs(text));
        for sign in places {
            was.push_str(&text[kept..sign - 1]);
            kept = sign;
        }
        was + &text[kept..]
    }

    #[test]
    fn what_would_be_run_is_made_harmless() {
        for text in [
            "=1+1",
            "+49 30",
            "-2",
            "@SUM",
            "\r",
            "\nx",
            "\0",
            " =1",
            "\u{feff}=1",
            "＝1",
            "＋",
            "－",
            "＠",
            "'=1",
            "''+1",
            "'\t",
        ] {
            assert_eq!(harmless(text), format!("'{text}"), "{text:?}");
            assert_eq!(back(&harmless(text)), text);
        }
    }

    #[test]
    fn so_is_what_another_delimiter_would_uncover() {
        for (text, safe) in [
            ("a;=A(1);b", "a;'=A(1);b"),
            ("a,b\t@A(1)", "a,b\t'@A(1)"),
            ("a\r\n -2+3+cmd|' /C calc'!A0", "a\r\n '-2+3+cmd|' /C calc'!A0"),
            ("X: y\n=x(): +A(1)", "X: y\n'=x(): +A(1)"),
            ("a;\"=A(1)", "a;\"'=A(1)"),
            ("a;'=A(1)", "a;''=A(1)"),
            ("a;＝Ａ（1）", "a;'＝Ａ（1）"),
            ("=A(1);=A(1)", "'=A(1);'=A(1)"),
            ("-1,+A!1", "'-1,'+A!1"),
            ("\t=1", "'\t'=1"),
            ("x;=1+1;y", "x;'=1+1;y"),
            ("f(x);=1", "f(x);'=1"),
            ("a\n=1+1", "a\n'=1+1"),
            ("sid=1; =b", "sid=1; '=b"),
        ] {
            assert_eq!(harmless(text), safe);
            assert_eq!(back(safe), text);
        }
    }

    #[test]
    fn nothing_else_is_changed() {
        for text in [
            "",
            "a=1",
            "ann@example.com",
            " a",
            "1-2",
            "'a",
            "https://x/?a=-1",
            "{\"a\":[1,-2,-3.5]} (b)",
            "a\n-----END CERTIFICATE-----\n",
            "a=b;c=d",
            "f(x);1",
        ] {
            assert_eq!(harmless(text), text);
            assert_eq!(back(text), text);
        }
    }
}
