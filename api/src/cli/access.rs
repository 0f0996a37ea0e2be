//! `connector-log access`: who looked, for whoever runs the server. The API tells a domain's
//! administrators the same; what was refused to somebody of no domain is told here alone.

use super::open_migrated;
use crate::{logging, say::say, settings::AccessList};
use anyhow::Context;
use chrono::SecondsFormat;
use entity::{access_event, db, domain, page::Stretch};

pub(super) async fn run(args: AccessList) -> anyhow::Result<()> {
    logging::init(&args.database)?;
    let rows = open_migrated(&args.database).await?;
    let events = match &args.domain {
        Some(name) => {
            let domain = domain::by_name(&rows, name.trim()).await?.context("there is no domain of that name")?;
            let tx = db::within(&rows, domain.id).await?;
            access_event::rows(&tx, domain.id, Stretch::newest(args.limit.into())).await?
        }
        None => access_event::of_strangers(&rows, args.limit.into()).await?,
    };
    let mut out = csv::WriterBuilder::new().delimiter(b'\t').from_writer(Vec::new());
    out.write_record(["ID", "OCCURRED", "KIND", "ACTOR", "ACTOR ID", "FROM", "SUBJECTS", "DETAIL"])?;
    for event in events {
        out.write_record([
            event.id.to_string(),
            event.occurred_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            event.kind.name().to_owned(),
            event.actor.unwrap_or_default(),
            event.actor_id.unwrap_or_default(),
            event.client_ip.unwrap_or_default(),
            event.subjects.0.join(","),
            event.detail.unwrap_or_default(),
        ])?;
    }
    let table = out.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(say(String::from_utf8_lossy(&table))?)
}
