//! A protocol message, told in the words that SAML, OAuth and OpenID Connect share. The modules
//! [`saml`](super::saml) and [`oauth`](super::oauth) write them; the rules in
//! [`verdict`](super::verdict) read them and know no protocol.

use super::{
    key::Key,
    person::{Person, Standing},
};

/// One message within a request or an answer.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) kind: Kind,
    /// What the connector log calls it.
    pub(super) operation: &'static str,
    /// What ties it to other exchanges of the same sign-in or sign-out.
    pub(super) ties: Vec<Key>,
    /// What it stands for as a thing that happens once: a request's id, a response's code.
    pub(super) mark: Option<Key>,
    /// The way back that a request for sign-out asks for.
    pub(super) back: Option<Back>,
    /// What stands for the person elsewhere: a subject, a session.
    pub(super) subjects: Vec<Key>,
    pub(super) person: Option<(Person, Standing)>,
    /// How its sender calls itself, best first.
    pub(super) senders: Vec<Name>,
    /// How it calls whom it is for.
    pub(super) receivers: Vec<Name>,
    /// The sender's part, where the message itself tells.
    pub(super) sender_role: Option<Role>,
    /// What it says went wrong.
    pub(super) failure: Option<String>,
    /// Whether it says by itself who signed in: an assertion or a token, not a mere code.
    pub(super) conclusive: bool,
    /// Whether it is a response that nobody asked for.
    pub(super) unasked: bool,
}

impl Message {
    pub(super) fn new(kind: Kind, operation: &'static str) -> Self {
        Self {
            kind,
            operation,
            ties: Vec::new(),
            mark: None,
            back: None,
            subjects: Vec::new(),
            person: None,
            senders: Vec::new(),
            receivers: Vec::new(),
            sender_role: None,
            failure: None,
            conclusive: false,
            unasked: false,
        }
    }
}

/// A way back: the browser comes by it when the sign-out is done.
#[derive(Clone, Copy, Debug)]
pub(super) struct Back {
    pub(super) key: Key,
    /// Whether it is this one request's own.
    pub(super) by_chance: bool,
}

/// What a message does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Asks to sign somebody in: `AuthnRequest`, authorization request.
    SignInRequest,
    /// Answers that: `Response`, authorization response.
    SignInResponse,
    /// Asks to sign somebody out, by way of the browser.
    SignOutRequest,
    /// Answers that.
    SignOutResponse,
    /// Says that somebody is signed out, beside the browser: a logout token, SOAP, a hidden frame.
    SignOutNotice,
    /// A call of the token endpoint.
    Token(Grant),
    /// A step between, which begins and ends nothing: keys, userinfo.
    Step,
    /// A call with tokens of its own, that signs nobody in.
    Other,
}

impl Kind {
    pub(super) fn is_sign_out(self) -> bool {
        matches!(self, Self::SignOutRequest | Self::SignOutResponse | Self::SignOutNotice)
    }
}

/// On what grounds a token is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grant {
    /// Somebody's sign-in, by code.
    Code,
    /// Somebody's password.
    Password,
    /// Somebody's sign-in on another device.
    Device,
    /// An earlier sign-in.
    Refresh,
    /// The client's own right, or another's word: nobody signs in.
    Other,
}

/// The two parts of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Who says who somebody is: identity provider, OpenID provider, authorization server.
    Provider,
    /// Who relies on it: service provider, relying party, client.
    Client,
}

/// A name by which a message calls a party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// A host.
    Host(String),
    /// A SAML entity or an OpenID issuer; often a URL.
    Entity(String),
    /// A client of an authorization server of the domain's own.
    Client(String),
}
