//! `GetSession` and `WatchSession`.

use super::Sessions;
use crate::caller::Caller;
use crate::hub::Known;
use crate::refusal::Refusal;
use cobrowse_session::SessionId;
use cobrowse_session::waiting::{Consent, Stage};
use cobrowse_wire::v1::{Session, WatchSessionResponse};
use futures::stream::{self, BoxStream, StreamExt};
use std::time::Duration;
use tokio::sync::watch;
use tonic::Status;

/// A session's place in the queue changes with others' rows, so it is looked up so often.
const QUEUE_LOOK: Duration = Duration::from_secs(2);

struct Watching {
    sessions: Sessions,
    caller: Caller,
    id: SessionId,
    known: watch::Receiver<Known>,
    state: State,
    queued: bool,
}

enum State {
    First,
    Going,
    /// The next item is this refusal, or the end.
    Over(Option<Refusal>),
}

impl Sessions {
    /// Answers `GetSession`.
    pub(super) async fn get(&self, caller: &Caller, id: &str) -> Result<Session, Refusal> {
        let stored = self.find(caller, id).await?;
        self.seen(caller, &stored).await
    }

    /// Answers `WatchSession`.
    pub(super) async fn watch(
        &self,
        caller: Caller,
        id: &str,
    ) -> Result<BoxStream<'static, Result<WatchSessionResponse, Status>>, Refusal> {
        let stored = self.find(&caller, id).await?;
        let id = stored.row.id.clone();
        let known = self.parts.hub.watch(stored.row);
        let watching = Watching { sessions: self.clone(), caller, id, known, state: State::First, queued: false };
        Ok(stream::unfold(watching, Watching::next).boxed())
    }
}

impl Watching {
    async fn next(mut self) -> Option<(Result<WatchSessionResponse, Status>, Self)> {
        match std::mem::replace(&mut self.state, State::Going) {
            State::First => {}
            State::Going => tokio::select! {
                changed = self.known.changed() => changed.ok()?,
                () = tokio::time::sleep(QUEUE_LOOK), if self.queued => {}
                () = self.sessions.parts.draining.cancelled() => {
                    self.state = State::Over(None);
                    return Some((Err(Refusal::Draining.into()), self));
                }
            },
            State::Over(refusal) => {
                self.state = State::Over(None);
                return refusal.map(|refusal| (Err(refusal.into()), self));
            }
        }
        self.known.mark_unchanged();
        let session = self.look().await;
        if session.is_err() {
            self.state = State::Over(None);
        }
        Some((session.map(|session| WatchSessionResponse { session: Some(session) }).map_err(Status::from), self))
    }

    /// Reads the store, so that what is sent is at least as new as the notice, and whole.
    async fn look(&mut self) -> Result<Session, Refusal> {
        let stored = self.sessions.parts.store.session(self.caller.scope()?, &self.id).await?;
        let consent = self.caller.person(&stored.row).map(|person| person.consent);
        if stored.row.stage == Stage::Ended {
            self.state = State::Over(None);
        } else if !matches!(consent, Some(Consent::Allowed | Consent::Asked)) {
            self.state = State::Over(Some(Refusal::Denied));
        }
        self.queued = stored.row.stage == Stage::Queued;
        self.sessions.seen(&self.caller, &stored).await
    }
}
