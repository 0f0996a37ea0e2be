//! The GraphQL API, cut by noun: each file holds what the schema says about one thing.
//!
//! What can fail by itself is nullable (`Option<Result<…>>` in the resolvers), so that a failure
//! costs one field and not the answer.

mod access;
mod application;
mod connection;
mod decoded;
mod export;
mod filter;
mod guard;
pub mod http;
mod live;
mod log;
mod node;
mod order;
mod page;
mod payload;
pub mod record;
mod scalar;
mod socket;
mod sse;
mod token;
mod viewer;
mod vocabulary;

pub use live::{Crowd, Tails};

use async_graphql::{MergedObject, SDLExportOptions};

/// The executable schema.
pub type Schema = async_graphql::Schema<Query, Mutation, live::Subscription>;

/// What can be asked.
#[derive(MergedObject, Default)]
pub struct Query(
    viewer::Query,
    node::Query,
    log::Query,
    application::Query,
    export::Query,
    token::Query,
    access::Query,
);

/// What can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(record::Mutation, export::Mutation, token::Mutation);

/// Builds the schema.
pub fn schema() -> Schema {
    Schema::build(Query::default(), Mutation::default(), live::Subscription)
        .limit_depth(guard::DEPTH_MAX)
        .disable_suggestions()
        .register_output_type::<node::Node>()
        .finish()
}

/// The schema in GraphQL's schema definition language.
pub fn sdl() -> String {
    schema().sdl_with_options(SDLExportOptions::new())
}
