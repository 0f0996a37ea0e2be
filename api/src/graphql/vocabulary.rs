//! The closed vocabularies under the contract's names. Their meaning is the entities'.

use async_graphql::Enum;
use serde::Deserialize;

/// What the call did. "All" is an absent filter, never a value.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[graphql(remote = "entity::log::Action")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Action {
    /// A sign-in began.
    SsoInitiated,
    /// A sign-in failed.
    SsoFailed,
    /// A sign-in succeeded.
    SsoSuccessful,
    /// A sign-out began.
    SloInitiated,
    /// A sign-out failed.
    SloFailed,
    /// A sign-out succeeded.
    SloSuccessful,
    /// None of these: a step between, or no sign-in at all.
    NotApplicable,
}

/// What kind of request the call was. Connections sign people in to the domain through an outside
/// identity provider; applications sign people in through the domain.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[graphql(remote = "entity::log::RequestType")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum RequestType {
    /// Sign-in to an application, through the domain.
    AuthenticationApplications,
    /// Sign-in to the domain, through a provider.
    AuthenticationConnections,
    /// Sign-out of an application.
    LogoutApplications,
    /// Sign-out at a provider.
    LogoutConnections,
    /// Any other call.
    Other,
}

/// Which way the call went, seen from the domain.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[graphql(remote = "entity::log::Direction")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Direction {
    /// To the domain.
    Incoming,
    /// From the domain.
    Outgoing,
}

/// How the call ended: from the action where it says, else from the HTTP status or the reported error.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[graphql(remote = "entity::log::Outcome")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Outcome {
    /// Begun; the end is another record's.
    Pending,
    /// Well.
    Success,
    /// Badly.
    Failure,
    /// Nothing in the record says.
    Unknown,
}

/// The format of an export's file.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::export::Format")]
pub(super) enum ExportFormat {
    /// RFC 4180, UTF-8, a header row.
    Csv,
    /// A paginated table, tagged for screen readers.
    Pdf,
}

/// How far an export has come.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::export::Status")]
pub(super) enum ExportStatus {
    /// Waits for a worker.
    Queued,
    /// A worker is at it.
    Running,
    /// The file is there.
    Completed,
    /// No file will come; `error` says why.
    Failed,
    /// Nobody wants it any more.
    Canceled,
    /// The file was there, and its time is over.
    Expired,
}

/// What a token allows.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::token::Scope")]
pub(super) enum Scope {
    /// Find and read records, without their payloads.
    LogsRead,
    /// Read the requests and responses.
    PayloadsRead,
    /// Record.
    LogsWrite,
    /// Ask for exports.
    ExportsWrite,
    /// Manage tokens.
    Admin,
}

/// Which way a list goes.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OrderDirection {
    /// Oldest first.
    Asc,
    /// Newest first.
    Desc,
}

/// How a body is written in JSON.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum PayloadEncoding {
    /// Text, as it was sent.
    #[graphql(name = "UTF8")]
    #[serde(rename = "UTF8")]
    Utf8,
    /// Base64 (RFC 4648, section 4): a binary body.
    #[graphql(name = "BASE64")]
    #[serde(rename = "BASE64")]
    Base64,
}

/// Whether a token opens anything.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::token::State")]
pub(super) enum TokenState {
    /// It does.
    Valid,
    /// Its time is over.
    Expired,
    /// Somebody revoked it.
    Revoked,
}

/// What happened.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::access_event::Kind")]
pub(super) enum AccessEventKind {
    /// Requests or responses were read; the subjects are their records.
    PayloadsViewed,
    /// An export was asked for; it is the subject.
    ExportRequested,
    /// An export's file was fetched by its link.
    FileDownloaded,
    /// A token was made; it is the subject.
    TokenCreated,
    /// A token was revoked; it is the subject.
    TokenRevoked,
    /// Somebody was not let in, or not so far; the detail says why.
    Refused,
    /// A person signed in through the company's provider.
    SignedIn,
    /// A person signed out.
    SignedOut,
}
