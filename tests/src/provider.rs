//! The company's OpenID provider: a real one (npm `oidc-provider`), run by Node beside the program
//! under test, and a browser that walks between the two.

use crate::{Answer, Server, node};
use reqwest::{Response, StatusCode, Url, header, redirect::Policy};
use serde_json::{Value, json};
use std::{
    cell::RefCell,
    collections::BTreeMap,
    io::{BufRead, BufReader},
    process::{Child, ChildStdin, Stdio},
};

/// A running provider. Dropped, it ends.
pub struct Provider {
    child: Child,
    _stdin: ChildStdin,
    said: Value,
    http: reqwest::Client,
}

/// Asks who asks.
pub const VIEWER: &str = "{ viewer { name scopes domain { name } } }";

/// Where people reach the product, as far as the provider and the product are told.
pub const PUBLIC_URL: &str = "https://log.example.com";

impl Provider {
    /// Starts one with three accounts of a company: an administrator, one of the help desk, and one
    /// of no group that matters.
    pub fn of_acme() -> Self {
        Self::start(&json!({
            "ann": { "email": "ann@acme.example", "email_verified": true, "groups": ["staff", "log-admins"],
                     "company": "acme.example", "realm_access": { "roles": ["helpdesk"] } },
            "ben": { "email": "ben@acme.example", "email_verified": false, "preferred_username": "ben",
                     "groups": "helpdesk", "company": "beta.example" },
            "cid": { "email": "cid@acme.example", "groups": ["staff"], "company": "gamma.example" },
            "robot": { "groups": ["helpdesk"] },
        }))
    }

    /// Starts one with these accounts: claims by the name under which a person signs in.
    pub fn start(accounts: &Value) -> Self {
        let mut command = node::script("provider.mjs");
        command.env("ACCOUNTS", accounts.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("node");
        let stdin = child.stdin.take().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let said = lines.find_map(|line| serde_json::from_str(&line).ok()).expect("the provider says its address");
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        Self { child, _stdin: stdin, said, http }
    }

    fn said(&self, what: &str) -> &str {
        self.said.pointer(what).unwrap().as_str().unwrap()
    }

    /// Its address.
    pub fn issuer(&self) -> &str {
        self.said("/issuer")
    }

    /// What must never be found in a log.
    pub fn client_secret(&self) -> &str {
        self.said("/client/client_secret")
    }

    /// The settings with which the product finds it, and takes people of a group into one domain.
    pub fn settings(&self) -> Vec<(&str, &str)> {
        vec![
            ("PUBLIC_URL", PUBLIC_URL),
            // Whoever is refused here comes from one address, however many they stand for.
            ("RATE_OF_REFUSALS", "0"),
            ("OIDC_ISSUER", self.issuer()),
            ("OIDC_CLIENT_ID", self.said("/client/client_id")),
            ("OIDC_CLIENT_SECRET", self.client_secret()),
            ("OIDC_AUDIENCE", self.said("/audience")),
            ("OIDC_EXTRA_SCOPES", "profile email groups"),
            ("OIDC_DOMAIN", "Acme"),
            ("OIDC_SCOPES", "log-admins=ADMIN,LOGS_READ,PAYLOADS_READ;helpdesk=LOGS_READ"),
        ]
    }

    /// Makes it do something; `tests/node/provider.mjs` says what there is.
    pub async fn control(&self, what: &str, with: &Value) -> Value {
        let address = format!("{}/control/{what}", self.issuer());
        self.http.post(address).json(with).send().await.unwrap().json().await.unwrap()
    }

    /// A token of the kind described, with the claims of an access token but for the changes.
    pub async fn forge(&self, kind: &Value) -> String {
        self.control("token", kind).await.as_str().unwrap().to_owned()
    }

    /// An access token as a program gets one: by client credentials.
    pub async fn access_token(&self) -> String {
        let form = format!("grant_type=client_credentials&scope=log&resource={}", self.said("/audience"));
        let request = self.http.post(format!("{}/token", self.issuer()));
        let request = request.basic_auth(self.said("/robot/client_id"), Some(self.said("/robot/client_secret")));
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// How often its keys were asked for.
    pub async fn key_fetches(&self) -> u64 {
        self.control("counts", &json!({})).await["/jwks"].as_u64().unwrap_or_default()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser: it keeps cookies by host, and follows no redirect by itself.
pub struct Browser {
    http: reqwest::Client,
    cookies: RefCell<BTreeMap<(String, String), String>>,
}

impl Default for Browser {
    fn default() -> Self {
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        Self { http, cookies: RefCell::default() }
    }
}

impl Browser {
    /// The cookies for an address, as its header has them.
    pub fn cookies(&self, address: &str) -> String {
        let host = host(address);
        let cookies = self.cookies.borrow();
        let mine =
            cookies.iter().filter(|((of, _), _)| *of == host).map(|((_, name), value)| format!("{name}={value}"));
        mine.collect::<Vec<_>>().join("; ")
    }

    /// Copies the cookies of one server to another: both are one to the browser, behind one address.
    pub fn share(&self, from: &Server, to: &Server) {
        let (from, to) = (host(&from.url("/")), host(&to.url("/")));
        let mut cookies = self.cookies.borrow_mut();
        let copies: Vec<_> = cookies
            .iter()
            .filter(|((of, _), _)| *of == from)
            .map(|((_, name), value)| (name.clone(), value.clone()))
            .collect();
        cookies.extend(copies.into_iter().map(|(name, value)| ((to.clone(), name), value)));
    }

    /// Takes all cookies of another browser: what a thief, or a copy from before, would have.
    pub fn copy(&self, other: &Self) {
        self.cookies.borrow_mut().clone_from(&other.cookies.borrow());
    }

    /// Forgets the cookies of a host, as after signing out there.
    pub fn forget(&self, address: &str) {
        self.cookies.borrow_mut().retain(|(of, _), _| *of != host(address));
    }

    /// Goes to an address, and keeps the cookies that it is given.
    pub async fn get(&self, address: &str) -> Response {
        self.keep(address, self.http.get(address).header(header::COOKIE, self.cookies(address)).send().await.unwrap())
    }

    /// Posts nothing but headers to an address.
    pub async fn post(&self, address: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = self.http.post(address).header(header::COOKIE, self.cookies(address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.keep(address, request.send().await.unwrap())
    }

    /// Asks a server's GraphQL with the browser's cookies, as a page of the product does.
    pub async fn ask(&self, server: &Server, query: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = server.stranger().post().header(header::COOKIE, self.cookies(&server.url("/")));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::of(request.json(&json!({ "query": query })).send().await.unwrap()).await
    }

    /// Whom the server takes the browser's cookies for.
    pub async fn viewer(&self, server: &Server) -> Value {
        let answer = self.ask(server, VIEWER, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body["data"]["viewer"].clone()
    }

    /// The browser's cookies open nothing.
    pub async fn assert_signed_out(&self, server: &Server) {
        let answer = self.ask(server, VIEWER, &[]).await;
        assert_eq!(answer.status, 401, "{}", answer.text);
        assert_eq!(answer.body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }

    fn keep(&self, address: &str, response: Response) -> Response {
        for line in response.headers().get_all(header::SET_COOKIE) {
            let (pair, attributes) = line.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let key = (host(address), name.to_owned());
            let gone = attributes.contains("Max-Age=0") || attributes.contains("expires=Thu, 01 Jan 1970");
            if gone {
                self.cookies.borrow_mut().remove(&key);
            } else {
                self.cookies.borrow_mut().insert(key, value.to_owned());
            }
        }
        response
    }

    /// Begins a sign-in at a server and goes through it at the provider as that person: answers
    /// with the path and query with which the provider sends the browser back.
    pub async fn at_provider(&self, server: &Server, login: &str, person: &str) -> String {
        let begun = self.get(&server.url(login)).await;
        assert_eq!(begun.status(), StatusCode::SEE_OTHER, "{}", begun.text().await.unwrap());
        let mut address = format!("{}&login_hint={person}", location(&begun));
        for _ in 0..10 {
            let response = self.get(&address).await;
            let next = Url::parse(&address).unwrap().join(&location(&response)).unwrap();
            if next.as_str().starts_with(PUBLIC_URL) {
                return format!("{}?{}", next.path(), next.query().unwrap());
            }
            address = next.into();
        }
        panic!("the provider never sends the browser back");
    }

    /// Signs in from beginning to end, and answers with what the product says at last.
    pub async fn sign_in(&self, server: &Server, person: &str) -> Response {
        let back = self.at_provider(server, "/auth/login", person).await;
        self.get(&server.url(&back)).await
    }
}

fn host(address: &str) -> String {
    Url::parse(address).unwrap().authority().to_owned()
}

/// Where a response sends the browser.
pub fn location(response: &Response) -> String {
    let location = response.headers().get(header::LOCATION);
    location.unwrap_or_else(|| panic!("{} without a location", response.status())).to_str().unwrap().to_owned()
}
