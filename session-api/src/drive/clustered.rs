//! A session on a cluster. The operator makes, binds and ends its pod; this replica asks for it by an object, lets people in, hands
//! over the whole address, and carries facts and changes. Any replica can go on where another one stopped: the pod stays the same,
//! and its page is loaded once whoever asks.

use super::facts::Told;
use super::make::{self, reason};
use super::reconcile::PodState;
use super::{AGAIN, Drive};
use crate::cluster::Cluster;
use crate::cluster::sessions::Look;
use crate::hub::Known;
use crate::sessions::links::{self, Place};
use crate::store::Stored;
use crate::trace_span;
use cobrowse_session::EndReason;
use cobrowse_session::site::PageUrl;
use cobrowse_session::waiting::{Claim, Event, Row, Stage};
use cobrowse_wire::v1::{self, WatchResponse};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tonic::Streaming;
use tracing::Instrument;

/// How often the claim is renewed while there is no pod: a few times in its lease.
const RENEW: Duration = Duration::from_secs(8);
/// How long a pod may be out of reach before it counts as lost. The operator notices a dead one before; this is for one that lives
/// where nobody gets to it.
const LOST: Duration = Duration::from_secs(60);
/// How long the operator's word may be behind a pod that it told to go.
const WHY: Duration = Duration::from_secs(3);

/// Why a step led to no pod.
enum Without {
    /// This replica goes down, or another one has the session: it is theirs to say how it goes on.
    Theirs,
    /// It is over.
    Over(EndReason),
    /// It may go better next time.
    Failed(&'static str),
}

/// How one connection to the pod ended.
enum Parted {
    /// The pod said its last word, and the row has it.
    Over,
    /// The row says that it is over, and the pod did not hear it.
    Unheard,
    /// The operator says so.
    Finished(EndReason),
    /// The pod was out of reach for too long.
    Lost,
    /// Another replica has the session, or this one goes down.
    Theirs,
    /// The connection broke. The pod may be there still.
    Broken,
}

impl Drive {
    /// Takes the session up, from the beginning or where another replica left it.
    pub(super) async fn run_on_cluster(&self, cluster: &Cluster) {
        let store = &self.sessions.parts().store;
        let Ok(stored) = store.session(&self.scope, &self.id).await else { return };
        let claimed = if self.is_ours(&stored.row) { Some(stored) } else { self.claim().await };
        let Some(claimed) = claimed else { return };
        let obtained = match Place::of(&claimed.row) {
            Some(place) => Ok(place),
            None => self.obtain(cluster, &claimed).instrument(trace_span!("browser.make")).await,
        };
        match obtained {
            Ok(place) => self.keep_on_cluster(cluster, &place, &claimed).await,
            Err(Without::Theirs) => {}
            Err(Without::Over(reason)) => self.ended(reason, None).await,
            Err(Without::Failed(failure)) => self.claim_failed(failure).await,
        }
    }

    /// Bound by this replica: it has taken it over.
    fn is_ours(&self, row: &Row) -> bool {
        matches!(&row.claim, Claim::Bound { by, .. } if *by == self.sessions.parts().replica)
    }

    /// Has the object made, waits for its pod, and writes down where that is.
    async fn obtain(&self, cluster: &Cluster, claimed: &Stored) -> Result<Place, Without> {
        let parts = self.sessions.parts();
        let url = parts.sealer.open(&self.id, &claimed.start.url).ok().and_then(|url| PageUrl::parse(&url).ok());
        let url = url.ok_or(Without::Failed("AddressUnreadable"))?;
        let tenants = parts.tenants.now();
        let tenant = tenants.get(&claimed.row.tenant).ok_or(Without::Failed("TenantGone"))?;
        if !claimed.start.by_hand {
            let created = cluster.create(&claimed.row, &claimed.start, &url, tenant);
            created
                .instrument(trace_span!("object.create"))
                .await
                .map_err(|failure| Without::Failed(failure.reason()))?;
        }
        let place = self.await_binding(cluster, claimed).await?;
        let channel = make::dial(parts.links.dialer(), &place).await.map_err(|error| {
            tracing::error!(session_id = %self.id, error = %crate::chain(&error), "a pod cannot be dialled");
            Without::Failed(reason(&error))
        })?;
        parts.links.keep(&self.id, channel);
        let bound = Event::ClaimBound { by: parts.replica.clone(), pod: place.to_text() };
        self.change(bound).await.map_err(|_| Without::Theirs)?;
        Ok(place)
    }

    /// Waits for the operator, and renews the claim meanwhile.
    async fn await_binding(&self, cluster: &Cluster, claimed: &Stored) -> Result<Place, Without> {
        let parts = self.sessions.parts();
        let mut seen = cluster.objects().watch(&self.id);
        let mut known = parts.hub.watch(claimed.row.clone());
        let mut was_there = claimed.start.by_hand;
        loop {
            let look = seen.borrow_and_update().clone();
            match &look {
                Some(Look { finish: Some(reason), .. }) => return Err(Without::Over(*reason)),
                Some(look) => match look.place(cluster.pod_port()) {
                    Some(place) => return Ok(place),
                    None => was_there = true,
                },
                None if was_there => return Err(Without::Over(EndReason::Administrator)),
                None => {}
            }
            tokio::select! {
                _ = seen.changed() => {}
                _ = known.changed() => if known.borrow_and_update().row.stage == Stage::Ended {
                    self.end_object(cluster).await;
                    return Err(Without::Theirs);
                },
                () = tokio::time::sleep(RENEW) => {
                    let renewed = Event::ClaimStarted { by: parts.replica.clone() };
                    self.change(renewed).await.map_err(|_| Without::Theirs)?;
                }
                () = self.stop.cancelled() => return Err(Without::Theirs),
            }
        }
    }

    /// Keeps pod and row together, over as many connections as it takes.
    async fn keep_on_cluster(&self, cluster: &Cluster, place: &Place, claimed: &Stored) {
        let parts = self.sessions.parts();
        // As it is since it was bound.
        let Ok(stored) = parts.store.session(&self.scope, &self.id).await else { return };
        let mut seen = cluster.objects().watch(&self.id);
        let mut known = parts.hub.watch(stored.row);
        let (mut told, mut reached) = (Told::default(), Instant::now());
        loop {
            let attached = tokio::select! {
                attached = self.attach(place, claimed, &known) => attached,
                () = self.no_more_ours(known.clone()) => None,
            };
            let parted = match attached {
                Some((pod, facts)) => {
                    let parted = self.follow(pod, facts, (&mut known, &mut seen), &mut told).await;
                    reached = Instant::now();
                    parted
                }
                None => Parted::Broken,
            };
            let parted = match parted {
                Parted::Broken => self.while_apart(&mut known, &mut seen, reached).await,
                other => other,
            };
            match parted {
                Parted::Broken => continue,
                Parted::Over | Parted::Theirs => {}
                Parted::Unheard => self.end_object(cluster).await,
                Parted::Finished(reason) => self.ended(reason, None).await,
                Parted::Lost => {
                    self.ended(EndReason::PodLost, None).await;
                    self.end_object(cluster).await;
                }
            }
            return parts.links.forget(&self.id);
        }
    }

    /// Waits until there is nothing more to do for this replica.
    async fn no_more_ours(&self, mut known: watch::Receiver<Known>) {
        let over = known.wait_for(|known| known.row.stage == Stage::Ended || !self.is_ours(&known.row));
        tokio::select! {
            _ = over => {}
            () = self.stop.cancelled() => {}
        }
    }

    /// Reaches the pod, lets in who was allowed, and has the page loaded, which is once for all who ask.
    async fn attach(
        &self,
        place: &Place,
        claimed: &Stored,
        known: &watch::Receiver<Known>,
    ) -> Option<(PodState, Streaming<WatchResponse>)> {
        let row = known.borrow().row.clone();
        if row.stage == Stage::Ended || !self.is_ours(&row) {
            return None;
        }
        let links = &self.sessions.parts().links;
        let channel = match links.dialer().dial(place.address, &place.uid).await {
            Ok(channel) => channel,
            Err(error) => {
                tracing::warn!(session_id = %self.id, error = %crate::chain(&error), "a pod cannot be reached");
                return None;
            }
        };
        links.keep(&self.id, channel.clone());
        let mut client = links::client(channel);
        let mut pod = PodState::new(client.clone());
        pod.admit(&row).await;
        let facts = self.begin(&mut client, claimed).instrument(trace_span!("browser.start")).await?;
        Some((pod, facts))
    }

    /// Carries facts and changes while the connection holds.
    async fn follow(
        &self,
        mut pod: PodState,
        mut facts: Streaming<WatchResponse>,
        (known, seen): (&mut watch::Receiver<Known>, &mut watch::Receiver<Option<Look>>),
        told: &mut Told,
    ) -> Parted {
        let (max_duration, mut last) = (self.max_duration(), None);
        loop {
            let row = known.borrow_and_update().row.clone();
            if row.stage == Stage::Ended {
                let heard = self.end_pod(&mut pod, &mut facts).await;
                return if heard { Parted::Over } else { Parted::Unheard };
            }
            if !self.is_ours(&row) {
                return Parted::Theirs;
            }
            pod.admit(&row).await;
            self.pause_pod(&mut pod, known, told).await;
            tokio::select! {
                fact = facts.message() => match fact {
                    Ok(Some(fact)) => {
                        last = Some(fact.clone());
                        if self.fact(weighed(fact, seen).await, max_duration, told).await { return Parted::Over }
                    }
                    Ok(None) | Err(_) => return Parted::Broken,
                },
                _ = known.changed() => {}
                _ = seen.changed() => if let Some(reason) = finished(seen) {
                    // The pod's own word has the page they were on; it comes first where it comes at all.
                    return self.last_word((&mut facts, seen), max_duration, told).await.unwrap_or(Parted::Finished(reason));
                },
                () = tokio::time::sleep(AGAIN) => if told.behind && let Some(fact) = last.clone() {
                    self.fact(fact, max_duration, told).await;
                },
                () = self.stop.cancelled() => return Parted::Theirs,
            }
        }
    }

    async fn last_word(
        &self,
        (facts, seen): (&mut Streaming<WatchResponse>, &mut watch::Receiver<Option<Look>>),
        max_duration: Duration,
        told: &mut Told,
    ) -> Option<Parted> {
        let last = async {
            while let Ok(Some(fact)) = facts.message().await {
                if self.fact(weighed(fact, seen).await, max_duration, told).await {
                    return Some(Parted::Over);
                }
            }
            None
        };
        tokio::time::timeout(AGAIN, last).await.ok().flatten()
    }

    /// Between two connections: until the next try, unless it is over, somebody else's, or the pod has been away for too long.
    async fn while_apart(
        &self,
        known: &mut watch::Receiver<Known>,
        seen: &mut watch::Receiver<Option<Look>>,
        reached: Instant,
    ) -> Parted {
        let pause = tokio::time::sleep(AGAIN);
        tokio::pin!(pause);
        loop {
            if let Some(reason) = finished(seen) {
                return Parted::Finished(reason);
            }
            let row = known.borrow_and_update().row.clone();
            match () {
                () if row.stage == Stage::Ended => return Parted::Unheard,
                () if !self.is_ours(&row) => return Parted::Theirs,
                () if reached.elapsed() > LOST => return Parted::Lost,
                () => {}
            }
            tokio::select! {
                () = &mut pause => return Parted::Broken,
                _ = known.changed() => {}
                _ = seen.changed() => {}
                () = self.stop.cancelled() => return Parted::Theirs,
            }
        }
    }

    /// Asks the operator to end what the row says is over. What is not told now is told by the pod's own limits.
    async fn end_object(&self, cluster: &Cluster) {
        if let Err(failure) = cluster.end(&self.id).await {
            tracing::warn!(session_id = %self.id, failure = failure.reason(), "an object could not be asked to end");
        }
    }
}

/// A fact, with the operator's reason where the pod has none: one that was told to go only knows that it is lost.
async fn weighed(mut fact: WatchResponse, seen: &mut watch::Receiver<Option<Look>>) -> WatchResponse {
    if fact.phase() == v1::Phase::Ended && fact.end_reason() == v1::EndReason::PodLost {
        let why = async {
            loop {
                if let Some(reason) = finished(seen) {
                    return Some(reason);
                }
                seen.changed().await.ok()?;
            }
        };
        if let Ok(Some(reason)) = tokio::time::timeout(WHY, why).await {
            fact.set_end_reason(reason.into());
        }
    }
    fact
}

/// Why the operator says that it is over. An object that was deleted ends its session too.
fn finished(seen: &mut watch::Receiver<Option<Look>>) -> Option<EndReason> {
    match &*seen.borrow_and_update() {
        Some(look) => look.finish,
        None => Some(EndReason::Administrator),
    }
}
