//! Readiness: whether the parts that this process stands on answer. A server is ready when its
//! database is: without the store it records and lists, and exports wait. A worker alone is ready
//! when its queue is served, too.
//!
//! Each part is asked in a bounded time, and once a second at most: to ask for readiness costs the
//! parts nothing, however often it is done.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use futures::join;
use sea_orm::DatabaseConnection;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::Mutex, time::timeout};
use worker::{metrics, pulse::Pulse, store::Store};

/// How long a part may take to answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);
/// How long an answer holds.
const FRESH: Duration = Duration::from_secs(1);

/// What was learnt a moment ago, for all who want to know it.
#[derive(Debug)]
pub(crate) struct Fresh<T>(Mutex<Option<(Instant, T)>>);

impl<T> Default for Fresh<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Clone> Fresh<T> {
    /// What is known, or what one of those who ask finds out while the others wait for it.
    pub(crate) async fn get(&self, look: impl AsyncFnOnce(Option<&T>) -> T) -> T {
        let mut known = self.0.lock().await;
        if let Some((_, what)) = known.as_ref().filter(|(at, _)| at.elapsed() < FRESH) {
            return what.clone();
        }
        let what = look(known.as_ref().map(|(_, what)| what)).await;
        *known = Some((Instant::now(), what.clone()));
        what
    }
}

/// A part of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Database,
    Store,
    Worker,
}

impl Part {
    pub(crate) const ALL: [Self; 3] = [Self::Database, Self::Store, Self::Worker];

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Store => "store",
            Self::Worker => "worker",
        }
    }
}

/// How a part is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verdict {
    /// It does what it is for.
    pub(crate) well: bool,
    words: &'static str,
}

const WELL: Verdict = Verdict { well: true, words: "ok" };

/// Knows how the parts are. Clones know the same.
#[derive(Clone, Debug)]
pub(crate) struct Ready(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    db: DatabaseConnection,
    store: Store,
    /// The worker of this process, where there is one.
    pulse: Option<Pulse>,
    /// Whether there is nothing but the worker.
    worker_alone: bool,
    database_was: Fresh<Verdict>,
    store_was: Fresh<Verdict>,
}

impl Ready {
    /// Of a server, with the worker inside or without.
    pub(crate) fn of_server(db: DatabaseConnection, store: Store, pulse: Option<Pulse>) -> Self {
        Self::of(db, store, pulse, false)
    }

    /// Of a worker alone.
    pub(crate) fn of_worker(db: DatabaseConnection, store: Store, pulse: Pulse) -> Self {
        Self::of(db, store, Some(pulse), true)
    }

    fn of(db: DatabaseConnection, store: Store, pulse: Option<Pulse>, worker_alone: bool) -> Self {
        let (database_was, store_was) = Default::default();
        Self(Arc::new(Parts { db, store, pulse, worker_alone, database_was, store_was }))
    }

    /// How a part is; none where this process has no such part.
    pub(crate) async fn part(&self, part: Part) -> Option<Verdict> {
        let parts = &*self.0;
        match part {
            Part::Database => {
                let words = "does not answer; nothing is recorded or listed";
                let ping = || entity::db::ping(&parts.db);
                Some(parts.database_was.get(async |was| asked(part, words, was, ping()).await).await)
            }
            Part::Store => {
                let probe = || metrics::store("probe", parts.store.probe());
                Some(
                    parts
                        .store_was
                        .get(async |was| asked(part, "does not answer; exports wait", was, probe()).await)
                        .await,
                )
            }
            Part::Worker => {
                let words = "has not reached its queue for over a minute; exports wait";
                let stopped = parts.pulse.as_ref()?.has_stopped(Instant::now());
                Some(if stopped { Verdict { well: false, words } } else { WELL })
            }
        }
    }

    /// How all parts are, asked at once.
    pub(crate) async fn parts(&self) -> [(Part, Option<Verdict>); 3] {
        let all = Part::ALL.map(|part| async move { (part, self.part(part).await) });
        let [database, store, worker] = all;
        join!(database, store, worker).into()
    }

    /// Whether the process cannot do what it is for while that part is not well.
    fn stands_on(&self, part: Part) -> bool {
        part == Part::Database || (part == Part::Worker && self.0.worker_alone)
    }
}

/// Asks a part, and logs when it is not what it was.
async fn asked<E: std::fmt::Display>(
    part: Part,
    words: &'static str,
    was: Option<&Verdict>,
    answer: impl Future<Output = Result<(), E>>,
) -> Verdict {
    let why = match timeout(PATIENCE, answer).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(format!("{error:#}")),
        Err(_) => Some(format!("no answer in {} seconds", PATIENCE.as_secs())),
    };
    let (part, was_well) = (part.name(), was.is_none_or(|was| was.well));
    let verdict = if why.is_none() { WELL } else { Verdict { well: false, words } };
    match why {
        Some(why) if was_well => tracing::warn!(part, why, "a part does not answer"),
        None if !was_well => tracing::info!(part, "a part answers again"),
        _ => {}
    }
    verdict
}

/// `GET /readyz`: a line a part.
pub(crate) async fn all(State(ready): State<Ready>) -> Response {
    let (mut status, mut lines) = (StatusCode::OK, String::new());
    for (part, verdict) in ready.parts().await {
        if verdict.is_some_and(|verdict| !verdict.well) && ready.stands_on(part) {
            status = StatusCode::SERVICE_UNAVAILABLE;
        }
        lines += &line(part, verdict);
    }
    (status, lines).into_response()
}

/// `GET /readyz/{part}`
pub(crate) async fn one(State(ready): State<Ready>, Path(name): Path<String>) -> Response {
    let Some(part) = Part::ALL.into_iter().find(|part| part.name() == name) else {
        let names = Part::ALL.map(Part::name).join(", ");
        return (StatusCode::NOT_FOUND, format!("There is no such part: ask for one of {names}.\n")).into_response();
    };
    let verdict = ready.part(part).await;
    let well = verdict.is_none_or(|verdict| verdict.well);
    let status = if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, line(part, verdict)).into_response()
}

fn line(part: Part, verdict: Option<Verdict>) -> String {
    let words = verdict.map_or("not in this process", |verdict| verdict.words);
    format!("{}: {words}\n", part.name())
}
