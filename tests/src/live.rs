//! Somebody who watches: GraphQL over WebSocket, and over server-sent events.

use futures::{SinkExt, StreamExt};
use reqwest::header::ACCEPT;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest, http::HeaderName},
};

/// How long something may take to come.
const LIMIT: Duration = Duration::from_mins(1);

/// A socket that speaks graphql-transport-ws.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// A code with which a socket was closed, and the words.
pub type Closed = (u16, String);

impl Socket {
    /// Opens a socket at `url` (http://…) with more headers, or answers with the status.
    pub async fn open(url: &str, headers: &[(&str, &str)]) -> Result<Self, u16> {
        let mut request = url.replacen("http", "ws", 1).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, response)) => {
                assert_eq!(response.headers()["sec-websocket-protocol"], "graphql-transport-ws");
                Ok(Self(socket))
            }
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opens a socket that offers the protocol.
    pub async fn offer(url: &str) -> Self {
        Self::open(url, &[PROTOCOL]).await.unwrap()
    }

    /// Opens a socket and is let in with a token.
    pub async fn with(url: &str, token: &str) -> Self {
        let mut socket = Self::offer(url).await;
        socket.init(&json!({ "Authorization": format!("Bearer {token}") })).await;
        assert_eq!(socket.next().await, json!({ "type": "connection_ack" }));
        socket
    }

    /// Says who it is.
    pub async fn init(&mut self, payload: &Value) {
        self.send(&json!({ "type": "connection_init", "payload": payload })).await;
    }

    /// Asks.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: &Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.send(&json!({ "id": id, "type": "subscribe", "payload": payload })).await;
    }

    /// Sends a message.
    pub async fn send(&mut self, message: &Value) {
        self.text(message.to_string()).await;
    }

    /// Sends any text.
    pub async fn text(&mut self, text: String) {
        self.0.send(Message::Text(text.into())).await.unwrap();
    }

    /// Sends bytes.
    pub async fn binary(&mut self, bytes: Vec<u8>) {
        self.0.send(Message::Binary(bytes.into())).await.unwrap();
    }

    /// The next message.
    pub async fn next(&mut self) -> Value {
        match self.receive().await {
            Ok(message) => message,
            Err(closed) => panic!("the socket was closed: {closed:?}"),
        }
    }

    /// The code and the words with which the socket is closed. What comes before is not looked at.
    pub async fn closed(&mut self) -> Closed {
        in_time(async {
            loop {
                if let Err(closed) = self.read().await {
                    return closed;
                }
            }
        })
        .await
    }

    /// The next message, or the end.
    pub async fn receive(&mut self) -> Result<Value, Closed> {
        in_time(self.read()).await
    }

    async fn read(&mut self) -> Result<Value, Closed> {
        loop {
            match self.0.next().await.expect("a socket ends with a code").unwrap() {
                Message::Text(text) => return Ok(serde_json::from_str(&text).unwrap()),
                Message::Close(Some(frame)) => return Err((frame.code.into(), frame.reason.to_string())),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

async fn in_time<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, what).await.expect("something comes in time")
}

/// Offers the protocol.
pub const PROTOCOL: (&str, &str) = ("Sec-WebSocket-Protocol", "graphql-transport-ws");

/// Answers that come as server-sent events.
pub struct Events {
    response: reqwest::Response,
    read: String,
}

impl Events {
    /// Sends a request, which must be answered with events.
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.header(ACCEPT, "text/event-stream").send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, read: String::new() }
    }

    /// The next event's name and data; none at the end.
    pub async fn next(&mut self) -> Option<(String, Value)> {
        in_time(self.take()).await
    }

    async fn take(&mut self) -> Option<(String, Value)> {
        loop {
            while let Some((event, rest)) = self.read.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.read = rest;
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.map(|value| value.trim_start_matches(':').trim_start().to_owned())
                };
                // A comment says that the connection is alive.
                if let Some(name) = field("event") {
                    let data = field("data").expect("an event has data");
                    return Some((name, serde_json::from_str(&data).unwrap_or_default()));
                }
            }
            match self.response.chunk().await {
                Ok(Some(bytes)) => self.read.push_str(std::str::from_utf8(&bytes).unwrap()),
                Ok(None) | Err(_) => return None,
            }
        }
    }

    /// All that comes until the end.
    pub async fn rest(&mut self) -> Vec<(String, Value)> {
        in_time(async {
            let mut all = Vec::new();
            while let Some(event) = self.take().await {
                all.push(event);
            }
            all
        })
        .await
    }
}
