//! Keeps pod and row together until the end: whoever was allowed is admitted, a Stop that only the store heard reaches the
//! pod, an end ends it.

use super::facts::Told;
use super::make::Made;
use super::{AGAIN, Drive};
use crate::hub::Known;
use crate::store::Stored;
use crate::trace_span;
use crate::traces::carry;
use cobrowse_session::waiting::{Event, Row, Stage};
use cobrowse_session::{EndReason, ParticipantId};
use cobrowse_wire::v1::command::Body;
use cobrowse_wire::v1::pod_service_client::PodServiceClient;
use cobrowse_wire::v1::start_response::Outcome;
use cobrowse_wire::v1::{AdmitRequest, EndCommand, Participant, PauseCommand, StartRequest, WatchRequest};
use std::collections::HashSet;
use std::time::Duration;
use tokio::sync::watch;
use tonic::Streaming;
use tonic::transport::Channel;
use tracing::Instrument;

/// From the end in the store to the pod's last fact.
const LAST_FACT: Duration = Duration::from_secs(3);

impl Drive {
    /// Starts the pod's page and keeps pod and row together.
    pub(super) async fn keep(&self, mut made: Made, claimed: &Stored) {
        let parts = self.sessions.parts();
        let Ok(stored) = parts.store.session(&self.scope, &self.id).await else { return };
        let mut known = parts.hub.watch(stored.row);
        let max_duration = self.max_duration();
        let begun = self.begin(&mut made.client, claimed).instrument(trace_span!("browser.start")).await;
        let Some(mut facts) = begun else { return };
        let mut ended = made.pod.enrolled.running.ended.clone();
        let (mut told, mut last) = (Told::default(), None);
        let mut pod = PodState::new(made.client.clone());
        let reason = loop {
            let row = known.borrow_and_update().row.clone();
            pod.admit(&row).await;
            self.pause_pod(&mut pod, &known, &told).await;
            tokio::select! {
                fact = facts.message() => match fact {
                    Ok(Some(fact)) => {
                        last = Some(fact.clone());
                        if self.fact(fact, max_duration, &mut told).await { break None }
                    }
                    Ok(None) | Err(_) => break Some(EndReason::PodLost),
                },
                gone = crate::pods::end_of(&mut ended) => break Some(gone.reason.unwrap_or(EndReason::PodLost)),
                _ = known.changed() => {
                    if known.borrow().row.stage == Stage::Ended {
                        self.end_pod(&mut pod, &mut facts).await;
                        break None;
                    }
                }
                () = tokio::time::sleep(AGAIN) => if told.behind && let Some(fact) = last.clone() {
                    self.fact(fact, max_duration, &mut told).await;
                },
                () = self.stop.cancelled() => break Some(EndReason::PodLost),
            }
        };
        self.finish(reason, made, ended).await;
    }

    /// For a pod that does not say when its session ends.
    pub(super) fn max_duration(&self) -> Duration {
        let tenants = self.sessions.parts().tenants.now();
        tenants.get(self.scope.tenant()).map(|tenant| tenant.policy.live.max_duration).unwrap_or_default()
    }

    /// Start and Watch, at once: the facts say when it went live.
    pub(super) async fn begin(
        &self,
        client: &mut PodServiceClient<Channel>,
        claimed: &Stored,
    ) -> Option<Streaming<cobrowse_wire::v1::WatchResponse>> {
        let parts = self.sessions.parts();
        let start_url = parts.sealer.open(&self.id, &claimed.start.url).ok()?;
        let started = client
            .start(carry(StartRequest { session_id: self.id.to_string(), start_url, query_follows: false }))
            .await;
        let facts = client.watch(carry(WatchRequest {})).await;
        match (facts, started) {
            (Ok(facts), Ok(started)) => {
                tokio::spawn(self.clone().follow_start(started.into_inner()));
                Some(facts.into_inner())
            }
            _ => {
                let by = parts.replica.clone();
                let failed = self.change(Event::ClaimFailed { by, failure: "StartRefused".to_owned() }).await;
                tracing::error!(session_id = %self.id, written = failed.is_ok(), "a pod did not start");
                None
            }
        }
    }

    /// Logs how long the first picture took, or that there is none. What people see of a failure comes by the stream.
    async fn follow_start(self, mut outcomes: Streaming<cobrowse_wire::v1::StartResponse>) {
        while let Ok(Some(response)) = outcomes.message().await {
            match response.outcome {
                Some(Outcome::FirstPictureUs(us)) => {
                    tracing::info!(session_id = %self.id, first_picture_us = us, "the first picture is there");
                }
                Some(Outcome::Failure(failure)) => {
                    tracing::warn!(session_id = %self.id, failure, "the start page did not load");
                }
                Some(Outcome::AwaitsQuery(_)) | None => {}
            }
        }
    }

    /// A Stop that the pod has not heard of: its epoch is behind the row's.
    pub(super) async fn pause_pod(&self, pod: &mut PodState, known: &watch::Receiver<Known>, told: &Told) {
        let row = known.borrow().row.clone();
        if row.paused && row.stage == Stage::Live && row.pause_epoch > told.epoch {
            self.as_end_user(pod, &row, Body::Pause(PauseCommand {})).await;
        }
    }

    /// Ends the pod of a session that the row says is over. Whether the pod said its last word.
    pub(super) async fn end_pod(
        &self,
        pod: &mut PodState,
        facts: &mut Streaming<cobrowse_wire::v1::WatchResponse>,
    ) -> bool {
        let Ok(stored) = self.sessions.parts().store.session(&self.scope, &self.id).await else { return false };
        self.as_end_user(pod, &stored.row, Body::End(EndCommand {})).await;
        let last = async {
            while let Ok(Some(fact)) = facts.message().await {
                if fact.phase() == cobrowse_wire::v1::Phase::Ended {
                    return Some(fact.last_url);
                }
            }
            None
        };
        let Ok(Some(url)) = tokio::time::timeout(LAST_FACT, last).await else { return false };
        if !url.is_empty() {
            self.ended(stored.row.end_reason.unwrap_or(EndReason::PodLost), Some(&url)).await;
        }
        true
    }

    async fn as_end_user(&self, pod: &mut PodState, row: &Row, body: Body) {
        let Some(end_user) = row.end_user() else { return };
        let request = cobrowse_wire::v1::ExecuteRequest {
            participant_id: end_user.participant.id.to_string(),
            command: Some(cobrowse_wire::v1::Command { id: 1, body: Some(body) }),
            guidance: None,
        };
        // A frozen pod must not freeze this task; it is tried again.
        let _ = tokio::time::timeout(AGAIN, pod.client.execute(carry(request))).await;
    }

    /// Writes the end, ends the pod, and waits until nothing of it is left.
    async fn finish(
        &self,
        reason: Option<EndReason>,
        made: Made,
        mut ended: watch::Receiver<Option<crate::pods::Ended>>,
    ) {
        if let Some(reason) = reason {
            self.ended(reason, None).await;
        }
        self.sessions.parts().links.forget(&self.id);
        drop(made);
        crate::pods::end_of(&mut ended).await;
    }
}

/// What the pod was told.
pub(super) struct PodState {
    client: PodServiceClient<Channel>,
    admitted: HashSet<ParticipantId>,
}

impl PodState {
    pub(super) fn new(client: PodServiceClient<Channel>) -> Self {
        Self { client, admitted: HashSet::new() }
    }

    /// Tells the pod about everybody who was allowed and whom it does not know.
    pub(super) async fn admit(&mut self, row: &Row) {
        let unknown = row.allowed().filter(|p| !p.in_pod && !self.admitted.contains(&p.participant.id));
        let unknown: Vec<_> = unknown.map(|person| person.participant.clone()).collect();
        for participant in unknown {
            let request = AdmitRequest { participant: Some(Participant::from(&participant)) };
            let admitted = tokio::time::timeout(AGAIN, self.client.admit(carry(request))).await;
            if matches!(admitted, Ok(Ok(_))) {
                self.admitted.insert(participant.id);
            }
        }
    }
}
