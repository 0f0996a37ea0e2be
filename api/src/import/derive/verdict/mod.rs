//! The rules: what an exchange did, between whom, in which part. They know no protocol, no host
//! and no path; what an exchange does not show is `NOT_APPLICABLE` or `OTHER`.
//!
//! A sign-in is begun by its first request and ended once: where the response arrives, if the
//! capture shows that (the answer says whether it was accepted), else where it is issued, or
//! where its code is redeemed. Everything between is a step.

mod sign_in;
mod sign_out;

use super::{
    context::Context,
    message::{Grant, Kind, Message},
    parties::Relation,
    reading::{Answer, Leaving, Reading},
};
use crate::import::names::UNKNOWN;
use entity::log::{Action, RequestType};

/// What is said of an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) action: Action,
    pub(super) request_type: RequestType,
    pub(super) from: String,
    pub(super) to: String,
    /// The protocol's verb, if it is a protocol's call.
    pub(super) operation: Option<&'static str>,
}

/// Judges an exchange, once those close behind it are learnt as well.
pub(super) fn of(reading: &Reading, context: &mut Context) -> Verdict {
    match (&reading.arriving, &reading.leaving) {
        (Some(message), leaving) => request(reading, message, leaving.as_ref(), context),
        (None, Some(leaving)) => answer(reading, leaving, context),
        (None, None) => plain(reading, context),
    }
}

/// The request brings a message: it is the sender's word to whom it is sent to.
fn request(reading: &Reading, message: &Message, leaving: Option<&Leaving>, context: &mut Context) -> Verdict {
    let party = context.parties.of_request(reading, message).or_else(|| context.caller(reading));
    let relation = context.parties.relation_of_request(reading, message);
    let action = match message.kind {
        Kind::SignInRequest => sign_in::request(reading, message, leaving, context),
        Kind::SignInResponse => sign_in::response(reading, message, context),
        Kind::Token(grant) => sign_in::token(reading, message, grant, context),
        Kind::SignOutRequest => sign_out::request(reading, message, leaving, context),
        Kind::SignOutResponse => sign_out::response(reading, message, leaving),
        Kind::SignOutNotice => sign_out::notice(reading, message, context),
        Kind::Step | Kind::Other => Action::NotApplicable,
    };
    let signs_out = match message.kind {
        Kind::Step => reading.serves_sign_out,
        kind => kind.is_sign_out(),
    };
    let request_type = if message.kind == Kind::Other { RequestType::Other } else { request_type(relation, signs_out) };
    verdict(reading, message, party, action, request_type)
}

/// The answer alone sends a message on: the browser's request is the domain's own doing, or that
/// of another's page.
fn answer(reading: &Reading, Leaving { message, to }: &Leaving, context: &mut Context) -> Verdict {
    let relation = context.parties.relation_of_answer(reading, message, to.as_deref());
    let action = match message.kind {
        // What another's page sends on is done where it arrives, and the capture shows that, if
        // the domain is to have to do with it.
        _ if !reading.incoming && context.parties.hosts.knows_own() => Action::NotApplicable,
        Kind::SignInRequest => begun(context.begin(message.mark), Action::SsoInitiated),
        Kind::SignOutRequest => begun(context.begin(message.mark), Action::SloInitiated),
        Kind::SignInResponse if reading.incoming => sign_in::issued(message, context),
        Kind::SignOutResponse if reading.incoming => {
            ended(message.failure.is_none(), Action::SloSuccessful, Action::SloFailed)
        }
        _ => Action::NotApplicable,
    };
    let party = context.parties.of_host(if reading.incoming { to.as_deref() } else { Some(&reading.host) });
    let request_type = request_type(relation, message.kind.is_sign_out());
    let mut verdict = verdict(reading, message, party, action, request_type);
    // Going back is the end of what the other asked for; a message is the domain's own.
    let goes_back = message.kind == Kind::SignOutResponse && message.mark.is_none();
    if reading.incoming && !goes_back {
        std::mem::swap(&mut verdict.from, &mut verdict.to);
    }
    verdict
}

/// No message at all.
fn plain(reading: &Reading, context: &Context) -> Verdict {
    let own = reading.own.clone();
    let unknown = || UNKNOWN.to_owned();
    let of = |action, request_type, from, to| Verdict { action, request_type, from, to, operation: None };
    if !reading.incoming {
        let party = context.parties.of_host(Some(&reading.host)).unwrap_or_else(unknown);
        return of(Action::NotApplicable, RequestType::Other, own, party);
    }
    // An address that starts a sign-in to an application, asked for by somebody who has to sign
    // in to the domain first.
    let launched = reading.page.as_deref().filter(|_| reading.sent_to.is_some());
    if let Some(party) = launched.and_then(|page| context.launched(page)) {
        return of(Action::SsoInitiated, RequestType::AuthenticationApplications, own, party.to_owned());
    }
    // A page that could not be shown because the provider could not be asked: nobody was sent there.
    if let (Answer::Broken, true, Some(party)) = (reading.answer, reading.navigates, context.stuck(reading.call)) {
        return of(Action::SsoFailed, RequestType::AuthenticationConnections, own, party.to_owned());
    }
    // An access token is given to one application.
    let party = reading.token.and_then(|token| context.parties.tied(&[token])).unwrap_or_else(unknown);
    of(Action::NotApplicable, RequestType::Other, party, own)
}

fn verdict(
    reading: &Reading,
    message: &Message,
    party: Option<String>,
    action: Action,
    request_type: RequestType,
) -> Verdict {
    let own = reading.own.clone();
    let party = party.unwrap_or_else(|| UNKNOWN.to_owned());
    let (from, to) = if reading.incoming { (party, own) } else { (own, party) };
    Verdict { action, request_type, from, to, operation: Some(message.operation) }
}

fn request_type(relation: Option<Relation>, signs_out: bool) -> RequestType {
    match (relation, signs_out) {
        (Some(Relation::Connection), false) => RequestType::AuthenticationConnections,
        (Some(Relation::Connection), true) => RequestType::LogoutConnections,
        (Some(Relation::Application), false) => RequestType::AuthenticationApplications,
        (Some(Relation::Application), true) => RequestType::LogoutApplications,
        (None, _) => RequestType::Other,
    }
}

/// The first of its kind begins something; the same again does not.
fn begun(first: bool, action: Action) -> Action {
    if first { action } else { Action::NotApplicable }
}

fn ended(well: bool, success: Action, failure: Action) -> Action {
    if well { success } else { failure }
}
