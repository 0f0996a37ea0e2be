//! Sign-outs: begun by a request, ended by a response, or both in one exchange.

use super::{Action, Answer, Context, Kind, Leaving, Message, Reading, begun, ended};

/// A request arrives.
pub(super) fn request(
    reading: &Reading,
    message: &Message,
    leaving: Option<&Leaving>,
    context: &mut Context,
) -> Action {
    let first = context.begin(message.mark);
    match leaving.map(|leaving| &leaving.message) {
        // Asked and answered in one exchange.
        Some(response) if response.kind == Kind::SignOutResponse && reading.incoming => {
            ended(response.failure.is_none(), Action::SloSuccessful, Action::SloFailed)
        }
        _ if reading.answer.is_bad() => Action::SloFailed,
        // Either passed on to others who are signed in as well, or asked back.
        _ => begun(first, Action::SloInitiated),
    }
}

/// A response arrives.
pub(super) fn response(reading: &Reading, message: &Message, leaving: Option<&Leaving>) -> Action {
    let refused = leaving.is_some_and(|leaving| leaving.message.failure.is_some());
    let well = message.failure.is_none() && !refused && reading.answer == Answer::Granted;
    match leaving.map(|leaving| leaving.message.kind) {
        // The next one is asked: the end is yet to come.
        Some(Kind::SignOutRequest) => Action::NotApplicable,
        _ => ended(well, Action::SloSuccessful, Action::SloFailed),
    }
}

/// A notice beside the browser. Where the same person's sign-out is under way in the browser, it
/// is a step of that.
pub(super) fn notice(reading: &Reading, message: &Message, context: &Context) -> Action {
    let well = message.failure.is_none() && reading.answer == Answer::Granted;
    if well && context.is_ending(reading) {
        return Action::NotApplicable;
    }
    ended(well, Action::SloSuccessful, Action::SloFailed)
}
