//! `connector-log token create | list | revoke`.

use super::open_migrated;
use crate::{
    logging,
    say::say,
    settings::{Token, TokenCreate, TokenList, TokenRevoke},
};
use anyhow::{Context, bail};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use entity::{
    access_event::{self, Actor, Kind, NewEvent},
    clock, db, domain,
    token::{self, Scope, State},
};
use sea_orm::{DatabaseTransaction, DbErr, QueryOrder};

pub(super) async fn run(command: Token) -> anyhow::Result<()> {
    match command {
        Token::Create(args) => create(args).await,
        Token::List(args) => list(args).await,
        Token::Revoke(args) => revoke(args).await,
    }
}

async fn create(args: TokenCreate) -> anyhow::Result<()> {
    logging::init(&args.database)?;
    let name = domain_name(&args.domain)?;
    let rows = open_migrated(&args.database).await?;
    let domain = domain::open(&rows, name).await?;
    let scopes = if args.scope.is_empty() { Scope::ALL.to_vec() } else { args.scope };
    let expires_at = args.expires.map(|days| clock::now() + TimeDelta::days(days.into()));
    let tx = db::within_to_write(&rows, domain.id).await?;
    let (row, secret) = token::create(&tx, domain.id, args.name.trim(), &scopes, expires_at).await?;
    note(&tx, &row, Kind::TokenCreated).await?;
    tx.commit().await?;
    Ok(say(format_args!("{}\n", secret.reveal()))?)
}

fn domain_name(name: &str) -> anyhow::Result<&str> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > domain::NAME_MAX || name.chars().any(char::is_control) {
        bail!("--domain: a name has 1 to {} characters and no control characters", domain::NAME_MAX);
    }
    Ok(name)
}

async fn list(args: TokenList) -> anyhow::Result<()> {
    logging::init(&args.database)?;
    let rows = open_migrated(&args.database).await?;
    let domain = domain::by_name(&rows, args.domain.trim()).await?.context("there is no domain of that name")?;
    let mut table = vec!["ID\tNAME\tSCOPES\tCREATED\tEXPIRES\tLAST USED\tSTATE".to_owned()];
    let tx = db::within(&rows, domain.id).await?;
    for token in token::of(domain.id).order_by_desc(token::Column::Id).all(&tx).await? {
        let scopes: Vec<_> = token.scopes.0.iter().map(|s| s.name()).collect();
        let state = match token.state(clock::now()) {
            State::Valid => "valid",
            State::Expired => "expired",
            State::Revoked => "revoked",
        };
        table.push(format!(
            "{}\t{}\t{}\t{}\t{}\t{}\t{state}",
            token.id,
            token.name,
            scopes.join(","),
            shown(token.created_at),
            token.expires_at.map_or_else(|| "never".to_owned(), shown),
            token.last_used_at.map_or_else(|| "never".to_owned(), shown),
        ));
    }
    Ok(say(format_args!("{}\n", table.join("\n")))?)
}

/// Tells the domain's auditors of what was done here, by whoever runs the server.
pub(super) async fn note(tx: &DatabaseTransaction, token: &token::Model, kind: Kind) -> Result<(), DbErr> {
    let actor = Actor { domain: Some(token.domain_id), name: Some("command line".to_owned()), ..Actor::default() };
    let event = NewEvent { kind, actor, subjects: vec![token.id.to_string()], detail: Some(token.name.clone()) };
    access_event::write(tx, [event], clock::now()).await
}

fn shown(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

async fn revoke(args: TokenRevoke) -> anyhow::Result<()> {
    logging::init(&args.database)?;
    let rows = open_migrated(&args.database).await?;
    let none = "there is no valid token of that id: `connector-log token list` shows them";
    let token = token::by_id(&rows, args.id).await?.context(none)?;
    let tx = db::within_to_write(&rows, token.domain_id).await?;
    if !token::revoke(&tx, token.domain_id, token.id).await? {
        bail!(none);
    }
    note(&tx, &token, Kind::TokenRevoked).await?;
    tx.commit().await?;
    Ok(say(format_args!("{} revoked\n", args.id))?)
}
