//! What a connector log is, and every question the product asks of it.
//!
//! The crate holds the tables (one noun, one module), what may be written into them and the
//! queries that read them. It knows nothing of GraphQL, of queues or of report formats.
//!
//! Every read of a domain's table starts at that table's `of(domain)`: a query without a domain
//! is a clippy error (`disallowed-methods`), so one domain's rows cannot leak into another's answer.
//! PostgreSQL says it a second time, by row-level security: see [`db::within`].
//!
//! Which database stands behind is the business of [`db`]; dialect SQL is written there, in
//! `log/insert_postgres.rs` and in `log/insert_sqlite.rs`, nowhere else in this crate.
#![forbid(unsafe_code)]

pub mod access_event;
pub mod application;
pub mod clock;
pub mod db;
pub mod domain;
pub mod export;
pub mod fault;
pub mod id;
pub mod log;
pub mod page;
pub mod payload;
pub mod reference;
pub mod session;
pub mod sign_in;
pub mod token;
