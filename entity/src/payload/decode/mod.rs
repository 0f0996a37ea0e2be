//! Payloads opened up: what a body, a URL and some headers carry, as messages with a summary and a text.
//!
//! The module is pure and reads what is stored: payloads without their secrets. It never sees a secret, and a marker
//! in a payload is a marker in what is shown. Nothing is verified and nothing is fetched: a log is evidence of what
//! was said, not of whether it was true.
//!
//! `kind` names what a message may be and is the table of all there is. Carriers come first: `headers`, `pairs` (queries
//! and forms), `page` (HTML), `multipart`, `json`, `soap`. What they carry is read by standard: `saml`, `federation`
//! (WS-Federation and WS-Trust), `oauth`, `jwt`, `certificate`, `errors`. `xml` and `html` are the readers below.
//!
//! Any bytes may come in. Time is linear in their number: nesting, nodes, inflated bytes and messages have bounds, which
//! stand beside what they bound, and all messages of one side share `message::OUTPUT_MAX`.

mod carrier;
mod certificate;
mod encoding;
mod errors;
mod federation;
mod headers;
pub mod html;
mod instant;
mod json;
mod jwt;
mod kind;
mod message;
mod multipart;
mod oauth;
mod page;
pub mod pairs;
mod saml;
mod soap;
mod xml;

#[cfg(test)]
mod tests;

pub use carrier::{Carrier, decode};
pub use kind::Kind;
pub use message::Message;
