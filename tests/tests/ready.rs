//! Readiness tells the truth, part by part: a server is ready when its database answers; without
//! its store it goes on recording, and says that exports wait.

use serde_json::Value;
use std::fs;
use tests::{Place, Way, eventually, get, logs::call, on_both, on_postgres, on_sqlite};

on_both![
    each_part_is_told,
    a_server_without_its_store_is_ready_and_says_that_exports_wait,
    a_worker_alone_is_asked_at_an_address_of_its_own,
];

mod away {
    use super::{a_server_whose_database_is_away_is_not_ready_until_it_is_back, on_postgres};
    on_postgres![a_server_whose_database_is_away_is_not_ready_until_it_is_back];
}

mod load {
    use super::{asking_often_asks_the_parts_seldom, on_sqlite};
    on_sqlite![asking_often_asks_the_parts_seldom];
}

/// The status and the words of a path.
async fn told(url: &str) -> (u16, String) {
    let answer = get(url).await;
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn each_part_is_told(place: &Place) {
    let server = place.serve().await;
    assert_eq!(told(&server.url("/readyz")).await, (200, "database: ok\nstore: ok\nworker: ok\n".to_owned()));
    for part in ["database", "store", "worker"] {
        assert_eq!(told(&server.url(&format!("/readyz/{part}"))).await, (200, format!("{part}: ok\n")));
    }
    let (status, words) = told(&server.url("/readyz/cellar")).await;
    assert!(status == 404 && words.contains("database, store, worker"), "{status} {words}");
    let without = place.serve_with(&["--no-worker"], &[]).await;
    assert_eq!(told(&without.url("/readyz/worker")).await, (200, "worker: not in this process\n".to_owned()));
}

async fn a_server_without_its_store_is_ready_and_says_that_exports_wait(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let folder = place.path("exports");
    fs::remove_dir_all(&folder).unwrap();
    let store = "store: does not answer; exports wait\n";
    eventually("the store is missed", async || {
        (told(&server.url("/readyz/store")).await == (503, store.to_owned())).then_some(())
    })
    .await;
    let (status, words) = told(&server.url("/readyz")).await;
    assert_eq!((status, words.as_str()), (200, &*format!("database: ok\n{store}worker: ok\n")));
    assert_eq!(told(&server.url("/readyz/database")).await.0, 200);
    let ids = acme.record(&[call()]).await;
    assert_eq!(acme.list(&Value::Null).await, ids);
    fs::create_dir(&folder).unwrap();
    eventually("the store is back", async || (told(&server.url("/readyz/store")).await.0 == 200).then_some(())).await;
    // Each turn is logged once, however often it was asked.
    let turns = |message: &str| server.log().iter().filter(|line| line["fields"]["message"] == message).count();
    eventually("its return is logged", async || (turns("a part answers again") == 1).then_some(())).await;
    assert_eq!(turns("a part does not answer"), 1);
}

async fn a_worker_alone_is_asked_at_an_address_of_its_own(place: &Place) {
    let worker = place.work(&[("METRICS_LISTEN", "127.0.0.1:0")]);
    assert_eq!(told(&worker.own_url("/healthz").await).await.0, 200);
    let ready = (200, "database: ok\nstore: ok\nworker: ok\n".to_owned());
    assert_eq!(told(&worker.own_url("/readyz").await).await, ready);
}

async fn a_server_whose_database_is_away_is_not_ready_until_it_is_back(place: &Place) {
    drop(place.serve().await);
    let (proxy, url) = place.proxy().await;
    let server = place.serve_with(&[], &[("DATABASE_URL", &url)]).await;
    for way in [Way::Hung, Way::Refused] {
        proxy.set(way);
        if way == Way::Refused {
            proxy.cut();
        }
        eventually("it is not ready", async || {
            let (status, words) = told(&server.url("/readyz")).await;
            (status == 503 && words.starts_with("database: does not answer")).then_some(())
        })
        .await;
        assert_eq!(told(&server.url("/readyz/database")).await.0, 503);
        assert_eq!(told(&server.url("/readyz/store")).await.0, 200);
        assert_eq!(told(&server.url("/healthz")).await.0, 200);
        proxy.set(Way::Open);
        eventually("it is ready again", async || (told(&server.url("/readyz")).await.0 == 200).then_some(())).await;
    }
}

async fn asking_often_asks_the_parts_seldom(place: &Place) {
    let server = place.serve_with(&["--no-worker"], &[("LOG", "info,sqlx::query=debug")]).await;
    let begun = std::time::Instant::now();
    for _ in 0..300 {
        assert_eq!(told(&server.url("/readyz")).await.0, 200);
    }
    let most = begun.elapsed().as_secs() + 2;
    let pings = server.log().iter().filter(|line| line["fields"]["summary"] == "SELECT 1").count();
    assert!(pings > 0, "the log has no statement");
    assert!(u64::try_from(pings).unwrap() <= most, "{pings} times in {most} seconds");
}
