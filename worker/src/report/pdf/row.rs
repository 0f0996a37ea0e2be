//! A record as the PDF's table shows it: each value already in lines, the row's height known.

use super::{
    fit::{Fitter, Room},
    table::Columns,
};
use crate::report::{Row, grouped};
use chrono::{DateTime, FixedOffset, Utc};
use entity::log::Outcome;

/// The size of the table's type, in points.
pub(super) const TYPE: f64 = 7.5;
/// The size of the type below a failed record.
pub(super) const SMALL_TYPE: f64 = 7.0;
/// From one line to the next.
pub(super) const LINE: f64 = 9.5;
/// Above and below a row's lines together.
pub(super) const PADDING: f64 = 5.0;
/// What a column's text leaves free before the next column.
pub(super) const GAP: f64 = 7.0;
/// What stands in front of a failure's outcome, so that it is found without seeing colours.
pub(super) const FAILURE_MARK: &str = "×";

/// A record as it is printed. Lines are parted by line feeds.
pub(super) struct Printed {
    /// The values, one for each column.
    pub(super) cells: [String; 10],
    /// Whether it failed.
    pub(super) failed: bool,
    /// Whether it has text of other scripts, whose width is known only roughly.
    pub(super) foreign: bool,
    /// What is written below the values, from the second column to the last: what went wrong.
    pub(super) message: String,
    /// And below that, what was called.
    pub(super) call: String,
    /// The height of the values, in points from the row's top.
    pub(super) detail_top: f64,
    /// The height of the whole row.
    pub(super) height: f64,
}

impl Printed {
    /// The record, its time told at this offset; `tell_offset` where its neighbours' differ.
    pub(super) fn of(
        row: &Row,
        offset: FixedOffset,
        tell_offset: bool,
        columns: &Columns,
        fitter: &mut Fitter,
    ) -> Self {
        fitter.foreign = false;
        let mut column = |at: usize, text: &str, lines: usize| {
            fitter.fit(text, Room { size: TYPE, width: columns.width(at) - GAP, lines })
        };
        let mut time = vec![instant(row.occurred_at, offset)];
        if tell_offset {
            time.push(offset.to_string());
        }
        let mut request_type = vec![row.request_type.words().to_owned()];
        request_type.extend(column(4, row.operation.as_deref().unwrap_or_default(), 2));
        let mut user = column(5, row.user_email.as_deref().unwrap_or_default(), 2);
        if row.login_id != row.user_email {
            user.extend(column(5, row.login_id.as_deref().unwrap_or_default(), 2));
        }
        let failed = row.outcome == Outcome::Failure;
        let outcome = row.outcome.words();
        let cells = [
            time,
            column(1, &row.application_from, 3),
            column(2, &row.application_to, 3),
            vec![row.action.words().to_owned()],
            request_type,
            user,
            vec![if failed { format!("{FAILURE_MARK} {outcome}") } else { outcome.to_owned() }],
            vec![row.status_code.map(|code| code.to_string()).unwrap_or_default()],
            vec![row.duration_ms.map(duration).unwrap_or_default()],
            vec![row.reference.clone()],
        ];
        let [message, call] = detail(row, failed, columns, fitter);
        let lines = |lines: &[String]| lines.iter().fold(0.0, |height, _| height + LINE);
        let detail_top = cells.iter().map(|cell| lines(cell)).fold(LINE, f64::max);
        Self {
            height: detail_top + lines(&message) + lines(&call) + PADDING,
            detail_top,
            message: message.join("\n"),
            call: call.join("\n"),
            failed,
            foreign: fitter.foreign,
            cells: cells.map(|cell| cell.join("\n")),
        }
    }

    /// Whether anything is written below the values.
    pub(super) fn has_detail(&self) -> bool {
        !self.message.is_empty() || !self.call.is_empty()
    }
}

/// What went wrong, and what was called: for records that failed, or say that something did.
fn detail(row: &Row, failed: bool, columns: &Columns, fitter: &mut Fitter) -> [Vec<String>; 2] {
    if !failed && row.error_message.is_none() {
        return [Vec::new(), Vec::new()];
    }
    let (_, width) = columns.detail_place();
    let mut fit = |text: &str, lines| fitter.fit(text, Room { size: SMALL_TYPE, width, lines });
    let call: Vec<&str> = [&row.method, &row.url].into_iter().flatten().map(|text| text.trim()).collect();
    let told = |label: &str, value: &Option<String>| {
        value.as_ref().filter(|value| !value.trim().is_empty()).map(|value| format!("{label} {value}"))
    };
    let parts = [
        Some(call.join(" ")).filter(|call| !call.trim().is_empty()),
        told("client", &row.client_ip),
        told("correlation", &row.correlation_id),
    ];
    let message = fit(row.error_message.as_deref().unwrap_or_default(), 3);
    [message, fit(&parts.into_iter().flatten().collect::<Vec<_>>().join(" · "), 2)]
}

/// A time as the table tells it; the day stands above.
pub(super) fn instant(at: DateTime<Utc>, offset: FixedOffset) -> String {
    at.with_timezone(&offset).format("%H:%M:%S%.3f").to_string()
}

fn duration(ms: i32) -> String {
    match u64::try_from(ms) {
        Ok(ms) => format!("{} ms", grouped(ms)),
        Err(_) => format!("{ms} ms"),
    }
}
