//! What a PDF report promises, as far as it can be seen without other programs.

use super::*;
use crate::report::{Attachment, samples};
use std::path::Path;
use typst::layout::{Frame, FrameItem, Point};

fn fonts() -> Fonts {
    Fonts::load(Some(Path::new("/nowhere")))
}

#[test]
fn the_same_report_is_the_same_file() {
    let report = samples::report(25);
    let (fonts, others) = (fonts(), self::fonts());
    let first = render(&report, Paper::A4, &fonts).unwrap();
    assert_eq!(render(&report, Paper::A4, &fonts).unwrap(), first);
    assert_eq!(render(&report, Paper::A4, &others).unwrap(), first);
    assert!(first.starts_with(b"%PDF-1.7"));
    let mut later = report.clone();
    later.cover.export_id = "exp_other".to_owned();
    assert_ne!(render(&later, Paper::A4, &fonts).unwrap(), first);
}

#[test]
fn every_record_is_there_in_order() {
    let report = samples::report(120);
    let printed = Printed::of(&report, Paper::A4, &fonts().built_in());
    let of_table = |text: &&Run| text.text.len() == 14 && text.left > 700.0;
    let references: Vec<_> = printed.runs.iter().filter(of_table).map(|text| text.text.as_str()).collect();
    assert_eq!(references, report.rows.iter().map(|row| row.reference.as_str()).collect::<Vec<_>>());
    for title in ["Time", "Reference"] {
        assert_eq!(printed.runs.iter().filter(|text| text.text == title).count(), printed.pages - 1);
    }
}

#[test]
fn pages_end_where_they_were_meant_to() {
    let mut long = samples::report(9);
    let labels = ["Application To/From", "Action", "User", "Outcome", "Status", "Reference", "Direction", "Date Range"];
    long.cover.filter_in_parts = labels.map(|label| (label.to_owned(), "many words ".repeat(40))).to_vec();
    let mut attached = samples::report(130);
    let (name, media_type) = ("records.csv".to_owned(), "text/csv".to_owned());
    attached.attachments = vec![Attachment { name, media_type, description: "all".to_owned(), text: "a".to_owned() }];
    let reports = [samples::report(4), samples::report(33), samples::report(300), hostile(), long, attached];
    for (report, paper) in reports.iter().flat_map(|report| [(report, Paper::A4), (report, Paper::Letter)]) {
        let palette = fonts().built_in();
        let counted = values::inputs(report, paper, &palette).get("pages").unwrap().clone();
        let printed = Printed::of(report, paper, &palette);
        assert_eq!(counted.cast::<usize>().unwrap(), printed.pages);
        // A long filter leaves the summary no room on the first page.
        assert_eq!(printed.runs.iter().any(|run| run.text == "Summary" && run.page == 2), report.rows.len() == 9);
        assert_eq!(printed.collisions(paper), Vec::<String>::new());
        let records = printed.runs.iter().find(|run| run.text == "Records" && run.size > 10.0).unwrap().page;
        for page in 1..=printed.pages {
            assert!(printed.has(&format!("Page {page} of {}", printed.pages)));
            // Each page of records names the day of its first.
            let below_the_header = |run: &&Run| run.page == page && run.text.contains("October 2026");
            assert!(page < records || printed.runs.iter().any(|run| below_the_header(&run)), "page {page}");
        }
    }
}

#[test]
fn a_wrong_number_of_pages_is_not_printed() {
    let palette = fonts().built_in();
    let mut inputs = values::inputs(&samples::report(40), Paper::A4, &palette);
    inputs.insert("pages".into(), 99.into_value());
    let printed = Printed::with(inputs, &palette);
    assert!(!printed.has("of 99") && printed.has(&format!("Page 2 of {}", printed.pages)));
}

#[test]
fn few_records_are_one_page() {
    for records in 0..4 {
        let printed = Printed::of(&samples::report(records), Paper::Letter, &fonts().built_in());
        assert_eq!(printed.pages, 1);
        assert!(printed.has("Page 1 of 1"));
        assert_eq!(printed.has("No record matches this filter."), records == 0);
    }
}

#[test]
fn text_is_shown_and_not_obeyed_and_stays_in_its_place() {
    let report = hostile();
    for palette in [fonts().built_in(), Fonts::load(None).palette(&table::letters(&report))] {
        let printed = Printed::of(&report, Paper::A4, &palette);
        assert!(printed.has("#eval(\"1\") $x^2$ *bold* <lbl> @ref `raw` // c \\u{41} #{sys.version} #read"));
        assert!(printed.has("□evil□ □x"));
        assert!(printed.has("cannot be shown"));
        assert_eq!(printed.collisions(Paper::A4), Vec::<String>::new());
    }
}

/// A report of records that do what they can.
fn hostile() -> Report {
    const HOSTILE: [&str; 12] = [
        "#eval(\"1\") $x^2$ *bold* <lbl> @ref `raw` // c \\u{41} #{sys.version} #read(\"/etc/passwd\")",
        "\u{202e}evil\u{202c} \u{2066}x",
        "日本語 中文 한국어 العربية עברית हिन्दी ไทย Ελληνικά 👩\u{200d}👩\u{200d}👧 ❤\u{fe0f} 1\u{fe0f}\u{20e3} 🏴\u{e0067}\u{e007f}",
        "a\0b\u{1b}[31m\u{7f}\u{9f}\u{feff}\u{fffe}\u{e000}\u{10ffff}\u{fffd}",
        "",
        " \t\r\n ",
        "\u{200d}\u{fe0f}\u{301}\u{301}\u{301}\u{301}\u{301}",
        "\u{94d}\u{93f}\u{e33}\u{e48}\u{64b}a\u{951}b\u{5b4}c\u{3099}",
        "\u{1f1e9}\u{1f1ea}\u{1f3fb}\u{0378}\u{1fffe}",
        "ﷺ﷽꧅𒐫ǆ\u{1d173}\u{13000}\u{16fe0}",
        "{\"a\":\"b\"}~!@#$%^&*()_+-=[]\\|;:',./<>?",
        "\u{ad}\u{2028}\u{2029}\u{85}\u{b}\u{c}\u{3000}\u{a0}",
    ];
    let mut report = samples::report(u32::try_from(HOSTILE.len()).unwrap() * 2);
    for (row, (n, text)) in report.rows.iter_mut().zip(HOSTILE.iter().cycle().enumerate()) {
        let text = if n < HOSTILE.len() { (*text).to_owned() } else { text.repeat(100) };
        (row.application_from, row.application_to) = (text.clone(), text.clone());
        let some = Some(text);
        (row.user_email, row.login_id, row.operation) = (some.clone(), some.clone(), some.clone());
        (row.method, row.url, row.client_ip) = (some.clone(), some.clone(), some.clone());
        (row.correlation_id, row.error_message) = (some.clone(), some);
    }
    report.cover.domain = HOSTILE[0].to_owned();
    report.cover.filter_in_words = HOSTILE.concat();
    report.cover.filter_in_parts = vec![("Reference".to_owned(), HOSTILE.concat())];
    report.cover.requested_by = HOSTILE[2].to_owned();
    report
}

#[test]
fn nothing_that_a_log_holds_costs_the_report() {
    let report = hostile();
    // With the built-in font, and with whatever this machine has.
    for palette in [fonts().built_in(), Fonts::load(None).palette(&table::letters(&report))] {
        press::set(&work(&report), values::inputs(&report, Paper::A4, &palette), &palette).unwrap();
    }
}

/// What stands on the pages.
struct Printed {
    pages: usize,
    runs: Vec<Run>,
}

/// A run of text in one font, with its place in points.
struct Run {
    page: usize,
    left: f64,
    right: f64,
    baseline: f64,
    size: f64,
    text: String,
}

impl Printed {
    fn of(report: &Report, paper: Paper, palette: &Palette) -> Self {
        Self::with(values::inputs(report, paper, palette), palette)
    }

    fn with(inputs: Dict, palette: &Palette) -> Self {
        let document = press::pages(&TEMPLATE, inputs, palette).unwrap();
        let mut printed = Self { pages: document.pages().len(), runs: Vec::new() };
        for (page, number) in document.pages().iter().zip(1..) {
            printed.add(number, &page.frame, Point::zero());
        }
        printed
    }

    fn add(&mut self, page: usize, frame: &Frame, origin: Point) {
        for (at, item) in frame.items() {
            let at = origin + *at;
            match item {
                FrameItem::Group(group) => {
                    let first = self.runs.len();
                    self.add(page, &group.frame, at);
                    if group.clip.is_some() {
                        let end = (at.x + group.frame.width()).to_pt();
                        let bottom = (at.y + group.frame.height()).to_pt();
                        self.runs[first..].iter_mut().for_each(|text| text.right = text.right.min(end));
                        self.runs.retain(|text| text.baseline < bottom || text.page < page);
                    }
                }
                FrameItem::Text(item) => self.runs.push(Run {
                    page,
                    left: at.x.to_pt(),
                    right: (at.x + item.width()).to_pt(),
                    baseline: at.y.to_pt(),
                    size: item.size.to_pt(),
                    text: item.text.to_string(),
                }),
                _ => {}
            }
        }
    }

    fn has(&self, text: &str) -> bool {
        let all: String = self.runs.iter().map(|run| run.text.as_str()).collect();
        all.contains(text)
    }

    /// Texts of one line that run into each other, or into the margins.
    fn collisions(&self, paper: Paper) -> Vec<String> {
        let (sheet, side) = (Sheet::lying(paper), 28.0);
        let bottom = 46.0 + sheet.room();
        let collide = |a: &Run, b: &Run| {
            let same_line = a.page == b.page && (a.baseline - b.baseline).abs() < 1.0;
            same_line && a.left < b.right - 0.5 && b.left < a.right - 0.5
        };
        let pairs = self.runs.iter().enumerate().flat_map(|(n, a)| self.runs[n + 1..].iter().map(move |b| (a, b)));
        let pairs = pairs.filter(|(a, b)| collide(a, b)).map(|(a, b)| format!("{} × {}", a.text, b.text));
        let outside = |run: &&Run| {
            let running = run.text.starts_with("exp_") || run.text.starts_with("Page ");
            run.right > side + sheet.inner() + 0.5 || (run.baseline > bottom && !running)
        };
        pairs.chain(self.runs.iter().filter(outside).map(|run| run.text.clone())).collect()
    }
}
