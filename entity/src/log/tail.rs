//! The log's end, as it grows: which records have come since a place in the order of recording.
//!
//! That order has gaps that fill later: a record carries the instant at which a process learnt of
//! it, by that process's clock, and appears when its transaction commits. So who follows the tail
//! reads on from where it was, and looks back from time to time for what came late ([`count`]
//! says whether anything has).

use super::{Column, Entity, Model, filter::Matching, of};
use crate::id::{DomainId, LogId};
use chrono::{DateTime, Utc};
use sea_orm::{
    Condition, ExprTrait, QueryOrder, QuerySelect, Value,
    entity::prelude::*,
    sea_query::{Query, SimpleExpr},
};

/// A place in the order of recording: after this record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// Its id.
    pub id: LogId,
}

impl Place {
    /// Before all records of an instant.
    pub fn before(at: DateTime<Utc>) -> Self {
        Self { at, id: LogId::from_uuid(Uuid::nil()) }
    }
}

/// The places of the records that follow a place, at most `limit`, in order.
pub async fn after(db: &impl ConnectionTrait, domain: DomainId, place: Place, limit: u64) -> Result<Vec<Place>, DbErr> {
    places(db, domain, beyond(place), limit).await
}

/// The places of the records after `from`, up to and with `to`, at most `limit`, in order.
pub async fn between(
    db: &impl ConnectionTrait,
    domain: DomainId,
    from: Place,
    to: Place,
    limit: u64,
) -> Result<Vec<Place>, DbErr> {
    places(db, domain, beyond(from).add(up_to(to)), limit).await
}

async fn places(
    db: &impl ConnectionTrait,
    domain: DomainId,
    which: Condition,
    limit: u64,
) -> Result<Vec<Place>, DbErr> {
    let rows: Vec<(DateTime<Utc>, LogId)> = of(domain)
        .select_only()
        .columns([Column::RecordedAt, Column::Id])
        .filter(which)
        .order_by_asc(Column::RecordedAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(at, id)| Place { at, id }).collect())
}

/// How many records there are after `from`, up to and with `to`: a walk of the index alone.
pub async fn count(db: &impl ConnectionTrait, domain: DomainId, from: Place, to: Place) -> Result<u64, DbErr> {
    let query = Query::select()
        .expr_as(Expr::cust("COUNT(*)"), "n")
        .from(Entity)
        .cond_where(beyond(from).add(up_to(to)).add(Column::DomainId.eq(domain)))
        .to_owned();
    let row = db.query_one(&query).await?;
    let n: i64 = row.map_or(Ok(0), |row| row.try_get("", "n"))?;
    Ok(u64::try_from(n).unwrap_or(0))
}

/// Those of the records that match, in the order of recording.
pub async fn matching(
    db: &impl ConnectionTrait,
    matching: &Matching,
    ids: impl IntoIterator<Item = LogId>,
) -> Result<Vec<Model>, DbErr> {
    of(matching.domain())
        .filter(matching.condition().add(Column::Id.is_in(ids)))
        .order_by_asc(Column::RecordedAt)
        .order_by_asc(Column::Id)
        .all(db)
        .await
}

// Row values, and no OR: only so both databases seek in the index.
fn beyond(place: Place) -> Condition {
    Condition::all().add(here().gt(there(place)))
}

fn up_to(place: Place) -> Condition {
    Condition::all().add(here().lte(there(place)))
}

fn here() -> SimpleExpr {
    Expr::tuple([Expr::col(Column::RecordedAt), Expr::col(Column::Id)])
}

fn there(place: Place) -> SimpleExpr {
    Expr::tuple([Expr::val(Value::from(place.at)), Expr::val(Value::from(place.id))])
}
