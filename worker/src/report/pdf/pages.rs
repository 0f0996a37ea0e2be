//! The table on its pages. Since each row's height is known, so is where each page ends: a day that
//! goes on is named again at the top of the next page, and what lies behind the rows of a page is
//! drawn at once, which is cheaper than a line for each cell by a fifth of the whole report.

use super::{row::Printed, table::Group};

/// The height of the line that names a day or an hour.
pub(super) const BAND: f64 = 16.0;
/// The height of the table's header, which each page repeats.
pub(super) const HEADER: f64 = 15.5;

/// Rows that are drawn on together.
pub(super) struct Run {
    /// The rows.
    pub(super) rows: Vec<Placed>,
}

/// A row where it stands.
pub(super) struct Placed {
    /// What is named above it.
    pub(super) band: Option<Band>,
    /// The row.
    pub(super) row: Printed,
}

/// Names a group above its first row, and above its first row on each page.
pub(super) struct Band {
    /// Which group.
    pub(super) title: String,
    /// What it comes to.
    pub(super) note: String,
    /// Whether it was named on another page before.
    pub(super) goes_on: bool,
}

impl Placed {
    /// The height of the row and what is above it.
    pub(super) fn height(&self) -> f64 {
        self.row.height + if self.band.is_some() { BAND } else { 0.0 }
    }
}

/// A run for each page: the first of them has `first` points for the table, all others `room`.
pub(super) fn pages(groups: Vec<Group>, first: f64, room: f64) -> Vec<Run> {
    let mut pages: Vec<Run> = vec![Run { rows: Vec::new() }];
    let mut left = first - HEADER;
    for group in groups {
        let mut new = true;
        for row in group.rows {
            let band = |goes_on| Band { title: group.title.clone(), note: group.note.clone(), goes_on };
            let mut placed = Placed { band: new.then(|| band(false)), row };
            if placed.height() > left && pages.last().is_some_and(|page| !page.rows.is_empty()) {
                placed.band.get_or_insert_with(|| band(true));
                pages.push(Run { rows: Vec::new() });
                left = room - HEADER;
            }
            left -= placed.height();
            new = false;
            if let Some(page) = pages.last_mut() {
                page.rows.push(placed);
            }
        }
    }
    pages
}

/// A run for each row, where it is not known what the page has room for.
pub(super) fn singles(groups: Vec<Group>) -> Vec<Run> {
    let single = |group: Group| {
        let Group { title, note, rows } = group;
        let mut band = Some(Band { title, note, goes_on: false });
        rows.into_iter().map(move |row| Run { rows: vec![Placed { band: band.take(), row }] })
    };
    groups.into_iter().flat_map(single).collect()
}
