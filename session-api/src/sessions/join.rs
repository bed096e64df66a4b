//! Joining by PIN. Wrong tries are counted per account, address and tenant, in the same transaction that looks the PIN up.

use super::Sessions;
use super::change::Actor;
use crate::caller::{Caller, Who};
use crate::clock;
use crate::refusal::Refusal;
use crate::store::{self, Account, Act, Stored, Write};
use cobrowse_session::attempts::{Attempts, Limit, Limits};
use cobrowse_session::permission::{SignedIn, TenantScope};
use cobrowse_session::pin::{JoinPin, PinHash};
use cobrowse_session::waiting::{self, Decision, Event};
use cobrowse_session::{ParticipantId, PersonName, SessionId, Timestamp};
use cobrowse_wire::v1::{JoinSessionRequest, Session};

/// How often a join is tried again when the row was changed meanwhile.
const TRIES: usize = 50;

/// A person who knocks.
pub(super) struct Knocker<'a> {
    /// The proof of the sign-in.
    pub(super) signed_in: &'a SignedIn,
    /// Shown to the end user.
    pub(super) name: PersonName,
    /// Shown to the end user.
    pub(super) company: PersonName,
}

impl Sessions {
    /// Answers `JoinSession`.
    pub(super) async fn join(&self, caller: &Caller, request: &JoinSessionRequest) -> Result<Session, Refusal> {
        let pin = JoinPin::parse(&request.pin).map_err(|e| Refusal::invalid("pin", e.to_string()))?;
        let knocker = self.knocker(caller).await?;
        let hash = pin.hash(&self.parts.pin_key, knocker.signed_in.scope().tenant());
        for _ in 0..TRIES {
            match self.try_pin(caller, &knocker, &hash).await {
                Ok(stored) => {
                    self.parts.metrics.joins.inc();
                    return self.view(caller, &stored);
                }
                Err(Failed::Store(store::Error::Conflict)) => {}
                Err(Failed::Store(error)) => return Err(error.into()),
                Err(Failed::Refused(refusal)) => return Err(refusal),
            }
        }
        Err(Refusal::Conflict)
    }

    /// The caller's account as the end user will see it.
    pub(super) async fn knocker<'a>(&self, caller: &'a Caller) -> Result<Knocker<'a>, Refusal> {
        let Who::Account { signed_in, .. } = &caller.who else { return Err(Refusal::PermissionDenied) };
        let Account { name, .. } = self.parts.store.account(signed_in.scope(), signed_in.account()).await?;
        let name = PersonName::parse(&name).map_err(|_| Refusal::Internal)?;
        let company = self.tenant(signed_in.scope().tenant())?.display_name.clone();
        Ok(Knocker { signed_in, name, company })
    }

    async fn try_pin(&self, caller: &Caller, knocker: &Knocker<'_>, pin: &PinHash) -> Result<Stored, Failed> {
        let store = &self.parts.store;
        let scope = knocker.signed_in.scope();
        let mut attempt = Try { write: store.write().await?, caller, scope, now: clock::now() };
        let counters = Counters::lock(&mut attempt, knocker.signed_in).await?;
        let Some(id) = store.session_of_pin(scope, pin).await? else { return attempt.wrong(counters, None).await };
        let mut stored = store.session(scope, &id).await?;
        match waiting::decide(&stored.row, attempt.now, knock(knocker, *pin)) {
            Ok(decision) => {
                attempt.admit(&stored, &decision).await?;
                self.after(scope, &stored.row, &decision);
                stored.row = decision.row;
                Ok(stored)
            }
            Err(refusal) if is_wrong_pin(refusal) => attempt.wrong(counters, Some(&id)).await,
            Err(refusal) => Err(Failed::Refused(refusal.into())),
        }
    }
}

/// One try of a PIN: one transaction.
struct Try<'a> {
    write: Write<'a>,
    caller: &'a Caller,
    scope: &'a TenantScope,
    now: Timestamp,
}

impl Try<'_> {
    async fn admit(mut self, stored: &Stored, decision: &Decision) -> Result<(), Failed> {
        let row = &decision.row;
        self.write.change_session(self.scope, stored.row.version, row, self.now).await?;
        let detail = self.caller.person(row).map(|person| person.participant.id.to_string()).unwrap_or_default();
        self.audit("PinEntered", Some(&row.id), &detail).await?;
        self.write.report(self.scope, row, &stored.start.origin).await?;
        Ok(self.write.commit().await?)
    }

    async fn wrong(mut self, counters: Counters, session: Option<&SessionId>) -> Result<Stored, Failed> {
        counters.record(&mut self).await?;
        self.audit("PinRefused", session, "").await?;
        self.write.commit().await?;
        Err(Failed::Refused(Refusal::PinInvalid))
    }

    async fn audit(&mut self, act: &str, session: Option<&SessionId>, detail: &str) -> Result<(), store::Error> {
        let Actor { who, address } = Actor::caller(self.caller);
        let act = Act { at: self.now, who: &who, act, session, detail, address: &address };
        self.write.audit(self.scope, &act).await
    }
}

fn knock(knocker: &Knocker<'_>, pin: PinHash) -> Event {
    Event::PinEntered {
        tenant: knocker.signed_in.scope().tenant().clone(),
        account: knocker.signed_in.account().clone(),
        participant: ParticipantId::from_random(clock::random()),
        name: knocker.name.clone(),
        company: knocker.company.clone(),
        pin,
    }
}

/// What a guesser must not be able to tell from a PIN that never was.
fn is_wrong_pin(refusal: waiting::Refusal) -> bool {
    use waiting::Refusal as Rule;
    matches!(refusal, Rule::NotFound | Rule::PinExpired | Rule::PinUsed | Rule::Ended | Rule::AlreadyJoined)
}

/// The three counters of one try, locked.
struct Counters([(String, Limit, Attempts); 3]);

impl Counters {
    async fn lock(of: &mut Try<'_>, signed_in: &SignedIn) -> Result<Self, Failed> {
        let limits = Limits::default();
        // Always in this order, so that two tries never wait for each other's rows crosswise.
        let keys = [
            ("tenant".to_owned(), limits.tenant),
            (format!("address:{}", of.caller.prefix), limits.address),
            (format!("agent:{}", signed_in.account()), limits.agent),
        ];
        let mut counters = Vec::with_capacity(keys.len());
        for (key, limit) in keys {
            let attempts = of.write.attempts(of.scope, &key).await?;
            attempts.check(&limit, of.now).map_err(|l| Failed::Refused(Refusal::PinLocked(l.retry_after)))?;
            counters.push((key, limit, attempts));
        }
        counters.try_into().map(Self).map_err(|_| Failed::Refused(Refusal::Internal))
    }

    async fn record(self, of: &mut Try<'_>) -> Result<(), store::Error> {
        for (key, limit, mut attempts) in self.0 {
            attempts.record(&limit, of.now);
            let forget_at = attempts.forget_at(&limit).unwrap_or(of.now);
            of.write.keep_attempts(of.scope, &key, &attempts, forget_at).await?;
        }
        Ok(())
    }
}

enum Failed {
    Store(store::Error),
    Refused(Refusal),
}

impl From<store::Error> for Failed {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}
