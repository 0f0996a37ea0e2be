//! What stands between a document and async-graphql, whose parser and visitors a small document
//! can crash or keep busy for hours. Every transport passes here: the text is bounded before the
//! parser sees it ([`lexical`]), what it expands to before anything walks it ([`expansion`]), and
//! what it costs before anything is asked of the database ([`price`]).

mod expansion;
mod lexical;
mod price;

pub(super) use expansion::DEPTH_MAX;

use super::order::Order;
use crate::{
    error::code,
    metrics::{self, graphql::Operation},
    telemetry,
};
use async_graphql::{
    ErrorExtensionValues, Name, Positioned, Request, Response, ServerError, Value, Variables,
    parser::types::{ExecutableDocument, OperationDefinition, OperationType},
};

/// A document that is not let through, in words that name the limit and the remedy.
type Refusal = String;

/// What somebody asks, as it came.
pub(super) struct Asked {
    /// The document.
    pub(super) document: String,
    /// Which of its operations.
    pub(super) operation_name: Option<String>,
    /// The variables' values.
    pub(super) variables: serde_json::Map<String, serde_json::Value>,
}

/// What may be executed.
pub(super) struct Admitted {
    /// For the schema; the caller is yet to be put in.
    pub(super) request: Request,
    /// In which order the answer's fields go; none where the request names no operation.
    order: Option<Order>,
    /// Of the operation that is executed; none where the request names none.
    pub(super) operation: Option<OperationType>,
    /// What the document calls it.
    name: Option<String>,
}

/// Why something is not executed.
pub(super) struct Refused {
    /// `extensions.code`.
    pub(super) code: &'static str,
    /// The fault and the remedy.
    pub(super) message: String,
}

impl Refused {
    /// The error, as GraphQL writes errors.
    pub(super) fn error(&self) -> ServerError {
        error(self.code, self.message.clone())
    }
}

/// An error with a code.
pub(super) fn error(code: &str, message: impl Into<String>) -> ServerError {
    let mut error = ServerError::new(message, None);
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code);
    error.extensions = Some(extensions);
    error
}

/// Lets a question through, or says why not. `introspection` says whether the schema may be asked.
pub(super) fn admit(asked: Asked, introspection: bool) -> Result<Admitted, Refused> {
    check(asked, introspection).inspect_err(|refused| metrics::graphql::refused(refused.code))
}

fn check(asked: Asked, introspection: bool) -> Result<Admitted, Refused> {
    let refused = |message| Refused { code: code::VALIDATION_FAILED, message };
    lexical::check(&asked.document).map_err(refused)?;
    let variables = Variables::from_json(serde_json::Value::Object(asked.variables));
    let mut request = Request::new(asked.document);
    let name = asked.operation_name;
    let document = request.parsed_query().map_err(|error| unreadable(&error))?;
    let found = expansion::check(document).map_err(refused)?;
    if found.introspection && !introspection {
        let words = "This server does not tell its schema: `connector-log schema` prints it, and INTROSPECTION=true \
                     lets clients ask for it.";
        return Err(refused(words.to_owned()));
    }
    price::check(document, &variables).map_err(refused)?;
    let chosen = chosen(document, name.as_deref());
    chosen.map_or(Ok(()), |(_, operation)| complete(operation, &variables))?;
    let operation = chosen.map(|(_, operation)| operation.node.ty);
    let called = chosen.and_then(|(name, _)| name).map(ToString::to_string);
    let order = chosen.map(|(_, operation)| Order::of(document, operation));
    request.variables = variables;
    request.operation_name = name;
    // The guard has seen to it; should it ever be wrong, the schema still does not tell itself.
    let request = if introspection { request } else { request.disable_introspection() };
    Ok(Admitted { request, order, operation, name: called })
}

/// A document that is no GraphQL. The parser draws a picture of the place; its last line says
/// what was expected there.
fn unreadable(error: &ServerError) -> Refused {
    let expected = error.message.trim().lines().last().unwrap_or_default().trim_start_matches([' ', '=']);
    let place = error.locations.first().map(|p| format!(" (line {}, column {})", p.line, p.column));
    let message = format!("The document cannot be read{}: {expected}.", place.unwrap_or_default());
    Refused { code: code::PARSE_FAILED, message }
}

fn operations(document: &ExecutableDocument) -> impl Iterator<Item = &Positioned<OperationDefinition>> {
    document.operations.iter().map(|(_, operation)| operation)
}

type Chosen<'a> = (Option<&'a Name>, &'a Positioned<OperationDefinition>);

/// The operation that a request executes, with its name; none where the request names none.
fn chosen<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Option<Chosen<'a>> {
    let mut operations = document.operations.iter();
    match name {
        // async-graphql takes the one operation that there is, whatever it is called.
        None if operations.len() == 1 => operations.next(),
        None => None,
        Some(name) => operations.find(|(own, _)| own.is_some_and(|own| own == name)),
    }
}

/// Whether each variable that must have a value has one. async-graphql finds it out when a field
/// uses the variable, which is too late: then the operation is executed already.
fn complete(operation: &Positioned<OperationDefinition>, variables: &Variables) -> Result<(), Refused> {
    for variable in operation.node.variable_definitions.iter().map(|variable| &variable.node) {
        let (name, ty) = (&variable.name.node, &variable.var_type.node);
        let given = variables.get(name).or(variable.default_value.as_ref().map(|value| &value.node));
        if !ty.nullable && given.is_none_or(|value| *value == Value::Null) {
            let message = format!("The variable ${name} of type {ty} has no value: give it one in `variables`.");
            return Err(Refused { code: code::BAD_USER_INPUT, message });
        }
    }
    Ok(())
}

/// The most errors of a request that is not executed: who mends twenty asks again.
const ERRORS_MAX: usize = 20;
/// The most errors of fields: each is part of the answer, as far as anybody reads.
const FIELD_ERRORS_MAX: usize = 1_000;

/// An answer that is fit to be sent: its fields in order, each error with a code, and no flood.
pub(super) struct Finish {
    order: Option<Order>,
    counted: Operation,
}

impl Admitted {
    /// Parts the request from what is to be done with its answers.
    pub(super) fn part(self) -> (Request, Finish) {
        telemetry::operation(self.name.as_deref(), self.operation);
        let counted = Operation::begin(self.name.as_deref(), self.operation);
        (self.request, Finish { order: self.order, counted })
    }
}

impl Finish {
    /// Makes an answer fit to be sent.
    pub(super) fn apply(&self, answer: &mut Response) {
        if let Some(order) = &self.order {
            order.apply(&mut answer.data);
        }
        let max = if not_executed(answer) { ERRORS_MAX } else { FIELD_ERRORS_MAX };
        if answer.errors.len() > max {
            let more = answer.errors.len() - max;
            answer.errors.truncate(max);
            let words = format!("There are {more} errors more, which are not shown: mend these first.");
            answer.errors.push(error(code::VALIDATION_FAILED, words));
        }
        for error in &mut answer.errors {
            discreet(&mut error.message);
            let kind = if error.path.is_empty() { code::VALIDATION_FAILED } else { code::BAD_USER_INPUT };
            let extensions = error.extensions.get_or_insert_default();
            if extensions.get("code").is_none() {
                extensions.set("code", kind);
            }
        }
        self.counted.answered(&answer.errors);
    }

    /// There is no answer, for the operation panicked.
    pub(super) fn panicked(&self) {
        self.counted.failed(code::INTERNAL);
    }
}

/// async-graphql repeats a value that is of the wrong type. It may be a secret, sent under the wrong
/// name, and as long as a request.
fn discreet(message: &mut String) {
    for (words, instead) in [(", found ", "."), (" the value \"", " this value.")] {
        if let Some(at) = message.find(words) {
            message.truncate(at);
            message.push_str(instead);
        }
    }
}

/// Whether an answer says that nothing was executed.
pub(super) fn not_executed(answer: &Response) -> bool {
    answer.is_err() && answer.data == Value::Null && answer.errors.iter().all(|error| error.path.is_empty())
}
