//! PostgreSQL's way of inserting a batch: one statement over arrays, near COPY in speed, with
//! `ON CONFLICT` and without a limit on parameters. Payloads are inserted only for the records
//! that turned out new, in the same statement.

use super::record::{Batch, Row};
use crate::{db::begin_within, payload::draft::NewSide};
use sea_orm::{DbErr, RuntimeErr};
use sqlx::PgPool;
use std::sync::Arc;

const INSERT: &str = "\
WITH new AS (
    INSERT INTO connector_log (
        domain_id, recorded_at, id, direction, application_from, application_to, action, request_type, outcome,
        user_email, login_id, user_email_key, login_id_key, operation, method, url, status_code, duration_ms,
        client_ip, correlation_id, error_message)
    SELECT $1, $2, r.* FROM unnest(
        $3::uuid[], $4::int2[], $5::int4[], $6::int4[], $7::int2[], $8::int2[], $9::int2[],
        $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::int2[],
        $18::int4[], $19::text[], $20::text[], $21::text[]) AS r
    ON CONFLICT DO NOTHING
    RETURNING id
), bodies AS (
    INSERT INTO payload (
        domain_id, id, request_headers, request_body, request_size, request_truncated, request_redactions,
        response_headers, response_body, response_size, response_truncated, response_redactions)
    SELECT $1, p.id, p.qh::json, p.qb, p.qs, p.qt, p.qr::json, p.sh::json, p.sb, p.ss, p.st, p.sr::json
    FROM unnest($22::uuid[], $23::text[], $24::bytea[], $25::int8[], $26::bool[], $27::text[],
                $28::text[], $29::bytea[], $30::int8[], $31::bool[], $32::text[])
        AS p(id, qh, qb, qs, qt, qr, sh, sb, ss, st, sr)
    JOIN new ON new.id = p.id
    ON CONFLICT DO NOTHING
)
SELECT count(*) FROM new";

/// One side of many payloads, a column each.
#[derive(Default)]
struct Sides {
    headers: Vec<Option<String>>,
    body: Vec<Option<Vec<u8>>>,
    size: Vec<Option<i64>>,
    truncated: Vec<Option<bool>>,
    redactions: Vec<Option<String>>,
}

impl Sides {
    fn push(&mut self, side: Option<NewSide>) -> Result<(), DbErr> {
        let json = |e: serde_json::Error| DbErr::Json(e.to_string());
        let headers = side.as_ref().map(|s| serde_json::to_string(&s.headers)).transpose();
        let redactions = side.as_ref().map(|s| serde_json::to_string(&s.redactions)).transpose();
        self.headers.push(headers.map_err(json)?);
        self.redactions.push(redactions.map_err(json)?);
        self.size.push(side.as_ref().map(|s| s.size));
        self.truncated.push(side.as_ref().map(|s| s.truncated));
        self.body.push(side.and_then(|s| s.body));
        Ok(())
    }
}

/// Inserts the rows; the answer is how many were new.
pub(super) async fn insert(pool: &PgPool, batch: Batch, rows: Vec<Row>) -> Result<u64, DbErr> {
    let (mut ids, mut request, mut response) = (Vec::new(), Sides::default(), Sides::default());
    let mut logs = Vec::with_capacity(rows.len());
    for Row { id, from, to, mut log } in rows {
        if log.request.is_some() || log.response.is_some() {
            ids.push(id.uuid());
            request.push(log.request.take())?;
            response.push(log.response.take())?;
        }
        logs.push((id, from, to, log));
    }
    macro_rules! column {
        (|$id:pat_param, $from:pat_param, $to:pat_param, $log:pat_param| $value:expr) => {
            logs.iter().map(|($id, $from, $to, $log)| $value).collect::<Vec<_>>()
        };
    }
    let failed = |e: sqlx::Error| DbErr::Exec(RuntimeErr::SqlxError(Arc::new(e)));
    let mut tx = pool.begin_with(begin_within(batch.domain)).await.map_err(failed)?;
    let new: i64 = sqlx::query_scalar(INSERT)
        .bind(batch.domain.0)
        .bind(batch.recorded_at)
        .bind(column!(|id, _, _, _| id.uuid()))
        .bind(column!(|_, _, _, log| number(log.direction)))
        .bind(column!(|_, from, _, _| from.0))
        .bind(column!(|_, _, to, _| to.0))
        .bind(column!(|_, _, _, log| number(log.action)))
        .bind(column!(|_, _, _, log| number(log.request_type)))
        .bind(column!(|_, _, _, log| number(log.outcome)))
        .bind(column!(|_, _, _, log| log.user_email.as_deref()))
        .bind(column!(|_, _, _, log| log.login_id.as_deref()))
        .bind(column!(|_, _, _, log| log.user_email_key.as_deref()))
        .bind(column!(|_, _, _, log| log.login_id_key.as_deref()))
        .bind(column!(|_, _, _, log| log.operation.as_deref()))
        .bind(column!(|_, _, _, log| log.method.as_deref()))
        .bind(column!(|_, _, _, log| log.url.as_deref()))
        .bind(column!(|_, _, _, log| log.status_code))
        .bind(column!(|_, _, _, log| log.duration_ms))
        .bind(column!(|_, _, _, log| log.client_ip.as_deref()))
        .bind(column!(|_, _, _, log| log.correlation_id.as_deref()))
        .bind(column!(|_, _, _, log| log.error_message.as_deref()))
        .bind(ids)
        .bind(request.headers)
        .bind(request.body)
        .bind(request.size)
        .bind(request.truncated)
        .bind(request.redactions)
        .bind(response.headers)
        .bind(response.body)
        .bind(response.size)
        .bind(response.truncated)
        .bind(response.redactions)
        .fetch_one(&mut *tx)
        .await
        .map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    Ok(u64::try_from(new).unwrap_or(0))
}

/// The number that stands for a word of a vocabulary.
fn number<E: sea_orm::ActiveEnum<Value = i16> + Copy>(word: E) -> i16 {
    word.to_value()
}
