//! Which replicas live. Each counts in its own row; whoever sees a count stand still for too long takes the row away. No clock of
//! one replica is compared with another's.

use super::sessions::readable;
use super::{Error, Store, SystemScope, Write, query, signed, unsigned};
use cobrowse_session::id::ReplicaId;
use cobrowse_session::waiting::Row;
use sqlx::Row as _;
use sqlx::any::AnyRow;

impl Store {
    /// Every replica with its count.
    pub async fn replicas(&self, _: SystemScope) -> Result<Vec<(ReplicaId, u64)>, Error> {
        let rows = sqlx::query("SELECT id, beats FROM replicas").fetch_all(self.pool()).await;
        rows.map_err(query("look for replicas"))?.iter().map(read).collect()
    }

    /// Sessions that are driven by a replica that is none any more; at most 100.
    pub async fn orphans(&self, _: SystemScope) -> Result<Vec<Row>, Error> {
        let sql = "SELECT waiting, version FROM sessions WHERE driver IS NOT NULL AND ended_ms IS NULL \
                   AND driver NOT IN (SELECT id FROM replicas) LIMIT 100";
        let rows = sqlx::query(sql).fetch_all(self.pool()).await;
        Ok(readable(&rows.map_err(query("find sessions without a replica"))?))
    }
}

impl Write<'_> {
    /// Says that this replica lives. One that was given up meanwhile is there again.
    pub async fn beat(&mut self, _: SystemScope, id: &ReplicaId, beats: u64) -> Result<(), Error> {
        let sql = "INSERT INTO replicas (id, beats) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET beats = $2";
        let upsert = sqlx::query(sql).bind(id.to_string()).bind(signed(beats));
        upsert.execute(self.connection()).await.map(drop).map_err(query("say that this replica lives"))
    }

    /// Gives a replica up whose count is still this.
    pub async fn give_up(&mut self, _: SystemScope, id: &ReplicaId, beats: u64) -> Result<bool, Error> {
        let sql = "DELETE FROM replicas WHERE id = $1 AND beats = $2";
        let delete = sqlx::query(sql).bind(id.to_string()).bind(signed(beats));
        let done = delete.execute(self.connection()).await.map_err(query("give a replica up"))?;
        Ok(done.rows_affected() > 0)
    }

    /// Says that this replica goes: what it drives is the others' at once.
    pub async fn leave(&mut self, _: SystemScope, id: &ReplicaId) -> Result<(), Error> {
        let delete = sqlx::query("DELETE FROM replicas WHERE id = $1").bind(id.to_string());
        delete.execute(self.connection()).await.map(drop).map_err(query("say that this replica goes"))
    }
}

fn read(row: &AnyRow) -> Result<(ReplicaId, u64), Error> {
    let id: String = row.try_get("id").map_err(query("look for replicas"))?;
    let beats: i64 = row.try_get("beats").map_err(query("look for replicas"))?;
    let id = ReplicaId::parse(&id).map_err(|_| Error::Damaged { what: "a replica's name" })?;
    Ok((id, unsigned(beats)))
}
