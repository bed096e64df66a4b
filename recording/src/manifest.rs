//! The manifest: which segments a recording has, in which order, with the digest of each, and how it ended. It can be read while it
//! is open, without any key, and is signed when it is sealed. It holds no key, no picture and no word of anybody.

mod layout;
mod rules;
mod seal;

pub use layout::MANIFEST_BYTES_MAX;
pub use seal::{SealKey, SealKeys};

use cobrowse_session::Timestamp;
use cobrowse_session::random::RandomFailed;

use crate::cbor::Malformed;
use crate::entry::{Entry, Link, anchor};
use crate::id::{Origin, Position, SEGMENTS_MAX};
use crate::key::KeyCheck;

/// Why a manifest is not accepted, or something not put into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Longer than any manifest.
    #[error("failed to read a manifest: it is longer than {MANIFEST_BYTES_MAX} bytes")]
    TooLong,
    /// No CBOR, or no COSE_Sign1 message, of the form that is written.
    #[error("failed to read a manifest")]
    Malformed(#[from] Malformed),
    /// A version that this program does not know.
    #[error("failed to read a manifest: its version {0} is unknown")]
    Version(u64),
    /// An algorithm that this program does not know.
    #[error("failed to read a manifest: its algorithm {0} is unknown")]
    Algorithm(i64),
    /// The tenant's name is none.
    #[error("failed to read a manifest: its tenant is no tenant id")]
    Tenant,
    /// The recording goes on, or went on, as nobody knows.
    #[error("failed to read a manifest: it says how the recording ended, and is not signed")]
    Unsigned,
    /// It is signed, and does not say how the recording ended.
    #[error("failed to seal a manifest: the recording has not ended")]
    Open,
    /// Something was to follow the end.
    #[error("failed to add to a manifest: the recording has ended")]
    Ended,
    /// A time that not every reader can hold.
    #[error("failed to make a manifest: times are at most 2^53 - 1 milliseconds")]
    Time,
    /// As many segments as there can be.
    #[error("failed to add to a manifest: it has {SEGMENTS_MAX} segments")]
    Full,
    /// A segment is not listed that must have been before this one.
    #[error("failed to accept a manifest: segment {missing} is missing before {before}")]
    Missing {
        /// The first that is missing.
        missing: Position,
        /// The one that is there instead.
        before: Position,
    },
    /// A segment is listed twice.
    #[error("failed to accept a manifest: segment {0} is there twice")]
    Repeated(Position),
    /// A segment is listed after one that must follow it.
    #[error("failed to accept a manifest: segment {0} comes after a later one")]
    Order(Position),
    /// Events that no segment answers for.
    #[error("failed to accept a manifest: events {from} to {to} are missing before segment {before}")]
    Events {
        /// The first of them.
        from: u64,
        /// The last of them.
        to: u64,
        /// The segment after them.
        before: Position,
    },
    /// A segment answers for events that one before it answers for too.
    #[error("failed to accept a manifest: segment {0} has events of the one before it")]
    Overlap(Position),
    /// Numbers, times or lengths that no segment can have.
    #[error("failed to accept a manifest: the {what} of segment {position} cannot be")]
    Entry {
        /// The segment.
        position: Position,
        /// What of it.
        what: &'static str,
    },
    /// A segment is listed that was not listed after those before it.
    #[error("failed to accept a manifest: segment {0} does not belong to what stands before it")]
    Unlinked(Position),
    /// Signed by a key that this program was not given.
    #[error("failed to check a manifest: the key that signed it is unknown")]
    UnknownKey,
    /// Not what the key signed.
    #[error("failed to check a manifest: its signature is wrong")]
    Signature,
    /// The key is no key of Ed25519.
    #[error("failed to take a key that signs manifests: it must have 32 bytes")]
    Key,
    /// The library refused to sign.
    #[error("failed to sign a manifest")]
    Sign,
    /// The key could not be made.
    #[error("failed to make a key that signs manifests")]
    Random(#[from] RandomFailed),
}

/// What does not change while a recording grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Whose it is.
    pub origin: Origin,
    /// Which data key it has.
    pub key_check: KeyCheck,
    /// When the pod's Start was: time 0 of all records. In milliseconds.
    pub started_at: Timestamp,
}

/// How a recording ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With the session: its end is the last record.
    Complete,
    /// The browser pod died. The last seconds are what viewers had got.
    PodLost,
    /// There was nowhere to keep it for longer than could be waited, and the session went on without.
    SinkLost,
    /// It was no longer wished, or no longer agreed to.
    Withdrawn,
}

/// The end of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// How it ended.
    pub outcome: Outcome,
    /// When, in milliseconds.
    pub at: Timestamp,
}

/// Where to begin, to show a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// The first segment to open, counted from 0 in [`Manifest::entries`]; within it begin at [`crate::segment::Segment::start`].
    pub first: usize,
    /// The last one to open: the one that has the moment, or the last before it.
    pub last: usize,
}

/// A manifest whose entries follow each other as they must.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    head: Head,
    entries: Vec<Entry>,
    links: Vec<Link>,
    ending: Option<Ending>,
}

impl Manifest {
    /// Of a recording that begins. Fails for a time that no manifest can say.
    pub fn new(head: Head) -> Result<Self, Error> {
        layout::check_time(head.started_at)?;
        Ok(Self { head, entries: Vec::new(), links: Vec::new(), ending: None })
    }

    /// Adds a segment, and gives the chain's link up to it. Fails, and changes nothing, if it is not the next one.
    pub fn append(&mut self, entry: Entry) -> Result<Link, Error> {
        if self.ending.is_some() {
            return Err(Error::Ended);
        }
        if self.entries.len() >= SEGMENTS_MAX {
            return Err(Error::Full);
        }
        rules::check(&self.entries, &entry)?;
        let link = entry.link(&self.link());
        self.entries.push(entry);
        self.links.push(link);
        Ok(link)
    }

    /// Says how the recording ended. Nothing can be added then.
    pub fn end(&mut self, ending: Ending) -> Result<(), Error> {
        if self.ending.is_some() {
            return Err(Error::Ended);
        }
        layout::check_time(ending.at)?;
        self.ending = Some(ending);
        Ok(())
    }

    /// The chain's last link: over the head and all entries. Whoever kept it knows that nothing before it was changed.
    pub fn link(&self) -> Link {
        self.links.last().copied().unwrap_or_else(|| anchor(&layout::head(&self.head)))
    }

    /// What does not change.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The segments, in the order in which they are played.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How it ended; none while it goes on.
    pub fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// Where to begin to show this time, in microseconds since the pod's Start: at the last picture at or before it that needs no
    /// earlier one, or at the first there is. None if there is no such picture.
    pub fn seek(&self, at_us: u64) -> Option<Start> {
        let at = |entry: &Entry| entry.first_key.map(|key| key.at_us);
        let before = self.entries.iter().rposition(|entry| at(entry).is_some_and(|key| key <= at_us));
        let first = before.or_else(|| self.entries.iter().position(|entry| entry.first_key.is_some()))?;
        let last = self.entries.partition_point(|entry| entry.first_us <= at_us).saturating_sub(1);
        Some(Start { first, last: last.max(first) })
    }
}
