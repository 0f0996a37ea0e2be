//! The HTTP server: connections that take their time are dropped, and an end that is asked for
//! waits for those that are being answered.

use anyhow::Context;
use axum::Router;
use axum_server::Handle;
use hyper_util::rt::TokioTimer;
use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};
use tokio::sync::watch;

/// How long connections may take to end once the process is to end.
const DRAIN: Duration = Duration::from_secs(10);
/// How often an HTTP/2 connection is asked whether anybody is there.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// The most requests at once on one HTTP/2 connection.
const STREAMS_MAX: u32 = 100;

/// Serves until `stop` becomes true. A client may take so long for the head of a request.
///
/// # Errors
/// Where the listener cannot be served.
pub(crate) async fn listen(
    listener: TcpListener,
    paths: Router,
    client_timeout: Duration,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let handle = Handle::<SocketAddr>::new();
    let mut server = axum_server::from_tcp(listener)
        .context("serving")?
        .handle(handle.clone())
        .first_request_timeout(client_timeout)
        .accept_error_handler(|from, error| tracing::warn!(?from, %error, "a connection could not be accepted"));
    let builder = server.http_builder();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(client_timeout);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(client_timeout)
        .max_concurrent_streams(STREAMS_MAX);
    tokio::spawn(drain(handle, stop));
    server.serve(paths.into_make_service_with_connect_info::<SocketAddr>()).await.context("serving")
}

async fn drain(handle: Handle<SocketAddr>, mut stop: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is an end as well.
    let _ = stop.wait_for(|stop| *stop).await;
    handle.graceful_shutdown(Some(DRAIN));
}
