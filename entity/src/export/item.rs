//! The records of an export, frozen when it was asked for.

use crate::{
    export,
    id::{DomainId, ExportId, LogId},
    log::{self, filter::Matching, page},
    page::Stretch,
};
use sea_orm::{
    QueryOrder,
    entity::prelude::*,
    sea_query::{Expr, Order, Query},
};

/// One frozen record.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "export_item")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub domain_id: DomainId,
    /// The export.
    #[sea_orm(primary_key, auto_increment = false)]
    pub export_id: ExportId,
    /// The record.
    #[sea_orm(primary_key, auto_increment = false)]
    pub log_id: LogId,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
/// Items relate to nothing by foreign key walks.
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Freezes the newest records that match; the answer is how many they are.
pub(super) async fn freeze(db: &impl ConnectionTrait, export: ExportId, matching: &Matching) -> Result<u64, DbErr> {
    let ids = Query::select()
        .expr(Expr::val(matching.domain().0))
        .expr(Expr::val(export.uuid()))
        .column(log::Column::Id)
        .from_subquery(page::ids(matching, Stretch::newest(export::RECORDS_MAX)), "frozen")
        .to_owned();
    let insert = Query::insert()
        .into_table(Entity)
        .columns([Column::DomainId, Column::ExportId, Column::LogId])
        .select_from(ids)
        .map_err(|e| DbErr::Query(sea_orm::RuntimeErr::Internal(e.to_string())))?
        .to_owned();
    Ok(db.execute(&insert).await?.rows_affected())
}

/// The frozen records, newest first, as the list shows them: those older than `after`, so many at
/// most.
pub async fn logs(
    db: &impl ConnectionTrait,
    domain: DomainId,
    export: ExportId,
    after: Option<LogId>,
    limit: u64,
) -> Result<Vec<log::Model>, DbErr> {
    let mut ids = Query::select();
    ids.column(Column::LogId)
        .from(Entity)
        .and_where(Column::DomainId.eq(domain))
        .and_where(Column::ExportId.eq(export))
        .order_by(Column::LogId, Order::Desc)
        .limit(limit);
    if let Some(after) = after {
        ids.and_where(Column::LogId.lt(after));
    }
    log::of(domain).filter(log::Column::Id.in_subquery(ids)).order_by_desc(log::Column::Id).all(db).await
}
