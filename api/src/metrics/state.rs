//! What is true now: whether the parts answer, what exports wait, what the pool holds. Of exports
//! the database is asked, so that every process says the same, and sums are not to be taken of it.

use super::PREFIX;
use crate::ready::{Fresh, PATIENCE, Part, Ready, Verdict};
use entity::{
    clock,
    db::{self, Pool},
    export::census::{self, Census},
};
use futures::join;
use prometheus_client::{
    metrics::{family::Family, gauge::Gauge},
    registry::{Registry, Unit},
};
use sea_orm::DatabaseConnection;
use std::{sync::Arc, sync::atomic::AtomicU64};
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

type Seconds = Gauge<f64, AtomicU64>;

/// Looks up what is true now.
#[derive(Clone, Debug)]
pub(crate) struct Now {
    /// Whose exports.
    pub(crate) db: DatabaseConnection,
    /// How the parts are.
    pub(crate) ready: Ready,
    /// The exports that this process works on; none where it has no worker.
    pub(crate) in_work: Option<TaskTracker>,
    /// The open sockets; none where it serves none.
    pub(crate) sockets: Option<TaskTracker>,
    /// What was counted a moment ago.
    pub(crate) census: Arc<Fresh<Option<Census>>>,
}

impl Now {
    /// What there is to be said.
    pub(super) async fn registry(&self) -> Registry {
        let mut registry = Registry::with_prefix(PREFIX);
        let (parts, census) = join!(self.ready.parts(), self.census.get(async |_| self.census().await));
        up(&mut registry, parts);
        self.process(&mut registry);
        if let Some(census) = census {
            exports(&mut registry, &census);
        }
        registry
    }

    async fn census(&self) -> Option<Census> {
        timeout(PATIENCE, census::take(&self.db, clock::now())).await.ok()?.ok()
    }

    fn process(&self, registry: &mut Registry) {
        let Pool { size, idle, max } = db::pool(&self.db);
        let connections = Family::<_, Gauge>::default();
        connections.get_or_create(&[("state", "idle")]).set(idle.into());
        connections.get_or_create(&[("state", "in_use")]).set(size.saturating_sub(idle).into());
        registry.register("database_connections", "Open connections to the database", connections);
        let help = "How many connections to the database there may be";
        registry.register("database_connections_max", help, gauge(max.into()));
        if let Some(sockets) = &self.sockets {
            registry.register("sockets", "Open WebSockets", gauge(whole(sockets.len())));
        }
        if let Some(in_work) = &self.in_work {
            let help = "Workers' slots of this process that are at work on exports";
            registry.register("exports_in_work", help, gauge(whole(in_work.len())));
        }
    }
}

fn up(registry: &mut Registry, parts: [(Part, Option<Verdict>); 3]) {
    let up = Family::<_, Gauge>::default();
    for (part, verdict) in parts {
        if let Some(verdict) = verdict {
            up.get_or_create(&[("part", part.name())]).set(verdict.well.into());
        }
    }
    registry.register("up", "Whether a part answers: database, store, worker", up);
}

fn exports(registry: &mut Registry, census: &Census) {
    let open = Family::<_, Gauge>::default();
    open.get_or_create(&[("state", "queued")]).set(census.queued);
    open.get_or_create(&[("state", "running")]).set(census.running);
    registry.register("exports", "Exports that have not ended, in the database", open);
    let help = "Exports that a worker could begin with now, in the database";
    registry.register("queue_waiting", help, gauge(census.waiting));
    let age = |of: Option<chrono::DateTime<chrono::Utc>>| {
        let age = of.map(|then| clock::now() - then).unwrap_or_default().to_std().unwrap_or_default();
        let gauge = Seconds::default();
        gauge.set(age.as_secs_f64());
        gauge
    };
    let help = "How long the export waits that a worker could have begun with first; 0 where none waits";
    registry.register_with_unit("queue_oldest_waiting", help, Unit::Seconds, age(census.waits_since));
    let help = "How long ago the oldest export was asked for that has not ended; 0 where there is none";
    registry.register_with_unit("exports_oldest", help, Unit::Seconds, age(census.asked_since));
}

fn gauge(value: i64) -> Gauge {
    let gauge = Gauge::default();
    gauge.set(value);
    gauge
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
