//! The world of one history: a store with three rows of two tenants, a pod for each row, two replicas, four accounts.

use std::time::Duration;

use cobrowse_session::live::Input;
use cobrowse_session::secret::SecretHash;
use cobrowse_session::waiting::Event;
use cobrowse_session::{AccountId, ParticipantId, TenantId, Timestamp};

use crate::moves::{Ask, Index, Move, Which};
use crate::session::{START, Session, name, pin, replica};

/// Longer than any session can last: waiting with all its PINs, then living, then every slack.
const LONGEST: Duration = Duration::from_secs(16 * 3600);

pub(crate) struct World {
    now: Timestamp,
    sessions: Vec<Session>,
    /// Counts everything that must be fresh.
    fresh: u32,
}

fn tenant(index: Index) -> TenantId {
    TenantId::parse(["northwind", "contoso"][index]).expect("a label")
}

/// Accounts 0 and 1 are of the first tenant, 2 and 3 of the second.
fn account(index: Index) -> (AccountId, TenantId) {
    (AccountId::parse(&format!("account{index}")).expect("an id"), tenant(index / 2))
}

impl World {
    pub(crate) fn new() -> Self {
        let sessions = (0..3).map(|index| Session::new(index, tenant(index / 2))).collect();
        Self { now: START, sessions, fresh: 0 }
    }

    fn fresh_secret(&mut self) -> SecretHash {
        self.fresh += 1;
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&self.fresh.to_be_bytes());
        SecretHash::from_bytes(bytes)
    }

    fn fresh_person(&mut self) -> ParticipantId {
        self.fresh += 1;
        ParticipantId::parse(&format!("p{}", self.fresh)).expect("an id")
    }

    pub(crate) fn take(&mut self, step: &Move) {
        match *step {
            Move::Wait { millis, sweep } => self.wait(Duration::from_millis(millis), sweep),
            Move::EnterPin { session, account, which } => self.enter_pin(session, account, which),
            Move::Accept { session, account, invitation } => self.accept(session, account, invitation),
            Move::Invite { session, by, role } => {
                let hash = self.fresh_secret();
                self.by_person(session, by, |by| Event::Invite { by, role, hash });
            }
            Move::Ticket { session, by } => {
                let hash = self.fresh_secret();
                self.by_person(session, by, |by| Event::CreateTicket { by, hash });
            }
            ref other => self.take_in_one(other),
        }
    }

    fn take_in_one(&mut self, step: &Move) {
        let now = self.now;
        let at = |session: &Index| *session;
        match step {
            Move::Renew { session, by } => {
                let known = &self.sessions[at(session)];
                let hash = pin(*session, known.model.pins.len(), &known.row.tenant);
                self.by_person(*session, *by, |by| Event::RenewPin { by, pin: hash });
            }
            Move::Allow { session, by, who, permissions } => {
                let Some(participant) = self.sessions[at(session)].person(*who) else { return };
                let permissions = *permissions;
                self.by_person(*session, *by, |by| Event::Allow { by, participant, permissions });
            }
            Move::Deny { session, by, who } => {
                let Some(participant) = self.sessions[at(session)].person(*who) else { return };
                self.by_person(*session, *by, |by| Event::Deny { by, participant });
            }
            Move::End { session, by } => self.by_person(*session, *by, |by| Event::End { by }),
            Move::Spend { session, ticket } => self.sessions[at(session)].spend(now, *ticket),
            Move::Claim { session, replica: by } => {
                self.sessions[at(session)].decide(now, Event::ClaimStarted { by: replica(*by) });
            }
            Move::MakePod { session, replica } => self.sessions[at(session)].make_pod(now, *replica),
            Move::Bound { session, replica } => self.sessions[at(session)].bound(now, *replica),
            Move::Fail { session, replica } => self.sessions[at(session)].fail(now, *replica),
            Move::TakeOver { session, from, by } => {
                let event = Event::TakenOver { from: replica(*from), by: replica(*by) };
                self.sessions[at(session)].decide(now, event);
            }
            Move::WentLive { session } => self.sessions[at(session)].went_live(now),
            Move::Facts { session } => self.sessions[at(session)].facts(now),
            Move::Admit { session } => self.sessions[at(session)].admit_all(now),
            Move::Attach { session, who } => self.sessions[at(session)].tell_pod(now, *who, Input::Attached),
            Move::Detach { session, who } => self.sessions[at(session)].tell_pod(now, *who, Input::Detached),
            Move::Active { session, who } => self.sessions[at(session)].tell_pod(now, *who, Input::Active),
            Move::Command { session, by, command } => self.sessions[at(session)].command(now, *by, command),
            Move::Administer { session, paused, max_seconds } => {
                self.sessions[at(session)].administer(now, *paused, *max_seconds);
            }
            Move::StopCall { session, to_pod, knows } => self.sessions[at(session)].stop(now, *to_pod, *knows),
            Move::PodLost { session } => self.sessions[at(session)].lose_pod(now),
            _ => unreachable!("taken by the world"),
        }
    }

    fn wait(&mut self, time: Duration, sweep: bool) {
        self.now = self.now + time;
        for session in &mut self.sessions {
            session.let_pass(self.now, sweep);
        }
    }

    fn by_person(&mut self, session: Index, by: Index, event: impl FnOnce(ParticipantId) -> Event) {
        let known = &mut self.sessions[session];
        if let Some(by) = known.person(by) {
            known.decide(self.now, event(by));
        }
    }

    /// The store finds the row by the hash, which has the account's tenant in it. Here every row is tried.
    fn enter_pin(&mut self, session: Index, index: Index, which: Which) {
        let (account, of) = account(index);
        let made = self.sessions[session].model.pins.len();
        let number = match which {
            Which::Current => made - 1,
            Which::Older => made.saturating_sub(2),
            Which::Wrong => 999,
        };
        let hash = pin(session, number, &of);
        let participant = self.fresh_person();
        for known in &mut self.sessions {
            let event = Event::PinEntered {
                tenant: of.clone(),
                account: account.clone(),
                participant: participant.clone(),
                name: name("Sam"),
                company: name("Northwind"),
                pin: hash,
            };
            known.decide(self.now, event);
        }
    }

    fn accept(&mut self, session: Index, index: Index, invitation: Index) {
        let (account, tenant) = account(index);
        let participant = self.fresh_person();
        let known = &mut self.sessions[session];
        let Some(invitation) = known.row.invitations.get(invitation) else { return };
        let event = Event::AcceptInvitation {
            tenant,
            account,
            participant,
            name: name("Kim"),
            company: name("Northwind"),
            hash: invitation.hash,
        };
        known.decide(self.now, event);
    }

    /// Pictures that go to others than the end user.
    pub(crate) fn agents_seeing(&self, session: Index) -> usize {
        let known = &self.sessions[session];
        let end_user = known.person(0);
        known.pod.iter().flat_map(|pod| &pod.pictures).filter(|id| Some(*id) != end_user.as_ref()).count()
    }

    /// What must hold after every move.
    pub(crate) fn check(&self, step: &Move) {
        for session in &self.sessions {
            session.check(step);
        }
    }

    /// Nobody does anything any more, but deadlines are kept: all ends.
    pub(crate) fn check_end_by_time_alone(&mut self) {
        let until = self.now + LONGEST;
        while self.now < until {
            self.wait(Duration::from_secs(3600), true);
            self.check(&Move::Wait { millis: 3_600_000, sweep: true });
        }
        for session in &self.sessions {
            assert!(session.row.end_reason.is_some(), "a row never ends: {:?}", session.row);
            assert!(session.pod.as_ref().is_none_or(|pod| pod.live.ended().is_some()), "a pod never ends");
        }
    }

    /// The end user is there all the time, works, and extends whenever that goes: it ends all the same.
    pub(crate) fn check_end_however_busy(&mut self) {
        let until = self.now + LONGEST;
        while self.now < until {
            let session = &mut self.sessions[0];
            session.tell_pod(self.now, 0, Input::Attached);
            session.command(self.now, 0, &Ask::Resume);
            session.command(self.now, 0, &Ask::Extend);
            session.facts(self.now);
            self.wait(Duration::from_secs(600), true);
        }
        let row = &self.sessions[0].row;
        assert!(row.end_reason.is_some(), "a busy row never ends: {row:?}");
    }
}
