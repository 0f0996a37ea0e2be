//! Somebody who uses the API: GraphQL over HTTP.

use crate::eventually;
use reqwest::{Response, header::HeaderMap, redirect::Policy};
use serde_json::{Value, json};
use std::time::Duration;

/// A caller with, or without, an access token.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    endpoint: String,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub text: String,
    /// The body, where it is JSON.
    pub body: Value,
}

/// The first error of an answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// `extensions.code`.
    pub code: String,
    /// `extensions.field`.
    pub field: Vec<String>,
    /// What it says.
    pub message: String,
}

const RECORD: &str = "mutation ($logs: [ConnectorLogInput!]!) {
    recordConnectorLogs(input: { logs: $logs }) { ids recordedCount userErrors { code field message } }
}";

const EXPORT: &str = "mutation ($input: ExportLogsInput!) {
    exportLogs(input: $input) { export { ...All } userErrors { code field message } }
}";

/// All of an export.
const ALL: &str = "fragment All on Export {
    id format status filterSummary timeZone matchedCount { value exact } recordCount truncated progress
    file { name contentType sizeBytes sha256 url urlExpiresAt } error { code message }
    requestedBy requestedAt completedAt
}";

impl Client {
    pub(crate) fn new(endpoint: String, token: Option<String>) -> Self {
        Self { http: http(Policy::default()), endpoint, token }
    }

    /// A request to the GraphQL endpoint, with the token, to be completed.
    pub fn post(&self) -> reqwest::RequestBuilder {
        let request = self.http.post(&self.endpoint);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Asks, and answers with whatever comes back.
    pub async fn answer(&self, query: &str, variables: &Value) -> Answer {
        let body = json!({ "query": query, "variables": variables });
        Answer::of(self.post().json(&body).send().await.unwrap()).await
    }

    /// Asks what must not fail, and answers with the data.
    pub async fn ask(&self, query: &str, variables: &Value) -> Value {
        let answer = self.answer(query, variables).await;
        assert_eq!(answer.status, 200, "{query} {variables}: {}", answer.text);
        assert_eq!(answer.body["errors"], Value::Null, "{query} {variables}");
        answer.body["data"].clone()
    }

    /// Asks what must fail, and answers with the first error.
    pub async fn fault(&self, query: &str, variables: &Value) -> Fault {
        let answer = self.answer(query, variables).await;
        let error = &answer.body["errors"][0];
        assert!(error.is_object(), "no error for {query} {variables}: {}", answer.text);
        let field = error["extensions"]["field"].as_array().into_iter().flatten();
        Fault {
            code: error["extensions"]["code"].as_str().unwrap_or_default().to_owned(),
            field: field.map(|part| part.as_str().unwrap().to_owned()).collect(),
            message: error["message"].as_str().unwrap().to_owned(),
        }
    }

    /// Records what must be accepted, however much it is, and answers with the ids.
    pub async fn record(&self, logs: &[Value]) -> Vec<String> {
        let mut ids = Vec::new();
        for some in logs.chunks(1000) {
            let done = self.try_record(some).await;
            assert_eq!(done["userErrors"], json!([]));
            ids.extend(done["ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()));
        }
        ids
    }

    /// Records in one call, and answers with what became of it.
    pub async fn try_record(&self, logs: &[Value]) -> Value {
        self.ask(RECORD, &json!({ "logs": logs })).await["recordConnectorLogs"].clone()
    }

    /// Records in one call, and answers with whatever comes back.
    pub async fn record_answer(&self, logs: &[Value]) -> Answer {
        self.answer(RECORD, &json!({ "logs": logs })).await
    }

    /// The ids of all records that match, in the list's order.
    pub async fn list(&self, filter: &Value) -> Vec<String> {
        let query = "query ($filter: ConnectorLogFilter, $after: String) {
            connectorLogs(filter: $filter, first: 100, after: $after) {
                nodes { id }
                pageInfo { hasNextPage endCursor }
            }
        }";
        let (mut ids, mut after) = (Vec::new(), Value::Null);
        loop {
            let data = self.ask(query, &json!({ "filter": filter, "after": after })).await;
            let page = &data["connectorLogs"];
            ids.extend(page["nodes"].as_array().unwrap().iter().map(|log| log["id"].as_str().unwrap().to_owned()));
            if page["pageInfo"]["hasNextPage"] == false {
                return ids;
            }
            after = page["pageInfo"]["endCursor"].clone();
            assert!(after.is_string(), "there is more, but no cursor to go on from");
        }
    }

    /// Asks for an export that must be accepted, and answers with it as it stands then.
    pub async fn export(&self, input: &Value) -> Value {
        let done = self.ask(&format!("{EXPORT} {ALL}"), &json!({ "input": input })).await["exportLogs"].clone();
        assert_eq!(done["userErrors"], json!([]));
        done["export"].clone()
    }

    /// An export as it stands now.
    pub async fn export_now(&self, id: &Value) -> Value {
        let query = format!("query ($id: ID!) {{ node(id: $id) {{ ...All }} }} {ALL}");
        self.ask(&query, &json!({ "id": id })).await["node"].clone()
    }

    /// The export once it is completed.
    pub async fn completed(&self, export: &Value) -> Value {
        eventually("the export is completed", async || {
            let now = self.export_now(&export["id"]).await;
            assert_ne!(now["status"], "FAILED", "{now}");
            (now["status"] == "COMPLETED").then_some(now)
        })
        .await
    }

    /// The file of a new export, once there is one.
    pub async fn exported(&self, input: &Value) -> Vec<u8> {
        let export = self.completed(&self.export(input).await).await;
        let file = get(export["file"]["url"].as_str().unwrap()).await;
        assert_eq!(file.status(), 200);
        file.bytes().await.unwrap().to_vec()
    }
}

/// Follows a link, as anybody can who has it: no credential, redirects followed.
pub async fn get(url: &str) -> Response {
    http(Policy::default()).get(url).send().await.unwrap()
}

/// Asks for an address and no other: a redirect is answered with, not followed.
pub async fn get_only(url: &str) -> Response {
    http(Policy::none()).get(url).send().await.unwrap()
}

fn http(redirects: Policy) -> reqwest::Client {
    let builder = reqwest::Client::builder().timeout(Duration::from_mins(2)).no_proxy();
    builder.redirect(redirects).build().unwrap()
}

impl Answer {
    /// Reads an answer to its end.
    pub async fn of(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Self { status, headers, text, body }
    }

    /// A header's value, empty where it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The id that the server gave the request.
    pub fn request_id(&self) -> String {
        let id = self.header("x-request-id");
        assert!(!id.is_empty(), "an answer without x-request-id");
        id.to_owned()
    }
}
