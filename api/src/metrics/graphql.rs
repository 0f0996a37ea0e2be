//! GraphQL operations, by name and type. Clients choose the names: the first few hundred are kept,
//! and what comes under others is counted together.

use super::http::SECONDS;
use async_graphql::{ServerError, Value, parser::types::OperationType};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family},
    registry::{Registry, Unit},
};
use std::{
    collections::HashSet,
    sync::{LazyLock, Mutex, PoisonError},
    time::Instant,
};
use worker::metrics::Durations;

/// How many names are kept.
const NAMES_MAX: usize = 200;
/// The longest name that is kept, in bytes.
const NAME_MAX: usize = 64;
/// Stands for all names that are not kept, as no name in GraphQL can.
const OTHER: &str = "(other)";
/// Stands for an operation without a name.
const ANONYMOUS: &str = "(anonymous)";
/// Stands for the operation of a document that was not let through.
const REFUSED: &str = "(refused)";

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    operation: String,
    r#type: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Failed {
    operation: String,
    r#type: &'static str,
    code: String,
}

static OPERATIONS: LazyLock<Family<Asked, Counter>> = LazyLock::new(Family::default);
static DURATION: LazyLock<Durations<Asked>> = LazyLock::new(|| Family::new_with_constructor(SECONDS));
static ERRORS: LazyLock<Family<Failed, Counter>> = LazyLock::new(Family::default);
static NAMES: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

pub(super) fn register(registry: &mut Registry) {
    let help = "GraphQL operations that were begun, by name; beyond 200 names, as (other)";
    registry.register("graphql_operations", help, OPERATIONS.clone());
    let help = "How long GraphQL queries and mutations took to execute";
    registry.register_with_unit("graphql_operation_duration", help, Unit::Seconds, DURATION.clone());
    let help = "Errors in answers of GraphQL, by their code; of documents that were not let through, as (refused)";
    registry.register("graphql_errors", help, ERRORS.clone());
}

/// An operation that is executed.
pub(crate) struct Operation {
    asked: Asked,
    begun: Instant,
}

impl Operation {
    /// It begins.
    pub(crate) fn begin(name: Option<&str>, kind: Option<OperationType>) -> Self {
        let asked = Asked { operation: kept(name), r#type: word(kind) };
        OPERATIONS.get_or_create(&asked).inc();
        Self { asked, begun: Instant::now() }
    }

    /// It is answered; a subscription is again and again.
    pub(crate) fn answered(&self, errors: &[ServerError]) {
        if self.asked.r#type != word(Some(OperationType::Subscription)) {
            DURATION.get_or_create(&self.asked).observe(self.begun.elapsed().as_secs_f64());
        }
        for error in errors {
            let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
            if let Some(Value::String(code)) = code {
                self.failed(code);
            }
        }
    }

    /// It came to no answer, by an error with that code.
    pub(crate) fn failed(&self, code: &str) {
        let Asked { operation, r#type } = self.asked.clone();
        ERRORS.get_or_create(&Failed { operation, r#type, code: code.to_owned() }).inc();
    }
}

/// A document was not let through, by an error with that code.
pub(crate) fn refused(code: &str) {
    let (operation, r#type) = (REFUSED.to_owned(), word(None));
    ERRORS.get_or_create(&Failed { operation, r#type, code: code.to_owned() }).inc();
}

fn word(kind: Option<OperationType>) -> &'static str {
    match kind {
        Some(OperationType::Query) => "query",
        Some(OperationType::Mutation) => "mutation",
        Some(OperationType::Subscription) => "subscription",
        None => "none",
    }
}

/// The name, if it is one of those that are kept.
fn kept(name: Option<&str>) -> String {
    let Some(name) = name else { return ANONYMOUS.to_owned() };
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if names.contains(name) {
        return name.to_owned();
    }
    if names.len() >= NAMES_MAX || name.len() > NAME_MAX {
        return OTHER.to_owned();
    }
    names.insert(name.to_owned());
    name.to_owned()
}
