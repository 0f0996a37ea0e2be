//! Scratch.
use super::*;
use crate::{read::Reader, report::pdf::Template};
use std::path::PathBuf;

#[tokio::test]
async fn scratch_case_dump() {
    let Ok(url) = std::env::var("CASE_DB") else { return };
    let out = PathBuf::from(std::env::var("CASE_OUT").unwrap());
    let db = sea_orm::Database::connect(url).await.unwrap();
    let exports = <entity::export::Entity as sea_orm::EntityTrait>::find().all(&db).await.unwrap();
    for export in exports.into_iter().filter(|export| export.options.is_case_file()) {
        let mut reader = Reader::open(&db, &export).await.unwrap();
        let mut all = Vec::new();
        loop {
            let portion = reader.next().await.unwrap();
            if portion.is_empty() { break }
            all.extend(portion.into_iter().map(|r| (r.row, r.payload)));
        }
        let cover = reader.cover().unwrap();
        let name = export.idempotency_key.clone().unwrap_or_else(|| export.id.to_string());
        let case = Case::of(cover, all, Vec::new());
        std::fs::write(out.join(format!("{name}.json")), serde_json::to_vec_pretty(&case).unwrap()).unwrap();
    }
}

#[test]
fn scratch_case_look() {
    let Ok(out) = std::env::var("CASE_OUT") else { return };
    let fonts = Fonts::load(None);
    let only = std::env::var("CASE_ONLY").unwrap_or_default();
    let text: &'static str = Box::leak(std::fs::read_to_string("/work/main/worker/src/report/case/case.typ").unwrap().into_boxed_str());
    let template: &'static Template = Box::leak(Box::new(Template::new(text)));
    for entry in std::fs::read_dir(&out).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "json") || !path.to_str().unwrap().contains(&only) { continue }
        let case: Case = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let start = std::time::Instant::now();
        let work = Work { template, identity: &case.cover.export_id, at: case.cover.requested_at, letters: case.letters().unwrap() };
        let file = print(&work, &fonts, |palette| values::inputs(&case, Paper::A4, palette)).unwrap();
        println!("{} {:?} {} bytes", path.display(), start.elapsed(), file.len());
        std::fs::write(path.with_extension("pdf"), file).unwrap();
    }
}
