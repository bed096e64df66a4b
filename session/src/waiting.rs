//! The store's side of a session: PIN, knocking, Allow, invitations, tickets, the claim of a browser, and the end.
//! One row per session, changed only by [`decide`], in one transaction with a check of the row's version.

mod change;
mod claiming;
mod deadline;
mod event;
mod facts;
mod joining;
pub mod limits;
mod row;
mod tickets;

pub use change::decide;
pub use deadline::next_deadline;
pub use event::{Decision, Effect, Event, Refusal};
pub use row::{Claim, Consent, Invitation, NewSession, Person, Phase, Pin, Row, Stage, Ticket};

#[cfg(test)]
mod tests;
