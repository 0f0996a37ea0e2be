//! Keys and tokens that tell what they are by their first letters: the table, and the few shapes that no table holds.

use super::rules::TICKET_PREFIXES;
use std::{ops::RangeInclusive, sync::LazyLock};

/// The longest token that is looked for by its prefix.
const TOKEN_MAX: usize = 4096;

/// How a key begins, how long it is, what it is.
type Prefix = (&'static str, RangeInclusive<usize>, &'static str);

const PREFIXES: &[Prefix] = &[
    ("ABIA", 20..=20, "aws-key"),
    ("ACCA", 20..=20, "aws-key"),
    ("AGE-SECRET-KEY-1", 60..=TOKEN_MAX, "private-key"),
    ("AKIA", 20..=20, "aws-key"),
    ("ASIA", 20..=20, "aws-key"),
    ("AIza", 39..=39, "api-key"),
    ("ATATT3", 30..=TOKEN_MAX, "api-key"),
    ("ATCTT3", 30..=TOKEN_MAX, "api-key"),
    ("CFPAT-", 40..=TOKEN_MAX, "api-key"),
    ("GOCSPX-", 28..=TOKEN_MAX, "client-secret"),
    ("PMAK-", 40..=TOKEN_MAX, "api-key"),
    ("SG.", 40..=TOKEN_MAX, "api-key"),
    ("clog_", 40..=TOKEN_MAX, "api-key"),
    ("dapi", 36..=38, "api-key"),
    ("dckr_pat_", 30..=TOKEN_MAX, "api-key"),
    ("doo_v1_", 40..=TOKEN_MAX, "access-token"),
    ("dop_v1_", 40..=TOKEN_MAX, "api-key"),
    ("dor_v1_", 40..=TOKEN_MAX, "refresh-token"),
    ("figd_", 30..=TOKEN_MAX, "api-key"),
    ("ghp_", 30..=TOKEN_MAX, "api-key"),
    ("gho_", 30..=TOKEN_MAX, "access-token"),
    ("ghr_", 30..=TOKEN_MAX, "refresh-token"),
    ("ghs_", 30..=TOKEN_MAX, "access-token"),
    ("ghu_", 30..=TOKEN_MAX, "access-token"),
    ("github_pat_", 30..=TOKEN_MAX, "api-key"),
    ("glcbt-", 20..=TOKEN_MAX, "api-key"),
    ("gldt-", 20..=TOKEN_MAX, "api-key"),
    ("glpat-", 20..=TOKEN_MAX, "api-key"),
    ("glptt-", 20..=TOKEN_MAX, "api-key"),
    ("glrt-", 20..=TOKEN_MAX, "api-key"),
    ("glsa_", 40..=TOKEN_MAX, "api-key"),
    ("gsk_", 40..=TOKEN_MAX, "api-key"),
    ("hf_", 34..=TOKEN_MAX, "api-key"),
    ("hvb.", 24..=TOKEN_MAX, "api-key"),
    ("hvs.", 24..=TOKEN_MAX, "api-key"),
    ("lin_api_", 40..=TOKEN_MAX, "api-key"),
    ("npm_", 36..=TOKEN_MAX, "api-key"),
    ("pypi-", 40..=TOKEN_MAX, "api-key"),
    ("rk_live_", 20..=TOKEN_MAX, "api-key"),
    ("rk_test_", 20..=TOKEN_MAX, "api-key"),
    ("shpat_", 30..=TOKEN_MAX, "api-key"),
    ("shpca_", 30..=TOKEN_MAX, "api-key"),
    ("shppa_", 30..=TOKEN_MAX, "api-key"),
    ("shpss_", 30..=TOKEN_MAX, "api-key"),
    ("sk-ant-", 40..=TOKEN_MAX, "api-key"),
    ("sk-proj-", 40..=TOKEN_MAX, "api-key"),
    ("sk_live_", 20..=TOKEN_MAX, "api-key"),
    ("sk_test_", 20..=TOKEN_MAX, "api-key"),
    ("sntrys_", 40..=TOKEN_MAX, "api-key"),
    ("sq0atp-", 22..=TOKEN_MAX, "access-token"),
    ("sq0csp-", 40..=TOKEN_MAX, "client-secret"),
    ("whsec_", 24..=TOKEN_MAX, "api-key"),
    ("xapp-", 40..=TOKEN_MAX, "api-key"),
    ("xkeysib-", 40..=TOKEN_MAX, "api-key"),
    ("xoxa-", 20..=TOKEN_MAX, "api-key"),
    ("xoxb-", 20..=TOKEN_MAX, "api-key"),
    ("xoxe-", 20..=TOKEN_MAX, "api-key"),
    ("xoxp-", 20..=TOKEN_MAX, "api-key"),
    ("xoxr-", 20..=TOKEN_MAX, "api-key"),
    ("xoxs-", 20..=TOKEN_MAX, "api-key"),
    ("ya29.", 20..=TOKEN_MAX, "access-token"),
];

/// What a whole word of the letters of keys is, if its first letters tell.
pub(super) fn prefixed(word: &[u8]) -> Option<&'static str> {
    static BY_FIRST: LazyLock<[Vec<&Prefix>; 256]> = LazyLock::new(|| {
        let mut table = [const { Vec::new() }; 256];
        for prefix in PREFIXES {
            table[usize::from(prefix.0.as_bytes()[0])].push(prefix);
        }
        table
    });
    let fits = |(prefix, len, _): &&&Prefix| len.contains(&word.len()) && word.starts_with(prefix.as_bytes());
    let found = BY_FIRST[usize::from(*word.first()?)].iter().find(fits).map(|found| found.2);
    found.or_else(|| is_numbered_ticket(word).then_some("ticket"))
}

/// A ticket of CAS with its number, `ST-1856339-aA5Yuvrxzpv8Tau1cYQ7-host`: so made, it needs no name.
fn is_numbered_ticket(word: &[u8]) -> bool {
    let numbered = |rest: &[u8]| {
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        (1..=12).contains(&digits) && rest[digits..].starts_with(b"-") && rest.len() - digits > 16
    };
    TICKET_PREFIXES.iter().any(|prefix| word.strip_prefix(prefix.as_bytes()).is_some_and(numbered))
}

/// Letters that some keys have and most do not.
fn in_rest(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.~".contains(&byte)
}

/// Where a key begins and ends that has other letters than most, if the word from `start` to `end` is a part of one.
pub(super) fn mixed(text: &[u8], start: usize, end: usize) -> Option<(usize, usize, &'static str)> {
    let word = &text[start..end];
    let rest = |from: usize, most| from + text[from..].iter().take(most).take_while(|b| in_rest(**b)).count();
    match text.get(end) {
        // Salesforce: the organisation's id, an exclamation mark, the session.
        Some(b'!') if word.starts_with(b"00D") && matches!(word.len(), 15 | 18) => {
            let last = rest(end + 1, TOKEN_MAX);
            (last - end > 16).then_some((start, last, "session-id"))
        }
        // Entra ID: three letters, a digit, `Q~`, and 31 to 34 more.
        Some(b'~') if word.len() >= 5 && matches!(word, [.., b'0'..=b'9', b'Q']) => {
            let last = rest(end + 1, 36);
            (31..=34).contains(&(last - end - 1)).then_some((end - 5, last, "client-secret"))
        }
        // Google: a refresh token.
        _ if word.len() >= 30 && word[0] == b'0' && text[..start].ends_with(b"1//") => {
            Some((start - 3, end, "refresh-token"))
        }
        _ => None,
    }
}
