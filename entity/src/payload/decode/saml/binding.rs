//! How a SAML message comes through the browser: in a query (HTTP-Redirect), in a form or in the form of a page that
//! posts itself (HTTP-POST), as an artifact in either.

use super::{
    super::{
        Kind, encoding,
        message::{Message, Messages},
        pairs::Pairs,
        xml::Document,
    },
    artifact,
};

/// The key under which a signature is named that stands in the query, beside the message.
pub(super) const QUERY_SIGNATURE: &str = "Query signature";

/// Where pairs stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Way<'p> {
    /// In the query of the URL that was called.
    Query,
    /// In the URL that the browser was sent to: this one.
    Redirect(&'p str),
    /// In the body.
    Form,
    /// In a page's form that goes to this address.
    Page(&'p str),
}

impl Way<'_> {
    /// Adds how the message came, and where it goes.
    pub(in super::super) fn describe(self, message: &mut Message) {
        match self {
            Self::Query | Self::Form => {}
            Self::Redirect(url) => message.add("Redirects to", before_query(url)),
            Self::Page(action) => message.add("Form posts to", before_query(action)),
        }
    }

    /// Whether what is carried went through a URL.
    pub(in super::super) fn is_query(self) -> bool {
        matches!(self, Self::Query | Self::Redirect(_))
    }
}

fn before_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

/// Adds the messages in pairs; answers whether there were any.
pub(in super::super) fn in_pairs(messages: &mut Messages, pairs: &Pairs, way: Way<'_>) -> bool {
    let before = messages.len();
    let carried = |message: &mut Message| {
        message.add("Binding", if way.is_query() { "HTTP-Redirect" } else { "HTTP-POST" });
        way.describe(message);
        message.maybe("RelayState", pairs.get("RelayState"));
        message.maybe("SigAlg", pairs.get("SigAlg").map(super::crypto::algorithm));
        message.maybe(QUERY_SIGNATURE, pairs.get("Signature").map(|_| "present"));
    };
    for name in ["SAMLRequest", "SAMLResponse"] {
        let Some(value) = pairs.get(name) else { continue };
        let xml = encoding::message(value);
        let document = xml.as_deref().map(Document::read);
        let root = document.as_ref().and_then(|document| Some((document, document.root()?)));
        let known = root.is_some_and(|(document, root)| super::add(messages, document, root, &carried));
        if !known {
            messages.push(unreadable(name, root.is_some(), value, xml, carried));
        }
    }
    if let Some(value) = pairs.get("SAMLart") {
        messages.push(artifact::message(value, |message| {
            way.describe(message);
            message.maybe("RelayState", pairs.get("RelayState"));
        }));
    }
    messages.len() > before
}

/// What has a message's name and is none.
fn unreadable(name: &str, is_xml: bool, value: &str, xml: Option<String>, carried: impl Fn(&mut Message)) -> Message {
    let mut message = Message::new(Kind::SamlMessage);
    message.add("Message", name);
    carried(&mut message);
    message.add(
        "Problem",
        match (is_xml, &xml) {
            (true, _) => "XML, but no message of SAML 2.0: look at its root element and namespace",
            (false, Some(_)) => "begins like XML and cannot be read",
            (false, None) => "neither base64 of XML nor of deflated XML",
        },
    );
    message.with_text(xml.unwrap_or_else(|| value.to_owned()))
}
