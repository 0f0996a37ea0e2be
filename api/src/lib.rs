//! Connector Log's API: who may ask, and how we answer.
//!
//! A request walks down and comes back: [`routes`] → [`auth`] → [`graphql`] → `entity`, or, for an
//! export, `worker`. What comes from outside is parsed once, here: the environment into
//! [`settings`], a token into a [`auth::Viewer`], GraphQL input into a filter or a new record.
#![forbid(unsafe_code)]

pub mod access;
mod app;
pub mod auth;
pub mod bench;
pub mod cli;
pub mod download;
pub mod error;
pub mod graphql;
pub mod import;
mod layers;
mod listen;
pub mod logging;
mod metrics;
pub mod oidc;
pub mod origin;
pub mod peer;
mod ready;
pub mod routes;
mod say;
pub mod settings;
pub mod telemetry;
pub mod verify;

pub use cli::main;
