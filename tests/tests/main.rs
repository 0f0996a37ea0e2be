//! The promises: what the product does for those who use it, a file a promise. Each test runs the
//! real program; on both databases, unless the database plays no part.
#![allow(clippy::unwrap_used, reason = "a test ends with a panic, and says where")]

mod access;
mod attack;
mod audits;
mod bell;
mod captures;
mod cli;
mod contract;
mod counts;
mod crash;
mod days;
mod decoded;
mod download;
mod export;
mod faults;
mod filters;
mod gate;
mod house;
mod http;
mod idempotency;
mod import;
mod isolation;
mod jwt;
mod lifecycle;
mod limits;
mod looked;
mod node;
mod nul;
mod oidc;
mod payload;
mod production;
mod record;
mod refusals;
mod relay;
mod report;
mod secrets;
mod settings;
mod sign_in;
mod sockets;
mod statements;
mod store;
mod subscriptions;
mod tokens;
mod walls;
