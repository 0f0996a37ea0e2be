//! One exchange of somebody's software: what must not be found in it any more, and what must.

use super::{CLAIMS, JWT, body, header, url};

/// The signature of [`JWT`].
const SIGNATURE: &str = "c2lnbmF0dXJlLWJ5dGVz";

/// Where a text stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Carrier {
    /// The value of that header.
    Header(&'static str),
    /// The URL of a request.
    Url,
    /// An error's message.
    Text,
    /// A body of that type.
    Body(&'static str),
}

/// Redacts a text, in which `THE.JWT` stands for a token, and looks for what must be gone and what must have stayed. A
/// document that could be read can still be read.
pub(super) fn case(carrier: Carrier, given: &str, gone: &[&str], stays: &[&str]) {
    let spelt =
        |text: &str| text.replace("THE.JWT", JWT).replace("THE.CLAIMS", CLAIMS).replace("THE.SIGNATURE", SIGNATURE);
    let redact = |text: &str| match carrier {
        Carrier::Header(name) => header(name, text),
        Carrier::Url => url(text),
        Carrier::Text => super::text(text),
        Carrier::Body(content_type) => body(content_type, text),
    };
    let before = spelt(given);
    let after = redact(&before);
    for secret in gone {
        assert!(before.contains(&spelt(secret)), "{secret} is not in {before}");
        assert!(!after.contains(&spelt(secret)), "{carrier:?} keeps {secret}: {after}");
    }
    for kept in stays {
        assert!(after.contains(&spelt(kept)), "{carrier:?} loses {kept}: {after}");
    }
    assert_eq!(redact(&after), after, "the second time changes what the first left");
    let is_json = |text: &str| serde_json::from_str::<serde_json::Value>(text).is_ok();
    assert!(!is_json(&before) || is_json(&after), "no JSON any more: {after}");
}
