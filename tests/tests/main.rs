//! The promises: what the product does for those who use it, a file a promise. Each test runs the
//! real program; on both databases, unless the database plays no part.
#![allow(clippy::unwrap_used, reason = "a test ends with a panic, and says where")]

mod access;
mod bell;
mod captures;
mod cli;
mod contract;
mod counts;
mod crash;
mod days;
mod download;
mod export;
mod faults;
mod filters;
mod house;
mod http;
mod idempotency;
mod import;
mod isolation;
mod lifecycle;
mod limits;
mod node;
mod payload;
mod record;
mod refusals;
mod relay;
mod report;
mod settings;
mod statements;
mod store;
