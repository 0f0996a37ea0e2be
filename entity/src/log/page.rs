//! Reading the log a page at a time, in the order of ids, which is the order of occurrence.
//!
//! A cursor is an id, so page two thousand costs what page one costs: each page begins with a
//! seek in the index.

use super::{Column, Entity, Model, filter::Matching, of};
use crate::{id::LogId, page::Stretch};
use sea_orm::{
    Condition, QueryOrder, QuerySelect,
    entity::prelude::*,
    sea_query::{Query, SelectStatement, UnionType},
};

/// Up to which number records are counted one by one.
pub const COUNT_MAX: u64 = 10_000;

/// How many records match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Their number; [`COUNT_MAX`] where there are more.
    pub value: u64,
    /// Whether that is all of them.
    pub exact: bool,
}

/// The records of a stretch.
pub async fn rows(
    db: &impl ConnectionTrait,
    matching: &Matching,
    stretch: Stretch<LogId>,
) -> Result<Vec<Model>, DbErr> {
    let arms = matching.arms();
    let select = of(matching.domain());
    let select = match <[Condition; 1]>::try_from(arms) {
        Ok([only]) => select.filter(only.add(stretch.within(Column::Id))),
        Err(_) => select.filter(Column::Id.in_subquery(ids(matching, stretch))),
    };
    select.order_by(Column::Id, stretch.order()).limit(stretch.limit).all(db).await
}

/// The ids of a stretch, as a query for another statement to use: one ordered, limited walk of an
/// index for each arm, merged.
pub fn ids(matching: &Matching, stretch: Stretch<LogId>) -> SelectStatement {
    let walk = |arm: Condition| {
        Query::select()
            .column(Column::Id)
            .from(Entity)
            .cond_where(arm.add(stretch.within(Column::Id)))
            .order_by(Column::Id, stretch.order())
            .limit(stretch.limit)
            .to_owned()
    };
    let mut walks = matching.arms().into_iter().map(walk);
    let first = walks.next().unwrap_or_else(|| walk(matching.condition()));
    let walked = |walk: SelectStatement| Query::select().column(Column::Id).from_subquery(walk, "walk").to_owned();
    let mut rest = walks.peekable();
    if rest.peek().is_none() {
        return first;
    }
    let merged = rest.fold(walked(first), |mut all, walk| all.union(UnionType::Distinct, walked(walk)).to_owned());
    Query::select()
        .column(Column::Id)
        .from_subquery(merged, "merged")
        .order_by(Column::Id, stretch.order())
        .limit(stretch.limit)
        .to_owned()
}

/// How many records match, exact up to [`COUNT_MAX`].
pub async fn count(db: &impl ConnectionTrait, matching: &Matching) -> Result<Count, DbErr> {
    let some = Query::select()
        .column(Column::Id)
        .from(Entity)
        .cond_where(matching.condition())
        .limit(COUNT_MAX + 1)
        .to_owned();
    let query = Query::select().expr_as(Expr::cust("COUNT(*)"), "n").from_subquery(some, "some_of_them").to_owned();
    let row = db.query_one(&query).await?;
    let n: i64 = row.map_or(Ok(0), |row| row.try_get("", "n"))?;
    let n = u64::try_from(n).unwrap_or(0);
    Ok(Count { value: n.min(COUNT_MAX), exact: n <= COUNT_MAX })
}
