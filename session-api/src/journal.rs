//! Acts that a pod carries out, on their way to the audit. What the store itself decides is audited in its own transaction;
//! these wait here instead, so that neither a busy store nor a full disk holds a live session up.

use crate::admin::metrics::Metrics;
use crate::sessions::change::Actor;
use crate::store::{Act, Error, Store};
use cobrowse_session::permission::TenantScope;
use cobrowse_session::{ParticipantId, SessionId, Timestamp};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Acts that wait: minutes of a busy installation, and a few MiB.
const WAITING: usize = 10_000;
/// Acts of one transaction.
const AT_ONCE: usize = 256;
/// When the store refuses, it is tried again after this.
const AGAIN: Duration = Duration::from_secs(1);
/// People remembered who did something of which only the first time is kept.
const ONCE: usize = 10_000;

/// One act of somebody in a session.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The session's tenant.
    pub scope: TenantScope,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// CamelCase.
    pub act: &'static str,
    /// In which session.
    pub session: SessionId,
    /// Stable words and ids. Never free text.
    pub detail: String,
}

type First = (SessionId, ParticipantId, &'static str);

/// Takes acts. Cheap to clone.
#[derive(Clone)]
pub struct Journal {
    waiting: mpsc::Sender<Entry>,
    once: Arc<Mutex<HashSet<First>>>,
    metrics: Arc<Metrics>,
}

impl Journal {
    /// And where its acts come out.
    pub fn new(metrics: Arc<Metrics>) -> (Self, mpsc::Receiver<Entry>) {
        let (waiting, acts) = mpsc::channel(WAITING);
        (Self { waiting, once: Arc::default(), metrics }, acts)
    }

    /// Keeps an act.
    pub fn note(&self, entry: Entry) {
        if self.waiting.try_send(entry).is_err() {
            self.metrics.audit_lost.inc();
            tracing::error!("an act could not be kept for the audit: too many wait for the store");
        }
    }

    /// Whether this person does this in this session for the first time. A person may be remembered for less than the session.
    pub fn is_first(&self, session: &SessionId, participant: &ParticipantId, act: &'static str) -> bool {
        let mut once = self.once.lock().unwrap_or_else(PoisonError::into_inner);
        if once.len() >= ONCE {
            once.clear();
        }
        once.insert((session.clone(), participant.clone(), act))
    }
}

/// Writes acts to the audit until `stop`, and then what still waits.
pub async fn keep(store: Store, mut acts: mpsc::Receiver<Entry>, metrics: Arc<Metrics>, stop: CancellationToken) {
    let mut batch = Vec::new();
    loop {
        tokio::select! {
            count = acts.recv_many(&mut batch, AT_ONCE) => if count == 0 { return },
            () = stop.cancelled(), if !acts.is_closed() => {
                acts.close();
                continue;
            }
        }
        let mut failing = false;
        while let Err(error) = write(&store, &batch).await {
            if !std::mem::replace(&mut failing, true) {
                tracing::error!(error = %crate::chain(&error), "acts cannot be written to the audit; they wait");
            }
            if stop.is_cancelled() {
                metrics.audit_lost.inc_by(u64::try_from(batch.len()).unwrap_or(0));
                break;
            }
            tokio::select! {
                () = tokio::time::sleep(AGAIN) => {}
                () = stop.cancelled() => {}
            }
        }
        batch.clear();
    }
}

async fn write(store: &Store, batch: &[Entry]) -> Result<(), Error> {
    let mut write = store.write().await?;
    for Entry { scope, at, actor, act, session, detail } in batch {
        let (who, address) = (actor.who.as_str(), actor.address.as_str());
        write.audit(scope, &Act { at: *at, who, act, session: Some(session), detail, address }).await?;
    }
    write.commit().await
}
