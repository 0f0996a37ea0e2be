//! GraphQL over server-sent events, in the protocol's "distinct connections mode": one operation a
//! request, its results as events `next`, and `complete` when there are no more. Whoever has seen
//! enough closes the connection.
//!
//! Protocol: GraphQL over Server-Sent Events, as the client graphql-sse speaks it.

use super::{
    guard,
    http::{Media, Refusal},
    live::{
        crowd::OPEN_MAX,
        watched::{self, Told},
    },
};
use crate::{app::App, auth::Viewer, error::code};
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use futures::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use serde::Serialize;
use std::{convert::Infallible, time::Duration};
use tokio::time::timeout;

/// How often a comment says that the connection is alive, while nothing else is said.
const ALIVE: Duration = Duration::from_secs(15);

/// Executes an operation, and answers with what comes of it.
pub(super) fn stream(app: App, headers: HeaderMap, viewer: Viewer, admitted: guard::Admitted) -> Response {
    let Some(seat) = app.crowd.seat(&viewer) else {
        let words = format!("{OPEN_MAX} connections are open with this credential: close one.");
        return Refusal::new(StatusCode::TOO_MANY_REQUESTS, code::TOO_MANY, words).into_response(Media::Events);
    };
    let told = watched::run(app, headers, viewer, admitted).boxed();
    respond(stream::unfold(Some(told), next).map(move |event| {
        // It is kept for as long as the events go on.
        let _ = &seat;
        event
    }))
}

/// What is wrong with a document.
pub(super) fn refusal(refused: &guard::Refused) -> Response {
    respond(stream::iter([errors(&[refused.error()]), complete()]))
}

type All = BoxStream<'static, Told>;

async fn next(told: Option<All>) -> Option<(Bytes, Option<All>)> {
    let mut told = told?;
    match timeout(ALIVE, told.next()).await {
        Ok(Some(Told::Answer(answer))) if guard::not_executed(&answer) => Some((errors(&answer.errors), Some(told))),
        Ok(Some(Told::Answer(answer))) => Some((event(&answer), Some(told))),
        Ok(Some(Told::Refused(refused))) => {
            let error = guard::Refused::from(refused).error();
            Some((errors(&[error]), Some(stream::empty().boxed())))
        }
        // An end without `complete`: clients ask again, whoever answers then.
        Ok(Some(Told::Stopping)) => None,
        Ok(None) => Some((complete(), None)),
        Err(_) => Some((Bytes::from_static(b":\n\n"), Some(told))),
    }
}

fn respond(events: impl Stream<Item = Bytes> + Send + 'static) -> Response {
    let mut response = Response::new(Body::from_stream(events.map(Ok::<_, Infallible>)));
    for (name, value) in [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // Proxies that gather answers before they pass them on leave this one alone.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn errors(errors: &[async_graphql::ServerError]) -> Bytes {
    event(&serde_json::json!({ "errors": errors }))
}

/// One event. JSON has its line breaks escaped, so that it is one line.
fn event(answer: &impl Serialize) -> Bytes {
    let mut event = b"event: next\ndata: ".to_vec();
    match serde_json::to_writer(&mut event, answer) {
        Ok(()) => event.extend_from_slice(b"\n\n"),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            return complete();
        }
    }
    event.into()
}

/// Browsers tell of no event that has no data, not even empty one.
fn complete() -> Bytes {
    Bytes::from_static(b"event: complete\ndata:\n\n")
}
