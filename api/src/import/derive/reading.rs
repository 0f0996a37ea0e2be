//! What one exchange shows by itself: the message that its request brings, the message that its
//! answer sends on, and how it was answered.

use super::{
    context::{Asker, Context},
    exchange::{Exchange, carried, without_query},
    key::Key,
    message::{Back, Kind, Message, Role},
    oauth,
    params::Params,
    person::{Person, Standing, is_email},
    saml,
};
use crate::import::hosts::Hosts;
use chrono::{DateTime, Utc};
use url::Url;

/// What an exchange shows.
#[derive(Debug)]
pub(super) struct Reading {
    /// Whether the request goes to one of the domain's own hosts.
    pub(super) incoming: bool,
    /// What the domain is called here.
    pub(super) own: String,
    /// Whom the request goes to.
    pub(super) host: String,
    /// Whose page sent the browser here, where that is another's than the domain's.
    pub(super) origin: Option<String>,
    /// The message in the request.
    pub(super) arriving: Option<Message>,
    /// The message in the answer.
    pub(super) leaving: Option<Leaving>,
    /// Who is named.
    pub(super) person: Option<(Person, Standing)>,
    /// Who is named if the exchange turns out to sign somebody in.
    pub(super) hint: Option<Person>,
    pub(super) answer: Answer,
    pub(super) started: DateTime<Utc>,
    pub(super) ended: DateTime<Utc>,
    /// The address asked for, where a browser can come back to it by itself.
    pub(super) page: Option<String>,
    /// The address asked for.
    pub(super) url: Option<Url>,
    /// The address among the domain's own that the answer sends the browser to.
    pub(super) sent_to: Option<Url>,
    /// Whether a person looks at the answer.
    pub(super) navigates: bool,
    /// The program that calls, where that is no browser.
    pub(super) program: Option<Key>,
    /// The access token that the request brings.
    pub(super) token: Option<Key>,
    /// All that ties the exchange to others.
    pub(super) ties: Vec<Key>,
    /// The exchange itself.
    pub(super) call: Key,
    /// Whether it was made to answer a sign-out; known once it is learnt.
    pub(super) serves_sign_out: bool,
}

/// A message that an answer sends on.
#[derive(Debug)]
pub(super) struct Leaving {
    pub(super) message: Message,
    /// The host it is sent to; absent where the answer itself is the message.
    pub(super) to: Option<String>,
}

/// How a request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// As asked.
    Granted,
    /// By asking for a password first, as HTTP does it.
    Challenged,
    /// By an error, or by sending the browser to one.
    Refused,
    /// Not at all, or by saying that the server itself is in trouble.
    Broken,
}

impl Answer {
    pub(super) fn is_bad(self) -> bool {
        matches!(self, Self::Refused | Self::Broken)
    }
}

impl Reading {
    /// Reads an exchange; `context` is asked for what only earlier exchanges explain (endpoints,
    /// ways back) and remembers nothing yet.
    pub(super) fn of(exchange: &Exchange<'_>, hosts: &Hosts, context: &mut Context) -> Self {
        let incoming = hosts.is_own(exchange.host());
        let arriving = arriving(exchange, context, incoming);
        let leaving = leaving(exchange, hosts, context, incoming, arriving.as_ref());
        let home = |url: &&Url| incoming && url.host_str().is_some_and(|host| hosts.is_own(host));
        let sent_to = exchange.location.as_ref().filter(home);
        let page = (exchange.entry.method == "GET").then(|| exchange.entry.url.clone());
        let messages = [arriving.as_ref(), leaving.as_ref().map(|l| &l.message)];
        let named = messages.into_iter().flatten().filter_map(|message| message.person.clone());
        let typed = || typed(exchange).filter(|_| incoming).map(|person| (person, Standing::Claimed));
        Self {
            incoming,
            own: Some(exchange.host())
                .filter(|_| incoming)
                .and_then(|h| hosts.name(h))
                .unwrap_or(hosts.own_name())
                .to_owned(),
            host: exchange.host().to_owned(),
            origin: exchange.origin().filter(|host| !hosts.is_own(host)),
            person: named.max_by_key(|(_, standing)| *standing).or_else(typed),
            hint: hinted(exchange).filter(|_| incoming),
            answer: answer(exchange),
            started: exchange.entry.started,
            ended: exchange.ended(),
            page,
            navigates: exchange.entry.request.header("accept").is_some_and(|types| types.contains("text/html")),
            ties: ties(exchange, [arriving.as_ref(), leaving.as_ref().map(|l| &l.message)], sent_to),
            program: exchange.program().map(|program| Key::new("program", &[program])),
            token: exchange.bearer().map(oauth::backchannel::token_key),
            call: Key::new("call", &[&exchange.entry.started.to_rfc3339(), &exchange.entry.url]),
            serves_sign_out: false,
            url: exchange.url.clone(),
            sent_to: sent_to.cloned(),
            arriving,
            leaving,
        }
    }

    /// The way back that the request asks for.
    pub(super) fn back(&self) -> Option<Back> {
        self.arriving.as_ref().and_then(|message| message.back)
    }

    /// Whether the answer sends the browser to a page for signing in, as its path says.
    pub(super) fn sent_to_sign_in(&self) -> bool {
        const WORDS: [&str; 5] = ["login", "signin", "sign-in", "sign_in", "logon"];
        let last = self.sent_to.as_ref().and_then(|url| url.path_segments()?.next_back());
        last.is_some_and(|last| WORDS.contains(&last.to_ascii_lowercase().as_str()))
    }

    /// Whether a token is all that ties the exchange: it says whose call it is, and a name within
    /// it may be anybody's.
    pub(super) fn brings_token_only(&self) -> bool {
        self.messages().next().is_none() && self.sent_to.is_none()
    }

    /// All that stands for its person elsewhere.
    pub(super) fn subjects(&self) -> Vec<Key> {
        self.messages().flat_map(|message| message.subjects.iter().copied()).collect()
    }

    pub(super) fn messages(&self) -> impl Iterator<Item = &Message> {
        self.arriving.iter().chain(self.leaving.iter().map(|leaving| &leaving.message))
    }
}

/// What the messages are tied by, the token that the request brings, and the message that the
/// browser is to bring to the domain next, as when somebody has signed in and is sent back to
/// where they came from.
fn ties(exchange: &Exchange<'_>, messages: [Option<&Message>; 2], sent_to: Option<&Url>) -> Vec<Key> {
    let next = sent_to.and_then(|url| in_browser(&carried(url)));
    let tied = messages.into_iter().flatten().chain(&next).flat_map(|message| message.ties.iter().copied());
    tied.chain(exchange.bearer().map(oauth::backchannel::token_key)).collect()
}

/// The message in the request.
fn arriving(exchange: &Exchange<'_>, context: &mut Context, incoming: bool) -> Option<Message> {
    if let Some(envelope) = Exchange::xml(&exchange.entry.request)
        && let Some(mut message) = saml::in_soap(&envelope)
    {
        // Request and answer are one call, known by the ids of both.
        if let Some(answer) = Exchange::xml(&exchange.entry.response).and_then(|xml| saml::in_soap(&xml)) {
            message.ties.extend(answer.ties);
            message.failure = answer.failure;
            message.person = message.person.or(answer.person);
            message.subjects.extend(answer.subjects);
        }
        return Some(message);
    }
    let given = exchange.given();
    saml::in_params(&given)
        .or_else(|| oauth::backchannel::call(exchange, context))
        .or_else(|| oauth::in_params(&given))
        .or_else(|| if incoming { returned(exchange, context) } else { None })
}

/// The browser comes back from a sign-out by the way that was asked for.
fn returned(exchange: &Exchange<'_>, context: &mut Context) -> Option<Message> {
    let state = exchange.query.get("state").unwrap_or_default();
    let key = oauth::back_key(&exchange.endpoint()?, state);
    // Without a state of its own the address is like any other: somebody else may ask for it.
    let certain = !state.is_empty() || exchange.came_from_elsewhere();
    end_of_sign_out(context, key, exchange, certain)
}

fn end_of_sign_out(context: &mut Context, key: Key, exchange: &Exchange<'_>, certain: bool) -> Option<Message> {
    if !certain {
        return None;
    }
    context.take_back(key, exchange.entry.started).map(went_back)
}

fn went_back(Asker(mark): Asker) -> Message {
    let mut message = Message::new(Kind::SignOutResponse, "oidc.end_session_response");
    message.sender_role = Some(Role::Provider);
    message.ties = mark.into_iter().collect();
    message
}

/// The message that the answer sends on, to another than the domain itself.
fn leaving(
    exchange: &Exchange<'_>,
    hosts: &Hosts,
    context: &mut Context,
    incoming: bool,
    arriving: Option<&Message>,
) -> Option<Leaving> {
    let to = |url: &Url| url.host_str().filter(|host| !incoming || !hosts.is_own(host)).map(str::to_owned);
    if let Some(location) = &exchange.location
        && let Some(host) = to(location)
    {
        let params = carried(location);
        let message = in_browser(&params).or_else(|| {
            let state = params.get("state").unwrap_or_default();
            let key = oauth::back_key(&without_query(location), state);
            match arriving.and_then(|request| request.back) {
                // Asked and answered in one exchange.
                Some(back) if incoming && back.key == key => Some(went_back(Asker(arriving.and_then(|m| m.mark)))),
                _ if incoming => end_of_sign_out(context, key, exchange, true),
                _ => None,
            }
        });
        return message.map(|message| Leaving { message, to: Some(host) });
    }
    exchange.forms.iter().find_map(|(action, fields)| {
        let host = to(action.as_ref()?)?;
        in_browser(fields).map(|message| Leaving { message, to: Some(host) })
    })
}

fn in_browser(params: &Params) -> Option<Message> {
    saml::in_params(params).or_else(|| oauth::in_params(params))
}

fn answer(exchange: &Exchange<'_>) -> Answer {
    let challenge = exchange.entry.response.header("www-authenticate").unwrap_or_default().to_ascii_lowercase();
    match exchange.entry.status {
        Some(401) if ["basic", "negotiate", "ntlm"].iter().any(|scheme| challenge.starts_with(scheme)) => {
            Answer::Challenged
        }
        None | Some(500..) => Answer::Broken,
        Some(400..) => Answer::Refused,
        Some(_) if exchange.location.as_ref().is_some_and(tells_an_error) => Answer::Refused,
        Some(_) => Answer::Granted,
    }
}

/// Whether an address is that of an error page: it says so in its query, or in its path.
fn tells_an_error(url: &Url) -> bool {
    const WORDS: [&str; 6] = ["error", "failure", "failed", "denied", "unauthorized", "forbidden"];
    let is_word = |word: &str| WORDS.contains(&word.to_ascii_lowercase().as_str());
    let in_query = url.query_pairs().any(|(name, _)| name.split('_').any(is_word));
    in_query || url.path_segments().and_then(|mut path| path.next_back()).is_some_and(is_word)
}

/// Who somebody says they are to the domain: the name beside a password.
fn typed(exchange: &Exchange<'_>) -> Option<Person> {
    const NAMES: [&str; 8] = ["username", "login", "email", "j_username", "loginfmt", "user", "identifier", "userid"];
    let filled = |part: &str| exchange.form.iter().any(|(n, v)| n.to_ascii_lowercase().contains(part) && !v.is_empty());
    if !filled("pass") {
        return None;
    }
    let given = |name: &&str| exchange.form.iter().find(|(n, v)| n.eq_ignore_ascii_case(name) && !v.is_empty());
    NAMES.iter().find_map(given).and_then(|(_, value)| Person::named(value))
}

/// Who the address of a page names. It may be anybody, unless the page turns out to sign in.
fn hinted(exchange: &Exchange<'_>) -> Option<Person> {
    let name = ["login_hint", "username", "login", "loginfmt"].iter().find_map(|name| exchange.query.get(name))?;
    // A login may be any word; these are names for certain.
    if is_email(name) || name.contains('\\') { Person::named(name) } else { None }
}
