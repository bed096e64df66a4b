//! Which entry may follow which. Each fault is named by the segment that it is about.

use super::Error;
use crate::cbor::NUMBER_MAX;
use crate::entry::Entry;
use crate::id::Position;
use crate::object::OBJECT_HEAD_BYTES;
use crate::segment::SEGMENT_BYTES_MAX;

/// Whether this entry may be the next one.
pub(super) fn check(before: &[Entry], entry: &Entry) -> Result<(), Error> {
    single(entry)?;
    let Some(last) = before.last() else { return first_of_epoch(entry.position) };
    position(before, last.position, entry.position)?;
    let expected = last.last_seq + 1;
    if entry.first_seq > expected {
        return Err(Error::Events { from: expected, to: entry.first_seq - 1, before: entry.position });
    }
    if entry.first_seq < expected {
        return Err(Error::Overlap(entry.position));
    }
    if entry.first_us < last.last_us { Err(Error::Entry { position: entry.position, what: "time" }) } else { Ok(()) }
}

/// An epoch's segments are numbered from 1 without holes. An epoch may have none: its recorder was followed by another before it had one.
fn position(before: &[Entry], last: Position, next: Position) -> Result<(), Error> {
    if next <= last {
        // Entries are in order up to here.
        let known = before.binary_search_by_key(&next, |entry| entry.position).is_ok();
        return Err(if known { Error::Repeated(next) } else { Error::Order(next) });
    }
    if next.epoch() > last.epoch() {
        return first_of_epoch(next);
    }
    missing(next, last.number() + 1)
}

fn first_of_epoch(next: Position) -> Result<(), Error> {
    missing(next, 1)
}

fn missing(next: Position, number: u64) -> Result<(), Error> {
    match Position::new(next.epoch(), number) {
        Ok(missing) if missing != next => Err(Error::Missing { missing, before: next }),
        _ => Ok(()),
    }
}

/// What must hold for a segment whatever stands before it.
fn single(entry: &Entry) -> Result<(), Error> {
    let wrong = |what| Err(Error::Entry { position: entry.position, what });
    if entry.first_seq == 0 || entry.first_seq > entry.last_seq || entry.last_seq > NUMBER_MAX {
        return wrong("range");
    }
    if entry.first_us > entry.last_us || entry.last_us > NUMBER_MAX {
        return wrong("time");
    }
    let within = |key: crate::segment::KeyAt| {
        (entry.first_seq..=entry.last_seq).contains(&key.seq) && (entry.first_us..=entry.last_us).contains(&key.at_us)
    };
    if !entry.first_key.is_none_or(within) {
        return wrong("key picture");
    }
    let around = entry.object_bytes.saturating_sub(entry.plain_bytes);
    let (most, head) = (SEGMENT_BYTES_MAX as u64, OBJECT_HEAD_BYTES as u64);
    if entry.plain_bytes == 0 || entry.plain_bytes > most || around == 0 || around > head {
        return wrong("length");
    }
    Ok(())
}
