//! The tables. Migrations only ever get longer, and only ever add: while two versions of this program run, the older one goes on.
//! Each runs once, in one transaction with its number.

use super::Error;
use sqlx::AnyPool;

/// One list of statements per version, first version first. Types and syntax that SQLite and PostgreSQL share.
const MIGRATIONS: [&[&str]; 4] = [FIRST, PLACES_AND_ACCOUNTS, REPLICAS, INVITATIONS];

/// What is there before any version: which ones ran.
const TABLE: &[&str] = &["CREATE TABLE IF NOT EXISTS migrations (version BIGINT PRIMARY KEY)"];

const FIRST: &[&str] = &[
    "CREATE TABLE sessions (
        id TEXT PRIMARY KEY, tenant TEXT NOT NULL, version BIGINT NOT NULL, changed_ms BIGINT NOT NULL,
        waiting TEXT NOT NULL, pin_hash TEXT, waits BIGINT NOT NULL, start TEXT NOT NULL, return_url TEXT,
        address TEXT NOT NULL, origin TEXT NOT NULL, created_ms BIGINT NOT NULL, due_ms BIGINT, ended_ms BIGINT)",
    "CREATE UNIQUE INDEX sessions_pin ON sessions (tenant, pin_hash)",
    "CREATE INDEX sessions_changed ON sessions (changed_ms)",
    "CREATE INDEX sessions_due ON sessions (due_ms)",
    "CREATE INDEX sessions_tenant ON sessions (tenant, created_ms)",
    "CREATE TABLE attempts (key TEXT PRIMARY KEY, moments TEXT NOT NULL, forget_ms BIGINT NOT NULL)",
    "CREATE TABLE accounts (
        id TEXT PRIMARY KEY, tenant TEXT NOT NULL, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
        role TEXT NOT NULL, password TEXT NOT NULL, created_ms BIGINT NOT NULL)",
    "CREATE TABLE sign_ins (
        hash TEXT PRIMARY KEY, account TEXT NOT NULL, tenant TEXT NOT NULL, created_ms BIGINT NOT NULL,
        expires_ms BIGINT NOT NULL)",
    "CREATE TABLE audit (
        id TEXT PRIMARY KEY, tenant TEXT NOT NULL, at_ms BIGINT NOT NULL, who TEXT NOT NULL, act TEXT NOT NULL,
        session TEXT, detail TEXT NOT NULL, address TEXT NOT NULL)",
    "CREATE INDEX audit_tenant ON audit (tenant, at_ms)",
    "CREATE TABLE reports (
        session TEXT PRIMARY KEY, tenant TEXT NOT NULL, created_ms BIGINT NOT NULL, live_ms BIGINT, ended_ms BIGINT,
        origin TEXT NOT NULL, agents TEXT NOT NULL, end_reason TEXT NOT NULL)",
    "CREATE INDEX reports_tenant ON reports (tenant, created_ms)",
];

const PLACES_AND_ACCOUNTS: &[&str] = &[
    "ALTER TABLE sessions ADD COLUMN queued BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE sessions ADD COLUMN turn BIGINT NOT NULL DEFAULT 0",
    "CREATE INDEX sessions_queue ON sessions (queued, turn)",
    "CREATE TABLE turns (id BIGINT PRIMARY KEY, last BIGINT NOT NULL)",
    "INSERT INTO turns (id, last) VALUES (1, 0)",
    "ALTER TABLE accounts ADD COLUMN disabled_ms BIGINT",
];

const REPLICAS: &[&str] = &[
    "CREATE TABLE replicas (id TEXT PRIMARY KEY, beats BIGINT NOT NULL)",
    "ALTER TABLE sessions ADD COLUMN driver TEXT",
    "CREATE INDEX sessions_driver ON sessions (driver)",
];

const INVITATIONS: &[&str] =
    &["CREATE TABLE used_invitations (hash TEXT PRIMARY KEY, tenant TEXT NOT NULL, used_ms BIGINT NOT NULL)"];

/// On PostgreSQL two replicas may not even look for the table at once; this waits for the other one's end. SQLite has one writer.
const ONE_AT_A_TIME: &str = "SELECT pg_advisory_xact_lock(7163094427)";

/// Brings the tables up to date. Two replicas may try at once: the loser sees the winner's number.
pub(super) async fn migrate(pool: &AnyPool) -> Result<(), Error> {
    let failed = |version| move |source| Error::Migrate { version, source };
    for (version, statements) in (0i64..).zip(std::iter::once(TABLE).chain(MIGRATIONS)) {
        let mut tx = pool.begin().await.map_err(failed(version))?;
        if tx.backend_name() == "PostgreSQL" {
            sqlx::query(ONE_AT_A_TIME).execute(&mut *tx).await.map_err(failed(version))?;
        }
        if version > 0 {
            let insert = "INSERT INTO migrations (version) VALUES ($1) ON CONFLICT DO NOTHING";
            let inserted = sqlx::query(insert).bind(version).execute(&mut *tx).await.map_err(failed(version))?;
            if inserted.rows_affected() == 0 {
                continue;
            }
        }
        for statement in statements {
            sqlx::query(*statement).execute(&mut *tx).await.map_err(failed(version))?;
        }
        tx.commit().await.map_err(failed(version))?;
    }
    refuse_newer(pool).await
}

async fn refuse_newer(pool: &AnyPool) -> Result<(), Error> {
    let newest: i64 =
        sqlx::query_scalar("SELECT MAX(version) FROM migrations").fetch_one(pool).await.map_err(Error::Open)?;
    match usize::try_from(newest).unwrap_or(usize::MAX) > MIGRATIONS.len() {
        true => Err(Error::Newer(newest)),
        false => Ok(()),
    }
}
