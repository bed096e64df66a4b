//! The store: one set of queries for SQLite and PostgreSQL. It keeps and compares; `session::waiting` decides what changes.
//!
//! Every change is one transaction whose first statement writes, so that SQLite takes its write lock at once and no
//! transaction fails half-way because it read first. Times are milliseconds since 1970, bytes are hexadecimal text.

mod accounts;
mod attempts;
mod audit;
mod places;
mod reports;
mod row;
mod schema;
mod sessions;
mod system;
#[cfg(test)]
mod tests;

pub use accounts::Account;
pub use audit::Act;
pub use reports::Report;
pub use sessions::{Start, Stored, Waiting};
pub use system::SystemScope;

use sqlx::any::AnyPoolOptions;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool};
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Once;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Connections of one replica.
const CONNECTIONS: u32 = 8;
/// How long a writer waits for another replica's write to the same SQLite file.
const BUSY_MS: u32 = 10_000;

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database cannot be opened.
    #[error("failed to open the database")]
    Open(#[source] sqlx::Error),
    /// A table cannot be made or changed.
    #[error("failed to bring the database to schema version {version}")]
    Migrate {
        /// The version that was tried.
        version: i64,
        /// Why.
        source: sqlx::Error,
    },
    /// The database is of a later program.
    #[error("failed to use the database: its schema version {0} is newer than this program; start the newer program")]
    Newer(i64),
    /// No space left.
    #[error("failed to write to the database: the disk is full; free some space")]
    Full(#[source] sqlx::Error),
    /// A query failed.
    #[error("failed to {what}")]
    Query {
        /// What was asked for.
        what: &'static str,
        /// Why.
        source: sqlx::Error,
    },
    /// A row does not read back as what was written.
    #[error("failed to read {what} from the store: it is damaged")]
    Damaged {
        /// What.
        what: &'static str,
    },
    /// Somebody else changed the row first.
    #[error("failed to change the row: it was changed by another")]
    Conflict,
    /// The row is not there, or not for this tenant.
    #[error("failed to find the row")]
    Absent,
}

/// A handle to the database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pool: AnyPool,
    turn: std::sync::Arc<Semaphore>,
}

/// An open transaction, begun and ended by its own words: the driver's count of open ones is wrong once a commit has failed.
pub struct Write<'a> {
    connection: PoolConnection<Any>,
    committed: bool,
    _turn: SemaphorePermit<'a>,
}

impl Store {
    /// Opens, or makes, the SQLite file and brings its tables up to date.
    pub async fn open(path: &Path) -> Result<Self, Error> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(|| {
            let _ = sqlx::any::install_drivers(&[sqlx::sqlite::any::DRIVER]);
        });
        make_private(path)?;
        let url = format!("sqlite://{}?mode=rwc", path.display());
        let options = AnyPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(Duration::from_secs(30));
        let pool = options.after_connect(|connection, _| Box::pin(prepare(connection))).connect(&url).await;
        // SQLite has one writer at a time; a queue of our own is fair, its busy handler is not.
        let store = Self { pool: pool.map_err(Error::Open)?, turn: std::sync::Arc::new(Semaphore::new(1)) };
        schema::migrate(&store.pool).await?;
        Ok(store)
    }

    /// Begins a transaction. Dropping it undoes it.
    pub async fn write(&self) -> Result<Write<'_>, Error> {
        let turn = self.turn.acquire().await.expect("the semaphore is never closed");
        let connection = self.pool.acquire().await.map_err(query("begin a transaction"))?;
        let mut write = Write { connection, committed: false, _turn: turn };
        sqlx::query("BEGIN").execute(write.connection()).await.map_err(query("begin a transaction"))?;
        Ok(write)
    }

    /// Whether the database answers.
    pub async fn ready(&self) -> Result<(), Error> {
        sqlx::query("SELECT 1").execute(&self.pool).await.map(drop).map_err(query("reach the database"))
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    pub(crate) fn pool(&self) -> &AnyPool {
        &self.pool
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
        &mut self.connection
    }
}

impl Drop for Write<'_> {
    /// A transaction that was not committed is undone with its connection. On a full disk SQLite undoes some by itself and
    /// leaves others open; on such a connection a later commit may say yes and keep nothing, so none is used again.
    fn drop(&mut self) {
        if !self.committed {
            self.connection.close_on_drop();
        }
    }
}

/// The file is nobody else's, and so are those that SQLite makes beside it, which take its rights.
fn make_private(path: &Path) -> Result<(), Error> {
    let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
    file.map(drop).map_err(|error| Error::Open(sqlx::Error::Io(error)))
}

/// SQLite's own settings. Write-ahead logging lets readers go on while one writes; FULL keeps a used PIN used over a power cut.
async fn prepare(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    if connection.backend_name() == "SQLite" {
        let busy = format!("PRAGMA busy_timeout = {BUSY_MS}");
        sqlx::query(sqlx::AssertSqlSafe(busy)).execute(&mut *connection).await?;
        for pragma in ["PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON"] {
            sqlx::query(pragma).execute(&mut *connection).await?;
        }
    }
    Ok(())
}

/// Names what failed; a full disk is told apart.
pub(crate) fn query(what: &'static str) -> impl Fn(sqlx::Error) -> Error {
    move |source| match is_full(&source) {
        true => Error::Full(source),
        false => Error::Query { what, source },
    }
}

/// As `query`, but what must be unique and is not is a conflict.
pub(crate) fn unless_unique(what: &'static str) -> impl Fn(sqlx::Error) -> Error {
    move |error| match error.as_database_error().is_some_and(|database| database.is_unique_violation()) {
        true => Error::Conflict,
        false => query(what)(error),
    }
}

/// SQLite's SQLITE_FULL is 13; PostgreSQL's disk_full is 53100.
fn is_full(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|database| database.code());
    matches!(code.as_deref(), Some("13" | "53100"))
}

/// A count or time for the database, which has signed numbers only.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A count or time from the database.
pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
