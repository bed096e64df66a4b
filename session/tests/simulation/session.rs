//! One session of the world: its row in the store, its pod, and the model of both. Each decision is one transaction.

use std::time::Duration;

use cobrowse_session::id::ReplicaId;
use cobrowse_session::live::{Command, ControlAction, Input};
use cobrowse_session::participant::PersonName;
use cobrowse_session::pin::{JoinPin, PinHash, PinKey};
use cobrowse_session::policy::SessionPolicy;
use cobrowse_session::secret::SecretHash;
use cobrowse_session::waiting::{Claim, Effect, Event, NewSession, Refusal, Row, decide, limits, next_deadline};
use cobrowse_session::{EndReason, Participant, ParticipantId, Role, SessionId, TenantId, Timestamp};

use crate::model::{Model, ModelPin, ModelTicket};
use crate::moves::{Ask, Index, Move};
use crate::pod::Pod;

/// When every history begins.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// One session as the world knows it.
pub(crate) struct Session {
    pub(crate) row: Row,
    pub(crate) pod: Option<Pod>,
    pub(crate) model: Model,
    /// Stop was told to the store, and the pod was not reached yet.
    stop_pending: bool,
}

pub(crate) fn replica(index: Index) -> ReplicaId {
    ReplicaId::parse(&format!("replica{index}")).expect("an id")
}

pub(crate) fn name(text: &str) -> PersonName {
    PersonName::parse(text).expect("a name")
}

/// The digits alone, so that two tenants' sessions have equal PINs: their hashes must differ all the same.
pub(crate) fn pin(session: Index, number: usize, of: &TenantId) -> PinHash {
    let digits = format!("{:06}", (session % 2) * 1000 + number);
    JoinPin::parse(&digits).expect("digits").hash(&PinKey::new(&[3; 32]), of)
}

impl Session {
    pub(crate) fn new(index: Index, tenant: TenantId) -> Self {
        let first = pin(index, 0, &tenant);
        let new = NewSession {
            id: SessionId::parse(&format!("session{index}")).expect("a label"),
            tenant,
            policy: SessionPolicy::default().waiting(),
            end_user: ParticipantId::parse("customer").expect("an id"),
            end_user_name: name("Customer"),
            end_user_token: SecretHash::from_bytes([255; 32]),
            pin: first,
        };
        let life = new.policy.pin_life;
        let row = Row::start(new, START);
        Self { row, pod: None, model: Model::new(first, START, life), stop_pending: false }
    }

    pub(crate) fn person(&self, index: Index) -> Option<ParticipantId> {
        self.row.people.get(index).map(|person| person.participant.id.clone())
    }

    /// One decision, as a transaction of the store, and what the model makes of it.
    pub(crate) fn decide(&mut self, now: Timestamp, event: Event) {
        let before = self.row.clone();
        let decision = match decide(&before, now, event.clone()) {
            Ok(decision) => decision,
            // It was over by time, and nobody had written that yet.
            Err(Refusal::Ended) if before.end_reason.is_none() => return self.decide(now, Event::Deadline),
            Err(_) => return,
        };
        let changed = decision.row != before;
        assert_eq!(decision.row.version, before.version + u64::from(changed), "versions count changes");
        assert_eq!(decision.effects.contains(&Effect::Notify), changed, "changes are told");
        assert!(decision.row.pause_epoch >= before.pause_epoch, "the store's pause epoch fell by {event:?}");
        assert!(before.end_reason.is_none() || !changed, "an ended row changed by {event:?}");
        self.row = decision.row;
        self.note(now, &event, &decision.effects);
    }

    fn note(&mut self, now: Timestamp, event: &Event, effects: &[Effect]) {
        let model = &mut self.model;
        match event {
            Event::PinEntered { tenant, account, participant, pin, .. } => {
                assert_eq!(*tenant, self.row.tenant, "tenants met");
                model.admit_knock(pin, now);
                model.knocked.insert(participant.clone(), (account.clone(), Role::Agent));
            }
            Event::AcceptInvitation { tenant, account, participant, .. } => {
                assert_eq!(*tenant, self.row.tenant, "tenants met");
                let role = self.row.person(participant).expect("just accepted").participant.role;
                model.knocked.insert(participant.clone(), (account.clone(), role));
            }
            Event::RenewPin { by, pin } => {
                assert_eq!(by.as_str(), "customer");
                let expires_at = now + self.row.policy.pin_life;
                model.pins.push(ModelPin { hash: *pin, expires_at, used: false });
            }
            Event::Allow { by, participant, permissions } => {
                assert_eq!(by.as_str(), "customer", "somebody else than the end user allowed");
                let role = model.knocked.get(participant).expect("allowed one who never knocked").1;
                model.permissions.entry(participant.clone()).or_insert(permissions.within(role));
            }
            Event::CreateTicket { by, hash } => {
                let expires_at = now + limits::TICKET_LIFE;
                model.tickets.push(ModelTicket { hash: *hash, of: by.clone(), expires_at, spent: false });
            }
            Event::SpendTicket { hash } => {
                let of = effects.iter().find_map(|effect| match effect {
                    Effect::Attach(of) => Some(of),
                    _ => None,
                });
                model.spend(hash, of.expect("a spent ticket opens a stream"), now);
            }
            _ => {}
        }
    }

    pub(crate) fn spend(&mut self, now: Timestamp, index: Index) {
        if let Some(hash) = self.model.tickets.get(index).map(|ticket| ticket.hash) {
            self.decide(now, Event::SpendTicket { hash });
        }
    }

    fn holds_claim(&self, index: Index) -> bool {
        matches!(&self.row.claim, Claim::Claiming { by, .. } if *by == replica(index))
    }

    pub(crate) fn make_pod(&mut self, now: Timestamp, replica: Index) {
        if self.holds_claim(replica) && self.row.end_reason.is_none() {
            // What the second replica makes begins with nobody, as on a cluster.
            let bound_for = self.row.allowed().filter(|_| replica == 0);
            let participants: Vec<Participant> = bound_for.map(|person| person.participant.clone()).collect();
            self.pod = Some(Pod::new(now, participants, &mut self.model));
            self.stop_pending = self.row.paused;
        }
    }

    pub(crate) fn bound(&mut self, now: Timestamp, index: Index) {
        if self.pod.is_some() {
            self.decide(now, Event::ClaimBound { by: replica(index), pod: "pod".to_owned() });
        }
    }

    pub(crate) fn fail(&mut self, now: Timestamp, index: Index) {
        self.facts(now);
        let before = self.row.claim_failures;
        self.decide(now, Event::ClaimFailed { by: replica(index), failure: "Failed".to_owned() });
        if self.row.claim_failures > before {
            self.drop_pod();
        }
    }

    pub(crate) fn went_live(&mut self, now: Timestamp) {
        if let Some(pod) = self.pod.as_ref().filter(|pod| pod.live.ended().is_none()) {
            let expires_at = pod.live.state(now).expires_at;
            self.decide(now, Event::WentLive { expires_at });
        }
    }

    pub(crate) fn facts(&mut self, now: Timestamp) {
        let Some(pod) = &self.pod else { return };
        let (state, participants) = (pod.live.state(now), pod.live.roster().cloned().collect());
        if let Some(reason) = state.ended {
            return self.decide(now, Event::Ended { reason });
        }
        // The store hears of the end user's Stop alone.
        let (epoch, stopped) = (state.pause_epoch, pod.live.stopped());
        let pause = if stopped { Event::Paused { epoch: Some(epoch) } } else { Event::Resumed { epoch } };
        for event in [Event::Roster { participants }, Event::Extended { expires_at: state.expires_at }, pause] {
            self.decide(now, event);
        }
        assert!(self.row.end_reason.is_some() || self.row.pause_epoch >= epoch || !stopped, "a pause was lost");
        if self.row.end_reason.is_none() && self.row.pause_epoch > epoch {
            assert!(self.row.paused, "an old word of the pod undid Stop");
        }
        if self.row.end_reason.is_none() && !self.stop_pending {
            assert_eq!(self.row.paused, stopped, "store and pod disagree on Stop: {:?} {state:?}", self.row);
        }
    }

    pub(crate) fn admit_all(&mut self, now: Timestamp) {
        if !matches!(self.row.claim, Claim::Bound { .. }) {
            return;
        }
        let everybody: Vec<Participant> = self.row.allowed().map(|person| person.participant.clone()).collect();
        for person in everybody {
            self.give(now, Input::Admit(person));
        }
    }

    fn give(&mut self, now: Timestamp, input: Input) {
        if let Some(pod) = &mut self.pod {
            pod.give(now, input, &mut self.model);
        }
    }

    /// Nobody reaches a pod that is not bound: its place stands in no row.
    fn is_reachable(&self) -> bool {
        matches!(self.row.claim, Claim::Bound { .. })
    }

    pub(crate) fn administer(&mut self, now: Timestamp, paused: bool, max_seconds: u64) {
        if self.is_reachable() {
            self.give(now, Input::Administered { paused, max_duration: Some(Duration::from_secs(max_seconds)) });
        }
    }

    pub(crate) fn tell_pod(&mut self, now: Timestamp, who: Index, input: impl FnOnce(ParticipantId) -> Input) {
        if let Some(who) = self.person(who).filter(|_| self.is_reachable()) {
            self.give(now, input(who));
        }
    }

    pub(crate) fn command(&mut self, now: Timestamp, by: Index, ask: &Ask) {
        if !self.is_reachable() {
            return;
        }
        let Some(command) = self.command_of(ask) else { return };
        // Whoever pressed Stop goes on until the pod has paused; nothing of the end user's overtakes it.
        if by == 0 && std::mem::take(&mut self.stop_pending) {
            self.tell_pod(now, 0, |by| Input::Command { by, id: 1, command: Command::Pause });
        }
        self.tell_pod(now, by, |by| Input::Command { by, id: 1, command });
    }

    fn command_of(&self, ask: &Ask) -> Option<Command> {
        Some(match ask {
            Ask::Pause => Command::Pause,
            Ask::Resume => Command::Resume,
            Ask::End => Command::End,
            Ask::Extend => Command::Extend,
            Ask::Request => Command::Control(ControlAction::Request),
            Ask::Grant(who) => Command::Control(ControlAction::Grant(self.person(*who)?)),
            Ask::Release => Command::Control(ControlAction::Release),
            Ask::Revoke => Command::Control(ControlAction::Revoke),
            Ask::Take => Command::Control(ControlAction::Take),
            Ask::Permit(who, permissions) => {
                Command::Permit { participant: self.person(*who)?, permissions: *permissions }
            }
        })
    }

    pub(crate) fn stop(&mut self, now: Timestamp, to_pod: bool, knows: bool) {
        let Some(pod) = &self.pod else { return };
        let state = pod.live.state(now);
        let known = state.pause_epoch + u32::from(!pod.live.stopped());
        self.decide(now, Event::Paused { epoch: knows.then_some(known) });
        self.stop_pending = true;
        if to_pod {
            self.command(now, 0, &Ask::Pause);
        }
    }

    pub(crate) fn lose_pod(&mut self, now: Timestamp) {
        if matches!(self.row.claim, Claim::Bound { .. }) {
            self.decide(now, Event::Ended { reason: EndReason::PodLost });
            self.drop_pod();
        }
    }

    fn drop_pod(&mut self) {
        self.pod = None;
        self.stop_pending = false;
        self.model.lose_pod();
    }

    pub(crate) fn let_pass(&mut self, now: Timestamp, sweep: bool) {
        if let Some(pod) = &mut self.pod {
            pod.run_until(now, &mut self.model);
        }
        for _ in 0..1_000 {
            match next_deadline(&self.row).filter(|at| sweep && *at <= now) {
                Some(_) => self.decide(now, Event::Deadline),
                None => return,
            }
        }
        panic!("deadlines without end: {:?}", self.row);
    }

    pub(crate) fn check(&self, step: &Move) {
        for person in self.row.people.iter().filter(|person| person.participant.role != Role::EndUser) {
            let id = &person.participant.id;
            let knocked = self.model.knocked.get(id).unwrap_or_else(|| panic!("{id} is in without knocking, {step:?}"));
            assert_eq!(person.account.as_ref(), Some(&knocked.0));
        }
        for id in self.pod.iter().flat_map(|pod| &pod.pictures).filter(|id| id.as_str() != "customer") {
            assert!(self.model.permissions.get(id).is_some_and(|said| said.view), "{id} sees unallowed, {step:?}");
            assert!(!self.model.paused && !self.model.held, "{id} sees while stopped or held, {step:?}");
        }
    }
}
