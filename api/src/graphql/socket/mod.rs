//! GraphQL over WebSocket: operations of any kind, many at a time, on one connection.
//!
//! Protocol: graphql-transport-ws, as the client graphql-ws speaks it. The loop is our own, for a
//! socket is open to all that a request is closed to: it says who it is late or never, sends what
//! is no message, asks without end, listens slowly, and stays when its token is revoked.

mod message;

use super::{
    guard,
    http::{Media, Refusal},
    live::{
        crowd::Seat,
        watched::{self, Told, stopped},
    },
};
use crate::{
    app::App,
    auth::{self, Refused},
    error::code,
    origin, telemetry,
};
use axum::{
    extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::Response,
};
use futures::{
    StreamExt,
    stream::{self, AbortHandle, BoxStream, SelectAll},
};
use message::{Close, Incoming, PROTOCOL};
use serde_json::{Map, Value};
use std::{collections::HashMap, time::Duration};
use tokio::time::{Instant, interval, sleep_until, timeout};
use tracing::Span;

/// The most bytes of a message. Larger ones are refused in words up to twice this; those beyond
/// are not even read, and the connection is cut.
const MESSAGE_MAX: usize = 1024 * 1024;
/// The most operations that go on at a time.
const OPERATIONS_MAX: usize = 32;
/// How often the other end is asked whether it is still there.
const BEAT: Duration = Duration::from_secs(30);
/// After how much silence it is taken to be gone.
const SILENCE: Duration = Duration::from_secs(75);
/// How long it may take to accept one message.
const SEND: Duration = Duration::from_secs(30);
/// How long we wait for it to say goodbye too.
const GOODBYE: Duration = Duration::from_secs(2);

/// Opens a socket, unless it is another site's page that asks for it: browsers attach cookies
/// here too, and show the answers to whoever asked.
pub(super) fn open(app: App, upgrade: WebSocketUpgrade, uri: &Uri, headers: HeaderMap) -> Response {
    if origin::foreign(&headers, uri, &app.links.public_url) {
        return Refusal::foreign().into_response(Media::Json);
    }
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(2 * MESSAGE_MAX).max_frame_size(2 * MESSAGE_MAX);
    if upgrade.selected_protocol().is_none() {
        let words = format!("Offer the subprotocol {PROTOCOL}: Sec-WebSocket-Protocol: {PROTOCOL}");
        return Refusal::new(StatusCode::BAD_REQUEST, code::BAD_REQUEST, words).into_response(Media::Json);
    }
    let (sockets, opened) = (app.sockets.clone(), Span::current());
    upgrade.on_upgrade(move |socket| {
        let session = Session { app, credential: headers, opened, socket, seat: None, operations: HashMap::new() };
        sockets.track_future(session.run())
    })
}

/// Why a socket ends.
enum End {
    /// We close it.
    Close(Close),
    /// The other end has gone, or does not listen.
    Gone,
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

struct Session {
    app: App,
    /// The headers of the request, with what the client has said since.
    credential: HeaderMap,
    /// The span of the request.
    opened: Span,
    socket: WebSocket,
    /// Its place, once it has said who it is and was let in.
    seat: Option<Seat>,
    operations: HashMap<String, AbortHandle>,
}

/// What an operation tells; nothing where it is complete.
type Running = SelectAll<BoxStream<'static, (String, Option<Told>)>>;

impl Session {
    async fn run(mut self) {
        let mut running = SelectAll::new();
        let Err(end) = self.serve(&mut running).await;
        drop(running);
        if let End::Close(Close { code, reason }) = end {
            let frame = CloseFrame { code, reason: reason.into() };
            // Who does not take it is gone.
            let _ = timeout(SEND, self.socket.send(Message::Close(Some(frame)))).await;
        }
        // Who says goodbye is answered while the socket is read, and a connection that is cut while
        // the other end still sends would lose our last words.
        let _ = timeout(GOODBYE, async { while let Some(Ok(_)) = self.socket.recv().await {} }).await;
    }

    async fn serve(&mut self, running: &mut Running) -> Result<std::convert::Infallible, End> {
        let patience = Instant::now() + self.app.graphql.graphql_ws_init_timeout;
        let (mut beat, mut heard) = (interval(BEAT), Instant::now());
        let mut stop = self.app.stop.clone();
        loop {
            tokio::select! {
                message = self.socket.recv() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) if text.len() > MESSAGE_MAX => return Err(Close::too_big().into()),
                        Some(Ok(Message::Text(text))) => self.receive(&text, running).await?,
                        Some(Ok(Message::Binary(_))) => return Err(Close::invalid("send text").into()),
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                        Some(Err(error)) if is_too_big(&error) => return Err(Close::too_big().into()),
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(End::Gone),
                    }
                }
                Some((id, told)) = running.next(), if !running.is_empty() => self.tell(&id, told).await?,
                () = sleep_until(patience), if self.seat.is_none() => return Err(Close::late().into()),
                _ = beat.tick() => {
                    if heard.elapsed() > SILENCE {
                        return Err(End::Gone);
                    }
                    self.put(Message::Ping(Vec::new().into())).await?;
                }
                () = stopped(&mut stop) => return Err(Close::stopping().into()),
            }
        }
    }

    async fn receive(&mut self, text: &str, running: &mut Running) -> Result<(), End> {
        let incoming = serde_json::from_str(text).map_err(|_| Close::invalid("it is none of the protocol's"))?;
        match incoming {
            Incoming::ConnectionInit { payload } => {
                if self.seat.is_some() {
                    return Err(Close::too_many_inits().into());
                }
                self.introduce(payload.unwrap_or_default())?;
                let viewer = auth::next_request(&self.app, &self.credential).await;
                let viewer = viewer.map_err(|refused| closed_to(&refused))?;
                self.seat = Some(self.app.crowd.seat(&viewer).ok_or_else(Close::crowded)?);
                self.send(&message::ack()).await
            }
            Incoming::Ping { payload } => self.send(&message::pong(payload)).await,
            Incoming::Pong {} => Ok(()),
            Incoming::Complete { id } => {
                if let Some(operation) = self.operations.remove(&id) {
                    operation.abort();
                }
                Ok(())
            }
            Incoming::Subscribe { .. } if self.seat.is_none() => Err(Close::unauthorized().into()),
            Incoming::Subscribe { id, payload } => {
                if id.is_empty() {
                    return Err(Close::invalid("an operation has an id").into());
                }
                let asked = payload.asked().ok_or_else(|| Close::invalid("the payload has no query"))?;
                self.subscribe(id, asked, running).await
            }
        }
    }

    /// A token in the first message goes before what the request brought.
    fn introduce(&mut self, payload: Map<String, Value>) -> Result<(), End> {
        let given = payload.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(header::AUTHORIZATION.as_str()));
        if let Some((_, given)) = given {
            let value = given.as_str().and_then(|value| HeaderValue::from_str(value).ok());
            self.credential.insert(header::AUTHORIZATION, value.ok_or_else(Close::forbidden)?);
            self.credential.remove(header::COOKIE);
        }
        Ok(())
    }

    async fn subscribe(&mut self, id: String, asked: guard::Asked, running: &mut Running) -> Result<(), End> {
        if self.operations.contains_key(&id) {
            return Err(Close::exists(&id).into());
        }
        if self.operations.len() >= OPERATIONS_MAX {
            let words = format!(
                "{OPERATIONS_MAX} operations go on at this socket already: complete one, or open another socket."
            );
            return self.send(&message::errors(&id, &[guard::error(code::BAD_REQUEST, words)])).await;
        }
        let viewer = match auth::next_request(&self.app, &self.credential).await {
            Ok(viewer) => viewer,
            // What is true of this operation is not of those that go on.
            Err(refused @ (Refused::TooMany(_) | Refused::Unavailable)) => {
                return self.send(&message::errors(&id, &[guard::Refused::from(refused).error()])).await;
            }
            Err(refused) => return Err(closed_to(&refused).into()),
        };
        match guard::admit(asked, self.app.graphql.introspection()) {
            Ok(admitted) => {
                let span = telemetry::at_socket(&self.opened, &self.credential);
                let run = || watched::run(self.app.clone(), self.credential.clone(), viewer, admitted);
                let mut told = span.in_scope(run).boxed();
                let told = stream::poll_fn(move |context| span.in_scope(|| told.poll_next_unpin(context)));
                let end = stream::iter([None]);
                let (told, handle) = stream::abortable(told.map(Some).chain(end));
                let key = id.clone();
                running.push(told.map(move |told| (key.clone(), told)).boxed());
                self.operations.insert(id, handle);
                Ok(())
            }
            Err(refused) => self.send(&message::errors(&id, &[refused.error()])).await,
        }
    }

    async fn tell(&mut self, id: &str, told: Option<Told>) -> Result<(), End> {
        match told {
            None => {
                self.operations.remove(id);
                self.send(&message::complete(id)).await
            }
            Some(Told::Answer(answer)) if guard::not_executed(&answer) => {
                if let Some(operation) = self.operations.remove(id) {
                    operation.abort();
                }
                self.send(&message::errors(id, &answer.errors)).await
            }
            Some(Told::Answer(answer)) if is_too_slow(&answer) => Err(Close::too_slow().into()),
            Some(Told::Answer(answer)) => self.send(&message::next(id, &answer)).await,
            Some(Told::Refused(refused)) => Err(closed_to(&refused).into()),
            Some(Told::Stopping) => Err(Close::stopping().into()),
        }
    }

    async fn send(&mut self, message: &Value) -> Result<(), End> {
        self.put(Message::Text(message.to_string().into())).await
    }

    /// Who does not take a message in time is let go: nothing is kept for them.
    async fn put(&mut self, message: Message) -> Result<(), End> {
        match timeout(SEND, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(End::Gone),
        }
    }
}

fn closed_to(refused: &Refused) -> Close {
    match refused {
        Refused::Internal(_) => Close::internal(),
        Refused::TooMany(_) | Refused::Unavailable => Close::later(),
        _ => Close::forbidden(),
    }
}

fn is_too_slow(answer: &async_graphql::Response) -> bool {
    let is_code = |code: &async_graphql::Value| *code == async_graphql::Value::from(code::TOO_SLOW);
    let codes = answer.errors.iter().filter_map(|error| error.extensions.as_ref()?.get("code"));
    codes.into_iter().any(is_code)
}

/// The library tells this fault of a peer's from others in its words alone.
fn is_too_big(error: &axum::Error) -> bool {
    error.to_string().contains("too long") || error.to_string().contains("too large")
}
