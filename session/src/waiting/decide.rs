//! The decisions.

use super::event::{Decision, Event, Refusal};
use super::row::Row;
use crate::time::Timestamp;

/// What the row becomes by this event, or why not.
pub fn decide(row: &Row, _now: Timestamp, _event: Event) -> Result<Decision, Refusal> {
    Ok(Decision { row: row.clone(), effects: Vec::new() })
}

/// When the next `Event::Deadline` is due; none once it ended.
pub fn next_deadline(_row: &Row) -> Option<Timestamp> {
    None
}
