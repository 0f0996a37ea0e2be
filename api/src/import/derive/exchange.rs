//! An entry taken apart, as far as protocols need it: query, form, page, redirect, JSON.

use super::{html, params::Params};
use crate::import::har::{Entry, Side};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};
use std::borrow::Cow;
use url::Url;

/// How much of a body is looked at; no message of a sign-in comes near.
const BODY_MAX: usize = 2 << 20;

/// One entry and what is in it.
#[derive(Debug)]
pub(super) struct Exchange<'a> {
    pub(super) entry: &'a Entry,
    pub(super) url: Option<Url>,
    pub(super) query: Params,
    /// The request's form.
    pub(super) form: Params,
    /// The texts in the request's JSON object.
    pub(super) json_request: Params,
    /// Where the answer sends the browser on to.
    pub(super) location: Option<Url>,
    /// The forms of the answer's page, with where they go.
    pub(super) forms: Vec<(Option<Url>, Params)>,
    /// The answer's JSON object.
    pub(super) json: Option<Map<String, Value>>,
}

impl<'a> Exchange<'a> {
    pub(super) fn of(entry: &'a Entry) -> Self {
        let url = Url::parse(&entry.url).ok();
        let query = url.as_ref().and_then(Url::query).unwrap_or_default();
        let media_type = entry.request.media_type();
        let request = body(&entry.request);
        let form = match &request {
            Some(text) if media_type == "application/x-www-form-urlencoded" => Params::parse(text.as_bytes()),
            _ => Params::default(),
        };
        let json_request = match &request {
            Some(text) if media_type.ends_with("json") => texts(json(text)),
            _ => Params::default(),
        };
        let absolute = |target: &str| url.as_ref().and_then(|url| url.join(target.trim()).ok());
        let answer = body(&entry.response).unwrap_or_default();
        let is_page = entry.response.media_type().contains("html");
        Self {
            entry,
            query: Params::parse(query.as_bytes()),
            form,
            json_request,
            location: entry.response.header("location").filter(|_| redirects(entry)).and_then(absolute),
            forms: if is_page {
                html::forms(&answer).into_iter().map(|form| (absolute(&form.action), form.fields)).collect()
            } else {
                Vec::new()
            },
            json: if answer.trim_start().starts_with('{') { json(&answer) } else { None },
            url,
        }
    }

    pub(super) fn host(&self) -> &str {
        self.url.as_ref().and_then(Url::host_str).unwrap_or_default()
    }

    pub(super) fn path(&self) -> &str {
        self.url.as_ref().map_or("", Url::path)
    }

    /// The address without its query.
    pub(super) fn endpoint(&self) -> Option<String> {
        self.url.as_ref().map(without_query)
    }

    pub(super) fn is_post(&self) -> bool {
        self.entry.method == "POST"
    }

    /// The texts of the request: its query's, then its form's.
    pub(super) fn given(&self) -> Params {
        self.query.clone().and(self.form.clone())
    }

    /// A SOAP envelope or the like, of the request or of the answer.
    pub(super) fn xml(side: &Side) -> Option<Cow<'_, str>> {
        if side.media_type().ends_with("xml") { body(side) } else { None }
    }

    /// The answer's page.
    pub(super) fn page(&self) -> Option<Cow<'_, str>> {
        body(&self.entry.response).filter(|_| self.entry.response.media_type().contains("html"))
    }

    /// The access token that the request brings.
    pub(super) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.entry.request.header("authorization")?.split_once(' ')?;
        let bearer = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("dpop");
        Some(token.trim()).filter(|token| bearer && !token.is_empty())
    }

    /// The host whose page sent the browser here, as the browser says.
    pub(super) fn origin(&self) -> Option<String> {
        ["origin", "referer"].iter().find_map(|name| {
            let url = Url::parse(self.entry.request.header(name)?).ok()?;
            url.host_str().map(str::to_owned)
        })
    }

    /// Whether the browser says that another site sent it here.
    pub(super) fn came_from_elsewhere(&self) -> bool {
        let from = self.entry.request.header("sec-fetch-site");
        from == Some("cross-site") || self.origin().is_some_and(|host| host != self.host())
    }

    /// How the program that calls names itself, where it is no browser.
    pub(super) fn program(&self) -> Option<&str> {
        let request = &self.entry.request;
        let is_browser = |name: &str| name.starts_with("Mozilla/") || request.header("sec-fetch-dest").is_some();
        request.header("user-agent").filter(|name| !name.is_empty() && !is_browser(name))
    }

    /// When it ended.
    pub(super) fn ended(&self) -> DateTime<Utc> {
        let time = self.entry.time.unwrap_or(0.0).clamp(0.0, 86_400_000.0);
        #[expect(clippy::cast_possible_truncation, reason = "at most a day of microseconds")]
        let duration = TimeDelta::microseconds((time * 1000.0) as i64);
        self.entry.started.checked_add_signed(duration).unwrap_or(self.entry.started)
    }
}

/// An address without query and fragment.
pub(super) fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

/// What an address carries in its query and behind its `#`.
pub(super) fn carried(url: &Url) -> Params {
    let query = Params::parse(url.query().unwrap_or_default().as_bytes());
    query.and(Params::parse(url.fragment().unwrap_or_default().as_bytes()))
}

fn redirects(entry: &Entry) -> bool {
    entry.status.is_some_and(|status| (300..400).contains(&status))
}

fn body(side: &Side) -> Option<Cow<'_, str>> {
    side.body.as_deref().filter(|body| body.len() <= BODY_MAX).map(String::from_utf8_lossy)
}

fn json(text: &str) -> Option<Map<String, Value>> {
    match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

fn texts(object: Option<Map<String, Value>>) -> Params {
    let mut params = Params::default();
    for (name, value) in object.unwrap_or_default() {
        if let Value::String(value) = value {
            params.push(name, value);
        }
    }
    params
}
