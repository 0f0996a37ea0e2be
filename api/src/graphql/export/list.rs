//! The domain's exports, listed.

use super::{Export, ExportConnection};
use crate::{
    error::Error,
    graphql::{
        connection::read,
        filter::{DateTimeRange, Faults, between, list as wanted, text},
        page::Window,
        viewer::{app, caller},
        vocabulary::{ExportFormat, ExportStatus},
    },
};
use async_graphql::{Context, InputObject, Object};
use entity::{
    clock,
    db::within,
    export::list::{self, Filter},
    fault::Fault,
    id::ExportId,
    token::Scope,
};

/// Which exports. Every field narrows (AND); a list widens within its field (OR). An empty list is
/// an error.
#[derive(InputObject)]
pub(in crate::graphql) struct ExportFilter {
    statuses: Option<Vec<ExportStatus>>,
    formats: Option<Vec<ExportFormat>>,
    /// Whoever asked, whole: as `requestedBy` has it.
    requested_by: Option<String>,
    /// Instants: from inclusive, to exclusive.
    requested_at: Option<DateTimeRange>,
}

#[derive(Default)]
pub(in crate::graphql) struct Query;

#[Object(name = "ExportQuery")]
impl Query {
    /// The domain's exports, newest first. first/last: default 50, at most 100, more is an error.
    async fn exports(
        &self,
        ctx: &Context<'_>,
        filter: Option<ExportFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<ExportConnection, Error>> {
        let window = Window::parse(first, after.as_deref(), last, before.as_deref(), false);
        Some(page(ctx, window, filter).await)
    }
}

async fn page(
    ctx: &Context<'_>,
    window: Result<Window<ExportId>, Vec<Fault>>,
    filter: Option<ExportFilter>,
) -> Result<ExportConnection, Error> {
    let (app, caller) = (app(ctx), caller(ctx));
    caller.needs(Scope::LogsRead)?;
    let window = window?;
    let filter = filter.map_or_else(|| Ok(Filter::default()), ExportFilter::parse)?;
    let tx = within(&app.db, caller.domain.id).await?;
    let rows = |stretch| list::rows(&tx, caller.domain.id, &filter, clock::now(), stretch);
    let (exports, page_info) = read(ctx, &window, rows, |export| export.id.to_string()).await?;
    Ok(ExportConnection::of(exports.into_iter().map(|export| Export::shown(export, app, caller)), page_info))
}

impl ExportFilter {
    fn parse(self) -> Result<Filter, Vec<Fault>> {
        let mut faults = Faults::default();
        let period = self.requested_at.map(|range| between(&range).map_err(|f| f.within("requestedAt"))).transpose();
        let (requested_from, requested_to) = faults.keep(period).unwrap_or_default();
        let filter = Filter {
            statuses: faults.keep(wanted("statuses", self.statuses)),
            formats: faults.keep(wanted("formats", self.formats)),
            requested_by: faults.keep(self.requested_by.map(|name| text("requestedBy", name)).transpose()),
            requested_from,
            requested_to,
        };
        if faults.0.is_empty() { Ok(filter) } else { Err(faults.0) }
    }
}
