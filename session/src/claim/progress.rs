//! What one operator did for one session. It is lost when the operator dies, and nothing rests on it: whatever the next
//! one does again is answered as the first time.

use std::time::Duration;

use super::step::{Doubt, Step};
use crate::time::Timestamp;
use crate::uid::PodUid;

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done; the object in the answer is in what is seen next.
    Done,
    /// A test failed: 422 without causes. Another was faster.
    LostRace,
    /// The API server found what we wrote wrong: 422 with causes. It will not pass a second time either.
    Invalid,
    /// There is no such object: 404.
    NotFound,
    /// A precondition failed, or an object of that name exists: 409.
    Conflict,
    /// The pod answered that it never will: it is another session's, or shows no picture.
    Refused,
    /// No answer, or one that says "later". It may have been done all the same.
    Unavailable,
}

/// Whom an outcome concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tell {
    /// Nobody: it happens every day.
    Nobody,
    /// The people who run the installation: a log line at level error, an event, a metric.
    Operators,
}

/// The wait after the first failure.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// The longest wait: a session is to have its pod within seconds of the API server's return.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// Doublings of the first wait that reach the longest.
const DOUBLINGS_MAX: u32 = 5;
/// Calls in a row that a pod may leave unanswered before another pod is tried beside it, which takes less than a
/// second: a pod whose node is lost is taken for ready much longer. Only the last silent pod is remembered, so that an
/// operator which itself has lost its link tries two pods for a session in turn, and does not use up the pool.
const CALLS_MAX: u32 = 3;

/// What one operator did for one session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Answered `Bind`.
    pub(super) bound: Option<PodUid>,
    /// Answered `Start` with a first picture.
    pub(super) started: Option<PodUid>,
    /// Refused `Bind` for ever.
    pub(super) refused: Option<PodUid>,
    /// Left calls of `Bind` unanswered, so many in a row.
    silent: Option<(PodUid, u32)>,
    /// Refused `Start`.
    pub(super) failed: Option<PodUid>,
    /// The API server was asked about this pod since it was missed or found dead.
    pub(super) checked: Option<PodUid>,
    /// The API server was asked about the session since it was missed.
    pub(super) checked_session: bool,
    /// Something unexpected happened since the last reading.
    pub(super) doubts: bool,
    failures: u32,
    /// When to go on after a failure.
    pub(super) resume_at: Option<Timestamp>,
}

impl Progress {
    /// Notes what came of a step, and says whom it concerns.
    pub fn note(&mut self, step: &Step, outcome: Outcome, now: Timestamp) -> Tell {
        match outcome {
            Outcome::Done => self.note_done(step),
            Outcome::Refused => self.note_refusal(step),
            // Somebody else was there; to look is enough.
            Outcome::LostRace | Outcome::NotFound => self.doubts = true,
            // A pod of that name is there and may be leaving: not at once again.
            Outcome::Conflict | Outcome::Unavailable | Outcome::Invalid => {
                self.doubts = true;
                self.wait(now);
                self.note_silence(step);
            }
        }
        let alarming = match outcome {
            Outcome::Invalid => true,
            Outcome::Refused => matches!(step, Step::Bind(_)),
            _ => false,
        };
        if alarming { Tell::Operators } else { Tell::Nobody }
    }

    fn note_done(&mut self, step: &Step) {
        (self.failures, self.resume_at) = (0, None);
        match *step {
            Step::Bind(pod) => (self.bound, self.silent) = (Some(pod), None),
            Step::Start(pod) => self.started = Some(pod),
            Step::Read(doubt) => {
                self.doubts = false;
                match doubt {
                    Doubt::Answer => {}
                    Doubt::Session => self.checked_session = true,
                    Doubt::Pod(pod) => self.checked = Some(pod),
                }
            }
            _ => {}
        }
    }

    fn note_refusal(&mut self, step: &Step) {
        match *step {
            Step::Bind(pod) => self.refused = Some(pod),
            Step::Start(pod) => self.failed = Some(pod),
            _ => self.doubts = true,
        }
    }

    fn note_silence(&mut self, step: &Step) {
        let Step::Bind(pod) = *step else { return };
        let calls = self.silent.filter(|(silent, _)| *silent == pod).map_or(0, |(_, calls)| calls);
        self.silent = Some((pod, calls.saturating_add(1)));
    }

    /// Whether this pod left so many calls unanswered that another should be tried.
    pub(super) fn is_silent(&self, pod: PodUid) -> bool {
        self.silent.is_some_and(|(silent, calls)| silent == pod && calls >= CALLS_MAX)
    }

    fn wait(&mut self, now: Timestamp) {
        let wait = FIRST_WAIT * (1 << self.failures.min(DOUBLINGS_MAX));
        self.failures = self.failures.saturating_add(1);
        self.resume_at = Some(now + wait.min(WAIT_MAX));
    }
}
