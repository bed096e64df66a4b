//! Session rows: added, read, changed over the version that was read. A row is the session; there is no other state of it.

use super::{Error, Store, SystemScope, Write, query, row, signed, unless_unique, unsigned};
use crate::hex;
use cobrowse_session::permission::TenantScope;
use cobrowse_session::pin::PinHash;
use cobrowse_session::waiting::{self, Claim, Row, Stage};
use cobrowse_session::{SessionId, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// What is kept beside the row and never changes: how the browser is to start.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Start {
    /// The start page's address, sealed.
    pub url: String,
    /// CSS pixels.
    pub width: u32,
    /// CSS pixels.
    pub height: u32,
    /// 100 or 200.
    pub scale_percent: u32,
    /// The end user's device is used by touch.
    pub touch: bool,
    /// BCP 47.
    pub locale: String,
    /// IANA name.
    pub timezone: String,
    /// scheme, host and port.
    pub origin: String,
    /// Prefix of the address that started it.
    pub address: String,
    /// The session's object was there first: somebody made it by hand.
    #[serde(default)]
    pub by_hand: bool,
}

/// A row with what is kept beside it.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The row.
    pub row: Row,
    /// How the browser is to start.
    pub start: Start,
    /// Where the end user goes after the end, sealed.
    pub return_url: Option<String>,
}

/// How many sessions wait for an agent.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// Started from this address.
    pub of_address: u64,
    /// For this site.
    pub of_site: u64,
    /// Of this tenant.
    pub of_tenant: u64,
}

impl Store {
    /// The row of an id, to prove a secret against it. Whoever calls this makes a scope of the row or forgets it.
    pub async fn row_for_proof(&self, _: SystemScope, id: &SessionId) -> Result<Option<Row>, Error> {
        let select = sqlx::query("SELECT waiting, version FROM sessions WHERE id = $1").bind(id.to_string());
        let found = select.fetch_optional(self.pool()).await.map_err(query("read a session"))?;
        found.map(|found| read_row(&found)).transpose()
    }

    /// A session of this tenant.
    pub async fn session(&self, scope: &TenantScope, id: &SessionId) -> Result<Stored, Error> {
        let sql = "SELECT waiting, version, start, return_url FROM sessions WHERE id = $1 AND tenant = $2";
        let select = sqlx::query(sql).bind(id.to_string()).bind(scope.tenant().to_string());
        let found = select.fetch_optional(self.pool()).await.map_err(query("read a session"))?.ok_or(Error::Absent)?;
        let start: String = found.try_get("start").map_err(query("read a session"))?;
        Ok(Stored {
            row: read_row(&found)?,
            start: serde_json::from_str(&start).map_err(|_| Error::Damaged { what: "a session's start" })?,
            return_url: found.try_get("return_url").map_err(query("read a session"))?,
        })
    }

    /// The session whose PIN admits, by the PIN's hash.
    pub async fn session_of_pin(&self, scope: &TenantScope, pin: &PinHash) -> Result<Option<SessionId>, Error> {
        let sql = "SELECT id FROM sessions WHERE tenant = $1 AND pin_hash = $2";
        let select = sqlx::query_scalar(sql).bind(scope.tenant().to_string()).bind(hex::encode(pin.as_bytes()));
        let found: Option<String> = select.fetch_optional(self.pool()).await.map_err(query("look a PIN up"))?;
        let read = |id: String| SessionId::parse(&id).map_err(|_| Error::Damaged { what: "a session's id" });
        found.map(read).transpose()
    }

    /// How many of the tenant's PINs admit.
    pub async fn live_pins(&self, scope: &TenantScope) -> Result<u64, Error> {
        let sql = "SELECT COUNT(*) FROM sessions WHERE tenant = $1 AND pin_hash IS NOT NULL";
        let count = sqlx::query_scalar(sql).bind(scope.tenant().to_string()).fetch_one(self.pool()).await;
        count.map(unsigned).map_err(query("count PINs"))
    }

    /// Rows whose deadline has come, of all tenants, for the program that keeps deadlines; at most 100.
    pub async fn sessions_due(&self, _: SystemScope, now: Timestamp) -> Result<Vec<Row>, Error> {
        let sql = "SELECT waiting, version FROM sessions WHERE due_ms <= $1 ORDER BY due_ms LIMIT 100";
        let rows = sqlx::query(sql).bind(signed(now.as_millis())).fetch_all(self.pool()).await;
        Ok(readable(&rows.map_err(query("find due sessions"))?))
    }

    /// Rows of all tenants whose browser is being made or is there, at most 1,000, for the program that looks for lost pods.
    pub async fn sessions_open(&self, _: SystemScope) -> Result<Vec<Row>, Error> {
        let sql = "SELECT waiting, version FROM sessions WHERE waits = 0 AND ended_ms IS NULL LIMIT 1000";
        let rows = sqlx::query(sql).fetch_all(self.pool()).await;
        Ok(readable(&rows.map_err(query("find open sessions"))?))
    }

    /// Ids and versions of what changed since, of all tenants: the notice by which replicas hear of each other's changes.
    pub async fn changed_since(&self, _: SystemScope, since: Timestamp) -> Result<Vec<(String, u64)>, Error> {
        let sql = "SELECT id, version FROM sessions WHERE changed_ms >= $1";
        let rows = sqlx::query(sql).bind(signed(since.as_millis())).fetch_all(self.pool()).await;
        let read = |found: &AnyRow| {
            let id = found.try_get("id").map_err(query("read a change"))?;
            Ok((id, unsigned(found.try_get("version").map_err(query("read a change"))?)))
        };
        rows.map_err(query("find changed sessions"))?.iter().map(read).collect()
    }
}

impl Write<'_> {
    /// Adds a session with its turn. Another PIN with the same hash is `Conflict`.
    pub async fn add_session(&mut self, scope: &TenantScope, row: &Row, start: &Start, turn: u64) -> Result<(), Error> {
        let sql = "INSERT INTO sessions (id, tenant, version, changed_ms, waiting, pin_hash, waits, start, address, \
                   origin, created_ms, due_ms, queued, turn) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
        let beside = serde_json::to_string(start).map_err(|_| Error::Damaged { what: "a session's start" })?;
        let insert = sqlx::query(sql)
            .bind(row.id.to_string())
            .bind(scope.tenant().to_string())
            .bind(signed(row.version))
            .bind(signed(row.created_at.as_millis()))
            .bind(row::encode(row)?)
            .bind(admitting_pin(row))
            .bind(waits(row))
            .bind(beside)
            .bind(start.address.clone())
            .bind(start.origin.clone())
            .bind(signed(row.created_at.as_millis()))
            .bind(due(row))
            .bind(queued(row))
            .bind(signed(turn));
        insert.execute(self.connection()).await.map(drop).map_err(unless_unique("add a session"))
    }

    /// Writes the row over the version that was read; `Conflict` when another was faster.
    pub async fn change_session(
        &mut self,
        scope: &TenantScope,
        read: u64,
        row: &Row,
        now: Timestamp,
    ) -> Result<(), Error> {
        let sql = "UPDATE sessions SET version = $4, changed_ms = $5, waiting = $6, pin_hash = $7, waits = $8, \
                   due_ms = $9, ended_ms = $10, queued = $11, driver = $12 WHERE id = $1 AND tenant = $2 AND version = $3";
        let update = sqlx::query(sql)
            .bind(row.id.to_string())
            .bind(scope.tenant().to_string())
            .bind(signed(read))
            .bind(signed(row.version))
            .bind(signed(now.as_millis()))
            .bind(row::encode(row)?)
            .bind(admitting_pin(row))
            .bind(waits(row))
            .bind(due(row))
            .bind(row.ended_at.map(|at| signed(at.as_millis())))
            .bind(queued(row))
            .bind(driver(row));
        let done = update.execute(self.connection()).await.map_err(unless_unique("change a session"))?;
        match done.rows_affected() {
            1 => self.notify(row).await,
            _ => Err(Error::Conflict),
        }
    }

    /// Keeps where the end user goes after the end, sealed.
    pub async fn keep_return_url(&mut self, scope: &TenantScope, id: &SessionId, sealed: &str) -> Result<(), Error> {
        let sql = "UPDATE sessions SET return_url = $3 WHERE id = $1 AND tenant = $2";
        let update = sqlx::query(sql).bind(id.to_string()).bind(scope.tenant().to_string()).bind(sealed.to_owned());
        update.execute(self.connection()).await.map(drop).map_err(query("keep where a session goes on"))
    }

    /// Wipes sessions that ended before this moment, of all tenants: names, addresses and hashes go with the row.
    pub async fn wipe_ended(&mut self, _: SystemScope, before: Timestamp) -> Result<u64, Error> {
        let delete = sqlx::query("DELETE FROM sessions WHERE ended_ms < $1").bind(signed(before.as_millis()));
        let done = delete.execute(self.connection()).await.map_err(query("wipe ended sessions"))?;
        Ok(done.rows_affected())
    }

    /// How many sessions wait, in this transaction.
    pub async fn count_waiting(&mut self, scope: &TenantScope, start: &Start) -> Result<Waiting, Error> {
        let of_address = "SELECT COUNT(*) FROM sessions WHERE waits = 1 AND address = $1";
        let of_site = "SELECT COUNT(*) FROM sessions WHERE waits = 1 AND origin = $1";
        let of_tenant = "SELECT COUNT(*) FROM sessions WHERE waits = 1 AND tenant = $1";
        Ok(Waiting {
            of_address: self.count(of_address, &start.address).await?,
            of_site: self.count(of_site, &start.origin).await?,
            of_tenant: self.count(of_tenant, scope.tenant().as_str()).await?,
        })
    }

    async fn count(&mut self, sql: &'static str, of: &str) -> Result<u64, Error> {
        let count = sqlx::query_scalar(sql).bind(of.to_owned()).fetch_one(self.connection()).await;
        count.map(unsigned).map_err(query("count waiting sessions"))
    }
}

/// The rows that can be read: one that is damaged must not keep the rest from ending in time.
pub(super) fn readable(found: &[AnyRow]) -> Vec<Row> {
    let read = |found| read_row(found).inspect_err(|error| tracing::error!(%error, "a session was passed over"));
    found.iter().filter_map(|found| read(found).ok()).collect()
}

pub(super) fn read_row(found: &AnyRow) -> Result<Row, Error> {
    let text: String = found.try_get("waiting").map_err(query("read a session"))?;
    let version: i64 = found.try_get("version").map_err(query("read a session"))?;
    row::decode(&text, unsigned(version))
}

/// The hash stays in its column only while it may admit, so that PINs are found, counted and unique among those.
fn admitting_pin(row: &Row) -> Option<String> {
    let admits = row.stage == Stage::Waiting && !row.pin.used;
    admits.then(|| hex::encode(row.pin.hash.as_bytes()))
}

fn waits(row: &Row) -> i64 {
    i64::from(matches!(row.stage, Stage::Queued | Stage::Waiting))
}

fn queued(row: &Row) -> i64 {
    i64::from(row.stage == Stage::Queued)
}

/// The replica that makes or has the session's browser.
fn driver(row: &Row) -> Option<String> {
    match &row.claim {
        Claim::Claiming { by, .. } | Claim::Bound { by, .. } => Some(by.to_string()),
        Claim::None | Claim::Wanted { .. } => None,
    }
}

fn due(row: &Row) -> Option<i64> {
    waiting::next_deadline(row).map(|at| signed(at.as_millis()))
}
