//! The task that has a session's browser: claims it in the store, makes it, and carries facts from the pod to the row and
//! changes of the row to the pod, until the end. Exactly one replica drives a session. Where the browser comes from makes two ways of
//! it: a child of this process, which dies with it, or a pod of a cluster, with which another replica can go on.

mod clustered;
mod facts;
mod grants;
mod make;
mod reconcile;

use crate::cluster::Cluster;
use crate::pods::warm::Pods;
use crate::refusal::Refusal;
use crate::sessions::change::Actor;
use crate::sessions::{Sessions, Wanted};
use crate::{trace_span, traces};
use cobrowse_session::waiting::Event;
use cobrowse_session::{EndReason, SessionId};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};
use tracing::Instrument;

/// How often what the store or a pod did not take is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// Where browsers come from.
pub enum Browsers {
    /// Child processes of this one.
    Children(Pods),
    /// Pods of a cluster, which the operator makes.
    Cluster(Box<Cluster>),
}

/// Takes up sessions that want a browser, until `stop`, and then waits for those it drives.
pub async fn take_up(sessions: Sessions, mut wanted: mpsc::UnboundedReceiver<Wanted>, stop: CancellationToken) {
    let tasks = TaskTracker::new();
    loop {
        tokio::select! {
            Some((scope, id, from)) = wanted.recv() => {
                let drive = Drive { sessions: sessions.clone(), scope, id, stop: stop.clone() };
                let span = trace_span!("drive", session_id = %drive.id);
                traces::follow(&span, from);
                tasks.spawn(drive.run().instrument(span));
            }
            () = stop.cancelled() => break,
            else => break,
        }
    }
    tasks.close();
    tasks.wait().await;
}

/// One session that this replica drives, or tries to.
#[derive(Clone)]
struct Drive {
    sessions: Sessions,
    scope: cobrowse_session::permission::TenantScope,
    id: SessionId,
    stop: CancellationToken,
}

impl Drive {
    async fn run(self) {
        match &self.sessions.parts().browsers {
            Browsers::Children(pods) => self.run_child(pods).await,
            Browsers::Cluster(cluster) => self.run_on_cluster(cluster).await,
        }
    }

    /// Has the session for itself, or not.
    async fn claim(&self) -> Option<crate::store::Stored> {
        let claim = Event::ClaimStarted { by: self.sessions.parts().replica.clone() };
        match self.change(claim).await {
            Ok(stored) => Some(stored),
            // Another replica was faster, or the session ended meanwhile.
            Err(refusal) => {
                tracing::debug!(session_id = %self.id, reason = refusal.reason(), "a claim was not ours");
                None
            }
        }
    }

    async fn run_child(&self, pods: &Pods) {
        let Some(claimed) = self.claim().await else { return };
        let made = self.make(pods, &claimed).instrument(trace_span!("browser.make")).await;
        match made {
            Ok(made) => {
                let (pod, client) = (made.pod.enrolled.uid.clone(), made.client.clone());
                let granted = self.clone().keep_granted(pods.clone(), pod, client);
                let _granted = AbortOnDropHandle::new(tokio::spawn(granted));
                self.keep(made, &claimed).await;
            }
            Err(failure) => self.claim_failed(failure).await,
        }
    }

    async fn claim_failed(&self, failure: &str) {
        tracing::warn!(session_id = %self.id, failure, "a browser could not be made");
        let by = self.sessions.parts().replica.clone();
        // Refused where somebody else has it by now, or where it is over.
        let _ = self.change(Event::ClaimFailed { by, failure: failure.to_owned() }).await;
    }

    async fn change(&self, event: Event) -> Result<crate::store::Stored, Refusal> {
        let changed = self.sessions.change(&self.scope, &self.id, event, &Actor::system()).await?;
        Ok(changed.stored)
    }

    /// Ends the session in the store. When the store does not take it, it is tried until it does: nobody else would end it,
    /// and its place would stay taken.
    async fn ended(&self, reason: EndReason, return_url: Option<&str>) {
        let Err(refusal) = self.write_end(reason, return_url).await else { return };
        tracing::error!(session_id = %self.id, reason = refusal.reason(), "an end could not be written; it is tried again");
        let (drive, url) = (self.clone(), return_url.map(str::to_owned));
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = tokio::time::sleep(AGAIN) => {}
                    () = drive.stop.cancelled() => return,
                }
                if drive.write_end(reason, url.as_deref()).await.is_ok() {
                    return;
                }
            }
        });
    }

    /// That it had ended already is as good.
    async fn write_end(&self, reason: EndReason, return_url: Option<&str>) -> Result<(), Refusal> {
        let event = Event::Ended { reason };
        let ended = self.sessions.change_and_keep(&self.scope, &self.id, event, &Actor::system(), return_url).await;
        match (ended, return_url) {
            (Err(Refusal::SessionEnded), Some(url)) => self.sessions.keep_return_url(&self.scope, &self.id, url).await,
            (Ok(_) | Err(Refusal::SessionEnded | Refusal::SessionNotFound), _) => Ok(()),
            (Err(refusal), _) => Err(refusal),
        }
    }
}
