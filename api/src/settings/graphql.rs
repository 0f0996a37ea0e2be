//! What the GraphQL endpoint lets through.

use super::seconds;
use clap::{ArgAction, Args};
use std::time::Duration;

/// What the GraphQL endpoint lets through.
#[derive(Clone, Debug, Args)]
pub struct GraphQl {
    /// true where strangers may reach the server: INTROSPECTION, GRAPHIQL and GRAPHQL_GET are then
    /// off unless they are set
    #[arg(long, env = "PRODUCTION", action = ArgAction::Set, default_value_t = false)]
    production: bool,
    /// Whether clients may ask for the schema, over GraphQL and at /schema.graphql; true where
    /// nothing is said, but in production
    #[arg(long, env = "INTROSPECTION", action = ArgAction::Set)]
    introspection: Option<bool>,
    /// Whether the page /graphiql is served; true where nothing is said, but in production
    #[arg(long, env = "GRAPHIQL", action = ArgAction::Set)]
    graphiql: Option<bool>,
    /// Whether queries may come by GET; true where nothing is said, but in production
    #[arg(long, env = "GRAPHQL_GET", action = ArgAction::Set)]
    graphql_get: Option<bool>,
    /// How long a WebSocket may take to say who it is, in seconds
    #[arg(long, env = "GRAPHQL_WS_INIT_TIMEOUT", default_value = "10", value_parser = seconds)]
    pub graphql_ws_init_timeout: Duration,
}

impl GraphQl {
    /// Whether clients may ask for the schema.
    pub fn introspection(&self) -> bool {
        self.introspection.unwrap_or(!self.production)
    }

    /// Whether the page for trying queries is served.
    pub fn graphiql(&self) -> bool {
        self.graphiql.unwrap_or(!self.production)
    }

    /// Whether queries may come by GET.
    pub fn graphql_get(&self) -> bool {
        self.graphql_get.unwrap_or(!self.production)
    }

    /// Whether strangers may reach the server.
    pub fn production(&self) -> bool {
        self.production
    }
}
