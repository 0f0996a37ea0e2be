//! The first tables. Plain SQL, one text for both databases but for the names of four types.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let types = match manager.get_database_backend() {
            DatabaseBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        let sql = types.iter().fold(TABLES.to_owned(), |sql, (word, meaning)| sql.replace(word, meaning));
        manager.get_connection().execute_unprepared(&sql).await.map(drop)
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Custom("a log is never deleted: restore a backup instead".to_owned()))
    }
}

/// `$key` is text that is compared byte by byte, so that a prefix is a range.
const POSTGRES: &[(&str, &str)] = &[
    ("$serial", "integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
    ("$bytes", "bytea"),
    ("$key", "text COLLATE \"C\""),
    ("$time", "timestamptz"),
    ("$rowid", ""),
];
const SQLITE: &[(&str, &str)] = &[
    ("$serial", "integer PRIMARY KEY AUTOINCREMENT"),
    ("$bytes", "blob"),
    ("$key", "text"),
    ("$time", "text"),
    // The primary key is the table: a list walks one tree and not two.
    ("$rowid", "WITHOUT ROWID"),
];

const TABLES: &str = r"
CREATE TABLE domain (
    id          $serial,
    uid         uuid NOT NULL UNIQUE,
    name        text NOT NULL UNIQUE,
    created_at  $time NOT NULL,
    hash_key    $bytes NOT NULL
);

CREATE TABLE api_token (
    id          uuid PRIMARY KEY,
    domain_id   integer NOT NULL REFERENCES domain (id),
    name        text NOT NULL,
    hash        $bytes NOT NULL UNIQUE,
    scopes      json NOT NULL,
    created_at  $time NOT NULL,
    expires_at  $time,
    revoked_at  $time
);
CREATE INDEX api_token_domain ON api_token (domain_id, id);

CREATE TABLE application (
    domain_id   integer NOT NULL REFERENCES domain (id),
    number      integer NOT NULL,
    name        text NOT NULL,
    learnt_at   $time NOT NULL,
    PRIMARY KEY (domain_id, number),
    UNIQUE (domain_id, name)
);

-- When a record occurred is in its id. No foreign keys here: application numbers come from the
-- recording statement itself, and each key would cost a look-up a record.
CREATE TABLE connector_log (
    domain_id        integer NOT NULL,
    id               uuid NOT NULL,
    recorded_at      $time NOT NULL,
    direction        smallint NOT NULL,
    application_from integer NOT NULL,
    application_to   integer NOT NULL,
    action           smallint NOT NULL,
    request_type     smallint NOT NULL,
    outcome          smallint NOT NULL,
    user_email       text,
    login_id         text,
    user_email_key   $key,
    login_id_key     $key,
    operation        text,
    method           text,
    url              text,
    status_code      smallint,
    duration_ms      integer,
    client_ip        text,
    correlation_id   text,
    error_message    text,
    PRIMARY KEY (domain_id, id)
) $rowid;
CREATE INDEX connector_log_from ON connector_log (domain_id, application_from, id);
CREATE INDEX connector_log_to ON connector_log (domain_id, application_to, id);
CREATE INDEX connector_log_action ON connector_log (domain_id, action, id);
CREATE INDEX connector_log_request_type ON connector_log (domain_id, request_type, id);
CREATE INDEX connector_log_outcome ON connector_log (domain_id, outcome, id);
CREATE INDEX connector_log_user_email ON connector_log (domain_id, user_email_key, id) WHERE user_email_key IS NOT NULL;
CREATE INDEX connector_log_login_id ON connector_log (domain_id, login_id_key, id) WHERE login_id_key IS NOT NULL;
CREATE INDEX connector_log_status ON connector_log (domain_id, status_code, id) WHERE status_code IS NOT NULL;
CREATE INDEX connector_log_correlation ON connector_log (domain_id, correlation_id, id) WHERE correlation_id IS NOT NULL;

CREATE TABLE payload (
    domain_id          integer NOT NULL,
    id                 uuid NOT NULL,
    request_headers    json,
    request_body       $bytes,
    request_size       bigint,
    request_truncated  boolean,
    request_redactions json,
    response_headers   json,
    response_body      $bytes,
    response_size      bigint,
    response_truncated boolean,
    response_redactions json,
    PRIMARY KEY (domain_id, id)
);

CREATE TABLE export (
    id              uuid PRIMARY KEY,
    domain_id       integer NOT NULL REFERENCES domain (id),
    format          smallint NOT NULL,
    status          smallint NOT NULL,
    filter          json NOT NULL,
    filter_summary  text NOT NULL,
    time_zone       text NOT NULL,
    matched         bigint NOT NULL,
    matched_exact   boolean NOT NULL,
    record_count    bigint NOT NULL,
    requested_by    text NOT NULL,
    requested_at    $time NOT NULL,
    idempotency_key text,
    due_at          $time NOT NULL,
    attempts        integer NOT NULL,
    claim           uuid,
    lease_until     $time,
    progress        double precision NOT NULL,
    file_name       text,
    file_size       bigint,
    file_sha256     text,
    error_code      text,
    error_message   text,
    completed_at    $time,
    UNIQUE (domain_id, idempotency_key)
);
CREATE INDEX export_domain ON export (domain_id, id);
-- Those that a worker may have to do with: a handful, however many there were.
CREATE INDEX export_open ON export (due_at) WHERE status IN (1, 2);

CREATE TABLE export_item (
    export_id   uuid NOT NULL REFERENCES export (id) DEFERRABLE INITIALLY DEFERRED,
    log_id      uuid NOT NULL,
    PRIMARY KEY (export_id, log_id)
) $rowid;
";
