//! Pages by the Relay connection specification: what `first`, `after`, `last` and `before` may
//! be, which stretch of the list they mean, and what `pageInfo` says about it.

use async_graphql::SimpleObject;
use entity::{
    fault::Fault,
    page::{Bound, Stretch},
};
use std::str::FromStr;

/// Where a page lies in its list.
#[derive(SimpleObject)]
pub(super) struct PageInfo {
    has_next_page: bool,
    has_previous_page: bool,
    start_cursor: Option<String>,
    end_cursor: Option<String>,
}

const PAGE_DEFAULT: u64 = 50;
const PAGE_MAX: i32 = 100;

/// What was asked for, checked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window<C> {
    first: Option<u64>,
    last: Option<u64>,
    after: Option<C>,
    before: Option<C>,
    ascending: bool,
}

/// A page of rows, in the list's order.
pub(super) struct Page<T> {
    pub(super) rows: Vec<T>,
    more_after: bool,
    more_before: bool,
}

impl<C: Copy + FromStr> Window<C> {
    pub(super) fn parse(
        first: Option<i32>,
        after: Option<&str>,
        last: Option<i32>,
        before: Option<&str>,
        ascending: bool,
    ) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut keep = |fault: Fault| faults.push(fault);
        let first = size("first", first).map_err(&mut keep).ok().flatten();
        let last = size("last", last).map_err(&mut keep).ok().flatten();
        let after = cursor("after", after).map_err(&mut keep).ok().flatten();
        let before = cursor("before", before).map_err(&mut keep).ok().flatten();
        if faults.is_empty() { Ok(Self { first, last, after, before, ascending }) } else { Err(faults) }
    }

    fn backward(&self) -> bool {
        self.first.is_none() && self.last.is_some()
    }

    fn size(&self) -> u64 {
        self.first.or(self.last).unwrap_or(PAGE_DEFAULT)
    }

    /// The stretch to read: the page and one record more, which says whether there are more.
    pub(super) fn stretch(&self) -> Stretch<C> {
        let (after, before) = (Bound::beyond(self.after), Bound::beyond(self.before));
        let (above, below) = if self.ascending { (after, before) } else { (before, after) };
        Stretch { above, below, ascending: self.ascending != self.backward(), limit: self.size() + 1 }
    }

    /// The rows of [`Self::stretch`] as a page.
    pub(super) fn page<T>(&self, mut rows: Vec<T>) -> Page<T> {
        let size = usize::try_from(self.size()).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        if self.backward() {
            rows.reverse();
            return Page { rows, more_after: false, more_before: more };
        }
        let mut page = Page { rows, more_after: more, more_before: false };
        // With both, the specification cuts the first ones, then the last of those.
        if let Some(last) = self.last.and_then(|n| usize::try_from(n).ok())
            && page.rows.len() > last
        {
            page.rows.drain(..page.rows.len() - last);
            page.more_before = true;
        }
        page
    }

    /// What lies on the far side of the cursor that the page starts from, the cursor's own place
    /// included: one row of it says that the page has something before (or, backwards, after) it.
    pub(super) fn behind(&self) -> Option<Stretch<C>> {
        let cursor = if self.backward() { self.before } else { self.after }?;
        let rising = self.ascending == self.backward();
        let (above, below) =
            if rising { (Bound::from(cursor), Bound::Open) } else { (Bound::Open, Bound::from(cursor)) };
        Some(Stretch { above, below, ascending: rising, limit: 1 })
    }

    /// `pageInfo`; `behind` says whether [`Self::behind`] found a row.
    pub(super) fn info<T>(&self, page: &Page<T>, behind: bool, cursor: impl Fn(&T) -> String) -> PageInfo {
        PageInfo {
            has_next_page: page.more_after || (self.backward() && behind),
            has_previous_page: page.more_before || (!self.backward() && behind),
            start_cursor: page.rows.first().map(&cursor),
            end_cursor: page.rows.last().map(&cursor),
        }
    }
}

fn size(field: &str, given: Option<i32>) -> Result<Option<u64>, Fault> {
    match given {
        Some(n) if n < 0 => Err(Fault::new(field, format!("is negative: give 0 to {PAGE_MAX}"))),
        Some(n) if n > PAGE_MAX => {
            Err(Fault::new(field, format!("is more than {PAGE_MAX}: ask for less and follow pageInfo.endCursor")))
        }
        given => Ok(given.and_then(|n| u64::try_from(n).ok())),
    }
}

fn cursor<C: FromStr>(field: &str, given: Option<&str>) -> Result<Option<C>, Fault> {
    given
        .map(|text| {
            text.parse().map_err(|_| Fault::new(field, "is no cursor of this list: take one from pageInfo or edges"))
        })
        .transpose()
}
