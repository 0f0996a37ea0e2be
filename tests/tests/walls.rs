//! Domains are walls in the database too: on PostgreSQL the server's role sees no other domain's
//! rows even where a statement forgets its WHERE clause. And what is append-only stays as it is,
//! whoever tries through that role.

use serde_json::json;
use tests::{
    Place,
    logs::{call, with},
    on_both, on_postgres,
};

mod on_postgres_alone {
    use super::*;
    on_postgres![
        every_table_of_a_domain_s_stands_behind_a_wall,
        a_statement_without_where_sees_one_domain,
        nothing_is_written_into_another_domain,
        an_ordinary_role_can_run_everything_and_sees_no_more,
        a_server_needs_to_own_nothing,
    ];
}
on_both![what_is_append_only_stays_as_it_is];

/// What a server's connection is, before it knows a domain.
const SERVER: &str = "SET ROLE connector_log_app";
/// The tables that hold what belongs to a domain.
const TABLES: &[&str] =
    &["connector_log", "payload", "application", "export", "export_item", "api_token", "access_event"];

/// Two domains, each with a record, its payload, an export and a token.
async fn two(place: &Place, settings: &[(&str, &str)], arguments: &[&str]) {
    let server = place.serve_with(arguments, settings).await;
    for name in ["Alpha", "Beta"] {
        let mut create = place.command(&["token", "create", "--domain", name], settings);
        let token = String::from_utf8(create.output().unwrap().stdout).unwrap();
        let client = server.client(token.trim());
        let body = json!({ "headers": [], "body": name });
        client.record(&[with(call(), &json!({ "applicationFrom": name, "request": body }))]).await;
        client.completed(&client.export(&json!({ "format": "CSV" })).await).await;
        let read = client.ask("{ connectorLogs { nodes { request { body } } } }", &json!(null)).await;
        assert_eq!(read["connectorLogs"]["nodes"], json!([{ "request": { "body": name } }]));
    }
}

async fn domain(place: &Place, name: &str) -> i64 {
    place.number(&format!("SELECT id::bigint FROM domain WHERE name = '{name}'")).await
}

async fn every_table_of_a_domain_s_stands_behind_a_wall(place: &Place) {
    place.succeed(&["migrate"]);
    let behind = "SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
         WHERE a.attname = 'domain_id' AND c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace";
    let all = place.number(behind).await;
    assert!(all >= i64::try_from(TABLES.len()).unwrap(), "{all}");
    let open = format!("{behind} AND NOT (c.relrowsecurity AND c.relforcerowsecurity)");
    assert_eq!(place.number(&open).await, 0, "a table of a domain's stands open");
}

async fn a_statement_without_where_sees_one_domain(place: &Place) {
    two(place, &[], &[]).await;
    let (alpha, beta) = (domain(place, "Alpha").await, domain(place, "Beta").await);
    for table in TABLES {
        let count = format!("SELECT count(*) FROM {table}");
        assert!(place.number(&count).await >= 2, "{table} holds nothing, so this proves nothing");
        assert_eq!(place.number_after(SERVER, &count).await, Ok(0), "{table} without a domain");
        let all = place.number(&format!("{count} WHERE domain_id = {alpha}")).await;
        assert!(all >= 1, "{table} holds nothing of Alpha's");
        let within = format!("{SERVER}; SET connector_log.domain = '{alpha}'");
        assert_eq!(place.number_after(&within, &count).await, Ok(all), "{table} within Alpha");
        let others = format!("{count} WHERE domain_id = {beta}");
        assert_eq!(place.number_after(&within, &others).await, Ok(0), "{table}: Beta's, within Alpha");
    }
    // What the process may see before it knows a domain is no record, no payload and no application.
    let process = format!("{SERVER}; SET connector_log.process = 'on'");
    for table in ["connector_log", "payload", "application", "export_item"] {
        let count = format!("SELECT count(*) FROM {table}");
        assert_eq!(place.number_after(&process, &count).await, Ok(0), "{table} for the process");
    }
    let keys = "SELECT count(*) FROM domain";
    assert_eq!(place.number_after(&format!("{SERVER}; SET connector_log.domain = '{alpha}'"), keys).await, Ok(1));
}

async fn nothing_is_written_into_another_domain(place: &Place) {
    two(place, &[], &[]).await;
    let (alpha, beta) = (domain(place, "Alpha").await, domain(place, "Beta").await);
    let within = format!("{SERVER}; SET connector_log.domain = '{alpha}'");
    let learn = |domain: i64| {
        format!(
            "WITH done AS (INSERT INTO application VALUES ({domain}, 99, 'Smuggled', now()) RETURNING 1)
             SELECT count(*) FROM done"
        )
    };
    let refused = place.number_after(&within, &learn(beta)).await.unwrap_err();
    assert!(refused.contains("row-level security"), "{refused}");
    assert_eq!(place.number_after(&within, &learn(alpha)).await, Ok(1));
}

async fn an_ordinary_role_can_run_everything_and_sees_no_more(place: &Place) {
    let address = place.hand_over().await;
    two(place, &[("DATABASE_URL", &address)], &[]).await;
    // The owner itself, which stepped down to nobody.
    let owner = "SELECT count(*) FROM pg_class WHERE relname = 'connector_log' AND relowner <> 10";
    assert_eq!(place.number(owner).await, 1, "the tables are the ordinary role's");
    let own = "DO $$ BEGIN EXECUTE 'SET ROLE ' || current_database(); END $$";
    for table in TABLES {
        let count = format!("SELECT count(*) FROM {table}");
        assert_eq!(place.number_after(own, &count).await, Ok(0), "{table} without a domain");
    }
    let alpha = domain(place, "Alpha").await;
    let within = format!("{own}; SET connector_log.domain = '{alpha}'");
    assert_eq!(place.number_after(&within, "SELECT count(*) FROM connector_log").await, Ok(1));
}

async fn a_server_needs_to_own_nothing(place: &Place) {
    place.succeed(&["migrate"]);
    let address = place.as_server().await;
    two(place, &[("DATABASE_URL", &address)], &["--no-migrate"]).await;
    let may = "SELECT count(*) FROM unnest(ARRAY['connector_log', 'payload', 'access_event']) AS t,
         unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS r WHERE has_table_privilege('connector_log_app', t, r)";
    assert_eq!(place.number(may).await, 0, "the servers' role may change what is append-only");
}

async fn what_is_append_only_stays_as_it_is(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let body = json!({ "headers": [], "body": "kept" });
    acme.record(&[with(call(), &json!({ "method": "GET", "request": body }))]).await;
    acme.ask("{ connectorLogs { nodes { request { body } } } }", &json!(null)).await;
    drop(server);
    let postgres = place.kind() == tests::Kind::Postgres;
    for (table, column) in
        [("connector_log", "method = 'PUT'"), ("payload", "request_body = NULL"), ("access_event", "actor = 'nobody'")]
    {
        let rows = format!("SELECT count(*) FROM {table}");
        assert!(place.number(&rows).await > 0, "{table} holds nothing, so this proves nothing");
        let mut tries = vec![format!("UPDATE {table} SET {column}"), format!("DELETE FROM {table}")];
        if postgres {
            tries.push(format!("TRUNCATE {table}"));
        }
        for sql in tries {
            let refused = place.execute(&sql).await.expect_err(&sql);
            assert!(refused.contains("append-only"), "{sql}: {refused}");
            if postgres {
                let as_server = format!("SET ROLE connector_log_app; SET connector_log.domain = '1'; {sql}");
                place.number_after(&as_server, &rows).await.expect_err(&sql);
            }
        }
        assert!(place.number(&rows).await > 0);
    }
    assert_eq!(place.number("SELECT count(*) FROM connector_log WHERE method = 'GET'").await, 1);
}
