//! GraphQL over HTTP, to the letter of its specification: media types are negotiated, a mutation
//! needs POST, and what is no GraphQL request says so with a status. Whoever asks for events or
//! for a socket goes on from here, behind the same doors.

mod media;
mod params;
mod refusal;

pub(super) use media::Media;
pub(super) use params::Params;
pub(super) use refusal::Refusal;

use super::{guard, socket, sse};
use crate::{
    access,
    app::App,
    auth::{self, Refused as Stranger, Viewer},
    error::{Error, code},
    origin,
};
use async_graphql::{Response as Answer, parser::types::OperationType};
use axum::{
    body::Body,
    extract::{
        State,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use refusal::answer;
use std::panic::AssertUnwindSafe;

/// `GET` and `POST /graphql`
pub(crate) async fn serve(
    State(app): State<App>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let socket = headers.get(header::UPGRADE).is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket"));
    if socket && method == Method::GET {
        return match upgrade {
            Ok(upgrade) => socket::open(app, upgrade, &uri, headers),
            Err(rejection) => rejection.into_response(),
        };
    }
    let Some(media) = Media::negotiate(&headers) else {
        let words = "Accept application/graphql-response+json, application/json or text/event-stream.";
        return Refusal::new(StatusCode::NOT_ACCEPTABLE, code::BAD_REQUEST, words).into_response(Media::Json);
    };
    match asked(&app, media, &method, &uri, &headers, body).await {
        Ok((viewer, admitted)) if media == Media::Events => sse::stream(app, headers, viewer, admitted),
        Ok((viewer, admitted)) => {
            let (request, finish) = admitted.part();
            let executed = app.schema.execute(request.data(viewer.clone()).data(app.clone()));
            let Ok(mut done) = AssertUnwindSafe(executed).catch_unwind().await else {
                finish.panicked();
                return Refusal::from(Stranger::Internal(Error::internal(&"a request panicked"))).into_response(media);
            };
            finish.apply(&mut done);
            access::note_refusals(&app, &viewer, &done).await;
            completed(&done, media)
        }
        // The protocol of events has no other place for what is wrong with a document: a browser's
        // EventSource shows nobody the body of an answer that is no stream.
        Err(Faulty::Document(refused)) if media == Media::Events => sse::refusal(&refused),
        Err(Faulty::Document(refused)) => Refusal::from(refused).into_response(media),
        Err(Faulty::Request(refusal)) => refusal.into_response(media),
    }
}

/// Which part of a request is at fault.
enum Faulty {
    /// It is none, or not from somebody who may ask.
    Request(Refusal),
    /// The document in it.
    Document(guard::Refused),
}

impl<R: Into<Refusal>> From<R> for Faulty {
    fn from(refusal: R) -> Self {
        Self::Request(refusal.into())
    }
}

/// Who asks, and what they may have executed.
async fn asked(
    app: &App,
    media: Media,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Viewer, guard::Admitted), Faulty> {
    let get = method == Method::GET;
    if get && !app.graphql.graphql_get() {
        return Err(Refusal::method("POST", "This server takes POST only.").into());
    }
    if !get && method != Method::POST {
        let methods = if app.graphql.graphql_get() { "GET, POST" } else { "POST" };
        return Err(Refusal::method(methods, "Use POST, or GET for queries.").into());
    }
    if origin::by_cookie(headers) && origin::foreign(headers, uri, &app.links.public_url) {
        return Err(Refusal::foreign().into());
    }
    let viewer = auth::next_request(app, headers).await?;
    let params = if get { Params::from_query(uri)? } else { Params::from_body(headers, body).await? };
    let missing = || Refusal::malformed("The parameter `query` is missing: it holds the GraphQL document.");
    let asked = params.asked().ok_or_else(missing)?;
    let admitted = guard::admit(asked, app.graphql.introspection()).map_err(Faulty::Document)?;
    match admitted.operation {
        Some(OperationType::Mutation) if get => {
            Err(Refusal::method("POST", "GET executes queries only: send the mutation with POST.").into())
        }
        Some(OperationType::Subscription) if media != Media::Events => {
            let words = "A subscription is answered over WebSocket (graphql-transport-ws), or as events: \
                         send Accept: text/event-stream.";
            Err(Refusal::new(StatusCode::NOT_ACCEPTABLE, code::BAD_REQUEST, words).into())
        }
        _ => Ok((viewer, admitted)),
    }
}

/// An answer with its status: a request that could not be executed has no `data`, and says so
/// with its status to those who asked for the newer media type.
fn completed(done: &Answer, media: Media) -> Response {
    if !guard::not_executed(done) {
        return answer(StatusCode::OK, media, done);
    }
    let status = if media == Media::GraphQl { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    answer(status, media, &serde_json::json!({ "errors": done.errors }))
}
