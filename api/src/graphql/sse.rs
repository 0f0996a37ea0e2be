//! GraphQL over server-sent events, in the protocol's "distinct connections mode": one operation a
//! request, its results as events `next`, and `complete` when there are no more. Whoever has seen
//! enough closes the connection.
//!
//! Protocol: GraphQL over Server-Sent Events, as the client graphql-sse speaks it.

use super::{
    guard,
    live::watched::{self, Told},
};
use crate::{app::App, auth::Viewer};
use axum::{
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use serde::Serialize;
use std::{convert::Infallible, time::Duration};

/// How often a comment says that the connection is alive, while nothing else is said.
const ALIVE: Duration = Duration::from_secs(15);

/// Executes an operation, and answers with what comes of it.
pub(super) fn stream(app: App, headers: HeaderMap, viewer: Viewer, admitted: guard::Admitted) -> Response {
    let told = watched::run(app, headers, viewer, admitted).boxed();
    respond(stream::unfold(Some(told), next))
}

/// What is wrong with a document.
pub(super) fn refusal(refused: &guard::Refused) -> Response {
    respond(stream::iter([errors(&[refused.error()]), complete()]))
}

async fn next(told: Option<BoxStream<'static, Told>>) -> Option<(Event, Option<BoxStream<'static, Told>>)> {
    let mut told = told?;
    match told.next().await {
        Some(Told::Answer(answer)) if guard::not_executed(&answer) => Some((errors(&answer.errors), Some(told))),
        Some(Told::Answer(answer)) => Some((event(&answer), Some(told))),
        Some(Told::Refused(refused)) => {
            let error = guard::Refused::from(refused).error();
            Some((errors(&[error]), Some(stream::empty().boxed())))
        }
        // An end without `complete`: clients ask again, whoever answers then.
        Some(Told::Stopping) => None,
        None => Some((complete(), None)),
    }
}

fn respond(events: impl Stream<Item = Event> + Send + 'static) -> Response {
    let mut response =
        Sse::new(events.map(Ok::<_, Infallible>)).keep_alive(KeepAlive::new().interval(ALIVE)).into_response();
    // Proxies that gather answers before they pass them on leave this one alone.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

fn errors(errors: &[async_graphql::ServerError]) -> Event {
    event(&serde_json::json!({ "errors": errors }))
}

fn event(answer: &impl Serialize) -> Event {
    Event::default().event("next").json_data(answer).unwrap_or_else(|error| {
        tracing::error!(%error, "an answer could not be written");
        complete()
    })
}

fn complete() -> Event {
    Event::default().event("complete").data("")
}
