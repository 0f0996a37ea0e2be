//! How many connections a caller keeps open. A request is over soon; a socket, or a stream of
//! events, takes its place for hours.

use crate::auth::Viewer;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The most connections that one credential keeps open at a process, of all kinds together: a page
/// in each of many tabs, and not all that the process has.
pub(in crate::graphql) const OPEN_MAX: usize = 100;

/// Who keeps how many open.
#[derive(Clone, Default)]
pub struct Crowd(Arc<Mutex<HashMap<String, usize>>>);

/// One open connection. Dropped, it makes room.
pub(in crate::graphql) struct Seat {
    crowd: Crowd,
    caller: String,
}

impl Crowd {
    /// A place for one more; none where the caller has as many as anybody may.
    pub(in crate::graphql) fn seat(&self, viewer: &Viewer) -> Option<Seat> {
        let caller = viewer.id().unwrap_or_else(|| viewer.name.clone());
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = open.entry(caller.clone()).or_default();
        if *own >= OPEN_MAX {
            return None;
        }
        *own += 1;
        Some(Seat { crowd: self.clone(), caller })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.crowd.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = open.get_mut(&self.caller) {
            *own -= 1;
            if *own == 0 {
                open.remove(&self.caller);
            }
        }
    }
}
