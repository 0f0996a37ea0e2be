//! Sign-ins: begun by a request, ended by a response that is accepted or not.

use super::{Action, Answer, Context, Grant, Kind, Leaving, Message, Reading, begun, ended};

/// A request arrives: at the domain, if the domain is the provider, or at a provider's page.
pub(super) fn request(
    reading: &Reading,
    message: &Message,
    leaving: Option<&Leaving>,
    context: &mut Context,
) -> Action {
    let first = context.begin(message.mark);
    if let Some(Leaving { message: response, .. }) = leaving
        && response.kind == Kind::SignInResponse
    {
        // Asked and answered in one exchange; a code alone is no answer yet.
        let end = if reading.incoming { issued(response, context) } else { Action::NotApplicable };
        return if end == Action::NotApplicable { begun(first, Action::SsoInitiated) } else { end };
    }
    if reading.answer.is_bad() {
        return Action::SsoFailed;
    }
    begun(first, Action::SsoInitiated)
}

/// A response arrives where it is meant for: the answer says whether it was accepted.
pub(super) fn response(reading: &Reading, message: &Message, context: &Context) -> Action {
    let accepted = message.failure.is_none()
        && reading.answer == Answer::Granted
        // Who is signed in is not sent to sign in.
        && !reading.sent_to_sign_in()
        && !message.ties.iter().any(|tie| context.was_refused(Some(*tie)));
    // Sent to the provider once more: neither accepted nor refused.
    let again = reading.leaving.as_ref().is_some_and(|l| l.message.kind == Kind::SignInRequest);
    if accepted && again {
        return Action::NotApplicable;
    }
    ended(accepted, Action::SsoSuccessful, Action::SsoFailed)
}

/// A response leaves the domain for the application. If the capture shows it arrive there, it is
/// judged there.
pub(super) fn issued(message: &Message, context: &mut Context) -> Action {
    if message.failure.is_some() {
        return Action::SsoFailed;
    }
    if !message.conclusive || context.was_delivered(message.mark) {
        return Action::NotApplicable;
    }
    context.conclude(message);
    Action::SsoSuccessful
}

/// A call of the token endpoint.
pub(super) fn token(reading: &Reading, message: &Message, grant: Grant, context: &Context) -> Action {
    let granted = reading.answer == Answer::Granted && message.failure.is_none();
    let pending = ["authorization_pending", "slow_down"];
    match grant {
        // The domain redeems a code that was seen to come back to it: that exchange is the end.
        Grant::Code if context.was_concluded(message.mark) => Action::NotApplicable,
        Grant::Code if !reading.incoming && context.was_delivered(message.mark) => Action::NotApplicable,
        Grant::Device if message.failure.as_deref().is_some_and(|f| pending.iter().any(|p| f.starts_with(p))) => {
            Action::NotApplicable
        }
        Grant::Code | Grant::Password | Grant::Device => ended(granted, Action::SsoSuccessful, Action::SsoFailed),
        Grant::Refresh | Grant::Other => Action::NotApplicable,
    }
}
