//! Notices of a PostgreSQL server: every replica hears of a change when it lasts, and no later. They are sent in the transaction
//! that changes, so there is none of what was undone. SQLite has none; its replicas look again and again.

use super::{Error, Store, SystemScope, Write, query};
use cobrowse_session::SessionId;
use cobrowse_session::waiting::Row;
use sqlx::postgres::PgListener;

/// Where notices of sessions go.
const SESSIONS: &str = "cobrowse_sessions";

/// One session changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Which.
    pub id: SessionId,
    /// To this version.
    pub version: u64,
}

/// Hears notices, on a connection of its own.
pub struct Listener(PgListener);

impl Store {
    /// Begins to listen; `None` where there are no notices. What changed before may be missed.
    pub async fn listen(&self, _: SystemScope) -> Result<Option<Listener>, Error> {
        let Some(server) = &self.server else { return Ok(None) };
        let mut listener = PgListener::connect(&server.url).await.map_err(query("listen for notices"))?;
        listener.listen(SESSIONS).await.map_err(query("listen for notices"))?;
        Ok(Some(Listener(listener)))
    }
}

impl Listener {
    /// The next notice. An error is a lost connection: listen anew, and look what was missed.
    pub async fn next(&mut self) -> Result<Notice, Error> {
        loop {
            let heard = self.0.try_recv().await.map_err(query("hear notices"))?;
            let heard = heard.ok_or_else(|| query("hear notices")(sqlx::Error::WorkerCrashed))?;
            if let Some(notice) = read(heard.payload()) {
                return Ok(notice);
            }
        }
    }
}

impl Write<'_> {
    /// Tells the other replicas, once this lasts.
    pub(super) async fn notify(&mut self, row: &Row) -> Result<(), Error> {
        if !self.told {
            return Ok(());
        }
        let tell = sqlx::query("SELECT pg_notify($1, $2)").bind(SESSIONS).bind(format!("{} {}", row.id, row.version));
        tell.execute(self.connection()).await.map(drop).map_err(query("tell of a change"))
    }
}

fn read(payload: &str) -> Option<Notice> {
    let (id, version) = payload.split_once(' ')?;
    Some(Notice { id: SessionId::parse(id).ok()?, version: version.parse().ok()? })
}
