//! Payloads opened up: the messages that a side carries, each with a summary and a text.
#![expect(clippy::doc_markdown, reason = "the comments are descriptions that GraphQL clients show as they stand")]

use async_graphql::SimpleObject;
use entity::payload::{Header, Headers, Side, decode};

/// Something that a payload carries, opened up: a SAML message, a token, a form, an error. Read from what is stored, so
/// a secret is a marker here too. Nothing is verified.
#[derive(SimpleObject, Clone)]
pub(super) struct DecodedMessage {
    /// What it is, in one stable word: SAML_RESPONSE, OAUTH_TOKEN_RESPONSE, JWT, MICROSOFT_ERROR, FORM, JSON and so on.
    /// There may be more kinds tomorrow.
    kind: String,
    /// What it says, in the words of its standard; a key may come more than once.
    summary: Vec<KeyValue>,
    /// The whole of it in lines for people to read: XML and JSON indented.
    text: String,
}

/// One line of a summary.
#[derive(SimpleObject, Clone)]
pub(super) struct KeyValue {
    /// Such as Issuer, Destination, NotOnOrAfter, exp.
    key: String,
    /// As it was sent; numbers that are instants have the instant beside them.
    value: String,
}

impl From<decode::Message> for DecodedMessage {
    fn from(it: decode::Message) -> Self {
        let summary = it.summary.into_iter().map(|(key, value)| KeyValue { key, value }).collect();
        Self { kind: it.kind.name().to_owned(), summary, text: it.text }
    }
}

/// What of a side the decoder needs, apart from what is shown of it already.
#[derive(Clone)]
pub(super) struct Origin {
    pub(super) side: Side,
    pub(super) url: Option<String>,
}

/// Opens a side. A large one takes milliseconds, so it is none of the async threads' work.
pub(super) async fn opened(origin: Origin, headers: Vec<(String, String)>, body: Vec<u8>) -> Vec<DecodedMessage> {
    let open = move || {
        let headers = Headers(headers.into_iter().map(|(name, value)| Header(name, value)).collect());
        let carrier = decode::Carrier { side: origin.side, url: origin.url.as_deref(), headers: &headers, body: &body };
        decode::decode(&carrier).into_iter().map(DecodedMessage::from).collect()
    };
    tokio::task::spawn_blocking(open).await.unwrap_or_else(|error| {
        // Nothing to read is better than no record to read.
        tracing::error!(%error, "a payload could not be opened");
        Vec::new()
    })
}
