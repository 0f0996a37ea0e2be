//! Every change of an exported file is told apart, in a sentence, by `connector-log verify-report`;
//! whatever byte changes, it is never taken for what was exported.

use serde_json::{Value, json};
use std::{fs, path::Path, process::Command};
use tests::{
    Dice, Place,
    logs::generated,
    on_sqlite,
    saved::{Saved, accepted, alone, flipped, place_of, refused, sealed_again, shell},
};

on_sqlite![each_change_of_a_csv_is_told, each_change_of_a_pdf_is_told, no_byte_of_a_file_can_change];

async fn each_change_of_a_csv_is_told(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    acme.record(&generated(30)).await;
    let saved = Saved::of(place, &acme, &json!({ "format": "CSV" })).await;
    let fewer = Saved::of(place, &acme, &json!({ "format": "CSV", "filter": { "directions": ["INCOMING"] } })).await;
    let pdf = Saved::of(place, &acme, &json!({ "format": "PDF" })).await;
    let (bytes, told) = (saved.bytes(), saved.told());
    let text = String::from_utf8(bytes.clone()).unwrap();
    let lines: Vec<&str> = text.split_inclusive("\r\n").collect();
    let without = |n: usize| [&lines[..n], &lines[n + 1..]].concat().concat();
    let swapped = |a: usize, b: usize| {
        let mut lines = lines.clone();
        lines.swap(a, b);
        lines.concat()
    };
    let with = |pointer: &str, value: Value| {
        let mut told = told.clone();
        *told.pointer_mut(pointer).unwrap() = value;
        told
    };
    let none = "0".repeat(64);
    for (bytes, manifest, words) in [
        (flipped(&bytes, text.find("INCOMING").unwrap(), 5), told.clone(), "a row was changed"),
        (text.replacen("Time", "time", 1).into(), told.clone(), "header row"),
        (text[3..].into(), told.clone(), "its header row, or what the manifest says"),
        (without(1).into(), told.clone(), "it has 29 rows, and the manifest says 30"),
        (without(15).into(), told.clone(), "it has 29 rows, and the manifest says 30"),
        (text.clone().into_bytes().repeat(2), told.clone(), "it has 61 rows"),
        (swapped(10, 11).into(), told.clone(), "rows have other places"),
        (swapped(1, 2).into(), told.clone(), "of its first record"),
        (swapped(29, 30).into(), told.clone(), "of its last record"),
        (bytes[..bytes.len() - 2].to_vec(), told.clone(), "a row was changed"),
        (text.replace("\r\n", "\n").into(), told.clone(), "spreadsheet"),
        (bytes.clone(), fewer.told(), "and the manifest says"),
        (bytes.clone(), pdf.told(), "its manifest is that of a PDF file"),
        (bytes.clone(), with("/rows/count", json!(31)), "contradicts itself"),
        (bytes.clone(), with("/rows/sha256", json!(none)), "contradicts itself"),
        (bytes.clone(), with("/rows/first/id", json!("log_x")), "contradicts itself"),
        (bytes.clone(), with("/rows/last", Value::Null), "contradicts itself"),
        (bytes.clone(), with("/columns/0", json!("url")), "contradicts itself"),
        (bytes.clone(), with("/file/sha256", json!(none)), "the file as a whole is not"),
        (bytes.clone(), with("/file/sizeBytes", json!(7)), "and the manifest says 7"),
        (bytes.clone(), with("/version", json!(2)), "the form 2"),
        (bytes.clone(), with("/rows", json!("\u{1b}[2J")), "it is no manifest of an export"),
        (bytes.clone(), json!([]), "it is no manifest of an export"),
        (b"\0\xff garbage".to_vec(), told.clone(), "it has 0 rows"),
        (Vec::new(), told.clone(), "the file is empty"),
    ] {
        let error = refused(alone(place, &saved.altered("altered.csv", &bytes, Some(&manifest))));
        assert!(error.contains(words) && !error.contains('\u{1b}'), "{words} is not in {error}");
    }
    let error = refused(alone(place, Path::new("there-is-none.csv")));
    assert!(error.contains("there-is-none.csv: the file cannot be read"), "{error}");
    assert_eq!(place.run(&["verify-report"]).status.code(), Some(2));
    accepted(alone(place, &saved.file));
}

async fn each_change_of_a_pdf_is_told(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    acme.record(&generated(30)).await;
    let saved = Saved::of(place, &acme, &json!({ "format": "PDF" })).await;
    let other = Saved::of(place, &acme, &json!({ "format": "PDF", "filter": { "directions": ["INCOMING"] } })).await;
    let csv = Saved::of(place, &acme, &json!({ "format": "CSV" })).await;
    let (bytes, told) = (saved.bytes(), saved.told());
    let page = flipped(&bytes, place_of(&bytes, "/MediaBox[") + 11, 0);
    let file = place_of(&bytes, "/EmbeddedFile");
    let attached = flipped(&bytes, file + place_of(&bytes[file..], "stream\n") + 20, 3);
    // Rewritten by another program, with records of another export.
    let rewrite = |more: &[&str]| {
        let path = saved.file.with_file_name("rewritten.pdf");
        let arguments = [&[saved.file.to_str().unwrap()], more, &[path.to_str().unwrap()]].concat();
        let output = Command::new("qpdf").args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::read(path).unwrap()
    };
    shell("pdfdetach -savefile records.csv -o \"$(dirname \"$1\")/records.csv\" \"$1\"", &other.file);
    let theirs = other.file.with_file_name("records.csv");
    let put = ["--remove-attachment=records.csv", "--add-attachment", theirs.to_str().unwrap(), "--"];
    let empty = place.path("empty.pdf");
    assert!(Command::new("qpdf").arg("--empty").arg(&empty).status().unwrap().success());
    let with = |pointer: &str, value: Value| {
        let mut told = told.clone();
        *told.pointer_mut(pointer).unwrap() = value;
        Some(told)
    };
    for (bytes, manifest, words) in [
        (page.clone(), None, "it is something else, such as a page"),
        (attached, None, "was changed after it was made"),
        (bytes[..bytes.len() - 8].to_vec(), None, "was changed after it was made"),
        (bytes[..bytes.len() / 2].to_vec(), None, "cut short"),
        ([&bytes[..], b"\n"].concat(), None, "was changed after it was made"),
        ([&bytes[..], b"\nstartxref\n0\n%%EOF"].concat(), None, "something was added to it"),
        (rewrite(&[]), None, "A program that saved it again"),
        (sealed_again(place, &rewrite(&put)), None, "of the records that the PDF carries (records.csv)"),
        (sealed_again(place, &rewrite(&["--remove-attachment=records.csv"])), None, "it carries no records.csv"),
        (fs::read(&empty).unwrap(), None, "none of Connector Log's"),
        (sealed_again(place, &fs::read(&empty).unwrap()), None, "it carries no files"),
        (b"%PDF-1.7\nstartxref\n".to_vec(), None, "none of Connector Log's"),
        (sealed_again(place, &page), Some(told.clone()), "of another file"),
        (bytes.clone(), Some(other.told()), "in the PDF, export is"),
        (bytes.clone(), Some(csv.told()), "in the PDF, export is"),
        (bytes.clone(), with("/rows/count", json!(31)), "in the PDF, rows is"),
        (bytes.clone(), with("/filterSummary", json!("\u{202e}nothing")), "in the PDF, filterSummary is"),
        (bytes.clone(), with("/file", Value::Null), "one from within a PDF"),
    ] {
        let path = saved.altered("altered.pdf", &bytes, manifest.as_ref());
        let error = refused(alone(place, &path));
        assert!(error.contains(words) && !error.contains('\u{202e}'), "{words} is not in {error}");
        let _ = fs::remove_file(format!("{}.manifest.json", path.display()));
    }
    accepted(alone(place, &saved.file));
}

async fn no_byte_of_a_file_can_change(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    acme.record(&generated(40)).await;
    let mut dice = Dice::thrown();
    for format in ["CSV", "PDF"] {
        let saved = Saved::of(place, &acme, &json!({ "format": format })).await;
        let (bytes, name) = (saved.bytes(), format!("flipped.{format}"));
        let path = saved.altered(&name, &bytes, (format == "CSV").then(|| saved.told()).as_ref());
        api::verify::file(&path, None).unwrap();
        for _ in 0..300 {
            let at = usize::try_from(dice.below(bytes.len() as u64)).unwrap();
            let bit = u32::try_from(dice.below(8)).unwrap();
            fs::write(&path, flipped(&bytes, at, bit)).unwrap();
            assert!(api::verify::file(&path, None).is_err(), "{format}: bit {bit} of byte {at}");
            fs::write(&path, &bytes[..at]).unwrap();
            assert!(api::verify::file(&path, None).is_err(), "{format}: cut after {at} bytes");
        }
    }
}
