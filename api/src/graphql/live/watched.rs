//! Answers as they come, for as long as whoever asked may see them. A request is let in once; what
//! goes on for hours is let in again and again, so that a token that is revoked, or runs out, ends
//! what was begun with it.

use crate::{
    access,
    app::App,
    auth::{self, Refused, Viewer},
    error::{Error, code},
    graphql::guard::{self, Admitted, Finish},
};
use async_graphql::{Response, parser::types::OperationType};
use axum::http::HeaderMap;
use futures::{
    FutureExt, Stream, StreamExt,
    stream::{self, BoxStream},
};
use std::{panic::AssertUnwindSafe, time::Duration};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

/// How long may pass while nothing comes until the caller is let in again.
const IDLE: Duration = Duration::from_secs(5);
/// How old the last look at the credential may be when something comes.
const FRESH: Duration = Duration::from_secs(1);

/// What comes of an operation. When nothing more comes, it is complete.
pub(in crate::graphql) enum Told {
    /// An answer.
    Answer(Response),
    /// The caller is not let in any more; nothing follows.
    Refused(Refused),
    /// The process is to end; nothing follows.
    Stopping,
}

/// Executes an operation of any kind.
pub(in crate::graphql) fn run(
    app: App,
    credential: HeaderMap,
    viewer: Viewer,
    admitted: Admitted,
) -> impl Stream<Item = Told> + Send + 'static {
    let goes_on = admitted.operation == Some(OperationType::Subscription);
    let (request, finish) = admitted.part();
    let answers = app.schema.execute_stream(request.data(viewer.clone()).data(app.clone()));
    let (begun, stop) = (Instant::now(), app.stop.clone());
    let watched = Watched { app, credential, viewer, answers, finish, goes_on, begun, checked: begun, stop };
    stream::unfold(Some(watched), |watched| async {
        let mut watched = watched?;
        let told = watched.next().await?;
        let last = matches!(told, Told::Refused(_) | Told::Stopping);
        Some((told, (!last).then_some(watched)))
    })
}

struct Watched {
    app: App,
    credential: HeaderMap,
    viewer: Viewer,
    answers: BoxStream<'static, Response>,
    finish: Finish,
    /// It is a subscription.
    goes_on: bool,
    begun: Instant,
    checked: Instant,
    stop: watch::Receiver<bool>,
}

impl Watched {
    async fn next(&mut self) -> Option<Told> {
        loop {
            tokio::select! {
                // A panic is an answer too, and not the end of what goes on beside it.
                answer = AssertUnwindSafe(self.answers.next()).catch_unwind() => {
                    let Some(mut answer) = answer.unwrap_or_else(|_| Some(panicked())) else {
                        // What is followed ends with the process too, and that is no end of its own.
                        return (self.goes_on && *self.stop.borrow()).then_some(Told::Stopping);
                    };
                    if self.goes_on && self.checked.elapsed() > FRESH && let Err(refused) = self.check().await {
                        return Some(Told::Refused(refused));
                    }
                    self.finish.apply(&mut answer);
                    access::note_refusals(&self.app, &self.viewer, &answer).await;
                    return Some(Told::Answer(answer));
                }
                () = sleep_until(self.begun + self.app.patience), if !self.goes_on => {
                    self.answers = stream::empty().boxed();
                    return Some(Told::Answer(given_up(self.app.patience)));
                }
                () = sleep_until(self.checked + IDLE), if self.goes_on => {
                    if let Err(refused) = self.check().await {
                        return Some(Told::Refused(refused));
                    }
                }
                () = stopped(&mut self.stop), if self.goes_on => return Some(Told::Stopping),
            }
        }
    }

    /// Lets the caller in again, with the same rights as before.
    async fn check(&mut self) -> Result<(), Refused> {
        let now = auth::viewer(&self.app, &self.credential).await?;
        if now.domain.id != self.viewer.domain.id || now.scopes != self.viewer.scopes {
            return Err(Refused::BadToken);
        }
        self.checked = Instant::now();
        Ok(())
    }
}

/// Waits until the process is to end.
pub(in crate::graphql) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, which is an end as well.
    let _ = stop.wait_for(|stop| *stop).await;
}

fn given_up(patience: Duration) -> Response {
    let words = format!("This took longer than {} seconds and was given up: ask for less.", patience.as_secs());
    Response::from_errors(vec![guard::error(code::UNAVAILABLE, words)])
}

fn panicked() -> Response {
    let error = async_graphql::Error::from(Error::internal(&"an operation panicked"));
    Response::from_errors(vec![guard::error(code::INTERNAL, error.message)])
}
