//! Five hundred exports at once, from domains of every size, with two processes that are asked, four
//! that work and one of these killed every second: each export is one file, no domain holds up
//! another, and none has more in work than it may.

use futures::{StreamExt, stream};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::{
    Client, Place, S3, Server, Way, eventually,
    exports::{file_of, files_of, settings, text},
    files::{Pdf, column, csv},
    logs::numbered,
    on_postgres, within,
};

on_postgres![five_hundred_exports_are_fair_and_outlive_their_workers];

/// The domains, how many exports each asks for, and in this order.
const DOMAINS: [(&str, usize); 4] = [("Largest", 400), ("Large", 60), ("Small", 39), ("Smallest", 1)];
/// How many of a domain may be in work.
const IN_WORK: i64 = 16;
/// How long all of it may take.
const LIMIT: Duration = Duration::from_mins(5);

/// The most exports that one domain has in work now.
const MOST: &str = "SELECT COALESCE(MAX(n), 0) FROM
    (SELECT COUNT(*) AS n FROM export WHERE status = 2 AND lease_until >= now() GROUP BY domain_id) AS of_a_domain";
/// How many exports were completed before that of the smallest domain.
const BEFORE: &str = "SELECT COUNT(*) FROM export WHERE completed_at < (SELECT completed_at FROM export
    WHERE domain_id = (SELECT id FROM domain WHERE name = 'Smallest'))";

/// Whether the worker of the smallest domain's export was killed over it.
const HIT: &str = "SELECT COUNT(*) FROM export
    WHERE attempts > 1 AND domain_id = (SELECT id FROM domain WHERE name = 'Smallest')";

async fn five_hundred_exports_are_fair_and_outlive_their_workers(place: &Place) {
    let s3 = S3::start().await;
    let (way, by_the_way) = s3.proxy().await;
    // As far away as a store is: without, all of it would be over after a few kills.
    way.set(Way::Slow(Duration::from_millis(20)));
    let in_work = IN_WORK.to_string();
    let rules = settings(
        &by_the_way,
        &[
            ("EXPORTS_PER_DOMAIN", &in_work),
            ("WORKER_EXPORTS", "1"),
            ("RATE_PER_TOKEN", "0"),
            ("RATE_PER_ADDRESS", "0"),
        ],
    );
    let apis = [place.serve_with(&["--no-worker"], &rules).await, place.serve_with(&["--no-worker"], &rules).await];
    let (mut asked, mut shown) = (Vec::new(), Vec::new());
    for (domain, exports) in DOMAINS {
        let token = place.token(domain, &[]);
        let clients = apis.each_ref().map(|api| api.client(&token));
        clients[0].record(&numbered(5)).await;
        shown.push(clients[1].list(&Value::Null).await);
        asked.push(ask(&clients, exports).await);
    }

    let mut workers: Vec<Server> = (0..4).map(|_| place.work(&rules)).collect();
    let (begun, mut kills, mut at_most) = (Instant::now(), 0, 0);
    within(LIMIT, "all are completed", async || {
        let most = place.number(MOST).await;
        assert!(most <= IN_WORK, "{most} exports of one domain in work");
        at_most = at_most.max(most);
        if begun.elapsed() > Duration::from_secs(kills + 1) {
            let next = usize::try_from(kills % 4).unwrap();
            workers[next].kill();
            workers[next] = place.work(&rules);
            kills += 1;
        }
        (place.number("SELECT COUNT(*) FROM export WHERE status <> 3").await == 0).then_some(())
    })
    .await;
    let took = begun.elapsed();

    let first = place.number("SELECT COUNT(*) FROM export WHERE attempts = 1").await;
    eprintln!("{kills} kills in {took:?}, {first} exports at the first attempt, {at_most} of a domain in work");
    assert!(first < 500, "no kill has hit anything");
    // Asked for last and claimed among the first, unless it was hit itself.
    let before = place.number(BEFORE).await;
    assert!(before < 50 || place.number(HIT).await == 1, "{before} exports were completed before it");

    assert_eq!(s3.names(), files_of(asked.iter().flatten()));
    for (exports, shown) in asked.iter().zip(&shown) {
        let (sheets, reports): (Vec<_>, Vec<_>) = exports.iter().partition(|export| export["format"] == "CSV");
        let sheet = s3.read(&file_of(sheets[0]));
        assert_eq!(column(&csv(&sheet), "id"), *shown);
        assert!(sheets.iter().all(|export| s3.read(&file_of(export)) == sheet), "the same records make the same file");
        for export in reports {
            let report = Pdf::check(&place.path("report.pdf"), &s3.read(&file_of(export))).references();
            assert_eq!(report.len(), shown.len());
        }
    }
    // Whoever is asked knows of all of them.
    let largest = apis[1].client(&place.token("Largest", &[]));
    eventually("the last of the largest is listed", async || {
        let now = largest.export_now(&asked[0][399]["id"]).await;
        (now["status"] == "COMPLETED" && !text(&now["file"]["url"]).is_empty()).then_some(())
    })
    .await;
}

/// Asks for so many exports, of two processes by turns, some at once. Every tenth is a PDF.
async fn ask(clients: &[Client; 2], exports: usize) -> Vec<Value> {
    let one = async |n: usize| {
        let format = if n % 10 == 7 { "PDF" } else { "CSV" };
        clients[n % 2].export(&json!({ "format": format })).await
    };
    stream::iter(0..exports).map(one).buffered(8).collect().await
}
