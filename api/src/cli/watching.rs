//! How a process is watched from outside: its traces, from the first word it logs to the last, and
//! an address of its own for metrics and readiness.

use crate::{
    listen::listen,
    logging,
    metrics::{Metrics, Now},
    ready::{Fresh, Ready},
    routes,
    settings::{Telemetry, Work},
    telemetry::Traces,
};
use anyhow::Context as _;
use axum::Router;
use std::{net::TcpListener, sync::Arc, time::Duration};
use tokio::sync::watch;
use tokio_util::task::TaskTracker;
use worker::Context;

/// How long whoever watches may take for the head of a request.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(15);

/// Runs what is to be logged and traced, and sends the last traces when it has ended.
pub(super) async fn watched(work: Work, run: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let traces = Traces::open(&work.telemetry)?;
    logging::init_with(&work.database, traces.as_ref())?;
    let done = run.await;
    if let Some(traces) = traces {
        traces.end().await;
    }
    done
}

/// What there is to see of a process.
pub(super) struct Sight {
    ready: Ready,
    now: Now,
    settings: Telemetry,
}

impl Sight {
    /// Of a worker alone.
    pub(super) fn of_worker(context: &Context, settings: &Telemetry) -> Self {
        let ready = Ready::of_worker(context.db.clone(), context.store.clone(), context.pulse.clone());
        Self::of(context, ready, Some(context.in_work.clone()), None, settings)
    }

    /// Of a server with these sockets, the worker inside or not.
    pub(super) fn of_server(context: &Context, worker: bool, sockets: &TaskTracker, settings: &Telemetry) -> Self {
        let ready = Ready::of_server(context.db.clone(), context.store.clone(), worker.then(|| context.pulse.clone()));
        let in_work = worker.then(|| context.in_work.clone());
        Self::of(context, ready, in_work, Some(sockets.clone()), settings)
    }

    fn of(
        context: &Context,
        ready: Ready,
        in_work: Option<TaskTracker>,
        sockets: Option<TaskTracker>,
        settings: &Telemetry,
    ) -> Self {
        let census = Arc::<Fresh<_>>::default();
        let now = Now { db: context.db.clone(), ready: ready.clone(), in_work, sockets, census };
        Self { ready, now, settings: settings.clone() }
    }

    /// The paths for a server's own address. Where strangers may reach it, the metrics are not for
    /// everybody.
    pub(super) fn for_all(&self, production: bool) -> Router {
        let open = !production || self.settings.metrics_token.is_some();
        routes::watching(self.ready.clone(), open.then(|| self.metrics()))
    }

    /// Opens the address of its own, where the settings have one.
    pub(super) fn open(&self, stop: watch::Receiver<bool>) -> anyhow::Result<()> {
        let Some(address) = self.settings.metrics_listen else { return Ok(()) };
        let listener = TcpListener::bind(address).with_context(|| {
            format!("the address {address} (METRICS_LISTEN, --metrics-listen) cannot be listened on")
        })?;
        let address = listener.local_addr()?;
        let paths = routes::watching(self.ready.clone(), Some(self.metrics()));
        tokio::spawn(async move {
            if let Err(error) = listen(listener, paths, CLIENT_TIMEOUT, stop).await {
                tracing::error!(error = format!("{error:#}"), "metrics and readiness are served no more");
            }
        });
        tracing::info!(%address, "metrics and readiness are served");
        Ok(())
    }

    fn metrics(&self) -> Metrics {
        Metrics::of(self.now.clone(), self.settings.metrics_token.clone())
    }
}
