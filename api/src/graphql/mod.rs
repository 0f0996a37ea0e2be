//! The GraphQL API, cut by noun: each file holds what the schema says about one thing.
//!
//! What can fail by itself is nullable (`Option<Result<…>>` in the resolvers), so that a failure
//! costs one field and not the answer.

mod application;
mod export;
mod filter;
mod guard;
pub mod http;
mod log;
mod node;
mod order;
mod page;
mod payload;
pub mod record;
mod scalar;
mod viewer;
mod vocabulary;

use async_graphql::{EmptySubscription, MergedObject, SDLExportOptions};

/// The executable schema.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// What can be asked.
#[derive(MergedObject, Default)]
pub struct Query(viewer::Query, node::Query, log::Query, application::Query, export::Query);

/// What can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(record::Mutation, export::Mutation);

/// How deep a selection may go; the standard introspection query needs thirteen levels.
const DEPTH_MAX: usize = 20;

/// Builds the schema.
pub fn schema() -> Schema {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .limit_depth(DEPTH_MAX)
        .register_output_type::<node::Node>()
        .finish()
}

/// The schema in GraphQL's schema definition language.
pub fn sdl() -> String {
    schema().sdl_with_options(SDLExportOptions::new())
}
