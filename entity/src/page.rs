//! A stretch of a list that is ordered by id: what a page of any noun is read by.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, Value,
    sea_query::Order,
};

/// One end of a stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound<C> {
    /// No end.
    Open,
    /// Up to this id, which is within.
    Including(C),
    /// Up to this id, which is not.
    Beyond(C),
}

impl<C> Bound<C> {
    /// Strictly beyond an id, where one is given.
    pub fn beyond(id: Option<C>) -> Self {
        id.map_or(Self::Open, Self::Beyond)
    }
}

impl<C> From<C> for Bound<C> {
    fn from(id: C) -> Self {
        Self::Including(id)
    }
}

/// What lies between two ids, from one end.
#[derive(Clone, Copy, Debug)]
pub struct Stretch<C> {
    /// The lower end.
    pub above: Bound<C>,
    /// The upper end.
    pub below: Bound<C>,
    /// Oldest first; newest first otherwise.
    pub ascending: bool,
    /// At most so many.
    pub limit: u64,
}

/// The rows of a stretch of what `select` reads, which begins at a table's `of(domain)`.
pub async fn read<E: EntityTrait, C: Copy + Into<Value>>(
    db: &impl ConnectionTrait,
    select: Select<E>,
    id: E::Column,
    stretch: Stretch<C>,
) -> Result<Vec<E::Model>, DbErr> {
    select.filter(stretch.within(id)).order_by(id, stretch.order()).limit(stretch.limit).all(db).await
}

impl<C: Copy + Into<Value>> Stretch<C> {
    /// The newest `limit`, without end.
    pub fn newest(limit: u64) -> Self {
        Self { above: Bound::Open, below: Bound::Open, ascending: false, limit }
    }

    /// The order to read in.
    pub fn order(&self) -> Order {
        if self.ascending { Order::Asc } else { Order::Desc }
    }

    /// The condition on the column of ids.
    pub fn within(&self, id: impl ColumnTrait) -> Condition {
        let above = match self.above {
            Bound::Open => None,
            Bound::Including(end) => Some(id.gte(end)),
            Bound::Beyond(end) => Some(id.gt(end)),
        };
        let below = match self.below {
            Bound::Open => None,
            Bound::Including(end) => Some(id.lte(end)),
            Bound::Beyond(end) => Some(id.lt(end)),
        };
        Condition::all().add_option(above).add_option(below)
    }
}
