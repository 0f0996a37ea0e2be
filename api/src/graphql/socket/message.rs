//! The messages of the protocol, the codes with which a socket closes, and their words.

use crate::graphql::{http::Params, live::crowd::OPEN_MAX};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The name under which clients ask for the protocol.
pub(super) const PROTOCOL: &str = "graphql-transport-ws";

/// What a client may send.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Incoming {
    /// Who it is.
    ConnectionInit {
        /// With a credential, perhaps.
        payload: Option<Map<String, Value>>,
    },
    /// Whether we are there.
    Ping {
        /// To be sent back.
        payload: Option<Map<String, Value>>,
    },
    /// That it is there.
    Pong {},
    /// An operation.
    Subscribe {
        /// What the client calls it.
        id: String,
        /// What is asked.
        payload: Params,
    },
    /// That it has seen enough.
    Complete {
        /// Of which operation.
        id: String,
    },
}

pub(super) fn ack() -> Value {
    json!({ "type": "connection_ack" })
}

pub(super) fn pong(payload: Option<Map<String, Value>>) -> Value {
    match payload {
        Some(payload) => json!({ "type": "pong", "payload": payload }),
        None => json!({ "type": "pong" }),
    }
}

pub(super) fn next(id: &str, answer: &async_graphql::Response) -> Value {
    json!({ "id": id, "type": "next", "payload": answer })
}

pub(super) fn errors(id: &str, errors: &[async_graphql::ServerError]) -> Value {
    json!({ "id": id, "type": "error", "payload": errors })
}

pub(super) fn complete(id: &str) -> Value {
    json!({ "id": id, "type": "complete" })
}

/// Why a socket is closed by us.
pub(super) struct Close {
    /// The protocol's, or RFC 6455's.
    pub(super) code: u16,
    /// At most 123 bytes, as the frame has room.
    pub(super) reason: String,
}

impl Close {
    fn new(code: u16, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        reason.truncate(reason.floor_char_boundary(123));
        Self { code, reason }
    }

    pub(super) fn invalid(what: &str) -> Self {
        Self::new(4400, format!("Invalid message: {what}"))
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(4401, "Unauthorized")
    }

    pub(super) fn forbidden() -> Self {
        Self::new(4403, "Forbidden: the access token is missing or not valid, or no longer")
    }

    pub(super) fn late() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    pub(super) fn exists(id: &str) -> Self {
        // The id is the client's own; the end of a long one is cut, not the sentence.
        let shown = &id[..id.floor_char_boundary(80)];
        Self::new(4409, format!("Subscriber for {shown} already exists"))
    }

    pub(super) fn too_many_inits() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }

    /// RFC 6455: going away.
    pub(super) fn stopping() -> Self {
        Self::new(1001, "The server ends; connect again")
    }

    /// RFC 6455: a message too big to process.
    pub(super) fn too_big() -> Self {
        Self::new(1009, "The message is too large")
    }

    /// RFC 6455: an unexpected condition.
    pub(super) fn internal() -> Self {
        Self::new(1011, "Something went wrong on our side: the server's log has the cause")
    }

    /// IANA's registry: try again later.
    pub(super) fn later() -> Self {
        Self::new(1013, "Try again in a minute: too many requests, or the OpenID provider does not answer")
    }

    /// The same, for one connection too many.
    pub(super) fn crowded() -> Self {
        Self::new(1013, format!("{OPEN_MAX} connections are open with this credential: close one"))
    }

    /// The same, for what comes too fast.
    pub(super) fn too_slow() -> Self {
        Self::new(1013, "Records come faster than you take them, and some were missed")
    }
}
