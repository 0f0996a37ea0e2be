//! Applications: the names on either side of a call, learnt per domain as they come.
//!
//! Records hold numbers; this table gives the names. When an application was first and last seen
//! is not stored (it would be written with every record): the log's own order says it.

use crate::{
    clock,
    db::{within, within_to_write},
    domain,
    id::{ApplicationNo, ApplicationUid, DomainId, LogId},
    log,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ExprTrait, FromQueryResult, QueryOrder, QuerySelect, Statement,
    entity::prelude::*,
    sea_query::{Expr, Order, Query, SimpleExpr, SubQueryStatement},
};
use std::collections::{BTreeSet, HashMap};

/// One application of one domain.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "application")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub domain_id: DomainId,
    /// Its number, counted from 1 within the domain.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: ApplicationNo,
    /// Its name, as first recorded.
    pub name: String,
    /// When the name was learnt.
    pub learnt_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
/// Applications relate to nothing by foreign key walks.
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// An application as it is shown.
#[derive(Clone, Debug)]
pub struct Application {
    /// How the outside knows it.
    pub uid: ApplicationUid,
    /// Its name.
    pub name: String,
    /// The first call that it took part in.
    pub first_seen_at: DateTime<Utc>,
    /// The last.
    pub last_seen_at: DateTime<Utc>,
}

/// The longest name, in characters.
pub const NAME_MAX: usize = 200;

/// A domain's applications: the one way to read them.
#[expect(clippy::disallowed_methods, reason = "the door to applications")]
pub fn of(domain: DomainId) -> Select<Entity> {
    Entity::find().filter(Column::DomainId.eq(domain))
}

/// How much is asked about applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Names alone. First and last seen are then both the time of learning.
    Names,
    /// First and last seen, from the log: four index look-ups each.
    Seen,
}

#[derive(FromQueryResult)]
struct Row {
    number: ApplicationNo,
    name: String,
    learnt_at: DateTime<Utc>,
    first_from: Option<Uuid>,
    first_to: Option<Uuid>,
    last_from: Option<Uuid>,
    last_to: Option<Uuid>,
}

/// The applications of those numbers (all, where none are given), by number.
pub async fn load(
    db: &impl ConnectionTrait,
    domain: &domain::Model,
    numbers: Option<BTreeSet<ApplicationNo>>,
    detail: Detail,
) -> Result<HashMap<ApplicationNo, Application>, DbErr> {
    let mut select = of(domain.id);
    if let Some(numbers) = numbers {
        select = select.filter(Column::Number.is_in(numbers));
    }
    let mut select = select.select_only().columns([Column::Number, Column::Name, Column::LearntAt]);
    for (alias, side, order) in [
        ("first_from", log::Column::ApplicationFrom, Order::Asc),
        ("first_to", log::Column::ApplicationTo, Order::Asc),
        ("last_from", log::Column::ApplicationFrom, Order::Desc),
        ("last_to", log::Column::ApplicationTo, Order::Desc),
    ] {
        let value = match detail {
            Detail::Names => Expr::val(Option::<Uuid>::None).cast_as("uuid"),
            Detail::Seen => edge(side, order),
        };
        select = select.column_as(value, alias);
    }
    let rows = select.into_model::<Row>().all(db).await?;
    Ok(rows.into_iter().map(|row| (row.number, row.shown(domain))).collect())
}

/// The first or last record with the outer row's application on one side.
fn edge(side: log::Column, order: Order) -> SimpleExpr {
    let query = Query::select()
        .column((log::Entity, log::Column::Id))
        .from(log::Entity)
        .and_where(Expr::col((log::Entity, log::Column::DomainId)).equals((Entity, Column::DomainId)))
        .and_where(Expr::col((log::Entity, side)).equals((Entity, Column::Number)))
        .order_by((log::Entity, log::Column::Id), order)
        .limit(1)
        .to_owned();
    SimpleExpr::SubQuery(None, Box::new(SubQueryStatement::SelectStatement(query)))
}

impl Row {
    fn shown(self, domain: &domain::Model) -> Application {
        let at = |id: Option<Uuid>| id.map(|id| LogId::from_uuid(id).occurred_at());
        let first = at(self.first_from).into_iter().chain(at(self.first_to)).min();
        let last = at(self.last_from).into_iter().chain(at(self.last_to)).max();
        Application {
            uid: ApplicationUid::of(domain.uid, self.number),
            name: self.name,
            first_seen_at: first.unwrap_or(self.learnt_at),
            last_seen_at: last.unwrap_or(self.learnt_at),
        }
    }
}

/// The numbers of those names; a name that the domain does not know has none.
pub async fn numbers<'a>(
    db: &impl ConnectionTrait,
    domain: DomainId,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<HashMap<String, ApplicationNo>, DbErr> {
    let names: BTreeSet<&str> = names.into_iter().collect();
    let rows: Vec<(String, ApplicationNo)> = of(domain)
        .filter(Column::Name.is_in(names))
        .select_only()
        .columns([Column::Name, Column::Number])
        .order_by_asc(Column::Number)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The numbers of those names, learning the names that are new. Processes that learn the same
/// name at once agree on its number.
pub async fn learn<'a>(
    db: &DatabaseConnection,
    domain: DomainId,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<HashMap<String, ApplicationNo>, DbErr> {
    let names: BTreeSet<&str> = names.into_iter().collect();
    let mut known = numbers(&within(db, domain).await?, domain, names.iter().copied()).await?;
    if names.iter().all(|name| known.contains_key(*name)) {
        return Ok(known);
    }
    // Committed before the records are: others that learn the same name wait no longer than this.
    let tx = within_to_write(db, domain).await?;
    // A lost race for a number inserts nothing; the next round takes the next number.
    while let Some(name) = names.iter().find(|name| !known.contains_key(**name)) {
        let statement = Statement::from_sql_and_values(
            tx.get_database_backend(),
            "INSERT INTO application (domain_id, number, name, learnt_at) \
             SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3 FROM application WHERE domain_id = $1 \
             ON CONFLICT DO NOTHING",
            [domain.into(), (*name).into(), clock::now().into()],
        );
        tx.execute_raw(statement).await?;
        known.extend(numbers(&tx, domain, [*name]).await?);
    }
    tx.commit().await?;
    Ok(known)
}
