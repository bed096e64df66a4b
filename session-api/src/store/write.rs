//! An open transaction. It is begun and ended by its own words: the driver's count of open ones is wrong once a commit has failed.

use super::{Error, Store, query};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection};
use tokio::sync::SemaphorePermit;

/// An open transaction.
pub struct Write<'a> {
    /// There until the end.
    connection: Option<PoolConnection<Any>>,
    committed: bool,
    /// Other replicas listen.
    pub(super) told: bool,
    _turn: SemaphorePermit<'a>,
}

impl Store {
    /// Begins a transaction. Dropping it undoes it.
    pub async fn write(&self) -> Result<Write<'_>, Error> {
        let turn = self.turn.acquire().await.expect("the semaphore is never closed");
        let connection = self.pool.acquire().await.map_err(query("begin a transaction"))?;
        let (connection, told) = (Some(connection), self.server.is_some());
        let mut write = Write { connection, committed: false, told, _turn: turn };
        sqlx::query("BEGIN").execute(write.connection()).await.map_err(query("begin a transaction"))?;
        Ok(write)
    }
}

impl Write<'_> {
    /// Makes the changes last.
    pub async fn commit(mut self) -> Result<(), Error> {
        sqlx::query("COMMIT").execute(self.connection()).await.map_err(query("commit"))?;
        self.committed = true;
        Ok(())
    }

    pub(crate) fn connection(&mut self) -> &mut AnyConnection {
        self.connection.as_mut().expect("it is there until the end")
    }
}

impl Drop for Write<'_> {
    /// A transaction that was not committed is undone. On SQLite with its connection: on a full disk SQLite undoes some by itself
    /// and leaves others open; on such a connection a later commit may say yes and keep nothing, so none is used again. A server
    /// undoes it when it is told to; a new connection for each lost race would cost it more than the race.
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take().filter(|_| !self.committed) else { return };
        let runtime = tokio::runtime::Handle::try_current().ok().filter(|_| self.told);
        let Some(runtime) = runtime else { return connection.close_on_drop() };
        runtime.spawn(async move {
            if sqlx::query("ROLLBACK").execute(&mut *connection).await.is_err() {
                connection.close_on_drop();
            }
        });
    }
}
