//! What each session uses of this replica, over all its pod's connections, and what it still may.

use crate::refusal::Refusal;
use cobrowse_identity::grant::GrantLimits;
use cobrowse_session::SessionId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::Instant;

/// Names of one session that are resolved at once: more than a page loads from at once, fewer than the resolver's threads.
const LOOKUPS: usize = 16;
/// How long a session without a connection is remembered after its grant.
const REMEMBERED: Duration = Duration::from_secs(60);

/// All sessions of this replica.
#[derive(Debug, Default)]
pub struct Sessions(Mutex<HashMap<SessionId, Arc<Ledger>>>);

impl Sessions {
    /// The ledger of a session under these limits until then. Forgets sessions that ended: without a connection, and their grant over.
    pub fn enter(&self, session: &SessionId, limits: GrantLimits, expires: Instant) -> Arc<Ledger> {
        let now = Instant::now();
        let mut all = lock(&self.0);
        all.retain(|_, ledger| Arc::strong_count(ledger) > 1 || *ledger.expires.borrow() + REMEMBERED > now);
        let ledger = all.entry(session.clone()).or_insert_with(|| Arc::new(Ledger::new(limits, expires)));
        ledger.renew(limits, expires);
        ledger.clone()
    }

    /// How many are known.
    pub fn len(&self) -> usize {
        lock(&self.0).len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One session's use.
#[derive(Debug)]
pub struct Ledger {
    state: Mutex<State>,
    expires: watch::Sender<Instant>,
    lookups: Semaphore,
}

#[derive(Debug)]
struct State {
    limits: GrantLimits,
    open: u32,
    used: u64,
    /// Bytes that may be moved at once; below zero they are owed.
    credit: f64,
    filled: Instant,
}

/// The session has moved all that it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent;

impl Ledger {
    fn new(limits: GrantLimits, expires: Instant) -> Self {
        let state = State { limits, open: 0, used: 0, credit: rate(limits), filled: Instant::now() };
        Self { state: Mutex::new(state), expires: watch::Sender::new(expires), lookups: Semaphore::new(LOOKUPS) }
    }

    fn renew(&self, limits: GrantLimits, expires: Instant) {
        lock(&self.state).limits = limits;
        // An older grant that comes late takes nothing away.
        self.expires.send_if_modified(|until| std::mem::replace(until, expires.max(*until)) < expires);
    }

    /// Until when the newest grant is good, now and after each renewal.
    pub fn expires(&self) -> watch::Receiver<Instant> {
        self.expires.subscribe()
    }

    /// One more connection, until the slot is dropped.
    pub fn open(self: &Arc<Self>) -> Result<Slot, Refusal> {
        let mut state = lock(&self.state);
        if state.used >= state.limits.bytes {
            return Err(Refusal::TooManyBytes);
        }
        if state.open >= state.limits.connections {
            return Err(Refusal::TooManyConnections);
        }
        state.open += 1;
        Ok(Slot(self.clone()))
    }

    /// A turn to resolve a name. Nobody else ends the semaphore, so there is always one in the end.
    pub async fn lookup(&self) -> Option<SemaphorePermit<'_>> {
        self.lookups.acquire().await.ok()
    }

    /// Notes that so many bytes were moved, and says how long to move none, so that no second sees more than it may.
    fn charge(&self, bytes: usize, now: Instant) -> Result<Duration, Spent> {
        let mut state = lock(&self.state);
        let rate = rate(state.limits);
        let passed = now.saturating_duration_since(state.filled).as_secs_f64();
        state.credit = (state.credit + passed * rate).min(rate) - as_f64(bytes as u64);
        state.filled = state.filled.max(now);
        state.used = state.used.saturating_add(bytes as u64);
        if state.used > state.limits.bytes {
            return Err(Spent);
        }
        // Longer than that would be a wait for a rate that a renewal may have raised meanwhile.
        let owed = (-state.credit / rate).clamp(0.0, 10.0);
        Ok(Duration::from_secs_f64(owed))
    }
}

/// The right to one connection.
#[derive(Debug)]
pub struct Slot(Arc<Ledger>);

impl Slot {
    /// See [`Ledger`]: how long to wait after moving so many bytes.
    pub fn charge(&self, bytes: usize) -> Result<Duration, Spent> {
        self.0.charge(bytes, Instant::now())
    }

    /// Until when the session's newest grant is good.
    pub fn expires(&self) -> watch::Receiver<Instant> {
        self.0.expires()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        lock(&self.0.state).open -= 1;
    }
}

fn rate(limits: GrantLimits) -> f64 {
    as_f64(limits.bytes_per_second)
}

/// Exact up to 2^53 bytes, which is more than any session moves.
fn as_f64(bytes: u64) -> f64 {
    bytes as f64
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
