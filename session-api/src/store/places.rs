//! Places for sessions and the queue for them. Whoever counts takes the next turn first: that row is locked until the
//! transaction's end, so that two never see the same free place, on any replica.

use super::sessions::read_row;
use super::{Error, Store, SystemScope, Write, query, signed, unsigned};
use cobrowse_session::SessionId;
use cobrowse_session::capacity::Load;
use cobrowse_session::permission::TenantScope;
use cobrowse_session::waiting::Row;

const HELD: &str = "SELECT COUNT(*) FROM sessions WHERE queued = 0 AND ended_ms IS NULL";
const QUEUED: &str = "SELECT COUNT(*) FROM sessions WHERE queued = 1";

impl Store {
    /// Places held and sessions that queue, of all tenants. Only to see whether there is anything to do.
    pub async fn load(&self, _: SystemScope) -> Result<Load, Error> {
        let count = |sql| sqlx::query_scalar(sql).fetch_one(self.pool());
        let held: i64 = count(HELD).await.map_err(query("count places"))?;
        let queued: i64 = count(QUEUED).await.map_err(query("count the queue"))?;
        Ok(Load { held: unsigned(held), queued: unsigned(queued) })
    }

    /// How many wait before this session, itself included.
    pub async fn queue_place(&self, scope: &TenantScope, id: &SessionId) -> Result<u64, Error> {
        let sql = "SELECT COUNT(*) FROM sessions WHERE queued = 1 AND turn <= \
                   (SELECT turn FROM sessions WHERE id = $1 AND tenant = $2)";
        let select = sqlx::query_scalar(sql).bind(id.to_string()).bind(scope.tenant().to_string());
        let place: i64 = select.fetch_one(self.pool()).await.map_err(query("find a place in the queue"))?;
        Ok(unsigned(place))
    }
}

impl Write<'_> {
    /// Takes the next turn, and with it the lock on counting.
    pub async fn next_turn(&mut self, _: SystemScope) -> Result<u64, Error> {
        let sql = "UPDATE turns SET last = last + 1 WHERE id = 1 RETURNING last";
        let turn: i64 = sqlx::query_scalar(sql).fetch_one(self.connection()).await.map_err(query("take a turn"))?;
        Ok(unsigned(turn))
    }

    /// Places held and sessions that queue, of all tenants, in this transaction.
    pub async fn load(&mut self, _: SystemScope) -> Result<Load, Error> {
        let held: i64 = sqlx::query_scalar(HELD).fetch_one(self.connection()).await.map_err(query("count places"))?;
        let queued: i64 =
            sqlx::query_scalar(QUEUED).fetch_one(self.connection()).await.map_err(query("count the queue"))?;
        Ok(Load { held: unsigned(held), queued: unsigned(queued) })
    }

    /// The sessions whose turn is next, with their origins, first first.
    pub async fn next_queued(&mut self, _: SystemScope, most: u64) -> Result<Vec<(Row, String)>, Error> {
        use sqlx::Row as _;
        let sql = "SELECT waiting, version, origin FROM sessions WHERE queued = 1 ORDER BY turn LIMIT $1";
        let rows = sqlx::query(sql).bind(signed(most)).fetch_all(self.connection()).await;
        let read = |found| {
            let origin = sqlx::any::AnyRow::try_get(found, "origin").map_err(query("read the queue"))?;
            Ok((read_row(found)?, origin))
        };
        rows.map_err(query("read the queue"))?.iter().map(read).collect()
    }
}
