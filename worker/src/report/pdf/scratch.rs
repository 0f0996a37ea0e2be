//! Scratch: renders samples to look at and to time. Not to be committed.

use super::*;
use crate::report::samples;
use std::path::{Path, PathBuf};

fn cpu() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let ns: u64 = tasks
        .map(|t| {
            std::fs::read_to_string(t.unwrap().path().join("schedstat"))
                .unwrap()
                .split(' ')
                .next()
                .unwrap()
                .parse::<u64>()
                .unwrap()
        })
        .sum();
    ns as f64 / 1e6
}

#[test]
fn scratch_time() {
    let fonts = Fonts::load(Some(Path::new("/nowhere")));
    let mut report = samples::report(1000);
    render(&report, Paper::A4, &fonts).unwrap();
    let mut all: Vec<f64> = (0..15)
        .map(|n| {
            report.rows[0].duration_ms = Some(n);
            let before = cpu();
            render(&report, Paper::A4, &fonts).unwrap();
            cpu() - before
        })
        .collect();
    all.sort_by(f64::total_cmp);
    println!("CPU min {:.0} quarter {:.0} median {:.0} ms", all[0], all[4], all[7]);
}

#[test]
fn scratch_look() {
    let Ok(out) = std::env::var("LOOK") else { return };
    let fonts = Fonts::load(None);
    let out = PathBuf::from(out);
    let write = |name: &str, report: &Report| {
        for (paper, suffix) in [(Paper::A4, "a4"), (Paper::Letter, "letter")] {
            std::fs::write(out.join(format!("{name}-{suffix}.pdf")), render(report, paper, &fonts).unwrap()).unwrap();
        }
    };
    for n in [0, 1, 3, 40, 1000] {
        write(&format!("s{n}"), &samples::report(n));
    }
    write("hostile", &super::tests::hostile());
    for entry in std::fs::read_dir(&out).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "json") {
            let report: Report = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            write(path.file_stem().unwrap().to_str().unwrap(), &report);
        }
    }
}
