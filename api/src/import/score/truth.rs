//! The truth about a capture: one JSON object a line, in words of its own, put into the contract's.

use anyhow::{Context, bail};
use entity::log::{Action, Direction, Outcome, RequestType};
use serde::Deserialize;
use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

/// What each label of the truth is called in the contract.
const DIRECTIONS: [(&str, Direction); 2] = [("incoming", Direction::Incoming), ("outgoing", Direction::Outgoing)];
const ACTIONS: [(&str, Action); 7] = [
    ("SSO Initiated", Action::SsoInitiated),
    ("SSO Failed", Action::SsoFailed),
    ("SSO Successful", Action::SsoSuccessful),
    ("SLO Initiated", Action::SloInitiated),
    ("SLO Failed", Action::SloFailed),
    ("SLO Successful", Action::SloSuccessful),
    ("NA", Action::NotApplicable),
];
const REQUEST_TYPES: [(&str, RequestType); 5] = [
    ("Authentication-Applications", RequestType::AuthenticationApplications),
    ("Authentication-Connections", RequestType::AuthenticationConnections),
    ("Logout-Applications", RequestType::LogoutApplications),
    ("Logout-Connections", RequestType::LogoutConnections),
    ("", RequestType::Other),
];

/// One line, as it stands.
#[derive(Debug, Deserialize)]
struct Line {
    exchange: String,
    #[serde(default)]
    visible_to_domain: bool,
    #[serde(default)]
    connector_call: bool,
    direction: String,
    application_from: Option<String>,
    application_to: Option<String>,
    request_type: Option<String>,
    action: String,
    #[serde(default)]
    action_alternatives: Vec<String>,
    user: Option<User>,
    user_derivable: Option<String>,
    #[serde(default)]
    status: i16,
}

/// A person of the capture.
#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub(super) login: Option<String>,
    pub(super) email: Option<String>,
}

/// The truth about one exchange.
#[derive(Debug)]
pub(super) struct Truth {
    pub(super) exchange: String,
    pub(super) direction: Direction,
    pub(super) application_from: Option<String>,
    pub(super) application_to: Option<String>,
    /// The readings that are right, the best first.
    pub(super) actions: Vec<Action>,
    pub(super) request_type: RequestType,
    pub(super) user: Option<User>,
    /// Whether the capture shows who it was.
    pub(super) user_shown: bool,
    status: i16,
}

impl Truth {
    /// The outcomes that are right: what an action ends in, and where there is none what the
    /// HTTP status says.
    pub(super) fn outcomes(&self) -> impl Iterator<Item = Outcome> {
        let status = (self.status > 0).then_some(self.status);
        self.actions.iter().map(move |action| Outcome::of(*action, status, status.is_none()))
    }
}

/// The truth about the exchanges that count: connector calls that the domain sees.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<Truth>> {
    let file = BufReader::new(File::open(path).with_context(|| path.display().to_string())?);
    let mut truths = Vec::new();
    for (number, line) in (1..).zip(file.lines()) {
        let place = || format!("{}: line {number}", path.display());
        let line = line.with_context(place)?;
        if line.trim().is_empty() {
            continue;
        }
        let line: Line = serde_json::from_str(&line).with_context(place)?;
        if line.connector_call && line.visible_to_domain {
            truths.push(truth(line).with_context(place)?);
        }
    }
    Ok(truths)
}

fn truth(line: Line) -> anyhow::Result<Truth> {
    let mut actions = vec![label(&ACTIONS, &line.action)?];
    for other in &line.action_alternatives {
        actions.push(label(&ACTIONS, other)?);
    }
    Ok(Truth {
        direction: label(&DIRECTIONS, &line.direction)?,
        request_type: label(&REQUEST_TYPES, line.request_type.as_deref().unwrap_or_default())?,
        user_shown: matches!(line.user_derivable.as_deref(), Some("explicit" | "linked")),
        exchange: line.exchange,
        application_from: line.application_from,
        application_to: line.application_to,
        actions,
        user: line.user,
        status: line.status,
    })
}

fn label<T: Copy>(table: &[(&str, T)], label: &str) -> anyhow::Result<T> {
    match table.iter().find(|(name, _)| *name == label) {
        Some((_, value)) => Ok(*value),
        None => bail!("{label:?} is no label of the truth that is known here"),
    }
}
