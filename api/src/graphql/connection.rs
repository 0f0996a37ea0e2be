//! Connections by the Relay specification: the types of one, and the reading of its page. The list
//! of records has more to it and is written out in `log.rs`.

use super::page::{Page, PageInfo, Window};
use crate::error::Error;
use async_graphql::{Context, Lookahead};
use entity::page::Stretch;
use sea_orm::DbErr;
use std::str::FromStr;

/// Makes the connection and edge types of a node, whose `id` is its cursor.
macro_rules! connection {
    ($(#[$about:meta])* $connection:ident, $edge:ident, $node:ident) => {
        $(#[$about])*
        #[derive(async_graphql::SimpleObject)]
        #[graphql(complex)]
        pub(super) struct $connection {
            edges: Vec<$edge>,
            page_info: $crate::graphql::page::PageInfo,
        }

        /// An item and its place in the list.
        #[derive(async_graphql::SimpleObject)]
        pub(super) struct $edge {
            cursor: String,
            node: std::sync::Arc<$node>,
        }

        #[async_graphql::ComplexObject]
        impl $connection {
            /// The items alone.
            async fn nodes(&self) -> Vec<std::sync::Arc<$node>> {
                self.edges.iter().map(|edge| edge.node.clone()).collect()
            }
        }

        impl $connection {
            fn of(nodes: impl Iterator<Item = $node>, page_info: $crate::graphql::page::PageInfo) -> Self {
                let edge = |node: $node| $edge { cursor: node.id.to_string(), node: node.into() };
                Self { edges: nodes.map(edge).collect(), page_info }
            }
        }
    };
}
pub(super) use connection;

/// The rows of a page, and what `pageInfo` says of it.
pub(super) async fn read<C, M, F>(
    ctx: &Context<'_>,
    window: &Window<C>,
    rows: impl Fn(Stretch<C>) -> F + Send,
    cursor: impl Fn(&M) -> String + Send,
) -> Result<(Vec<M>, PageInfo), Error>
where
    C: Copy + FromStr + Send,
    M: Send,
    F: Future<Output = Result<Vec<M>, DbErr>> + Send,
{
    let page = window.page(rows(window.stretch()).await?);
    let behind = match window.behind().filter(|_| asks_behind(&ctx.look_ahead())) {
        Some(stretch) => !rows(stretch).await?.is_empty(),
        None => false,
    };
    let info = window.info(&page, behind, cursor);
    let Page { rows, .. } = page;
    Ok((rows, info))
}

/// Whether anybody asks for what lies behind the page.
pub(super) fn asks_behind(connection: &Lookahead<'_>) -> bool {
    let info = connection.field("pageInfo");
    info.field("hasPreviousPage").exists() || info.field("hasNextPage").exists()
}
