//! Access tokens, for those with the scope ADMIN: listed, made and revoked. A token's text is in
//! one answer, that of its making, and nowhere else.

use super::{
    connection::{connection, read},
    page::Window,
    record::UserError,
    scalar::DateTime,
    viewer::{app, caller},
    vocabulary::{Scope, TokenState},
};
use crate::{auth::Viewer as Caller, error::Error};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::{
    access_event::{self, Kind, NewEvent},
    clock,
    db::{within, within_to_write},
    fault::Fault,
    id::TokenId,
    token::{self, NAME_MAX},
};
use sea_orm::DatabaseTransaction;
use std::collections::BTreeSet;

/// An access token, without its text: that is shown once, when it is made.
#[derive(SimpleObject)]
pub(super) struct Token {
    pub(super) id: ID,
    /// What its maker called it.
    name: String,
    scopes: Vec<Scope>,
    state: TokenState,
    created_at: DateTime,
    /// From when on it opens nothing; never, where null.
    expires_at: Option<DateTime>,
    revoked_at: Option<DateTime>,
    /// To the minute.
    last_used_at: Option<DateTime>,
}

impl From<token::Model> for Token {
    fn from(token: token::Model) -> Self {
        Self {
            id: token.id.to_string().into(),
            scopes: token.scopes.0.iter().map(|s| (*s).into()).collect(),
            state: token.state(clock::now()).into(),
            created_at: token.created_at.into(),
            expires_at: token.expires_at.map(DateTime::from),
            revoked_at: token.revoked_at.map(DateTime::from),
            last_used_at: token.last_used_at.map(DateTime::from),
            name: token.name,
        }
    }
}

connection!(
    /// A page of access tokens, newest first.
    TokenConnection,
    TokenEdge,
    Token
);

#[derive(Default)]
pub(super) struct Query;

#[Object(name = "TokenQuery")]
impl Query {
    /// The domain's access tokens, newest first; needs the scope ADMIN. first/last: default 50, at
    /// most 100, more is an error.
    async fn tokens(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<TokenConnection, Error>> {
        let window = Window::parse(first, after.as_deref(), last, before.as_deref(), false);
        Some(list(ctx, window).await)
    }
}

async fn list(ctx: &Context<'_>, window: Result<Window<TokenId>, Vec<Fault>>) -> Result<TokenConnection, Error> {
    let (app, caller) = (app(ctx), caller(ctx));
    caller.needs(token::Scope::Admin)?;
    let window = window?;
    let tx = within(&app.db, caller.domain.id).await?;
    let rows = |stretch| token::rows(&tx, caller.domain.id, stretch);
    let (tokens, page_info) = read(ctx, &window, rows, |token| token.id.to_string()).await?;
    Ok(TokenConnection::of(tokens.into_iter().map(Token::from), page_info))
}

/// The token to make.
#[derive(InputObject)]
pub(super) struct CreateTokenInput {
    /// What to call it: exports say it as "requested by".
    name: String,
    /// What it allows; at least one.
    scopes: Vec<Scope>,
    /// From when on it opens nothing; never, where absent.
    expires_at: Option<DateTime>,
}

/// The token that was made.
#[derive(SimpleObject)]
pub(super) struct CreateTokenPayload {
    token: Option<Token>,
    /// Its text. It is shown here, this once: keep it safe.
    secret: Option<String>,
    user_errors: Vec<UserError>,
}

/// The token to revoke.
#[derive(InputObject)]
pub(super) struct RevokeTokenInput {
    id: ID,
}

/// The token that was revoked.
#[derive(SimpleObject)]
pub(super) struct RevokeTokenPayload {
    token: Option<Token>,
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(super) struct Mutation;

#[Object(name = "TokenMutation")]
impl Mutation {
    /// Makes an access token for the caller's domain; needs the scope ADMIN.
    async fn create_token(
        &self,
        ctx: &Context<'_>,
        input: CreateTokenInput,
    ) -> Option<Result<CreateTokenPayload, Error>> {
        Some(create(ctx, input).await)
    }

    /// Revokes an access token of the caller's domain: from the next request on it opens nothing.
    /// Needs the scope ADMIN.
    async fn revoke_token(
        &self,
        ctx: &Context<'_>,
        input: RevokeTokenInput,
    ) -> Option<Result<RevokeTokenPayload, Error>> {
        Some(revoke(ctx, &input.id).await)
    }
}

async fn create(ctx: &Context<'_>, input: CreateTokenInput) -> Result<CreateTokenPayload, Error> {
    let (app, caller) = (app(ctx), caller(ctx));
    caller.needs(token::Scope::Admin)?;
    let (name, scopes, expires_at) = match input.parse() {
        Ok(parsed) => parsed,
        Err(faults) => {
            let user_errors = faults.into_iter().map(UserError::from).collect();
            return Ok(CreateTokenPayload { token: None, secret: None, user_errors });
        }
    };
    let tx = within_to_write(&app.db, caller.domain.id).await?;
    let (token, secret) = token::create(&tx, caller.domain.id, &name, &scopes, expires_at).await?;
    note(&tx, caller, Kind::TokenCreated, &token).await?;
    tx.commit().await?;
    let secret = secret.reveal().to_owned();
    Ok(CreateTokenPayload { token: Some(token.into()), secret: Some(secret), user_errors: Vec::new() })
}

async fn revoke(ctx: &Context<'_>, id: &ID) -> Result<RevokeTokenPayload, Error> {
    let (app, caller) = (app(ctx), caller(ctx));
    caller.needs(token::Scope::Admin)?;
    let tx = within_to_write(&app.db, caller.domain.id).await?;
    let unknown = || Fault::new("id", "is no valid token of this domain: `tokens` lists them");
    let refused = |fault: Fault| RevokeTokenPayload { token: None, user_errors: vec![fault.into()] };
    let Ok(id) = id.parse::<TokenId>() else {
        return Ok(refused(unknown()));
    };
    if !token::revoke(&tx, caller.domain.id, id).await? {
        return Ok(refused(unknown()));
    }
    let token = token::by_ids(&tx, caller.domain.id, [id]).await?.pop();
    if let Some(token) = &token {
        note(&tx, caller, Kind::TokenRevoked, token).await?;
    }
    tx.commit().await?;
    Ok(RevokeTokenPayload { token: token.map(Token::from), user_errors: Vec::new() })
}

/// Writes down who changed which token, in the transaction that changes it.
async fn note(tx: &DatabaseTransaction, caller: &Caller, kind: Kind, token: &token::Model) -> Result<(), Error> {
    let event = NewEvent { detail: Some(token.name.clone()), ..caller.does(kind, vec![token.id.to_string()]) };
    Ok(access_event::write(tx, [event], clock::now()).await?)
}

type Parsed = (String, Vec<token::Scope>, Option<chrono::DateTime<chrono::Utc>>);

impl CreateTokenInput {
    fn parse(self) -> Result<Parsed, Vec<Fault>> {
        let mut faults = Vec::new();
        let name = self.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
            let remedy = format!("must have 1 to {NAME_MAX} characters, none of them a control character");
            faults.push(Fault::new("name", remedy));
        }
        let scopes: BTreeSet<token::Scope> = self.scopes.into_iter().map(token::Scope::from).collect();
        if scopes.is_empty() {
            faults.push(Fault::new("scopes", "is empty: name what the token is to allow"));
        }
        let expires_at = self.expires_at.map(|at| at.instant("expiresAt")).transpose();
        match &expires_at {
            Ok(Some(at)) if *at <= clock::now() => {
                faults.push(Fault::new("expiresAt", "lies in the past: such a token would open nothing"));
            }
            Ok(_) => {}
            Err(fault) => faults.push(fault.clone()),
        }
        match expires_at {
            Ok(expires_at) if faults.is_empty() => Ok((name, scopes.into_iter().collect(), expires_at)),
            _ => Err(faults),
        }
    }
}
