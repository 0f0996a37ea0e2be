//! One follower of the log for each domain that somebody watches, however many watch it: it looks
//! for what has been recorded since it last looked, and tells all of them the ids.

use super::watched::stopped;
use crate::app::App;
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    clock,
    db::within,
    id::{DomainId, LogId},
    log::tail::{self, Place},
};
use sea_orm::{DatabaseTransaction, DbErr};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::broadcast;

/// How often the log is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// At every so many looks, it is looked back for what came late.
const LOOK_BACK: u32 = 4;
/// How late a record may come, by a slow transaction or by another clock, and still be told.
const LATE: TimeDelta = TimeDelta::seconds(30);
/// How many ids are read, and told, at once.
const PAGE: u64 = 1_000;
/// How many tellings a slow listener may be behind before it is let go.
const BEHIND: usize = 64;
/// The most that is read when looking back.
const LOOK_BACK_MAX: u64 = 1_000_000;

type Telling = broadcast::Sender<Arc<[LogId]>>;

/// The domains that somebody watches.
#[derive(Clone, Default)]
pub struct Tails(Arc<Mutex<HashMap<DomainId, Telling>>>);

impl Tails {
    /// Follows a domain's log from now on.
    pub(super) fn follow(&self, app: &App, domain: DomainId) -> broadcast::Receiver<Arc<[LogId]>> {
        let mut tails = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(telling) = tails.get(&domain) {
            return telling.subscribe();
        }
        let (telling, told) = broadcast::channel(BEHIND);
        tails.insert(domain, telling.clone());
        let tail = Tail { app: app.clone(), domain, telling, place: None, told: BTreeSet::new() };
        tokio::spawn(tail.run(clock::now()));
        told
    }

    /// Whether nobody listens any more; then the next who does begins anew.
    fn ended(&self, domain: DomainId, telling: &Telling) -> bool {
        let mut tails = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = telling.receiver_count() == 0;
        if ended {
            tails.remove(&domain);
        }
        ended
    }
}

struct Tail {
    app: App,
    domain: DomainId,
    telling: Telling,
    /// How far it has been told.
    place: Option<Place>,
    /// What has been told, or was there before, as far back as records may come late.
    told: BTreeSet<Place>,
}

impl Tail {
    /// Follows the log from `begun` on, until nobody listens or the process is to end.
    async fn run(mut self, begun: DateTime<Utc>) {
        let mut looks = 0u32;
        let mut stop = self.app.stop.clone();
        loop {
            let looked = match self.place {
                None => self.begin(begun).await,
                Some(place) => self.look(place, looks % LOOK_BACK == LOOK_BACK - 1).await,
            };
            if let Err(error) = looked {
                tracing::warn!(%error, "the log's tail could not be read");
            }
            looks = looks.wrapping_add(1);
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = stopped(&mut stop) => {
                    self.app.tails.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.domain);
                    return;
                }
            }
            if self.app.tails.ended(self.domain, &self.telling) {
                return;
            }
        }
    }

    /// Remembers what was there before anybody listened.
    async fn begin(&mut self, begun: DateTime<Utc>) -> Result<(), DbErr> {
        let rows = within(&self.app.db, self.domain).await?;
        let (from, to) = (Place::before(begun - LATE), Place::before(begun));
        self.told = tail::between(&rows, self.domain, from, to, LOOK_BACK_MAX).await?.into_iter().collect();
        self.place = Some(self.told.last().copied().unwrap_or(from));
        Ok(())
    }

    /// Tells what has come after `place`, and at `back` what has come before it meanwhile.
    async fn look(&mut self, mut place: Place, back: bool) -> Result<(), DbErr> {
        let rows = within(&self.app.db, self.domain).await?;
        loop {
            let page = tail::after(&rows, self.domain, place, PAGE).await?;
            let Some(last) = page.last() else {
                break;
            };
            place = *last;
            self.place = Some(place);
            self.tell(&page);
            if page.len() as u64 != PAGE {
                break;
            }
        }
        if back { self.look_back(&rows, place).await } else { Ok(()) }
    }

    async fn look_back(&mut self, rows: &DatabaseTransaction, to: Place) -> Result<(), DbErr> {
        let from = Place::before(clock::now() - LATE);
        self.told = self.told.split_off(&from);
        if tail::count(rows, self.domain, from, to).await? != self.told.len() as u64 {
            let all = tail::between(rows, self.domain, from, to, LOOK_BACK_MAX).await?;
            let late: Vec<Place> = all.into_iter().filter(|place| !self.told.contains(place)).collect();
            for page in late.chunks(usize::try_from(PAGE).unwrap_or(usize::MAX)) {
                self.tell(page);
            }
        }
        Ok(())
    }

    fn tell(&mut self, places: &[Place]) {
        self.told.extend(places);
        // That nobody listens any more is seen after the next pause.
        let _ = self.telling.send(places.iter().map(|place| place.id).collect());
    }
}
