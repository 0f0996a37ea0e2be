//! Who looked, written down before they see it.
//!
//! Events go to one task, which writes those that wait together in one statement: a caller waits
//! for the commit, and many callers wait for the same one.

use crate::{
    app::App,
    auth::Viewer,
    error::{Error, code},
};
use async_graphql::{Response, Value};
use entity::{
    access_event::{self, Kind, NewEvent},
    clock,
};
use sea_orm::{DatabaseConnection, DbErr};
use std::{collections::BTreeSet, sync::Arc};
use tokio::sync::{mpsc, oneshot};

/// How many events one statement writes at the most.
const BATCH: usize = 200;

type Waiting = (NewEvent, oneshot::Sender<Result<(), Arc<DbErr>>>);

/// The way to write events down.
#[derive(Clone, Debug)]
pub struct Ledger(mpsc::Sender<Waiting>);

impl Ledger {
    /// Begins to write to `db`; ends when the last clone is dropped.
    pub fn open(db: DatabaseConnection) -> Self {
        let (tell, told) = mpsc::channel(BATCH);
        tokio::spawn(keep(db, told));
        Self(tell)
    }

    /// Writes an event down. Once this answers, it is there to stay.
    ///
    /// # Errors
    /// What the database said; who must not look unseen is then not shown anything.
    pub async fn write(&self, event: NewEvent) -> Result<(), Error> {
        let (answer, answered) = oneshot::channel();
        let gone = || Error::internal(&"the ledger of access events has ended");
        self.0.send((event, answer)).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?.map_err(|error| Error::internal(&error))
    }

    /// Writes down what has been refused already: nobody is told where that fails, but the log.
    pub async fn note(&self, event: NewEvent) {
        // `write` has logged why.
        let _ = self.write(event).await;
    }
}

async fn keep(db: DatabaseConnection, mut told: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(BATCH);
    while told.recv_many(&mut batch, BATCH).await > 0 {
        let (events, waiting): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
        let written = access_event::write(&db, events, clock::now()).await.map_err(Arc::new);
        for answer in waiting {
            // Whoever waited may have gone.
            let _ = answer.send(written.clone());
        }
    }
}

/// Writes down what an answer refuses to its caller for want of a scope.
pub async fn note_refusals(app: &App, viewer: &Viewer, answer: &Response) {
    let missing = |error: &async_graphql::ServerError| {
        let extensions = error.extensions.as_ref()?;
        let forbidden = matches!(extensions.get("code"), Some(Value::String(code)) if code == code::FORBIDDEN);
        extensions.get("scope").filter(|_| forbidden).map(ToString::to_string)
    };
    let missing: BTreeSet<String> = answer.errors.iter().filter_map(missing).collect();
    if !missing.is_empty() {
        let detail = format!("lacks {}", missing.into_iter().collect::<Vec<_>>().join(", ").replace('"', ""));
        app.ledger.note(NewEvent { detail: Some(detail), ..viewer.does(Kind::Refused, Vec::new()) }).await;
    }
}
