//! The store: one set of queries for SQLite and PostgreSQL. It keeps and compares; `session::waiting` decides what changes.
//!
//! Every change is one transaction whose first statement writes, so that SQLite takes its write lock at once and no
//! transaction fails half-way because it read first. Times are milliseconds since 1970, bytes are hexadecimal text.

mod accounts;
mod attempts;
mod audit;
mod link;
mod notices;
mod places;
pub mod replicas;
mod reports;
mod row;
mod schema;
pub mod server;
mod sessions;
mod system;
#[cfg(test)]
mod tests;
mod write;

pub use accounts::Account;
pub use audit::Act;
pub use link::Error as LinkError;
pub use notices::{Listener, Notice};
pub use reports::Report;
pub use sessions::{Start, Stored, Waiting};
pub use system::SystemScope;
pub use write::Write;

use link::Link;
use server::Server;
use sqlx::any::AnyPoolOptions;
use sqlx::{AnyConnection, AnyPool};
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Once;
use std::time::Duration;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// Connections of one replica.
const CONNECTIONS: u32 = 8;
/// Transactions of one replica at once, on a server.
const WRITERS: usize = 4;
/// How long a writer waits for another replica's write to the same SQLite file.
const BUSY_MS: u32 = 10_000;
/// What a PostgreSQL server does for each connection: a replica that hangs holds nobody up for long, and rules rely on the
/// isolation that is usual.
const SERVER_SETTINGS: [&str; 5] = [
    "SET client_min_messages = 'warning'",
    "SET statement_timeout = '30s'",
    "SET lock_timeout = '10s'",
    "SET idle_in_transaction_session_timeout = '30s'",
    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED",
];

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database cannot be opened.
    #[error("failed to open the database")]
    Open(#[source] sqlx::Error),
    /// The server's address.
    #[error("failed to go by the database's address")]
    Server(#[source] server::Error),
    /// The way to the server.
    #[error("failed to open the way to the database")]
    Link(#[source] link::Error),
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
    server: Option<std::sync::Arc<Reached>>,
}

/// A server, and the way there.
struct Reached {
    url: Zeroizing<String>,
    _link: Link,
}

impl std::fmt::Debug for Reached {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reached")
    }
}

impl Store {
    /// Opens, or makes, the SQLite file and brings its tables up to date.
    pub async fn open(path: &Path) -> Result<Self, Error> {
        make_private(path)?;
        let pool = pool(&format!("sqlite://{}?mode=rwc", path.display())).await?;
        // SQLite has one writer at a time; a queue of our own is fair, its busy handler is not.
        let store = Self { pool, turn: std::sync::Arc::new(Semaphore::new(1)), server: None };
        schema::migrate(&store.pool).await?;
        Ok(store)
    }

    /// Connects to a PostgreSQL server and brings its tables up to date.
    pub async fn connect(server: &Server) -> Result<Self, Error> {
        let link = Link::open(server).await.map_err(Error::Link)?;
        let url = server.through(link.near()).map_err(Error::Server)?;
        let pool = pool(&url).await?;
        let reached = Reached { url, _link: link };
        // A transaction may wait for a row that another one has, which reads on a connection of its own before it ends: some are kept
        // for that.
        let turn = Semaphore::new(WRITERS);
        let store = Self { pool, turn: std::sync::Arc::new(turn), server: Some(std::sync::Arc::new(reached)) };
        schema::migrate(&store.pool).await?;
        Ok(store)
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

/// The file is nobody else's, and so are those that SQLite makes beside it, which take its rights.
fn make_private(path: &Path) -> Result<(), Error> {
    let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
    file.map(drop).map_err(|error| Error::Open(sqlx::Error::Io(error)))
}

async fn pool(url: &str) -> Result<AnyPool, Error> {
    static DRIVERS: Once = Once::new();
    DRIVERS.call_once(|| {
        let _ = sqlx::any::install_drivers(&[sqlx::sqlite::any::DRIVER, sqlx::postgres::any::DRIVER]);
    });
    let options = AnyPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(Duration::from_secs(30));
    options.after_connect(|connection, _| Box::pin(prepare(connection))).connect(url).await.map_err(Error::Open)
}

/// SQLite's own settings, and the server's. Write-ahead logging lets readers go on while one writes; FULL keeps a used PIN used over a power cut.
async fn prepare(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    if connection.backend_name() == "SQLite" {
        let busy = format!("PRAGMA busy_timeout = {BUSY_MS}");
        sqlx::query(sqlx::AssertSqlSafe(busy)).execute(&mut *connection).await?;
        for pragma in ["PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON"] {
            sqlx::query(pragma).execute(&mut *connection).await?;
        }
        return Ok(());
    }
    for setting in SERVER_SETTINGS {
        sqlx::query(setting).execute(&mut *connection).await?;
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
