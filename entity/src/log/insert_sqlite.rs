//! SQLite's way of inserting a batch: a few rows a statement, within the caller's write
//! transaction, which no other writer can interrupt.

use super::{
    ActiveModel, Column, Entity, of,
    record::{Batch, Row},
};
use crate::{id::LogId, payload};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect,
    entity::prelude::ColumnTrait,
};
use std::collections::HashSet;

/// Rows a statement: enough to spare the calls, few enough that the statements' texts are few.
const CHUNK: usize = 50;

/// Inserts the rows; the answer is how many were new.
pub(super) async fn insert(tx: &DatabaseTransaction, batch: Batch, rows: Vec<Row>) -> Result<u64, DbErr> {
    let known = known(tx, batch, &rows).await?;
    let (mut logs, mut payloads) = (Vec::new(), Vec::new());
    for mut row in rows.into_iter().filter(|row| !known.contains(&row.id)) {
        payloads.extend(payload_of(batch, &mut row));
        logs.push(log_of(batch, row));
    }
    let new = logs.len();
    for chunk in chunks(logs) {
        Entity::insert_many(chunk).exec_without_returning(tx).await?;
    }
    for chunk in chunks(payloads) {
        payload::Entity::insert_many(chunk).exec_without_returning(tx).await?;
    }
    u64::try_from(new).map_err(|e| DbErr::Custom(e.to_string()))
}

fn chunks<T>(rows: Vec<T>) -> impl Iterator<Item = Vec<T>> {
    let mut rows = rows.into_iter();
    std::iter::from_fn(move || Some(rows.by_ref().take(CHUNK).collect::<Vec<_>>()).filter(|c| !c.is_empty()))
}

/// The ids that are there already. Only a record with a key can be.
async fn known(tx: &impl ConnectionTrait, batch: Batch, rows: &[Row]) -> Result<HashSet<LogId>, DbErr> {
    let keyed: Vec<LogId> = rows.iter().filter(|r| r.log.idempotency_key.is_some()).map(|r| r.id).collect();
    if keyed.is_empty() {
        return Ok(HashSet::new());
    }
    let found: Vec<LogId> =
        of(batch.domain).filter(Column::Id.is_in(keyed)).select_only().column(Column::Id).into_tuple().all(tx).await?;
    Ok(found.into_iter().collect())
}

fn log_of(batch: Batch, Row { id, from, to, log }: Row) -> ActiveModel {
    ActiveModel {
        domain_id: Set(batch.domain),
        id: Set(id),
        recorded_at: Set(batch.recorded_at),
        direction: Set(log.direction),
        application_from: Set(from),
        application_to: Set(to),
        action: Set(log.action),
        request_type: Set(log.request_type),
        outcome: Set(log.outcome),
        user_email: Set(log.user_email),
        login_id: Set(log.login_id),
        user_email_key: Set(log.user_email_key),
        login_id_key: Set(log.login_id_key),
        operation: Set(log.operation),
        method: Set(log.method),
        url: Set(log.url),
        status_code: Set(log.status_code),
        duration_ms: Set(log.duration_ms),
        client_ip: Set(log.client_ip),
        correlation_id: Set(log.correlation_id),
        error_message: Set(log.error_message),
    }
}

fn payload_of(batch: Batch, row: &mut Row) -> Option<payload::ActiveModel> {
    let (request, response) = (row.log.request.take(), row.log.response.take());
    if request.is_none() && response.is_none() {
        return None;
    }
    let mut row = payload::ActiveModel { domain_id: Set(batch.domain), id: Set(row.id), ..Default::default() };
    if let Some(side) = request {
        row.request_headers = Set(Some(side.headers));
        row.request_body = Set(side.body);
        row.request_size = Set(Some(side.size));
        row.request_truncated = Set(Some(side.truncated));
        row.request_redactions = Set(Some(side.redactions));
    }
    if let Some(side) = response {
        row.response_headers = Set(Some(side.headers));
        row.response_body = Set(side.body);
        row.response_size = Set(Some(side.size));
        row.response_truncated = Set(Some(side.truncated));
        row.response_redactions = Set(Some(side.redactions));
    }
    Some(row)
}
