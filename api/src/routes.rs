//! The paths that the server serves. What every request passes before stands in `layers.rs`.

use crate::{
    app::App,
    download, graphql,
    metrics::{self, Metrics},
    oidc,
    ready::{self, Ready},
};
use axum::{
    Router,
    http::header,
    response::{Html, IntoResponse, Redirect},
    routing::{any, get, post},
};

/// The paths for those who use it.
pub fn paths(app: App) -> Router {
    let mut paths = Router::new();
    if app.graphql.graphiql() {
        paths = paths
            .route("/", get(|| async { Redirect::temporary("/graphiql") }))
            .route("/graphiql", get(graphiql))
            .route("/graphiql.js", get(graphiql_script))
            .route("/graphiql.css", get(graphiql_style));
    } else {
        // Where people are sent who have signed in.
        paths = paths.route("/", get(|| async { "Connector Log. The API is at /graphql.\n" }));
    }
    if app.graphql.introspection() {
        paths = paths.route("/schema.graphql", get(schema));
    }
    paths
        .route("/graphql", any(graphql::http::serve))
        .route("/exports/{key}", get(download::download))
        .route("/auth/login", get(oidc::sign_in::login))
        .route("/auth/callback", get(oidc::sign_in::callback))
        .route("/auth/logout", post(oidc::sign_out::logout))
        .with_state(app)
}

/// The paths for those who watch the process; the metrics where they are given.
pub(crate) fn watching(ready: Ready, metrics: Option<Metrics>) -> Router {
    let paths = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready::all))
        .route("/readyz/{part}", get(ready::one))
        .with_state(ready);
    match metrics {
        Some(metrics) => paths.merge(Router::new().route("/metrics", get(metrics::serve)).with_state(metrics)),
        None => paths,
    }
}

async fn schema() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], graphql::sdl())
}

/// Nothing but what this server serves: the page holds an access token.
const GRAPHIQL_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Asked anew each time, so that an upgrade never mixes old files with new ones.
const FRESH: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-cache");

async fn graphiql() -> impl IntoResponse {
    ([(header::CONTENT_SECURITY_POLICY, GRAPHIQL_POLICY), FRESH], Html(include_str!("graphiql/index.html")))
}

async fn graphiql_script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), FRESH], include_str!("graphiql/graphiql.js"))
}

async fn graphiql_style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), FRESH], include_str!("graphiql/graphiql.css"))
}
