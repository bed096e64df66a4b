//! One record: an event of the stream that everybody saw, as bytes, with its kind, number and time. Bytes stay bytes here: what is in
//! them is the contract's (`proto/cobrowse/v1/stream.proto`). No event for the end user alone becomes a record.

use crate::cbor::NUMBER_MAX;

/// The longest picture: what gRPC takes as one message unless told otherwise. A whole picture of a large screen is a tenth of it.
pub const PICTURE_BYTES_MAX: usize = 4 << 20;
/// The longest record of another kind: a cursor with a picture of its own is the largest of them.
pub const EVENT_BYTES_MAX: usize = 256 << 10;

/// Why an event cannot be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is for the end user alone.
    #[error("failed to record event {seq}: it is for the end user alone")]
    ForEndUser {
        /// Its number.
        seq: u64,
    },
    /// Longer than its kind allows.
    #[error("failed to record event {seq}: it has {bytes} bytes, allowed are {most}")]
    TooLong {
        /// Its number.
        seq: u64,
        /// Bytes it has.
        bytes: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// A number or time that is zero where it must not be, or that not every reader can hold.
    #[error("failed to record event {seq}: numbers are 1 to 2^53 - 1, times at most 2^53 - 1 microseconds")]
    Number {
        /// Its number.
        seq: u64,
    },
}

/// Who may get an event of the stream. Every record was for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everybody in the session.
    All,
    /// The end user alone: never recorded.
    EndUser,
}

/// What belongs together when it is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Track {
    /// What was seen.
    Picture,
    /// What is true of the session and its page.
    Facts,
    /// What people drew and pointed at.
    Guidance,
    /// What was heard.
    Audio,
}

/// What a record is. A closed list: what is not in it is in no recording. Each is a field of the contract's `Event`, by
/// whose number it goes, and its bytes are that field's message; but for [`Kind::Halt`], which is the recording's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A coded picture, as viewers got it.
    Picture {
        /// It needs no earlier one.
        key: bool,
    },
    /// A laser point, highlight, drawing, arrow, text or chat message.
    Guidance,
    /// Who may act.
    Control,
    /// Where the page is.
    Navigation,
    /// A question of the page.
    Dialog,
    /// The shape of the mouse pointer.
    Cursor,
    /// The state of the session.
    State,
    /// All up to this number that is not in the recording is lost.
    Gap,
    /// The session is over.
    End,
    /// Who takes part.
    Roster,
    /// What people were told.
    Notice,
    /// A coded piece of sound.
    Audio,
    /// Where somebody's mouse pointer is.
    Pointers,
    /// All up to this number that is not in the recording was left out on purpose: stopped, paused, or not agreed to. It has no bytes.
    Halt,
}

const ALL: [Kind; 14] = [
    Kind::Picture { key: false },
    Kind::Guidance,
    Kind::Control,
    Kind::Navigation,
    Kind::Dialog,
    Kind::Cursor,
    Kind::State,
    Kind::Gap,
    Kind::End,
    Kind::Roster,
    Kind::Notice,
    Kind::Audio,
    Kind::Pointers,
    Kind::Halt,
];

impl Kind {
    /// Its number in the format: that of the field in the contract's `Event`; from 1,000 on, the recording's own.
    pub fn number(self) -> u64 {
        match self {
            Kind::Picture { .. } => 6,
            Kind::Guidance => 7,
            Kind::Control => 8,
            Kind::Navigation => 9,
            Kind::Dialog => 10,
            Kind::Cursor => 11,
            Kind::State => 12,
            Kind::Gap => 13,
            Kind::End => 14,
            Kind::Roster => 15,
            Kind::Notice => 21,
            Kind::Audio => 23,
            Kind::Pointers => 24,
            Kind::Halt => 1_000,
        }
    }

    /// The kind of this number, of a picture one that needs others; none if there is no such kind.
    pub fn of_number(number: u64) -> Option<Self> {
        ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// What it is played with.
    pub fn track(self) -> Track {
        match self {
            Kind::Picture { .. } => Track::Picture,
            Kind::Audio => Track::Audio,
            Kind::Guidance | Kind::Pointers => Track::Guidance,
            _ => Track::Facts,
        }
    }

    /// Whether it is a picture that needs no earlier one.
    pub fn is_key(self) -> bool {
        self == Kind::Picture { key: true }
    }

    /// The longest of this kind, in bytes.
    pub fn bytes_max(self) -> usize {
        match self {
            Kind::Picture { .. } => PICTURE_BYTES_MAX,
            Kind::Halt => 0,
            _ => EVENT_BYTES_MAX,
        }
    }
}

/// One record. `Debug` does not show its bytes, which may be what people wrote.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    seq: u64,
    at_us: u64,
    kind: Kind,
    payload: Vec<u8>,
}

impl Record {
    /// Takes an event of the stream: its audience, its number from 1, its time in microseconds since the pod's Start, its kind and
    /// the bytes of its body. Fails for one that is for the end user alone, or too long, or beyond 2^53 - 1.
    pub fn admit(audience: Audience, seq: u64, at_us: u64, kind: Kind, payload: Vec<u8>) -> Result<Self, Error> {
        if audience != Audience::All {
            return Err(Error::ForEndUser { seq });
        }
        if seq == 0 || seq > NUMBER_MAX || at_us > NUMBER_MAX {
            return Err(Error::Number { seq });
        }
        let (bytes, most) = (payload.len(), kind.bytes_max());
        if bytes > most {
            return Err(Error::TooLong { seq, bytes, most });
        }
        Ok(Self { seq, at_us, kind, payload })
    }

    /// The event's number in the pod's log.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Microseconds since the pod's Start.
    pub fn at_us(&self) -> u64 {
        self.at_us
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The event's body, in the contract's encoding.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }
}

impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Record({} at {} us, {:?}, {} bytes)", self.seq, self.at_us, self.kind, self.payload.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_for_the_end_user_alone_is_recorded() {
        for kind in ALL {
            let record = Record::admit(Audience::EndUser, 1, 0, kind, Vec::new());
            assert_eq!(record, Err(Error::ForEndUser { seq: 1 }), "{kind:?}");
        }
    }

    #[test]
    fn each_kind_has_a_number_and_a_limit() {
        for kind in ALL {
            assert_eq!(Kind::of_number(kind.number()), Some(kind));
            let most = kind.bytes_max();
            assert!(Record::admit(Audience::All, 1, 0, kind, vec![0; most]).is_ok(), "{kind:?}");
            let longer = Record::admit(Audience::All, 1, 0, kind, vec![0; most + 1]);
            assert_eq!(longer, Err(Error::TooLong { seq: 1, bytes: most + 1, most }), "{kind:?}");
        }
        // Protected fields, pickers and the clipboard are the end user's or their own.
        for absent in [0, 1, 16, 17, 18, 19, 20, 22, 25, 999, 1_001] {
            assert_eq!(Kind::of_number(absent), None, "{absent}");
        }
        assert_eq!(Kind::Picture { key: true }.number(), 6);
    }

    #[test]
    fn numbers_fit_every_reader() {
        for (seq, at_us, good) in [
            (1, 0, true),
            (NUMBER_MAX, NUMBER_MAX, true),
            (0, 0, false),
            (NUMBER_MAX + 1, 0, false),
            (1, NUMBER_MAX + 1, false),
        ] {
            assert_eq!(Record::admit(Audience::All, seq, at_us, Kind::End, Vec::new()).is_ok(), good, "{seq} {at_us}");
        }
    }

    #[test]
    fn debug_hides_what_was_written() {
        let record = Record::admit(Audience::All, 1, 2, Kind::Guidance, b"secret".to_vec()).expect("a record");
        assert_eq!(format!("{record:?}"), "Record(1 at 2 us, Guidance, 6 bytes)");
    }
}
