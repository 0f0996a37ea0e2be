//! The records as the PDF's table shows them: ten columns, each value already in lines, each row's
//! height known: Typst is left nothing to break and nothing to measure.

use super::fit::{Fitter, Room};
use crate::report::{Report, Row, grouped, text::neutral};
use chrono::{DateTime, FixedOffset, Offset, Utc};
use entity::log::Outcome;
use std::collections::BTreeSet;

/// The size of the table's type, in points.
pub(super) const TYPE: f64 = 7.5;
/// The size of the type below a failed record.
pub(super) const SMALL_TYPE: f64 = 7.0;
/// From one line to the next.
pub(super) const LINE: f64 = 9.5;
/// Above and below a row's lines together.
pub(super) const PADDING: f64 = 5.0;
/// What a column's text leaves free before the next column.
const GAP: f64 = 7.0;

/// The columns with their widths; together they are as wide as the page within its margins.
pub(super) const COLUMNS: [(&str, f64); 10] = [
    ("Time", 96.0),
    ("From", 82.0),
    ("To", 82.0),
    ("Action", 66.0),
    ("Request type", 115.0),
    ("User", 126.0),
    ("Outcome", 49.0),
    ("HTTP", 29.0),
    ("Duration", 52.0),
    ("Reference", 89.0),
];
/// Where the outcome stands among them.
const OUTCOME: usize = 6;
/// What stands in front of a failure's outcome, so that it is found without seeing colours.
const FAILURE_MARK: &str = "×";

/// The table.
pub(super) struct Table {
    /// The rows, in the report's order.
    pub(super) rows: Vec<Printed>,
    /// The offsets from UTC that the rows' times have.
    pub(super) offsets: Vec<String>,
}

/// A record as it is printed. Lines are parted by line feeds.
pub(super) struct Printed {
    /// The values, in the order of [`COLUMNS`].
    pub(super) cells: [String; 10],
    /// Whether it failed.
    pub(super) failed: bool,
    /// Whether it has text of other scripts, whose width is known only roughly.
    pub(super) foreign: bool,
    /// What is written below the values, from the second column to the last.
    pub(super) detail: String,
    /// The height of the values, in points from the row's top.
    pub(super) detail_top: f64,
    /// The height of the whole row.
    pub(super) height: f64,
}

/// From the left of the outcome to the left of the details, and the width of the details.
pub(super) fn detail_place() -> (f64, f64) {
    let width = |columns: &[(&str, f64)]| columns.iter().map(|(_, width)| width).sum::<f64>();
    (-width(&COLUMNS[1..OUTCOME]), width(&COLUMNS[1..]))
}

/// Every letter that the report shows.
pub(super) fn letters(report: &Report) -> BTreeSet<char> {
    let mut letters = BTreeSet::new();
    let mut add = |text: &str| letters.extend(neutral(text).chars().filter(|c| !c.is_ascii()));
    add(&report.domain);
    add(&report.filter_in_words);
    add(&report.requested_by);
    for row in &report.rows {
        add(&row.application_from);
        add(&row.application_to);
        let texts = [&row.user_email, &row.login_id, &row.operation, &row.method, &row.url];
        let more = [&row.client_ip, &row.correlation_id, &row.error_message];
        texts.into_iter().chain(more).flatten().for_each(|text| add(text));
    }
    letters
}

impl Table {
    /// The report's records, fitted.
    pub(super) fn of(report: &Report, fitter: &mut Fitter) -> Self {
        let offset = |row: &Row| row.occurred_at.with_timezone(&report.zone).offset().fix();
        let mut offsets: Vec<FixedOffset> = report.rows.iter().map(offset).collect();
        offsets.dedup();
        let several = offsets.len() > 1;
        let rows = report.rows.iter().map(|row| Printed::of(row, offset(row), several, fitter)).collect();
        offsets.sort_by_key(FixedOffset::local_minus_utc);
        offsets.dedup();
        Self { rows, offsets: offsets.into_iter().map(|offset| format!("UTC{offset}")).collect() }
    }
}

impl Printed {
    fn of(row: &Row, offset: FixedOffset, tell_offset: bool, fitter: &mut Fitter) -> Self {
        fitter.foreign = false;
        let mut column = |at: usize, text: &str, lines: usize| {
            fitter.fit(text, Room { size: TYPE, width: COLUMNS[at].1 - GAP, lines })
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
        let detail = detail(row, failed, fitter);
        let lines = |lines: &[String]| lines.iter().fold(0.0, |height, _| height + LINE);
        let detail_top = cells.iter().map(|cell| lines(cell)).fold(LINE, f64::max);
        Self {
            height: detail_top + lines(&detail) + PADDING,
            detail_top,
            detail: detail.join("\n"),
            failed,
            foreign: fitter.foreign,
            cells: cells.map(|cell| cell.join("\n")),
        }
    }
}

/// What went wrong, and what was called: for records that failed, or say that something did.
fn detail(row: &Row, failed: bool, fitter: &mut Fitter) -> Vec<String> {
    if !failed && row.error_message.is_none() {
        return Vec::new();
    }
    let (_, width) = detail_place();
    let mut lines = Vec::new();
    let mut add =
        |text: &str, lines_max| lines.extend(fitter.fit(text, Room { size: SMALL_TYPE, width, lines: lines_max }));
    if let Some(message) = &row.error_message {
        add(message, 3);
    }
    let call: Vec<&str> = [&row.method, &row.url].into_iter().flatten().map(|text| text.trim()).collect();
    let told = |label: &str, value: &Option<String>| {
        value.as_ref().filter(|value| !value.trim().is_empty()).map(|value| format!("{label} {value}"))
    };
    let parts = [
        Some(call.join(" ")).filter(|call| !call.trim().is_empty()),
        told("client", &row.client_ip),
        told("correlation", &row.correlation_id),
    ];
    add(&parts.into_iter().flatten().collect::<Vec<_>>().join(" · "), 2);
    lines
}

/// A time as the table tells it; the seconds' fraction to the millisecond.
pub(super) fn instant(at: DateTime<Utc>, offset: FixedOffset) -> String {
    at.with_timezone(&offset).format("%Y-%m-%d %H:%M:%S%.3f").to_string()
}

fn duration(ms: i32) -> String {
    match u64::try_from(ms) {
        Ok(ms) => format!("{} ms", grouped(ms)),
        Err(_) => format!("{ms} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{pdf::Fonts, samples};
    use std::path::Path;

    fn table(report: &Report) -> Table {
        let palette = Fonts::load(Some(Path::new("/nowhere"))).built_in();
        Table::of(report, &mut Fitter::new(&palette))
    }

    #[test]
    fn what_is_ours_to_write_fits_its_column() {
        let palette = Fonts::load(Some(Path::new("/nowhere"))).built_in();
        let mut fitter = Fitter::new(&palette);
        let at = DateTime::parse_from_rfc3339("2008-08-08T08:08:08.888Z").unwrap().to_utc();
        let texts = [
            (0, instant(at, Utc.fix())),
            (3, "SLO Successful".to_owned()),
            (3, "Not Applicable".to_owned()),
            (4, "Authentication-Connections".to_owned()),
            (4, "Authentication-Applications".to_owned()),
            (6, "× Failure".to_owned()),
            (7, "888".to_owned()),
            (8, "888,888 ms".to_owned()),
            (9, "WWWW-WWWW-WWWW".to_owned()),
        ];
        for (column, text) in texts {
            let width = COLUMNS[column].1 - if column == 9 { 0.0 } else { GAP };
            assert_eq!(fitter.fit(&text, Room { size: TYPE, width, lines: 1 }), [text], "{column}");
        }
        let all: f64 = COLUMNS.iter().map(|(_, width)| width).sum();
        assert!((all - 786.0).abs() < 0.1, "{all}");
    }

    #[test]
    fn times_tell_their_offset_where_there_are_two() {
        let mut report = samples::report(2);
        assert_eq!(table(&report).offsets, ["UTC+01:00"]);
        report.rows[1].occurred_at = DateTime::parse_from_rfc3339("2026-10-25T00:30:00Z").unwrap().to_utc();
        let table = table(&report);
        assert_eq!(table.offsets, ["UTC+01:00", "UTC+02:00"]);
        assert_eq!(table.rows[1].cells[0], "2026-10-25 02:30:00.000\n+02:00");
    }

    #[test]
    fn long_values_have_their_bounds() {
        let mut report = samples::report(1);
        let row = &mut report.rows[0];
        let long = Some("x".repeat(60_000));
        (row.user_email, row.login_id, row.url, row.error_message) = (long.clone(), None, long.clone(), long.clone());
        (row.operation, row.outcome) = (long, Outcome::Failure);
        let table = table(&report);
        assert!(table.rows[0].height < 100.0);
        assert!(table.rows[0].detail.lines().count() <= 5);
        assert!(table.rows[0].cells[5].ends_with('…'));
    }
}
