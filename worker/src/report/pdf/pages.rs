//! The table on its pages. Since each row's height is known, so is where each page ends: a day that
//! goes on is named again on the next page, the pages are numbered without counting them, and what
//! lies behind the rows of a page is drawn at once, which costs less than a line for each cell.

use super::{row::Printed, table::Group};

/// The height of the line that names a day or an hour.
pub(super) const BAND: f64 = 16.0;
/// The height of the table's header, which each page repeats.
pub(super) const HEADER: f64 = 16.0;

/// Lines of the table that are drawn on together, and one of which is the first.
pub(super) struct Run {
    /// The lines.
    pub(super) lines: Vec<Line>,
    /// What is left of the page below them, in points. It is the last line's, so that the next
    /// page begins where it was meant to.
    pub(super) left: f64,
}

/// A line of the table.
pub(super) enum Line {
    /// It names the group that the rows below belong to.
    Band(Band),
    /// It is a record.
    Row(Box<Printed>),
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

impl Line {
    /// Its height, in points.
    pub(super) fn height(&self) -> f64 {
        match self {
            Self::Band(_) => BAND,
            Self::Row(row) => row.height,
        }
    }
}

/// A run for each page: the first of them has `first` points for the table, all others `room`.
pub(super) fn pages(groups: Vec<Group>, first: f64, room: f64) -> Vec<Run> {
    let mut full = Vec::new();
    let mut page = Run { lines: Vec::new(), left: first - HEADER };
    for group in groups {
        let band = |goes_on| Line::Band(Band { title: group.title.clone(), note: group.note.clone(), goes_on });
        let mut named = false;
        for row in group.rows {
            let needed = row.height + if named { 0.0 } else { BAND };
            let fresh = !page.lines.is_empty() && needed > page.left;
            if fresh {
                full.push(std::mem::replace(&mut page, Run { lines: Vec::new(), left: room - HEADER }));
            }
            if fresh || !named {
                page.lines.push(band(named));
                page.left -= BAND;
            }
            page.left -= row.height;
            page.lines.push(Line::Row(Box::new(row)));
            named = true;
        }
    }
    // Below the last of them nothing needs to be kept away.
    full.push(Run { left: 0.0, ..page });
    full
}

/// A run for each line, where it is not known what the page has room for.
pub(super) fn singles(groups: Vec<Group>) -> Vec<Run> {
    let lines = groups.into_iter().flat_map(|Group { title, note, rows }| {
        let band = Line::Band(Band { title, note, goes_on: false });
        std::iter::once(band).chain(rows.into_iter().map(|row| Line::Row(Box::new(row))))
    });
    lines.map(|line| Run { lines: vec![line], left: 0.0 }).collect()
}
