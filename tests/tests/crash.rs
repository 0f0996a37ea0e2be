//! Ends that nobody planned: whoever works on an export is killed, at each stage of the work and at
//! any moment. What was asked for arrives once, whole, and from whoever is there.

use serde_json::{Value, json};
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};
use tests::{
    Dice, Kind, Place, S3, Server, Way, a_moment, eventually,
    exports::{all_completed, assert_file, attempts, file_of, files_of, settings, text},
    logs::numbered,
    names, on_both,
    process::{lives, renderers, signal},
};

on_both![an_export_outlives_its_worker_at_each_stage, killed_at_any_moment_nothing_is_lost_or_doubled];

/// How long a dead worker's claim holds, and what may pass from its end until the file is there: half
/// a minute each.
const LEASE_AND_AFTER: Duration = Duration::from_mins(1);

/// Workers of one slot each, each held at another stage of an export of its own, and killed there.
async fn an_export_outlives_its_worker_at_each_stage(place: &Place) {
    let s3 = S3::start().await;
    let plain = s3.settings();
    // One slot, and the dead hold theirs until their leases end.
    let one = [("WORKER_EXPORTS", "1"), ("EXPORTS_PER_DOMAIN", "10")];
    let one_slot = settings(&plain, &one);
    let api = place.serve_with(&["--no-worker"], &settings(&plain, &[])).await;
    let acme = api.client(&place.token("Acme", &[]));
    acme.record(&numbered(400)).await;
    let shown = acme.list(&Value::Null).await;
    let csv = json!({ "format": "CSV" });
    let is_running = async |export: &Value| acme.export_now(&export["id"]).await["status"] == "RUNNING";
    let mut asked = Vec::new();

    // Rendering: the process that does it stands still.
    let mut renders = place.work(&one_slot);
    asked.push(acme.export(&json!({ "format": "PDF" })).await);
    let renderer = eventually("it is rendered", async || renderers(renders.pid()).first().copied()).await;
    signal(renderer, "STOP");

    // During the upload: half of the file is there, and no more of it comes.
    let (way, by_the_way) = s3.proxy().await;
    way.set(Way::HungAfter(20_000));
    let mut uploads = place.work(&settings(&by_the_way, &one));
    asked.push(acme.export(&csv).await);
    its_file_is_put(&s3, &asked[1]).await;

    if place.kind() == Kind::Postgres {
        // Half read: it is cut off from the database, which hears nothing of its end either.
        let (way, url) = place.proxy().await;
        let mut reads = place.work(&settings(&plain, &[one[0], one[1], ("DATABASE_URL", &url)]));
        eventually("it is ready", async || reads.log().iter().any(says_ready).then_some(())).await;
        way.set(Way::Slow(Duration::from_millis(30)));
        let export = acme.export(&csv).await;
        let progress = async || acme.export_now(&export["id"]).await["progress"].as_f64().unwrap();
        eventually("some of it is read", async || (progress().await > 0.1).then_some(())).await;
        way.set(Way::Hung);
        reads.kill();
        assert!(is_running(&export).await);
        asked.push(export);

        // Claimed, and nothing read.
        let export = acme.export(&csv).await;
        let held = place.hold_items().await;
        let mut claims = place.work(&one_slot);
        eventually("it is claimed", async || is_running(&export).await.then_some(())).await;
        claims.kill();
        held.release().await;
        asked.push(export);
    }

    // Before `finish`: the file is stored, and the row cannot be changed.
    s3.close();
    let mut finishes = place.work(&one_slot);
    let export = acme.export(&csv).await;
    its_file_is_put(&s3, &export).await;
    let held = place.hold_exports().await;
    s3.open();
    eventually("its file is stored", async || s3.names().contains(&file_of(&export)).then_some(())).await;
    for doomed in [&mut finishes, &mut renders, &mut uploads] {
        doomed.kill();
    }
    held.release().await;
    asked.push(export);
    eventually("what renders ends with whom it renders for", async || (!lives(renderer)).then_some(())).await;

    for export in &asked {
        assert!(is_running(export).await, "nobody told it");
    }
    let _heir = place.work(&settings(&plain, &[]));
    for done in all_completed(&acme, &asked, LEASE_AND_AFTER).await {
        assert_file(place, &done, &shown).await;
        assert_eq!(attempts(&acme, &done).await, 2, "{done}");
    }
    assert_eq!(s3.names(), files_of(&asked));
}

async fn its_file_is_put(s3: &S3, export: &Value) {
    let file = file_of(export);
    eventually("its file is put", async || s3.puts().iter().any(|key| key.ends_with(&file)).then_some(())).await;
}

fn says_ready(line: &Value) -> bool {
    line["fields"]["message"].as_str().is_some_and(|message| message.ends_with("ready"))
}

/// How often something is killed, how many exports are asked for before each time, and how long it
/// may go well at most: enough for all of them, for some, or for nearly nothing.
const KILLS: usize = 10;
const EXPORTS: usize = 10;
const LONGEST: [u64; 3] = [1200, 200, 30];

/// On SQLite the whole server and its folder, on PostgreSQL a server, a worker beside it, or both.
async fn killed_at_any_moment_nothing_is_lost_or_doubled(place: &Place) {
    let mut dice = Dice::thrown();
    let s3 = S3::start().await;
    let store = s3.settings();
    let store = if place.kind() == Kind::Postgres { &store[..] } else { &[] };
    let rules = settings(store, &[("EXPORTS_PER_DOMAIN", "100"), ("WORKER_EXPORTS", "3")]);
    let mut server = place.serve_with(&[], &rules).await;
    let mut worker = (place.kind() == Kind::Postgres).then(|| place.work(&rules));
    let token = place.token("Acme", &[]);
    let records = numbered(KILLS * 4);
    let (mut asked, mut shown) = (Vec::new(), Vec::new());
    let (mut held, mut claimed) = (HashSet::new(), HashMap::new());
    for kill in 0..KILLS {
        let acme = server.client(&token);
        acme.record(&records[kill * 4..][..4]).await;
        let list = acme.list(&Value::Null).await;
        for n in 0..EXPORTS {
            let format = if n > 7 { "PDF" } else { "CSV" };
            asked.push(acme.export(&json!({ "format": format })).await);
            shown.push(list.clone());
        }
        let longest = Duration::from_millis(dice.one_of(&LONGEST));
        a_moment(&mut dice, longest).await;
        let which = if worker.is_some() { dice.below(3) } else { 0 };
        if which != 1 {
            server.kill();
        }
        if let Some(worker) = worker.as_mut().filter(|_| which != 0) {
            worker.kill();
        }
        if worker.is_none() || which == 2 {
            held.extend(place.texts(&rows(place, "status = 2")).await);
        }
        if which != 1 {
            count_claims(&server, &mut claimed);
            server = place.serve_with(&[], &rules).await;
        }
        if let Some(worker) = worker.as_mut().filter(|_| which != 0) {
            count_claims(worker, &mut claimed);
            *worker = place.work(&rules);
        }
    }
    let acme = server.client(&token);
    let all = all_completed(&acme, &asked, LEASE_AND_AFTER).await;
    for (done, shown) in all.iter().zip(&shown) {
        assert_file(place, done, shown).await;
    }
    let mut stored = if place.kind() == Kind::Postgres { s3.names() } else { names(&place.path("exports")) };
    // What somebody was killed over while writing it is nobody's file: it never got its name.
    stored.retain(|name| !name.contains('#'));
    assert_eq!(stored, files_of(&all));

    // Whoever was killed had claimed, and whoever came after claimed once more.
    for running in [Some(&server), worker.as_ref()].into_iter().flatten() {
        count_claims(running, &mut claimed);
    }
    let mut times = 0;
    for done in &all {
        let (counted, logged) = (attempts(&acme, done).await, claimed.get(text(&done["id"])).copied());
        assert!(counted >= logged.unwrap_or(1), "{counted} attempts, {logged:?} claims: {done}");
        times += counted;
    }
    assert!(times > all.len() as u64, "no attempt was hit: {times}");
    let after = place.texts(&rows(place, "1 = 1")).await;
    assert!(held.is_disjoint(&after.into_iter().collect()), "an attempt that was killed is not counted");
}

/// The exports where something holds, each with the number of its attempts.
fn rows(place: &Place, condition: &str) -> String {
    let id = if place.kind() == Kind::Postgres { "id" } else { "hex(id)" };
    format!("SELECT {id} || ' ' || attempts FROM export WHERE {condition}")
}

/// Counts how often a process said that it claimed each export.
fn count_claims(of: &Server, claimed: &mut HashMap<String, u64>) {
    for line in of.log().iter().filter(|line| line["fields"]["message"] == "export claimed") {
        *claimed.entry(text(&line["fields"]["export"]).to_owned()).or_default() += 1;
    }
}
