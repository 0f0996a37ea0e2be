//! The records as the PDF's table shows them: ten columns, a group for each day or hour, each
//! value already in lines, each row's height known: Typst is left nothing to break and nothing to
//! measure.

use super::{fit::Fitter, row::Printed, sheet::Sheet};
use crate::report::{Report, Row, grouped, text::neutral};
use chrono::{DateTime, FixedOffset, NaiveDate, Offset, Timelike};
use chrono_tz::Tz;
use entity::log::Outcome;
use std::collections::BTreeSet;

/// The columns with their widths on the narrowest sheet, and what of a wider sheet each takes.
const COLUMNS: [(&str, f64, f64); 10] = [
    ("Time", 56.0, 0.0),
    ("From", 83.0, 0.26),
    ("To", 83.0, 0.26),
    ("Action", 66.0, 0.0),
    ("Request type", 115.0, 0.0),
    ("User", 112.0, 0.48),
    ("Outcome", 50.0, 0.0),
    ("HTTP", 30.0, 0.0),
    ("Duration", 52.0, 0.0),
    ("Reference", 89.0, 0.0),
];
/// Where the outcome stands among them.
const OUTCOME: usize = 6;
/// A day of more records is told hour by hour: some four pages.
const DAY_MAX: usize = 120;

/// The columns on one sheet; together they are as wide as the page within its margins.
pub(super) struct Columns([f64; 10]);

/// The table.
pub(super) struct Table {
    /// The groups, in the report's order.
    pub(super) groups: Vec<Group>,
}

/// The records of a day or an hour.
pub(super) struct Group {
    /// Which: "Sunday, 25 October 2026".
    pub(super) title: String,
    /// What it comes to: "20 records, 3 failed".
    pub(super) note: String,
    /// The records.
    pub(super) rows: Vec<Printed>,
}

impl Columns {
    /// The columns on the sheet.
    pub(super) fn on(sheet: Sheet) -> Self {
        let narrowest: f64 = COLUMNS.iter().map(|(_, width, _)| width).sum();
        Self(COLUMNS.map(|(_, width, part)| width + part * (sheet.inner() - narrowest)))
    }

    /// Their titles.
    pub(super) fn titles() -> [&'static str; 10] {
        COLUMNS.map(|(title, ..)| title)
    }

    /// Their widths, in points.
    pub(super) fn widths(&self) -> [f64; 10] {
        self.0
    }

    /// The width of one.
    pub(super) fn width(&self, column: usize) -> f64 {
        self.0[column]
    }

    /// From the left of the outcome to the left of the details, and the width of the details.
    pub(super) fn detail_place(&self) -> (f64, f64) {
        (-self.0[1..OUTCOME].iter().sum::<f64>(), self.0[1..].iter().sum())
    }
}

/// Every letter that the report shows.
pub(super) fn letters(report: &Report) -> BTreeSet<char> {
    let mut letters = BTreeSet::new();
    let mut add = |text: &str| letters.extend(neutral(text).chars().filter(|c| !c.is_ascii()));
    add(&report.cover.domain);
    add(&report.cover.filter_in_words);
    add(&report.cover.requested_by);
    for row in &report.rows {
        add(&row.application_from);
        add(&row.application_to);
        let texts = [&row.user_email, &row.login_id, &row.operation, &row.method, &row.url];
        let more = [&row.client_ip, &row.correlation_id, &row.error_message];
        texts.into_iter().chain(more).flatten().for_each(|text| add(text));
    }
    letters
}

/// What the records of a group have in common: the day, and where days are long the hour of the
/// clock, which comes twice in a year.
type Key = (NaiveDate, Option<(u32, FixedOffset)>);

impl Table {
    /// The report's records, fitted.
    pub(super) fn of(report: &Report, columns: &Columns, fitter: &mut Fitter) -> Self {
        let at = |row: &Row| row.occurred_at.with_timezone(&report.cover.zone);
        let days = report.rows.chunk_by(|a, b| at(a).date_naive() == at(b).date_naive());
        let by_hour = report.rows.len() > DAY_MAX * days.count();
        let key = |row: &Row| -> Key {
            let at = at(row);
            (at.date_naive(), by_hour.then(|| (at.hour(), at.offset().fix())))
        };
        let groups = report.rows.chunk_by(|a, b| key(a) == key(b));
        Self { groups: groups.map(|rows| Group::of(rows, by_hour, at, columns, fitter)).collect() }
    }
}

impl Group {
    fn of(
        rows: &[Row],
        by_hour: bool,
        at: impl Fn(&Row) -> DateTime<Tz>,
        columns: &Columns,
        fitter: &mut Fitter,
    ) -> Self {
        let offset = |row: &Row| at(row).offset().fix();
        let mut offsets: Vec<FixedOffset> = rows.iter().map(offset).collect();
        offsets.dedup();
        let several = offsets.len() > 1;
        offsets.sort_by_key(FixedOffset::local_minus_utc);
        offsets.dedup();
        let offsets: Vec<_> = offsets.into_iter().map(|offset| format!("UTC{offset}")).collect();
        let failed = rows.iter().filter(|row| row.outcome == Outcome::Failure).count();
        let note = if failed == 0 { counted(rows.len()) } else { format!("{}, {failed} failed", counted(rows.len())) };
        let title = rows.first().map(|row| titled(at(row), by_hour)).unwrap_or_default();
        Self {
            title: format!("{title} ({})", offsets.join(" and ")),
            note,
            rows: rows.iter().map(|row| Printed::of(row, offset(row), several, columns, fitter)).collect(),
        }
    }
}

fn titled(at: DateTime<Tz>, by_hour: bool) -> String {
    let day = at.format("%A, %-d %B %Y");
    let hour = at.hour();
    if by_hour { format!("{day}, {hour:02}:00 to {:02}:00", (hour + 1) % 24) } else { day.to_string() }
}

fn counted(records: usize) -> String {
    let count = grouped(u64::try_from(records).unwrap_or(u64::MAX));
    format!("{count} {}", if records == 1 { "record" } else { "records" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{
        pdf::{
            Fonts, Room,
            row::{GAP, TYPE, instant},
        },
        samples,
    };
    use chrono::Utc;
    use entity::export::options::Paper;
    use std::path::Path;

    fn table(report: &Report) -> Table {
        let palette = Fonts::load(Some(Path::new("/nowhere"))).built_in();
        Table::of(report, &Columns::on(Sheet::lying(Paper::A4)), &mut Fitter::new(&palette))
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
        for paper in [Paper::A4, Paper::Letter] {
            let (sheet, columns) = (Sheet::lying(paper), Columns::on(Sheet::lying(paper)));
            for (column, text) in &texts {
                let width = columns.width(*column) - if *column == 9 { 0.0 } else { GAP };
                assert_eq!(fitter.fit(text, Room { size: TYPE, width, lines: 1 }), [text.as_str()], "{column}");
            }
            assert!((columns.widths().iter().sum::<f64>() - sheet.inner()).abs() < 0.01);
        }
    }

    #[test]
    fn times_tell_their_offset_where_a_day_has_two() {
        let mut report = samples::report(2);
        let table_of_one = table(&report);
        assert_eq!(table_of_one.groups[0].title, "Sunday, 25 October 2026 (UTC+01:00)");
        assert_eq!(table_of_one.groups[0].rows[1].cells[0], "07:12:07.039");
        report.rows[1].occurred_at = DateTime::parse_from_rfc3339("2026-10-25T00:30:00Z").unwrap().to_utc();
        let table_of_two = table(&report);
        assert_eq!(table_of_two.groups[0].title, "Sunday, 25 October 2026 (UTC+01:00 and UTC+02:00)");
        assert_eq!(table_of_two.groups[0].note, "2 records");
        assert_eq!(table_of_two.groups[0].rows[1].cells[0], "02:30:00.000\n+02:00");
    }

    #[test]
    fn full_days_are_told_hour_by_hour() {
        let titles: Vec<_> = table(&samples::report(300)).groups.into_iter().map(|group| group.title).collect();
        assert_eq!(titles[0], "Sunday, 25 October 2026, 07:00 to 08:00 (UTC+01:00)");
        // The clocks go back.
        assert_eq!(titles[5], "Sunday, 25 October 2026, 02:00 to 03:00 (UTC+01:00)");
        assert_eq!(titles[6], "Sunday, 25 October 2026, 02:00 to 03:00 (UTC+02:00)");
        let days: Vec<_> = table(&samples::report(120)).groups.into_iter().map(|group| group.title).collect();
        assert_eq!(days, ["Sunday, 25 October 2026 (UTC+01:00 and UTC+02:00)"]);
    }

    #[test]
    fn long_values_have_their_bounds() {
        let mut report = samples::report(1);
        let row = &mut report.rows[0];
        let long = Some("x".repeat(60_000));
        (row.user_email, row.login_id, row.url, row.error_message) = (long.clone(), None, long.clone(), long.clone());
        (row.operation, row.outcome) = (long, Outcome::Failure);
        let table = table(&report);
        let row = &table.groups[0].rows[0];
        assert!(row.height < 100.0);
        assert!(row.message.lines().count() + row.call.lines().count() <= 5);
        assert!(row.cells[5].ends_with('…'));
    }
}
