//! What can go wrong while answering, and the one place that maps it to GraphQL's errors.
//!
//! The type must not implement `Display`: async-graphql turns every displayable error into a
//! message for the client, and a database's own words are not for the client.

use entity::{fault::Fault, token::Scope};
use sea_orm::DbErr;
use uuid::Uuid;

/// Why a field has no answer.
#[derive(Clone, Debug)]
pub enum Error {
    /// The token lacks a scope.
    Forbidden(Scope),
    /// The caller's input has faults.
    Invalid(Vec<Fault>),
    /// The caller takes what it watches more slowly than it comes.
    TooSlow,
    /// Our fault. It is in the log under this id, and the client learns the id alone.
    Internal(Uuid),
}

/// The codes in `extensions.code`.
pub mod code {
    /// No token, or one that is unknown, expired or revoked.
    pub const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
    /// What is needed to answer does not answer itself.
    pub const UNAVAILABLE: &str = "SERVICE_UNAVAILABLE";
    /// Too many requests, or attempts.
    pub const TOO_MANY: &str = "TOO_MANY_REQUESTS";
    /// Answers come faster than they are taken.
    pub const TOO_SLOW: &str = "TOO_SLOW";
    /// A scope is missing.
    pub const FORBIDDEN: &str = "FORBIDDEN";
    /// The input has a fault that the caller can mend.
    pub const BAD_USER_INPUT: &str = "BAD_USER_INPUT";
    /// The request is no GraphQL request.
    pub const BAD_REQUEST: &str = "BAD_REQUEST";
    /// The document cannot be read.
    pub const PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
    /// The document does not fit the schema.
    pub const VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";
    /// Our fault.
    pub const INTERNAL: &str = "INTERNAL_SERVER_ERROR";
}

impl Error {
    /// Logs what went wrong and gives it an id.
    pub fn internal(cause: &impl std::fmt::Display) -> Self {
        let id = Uuid::new_v4();
        tracing::error!(error_id = %id, %cause, "internal error");
        Self::Internal(id)
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Self::internal(&error)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Invalid(vec![fault])
    }
}

impl From<Vec<Fault>> for Error {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Invalid(faults)
    }
}

impl From<Error> for async_graphql::Error {
    fn from(error: Error) -> Self {
        let with = |message: String, code: &str, field: Option<&Fault>| {
            let mut error = Self::new(message);
            let extensions = error.extensions.get_or_insert_default();
            extensions.set("code", code);
            if let Some(fault) = field {
                extensions.set("field", fault.field.clone());
            }
            error
        };
        match error {
            Error::Forbidden(scope) => {
                let mut error = with(format!("The token lacks the scope {}.", scope.name()), code::FORBIDDEN, None);
                error.extensions.get_or_insert_default().set("scope", scope.name());
                error
            }
            Error::Invalid(faults) => {
                let message = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                with(message, code::BAD_USER_INPUT, faults.first())
            }
            Error::TooSlow => {
                let words = "Records come faster than you take them, and some were missed: narrow the filter, select \
                             less, and read with connectorLogs what lies between.";
                with(words.to_owned(), code::TOO_SLOW, None)
            }
            Error::Internal(id) => {
                let mut error = with(
                    format!(
                        "Something went wrong on our side. Tell your administrator the id {id}: the server's log has the cause."
                    ),
                    code::INTERNAL,
                    None,
                );
                error.extensions.get_or_insert_default().set("errorId", id.to_string());
                error
            }
        }
    }
}
