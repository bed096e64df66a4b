//! How a session gets its pod: no two sessions one pod, no session two pods, no start page loaded twice, whoever dies
//! when. The operator shows what it sees, does the [`Step`] that [`next()`] names, and tells [`Progress::note`] what came
//! of it.
//!
//! It rests on facts that never change once seen: a pod names its session for ever, a session its pod, an end is an
//! end. What could change is never acted on without a [`Guard`] that the API server tests in the same write.

mod guard;
mod next;
mod progress;
mod seen;
mod step;
mod turns;

pub use guard::{Guard, guards};
pub use next::next;
pub use progress::{Outcome, Progress, Tell};
pub use seen::{Offer, Pod, Seen, Session, WhenPoolEmpty};
pub use step::{Doubt, Finish, Step, Useless};
pub use turns::{Served, TenantLoad, Turns, Waiting};

#[cfg(test)]
mod tests;
