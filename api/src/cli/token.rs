//! `connector-log token create | list | revoke`.

use super::open_migrated;
use crate::{
    logging,
    settings::{Token, TokenCreate, TokenList, TokenRevoke},
};
use anyhow::{Context, bail};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use entity::{
    clock, domain,
    token::{self, Scope},
};

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
    let db = open_migrated(&args.database).await?;
    let domain = domain::open(&db, name).await?;
    let scopes = if args.scope.is_empty() { Scope::ALL.to_vec() } else { args.scope };
    let expires_at = args.expires.map(|days| clock::now() + TimeDelta::days(days.into()));
    let secret = token::create(&db, domain.id, args.name.trim(), &scopes, expires_at).await?;
    println!("{}", secret.reveal());
    Ok(())
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
    let db = open_migrated(&args.database).await?;
    let domain = domain::by_name(&db, args.domain.trim()).await?.context("there is no domain of that name")?;
    println!("ID\tNAME\tSCOPES\tCREATED\tEXPIRES\tSTATE");
    for token in token::of(domain.id).all(&db).await? {
        let scopes: Vec<_> = token.scopes.0.iter().map(|s| s.name()).collect();
        let state = match (token.revoked_at, token.expires_at) {
            (Some(_), _) => "revoked",
            (None, Some(end)) if end <= clock::now() => "expired",
            _ => "valid",
        };
        println!(
            "{}\t{}\t{}\t{}\t{}\t{state}",
            token.id,
            token.name,
            scopes.join(","),
            shown(token.created_at),
            token.expires_at.map_or_else(|| "never".to_owned(), shown),
        );
    }
    Ok(())
}

fn shown(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

async fn revoke(args: TokenRevoke) -> anyhow::Result<()> {
    logging::init(&args.database)?;
    let db = open_migrated(&args.database).await?;
    if !token::revoke(&db, args.id).await? {
        bail!("there is no valid token of that id: `connector-log token list` shows them");
    }
    println!("{} revoked", args.id);
    Ok(())
}
