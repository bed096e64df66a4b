//! The names in a recording: its own, whose it is, and where in it a segment stands. An object's name and a segment's nonce come from
//! here and from nowhere else.

use std::fmt;

use cobrowse_session::TenantId;
use cobrowse_session::random::{RandomBytes, RandomFailed, draw};

/// Most segments in a recording: 36 hours of two seconds each. A session lasts a few.
pub const SEGMENTS_MAX: usize = 1 << 16;

/// Bytes of a recording's id as text.
const TEXT_BYTES: usize = 32;

/// Why a text or a number is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not 32 lower-case hexadecimal digits.
    #[error("failed to read a recording id: it is not 32 lower-case hexadecimal digits")]
    Recording,
    /// Zero, or more than there can be.
    #[error("failed to accept the position {epoch}-{number}: an epoch is 1 or more, a number 1 to {SEGMENTS_MAX}")]
    Position {
        /// The epoch.
        epoch: u32,
        /// The number in it.
        number: u64,
    },
    /// No `<recording>/<epoch>-<number>`, in the form that is written.
    #[error("failed to read the name of an object: it is not <recording>/<epoch>-<number>")]
    Object,
}

/// A recording: 16 random bytes, written as 32 lower-case hexadecimal digits. No name of a session or person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordingId(u128);

impl RecordingId {
    /// A new recording's id.
    pub fn draw(source: &mut impl RandomBytes) -> Result<Self, RandomFailed> {
        draw(source).map(|bytes| Self(u128::from_be_bytes(bytes)))
    }

    /// Its sixteen bytes, as they stand in objects and manifests.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    pub(crate) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(u128::from_be_bytes(bytes)))
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if text.len() != TEXT_BYTES || !digits {
            return Err(Error::Recording);
        }
        u128::from_str_radix(text, 16).map(Self).map_err(|_| Error::Recording)
    }
}

impl fmt::Display for RecordingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Whose recording it is. Bound into each segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The tenant.
    pub tenant: TenantId,
    /// The recording.
    pub recording: RecordingId,
}

/// Where a segment stands in its recording: which recorder wrote it, and the how manieth of it that was. Ordered as they follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    epoch: u32,
    number: u64,
}

impl Position {
    /// Of an epoch, 1 or more, and a number in it, 1 to [`SEGMENTS_MAX`].
    pub fn new(epoch: u32, number: u64) -> Result<Self, Error> {
        if epoch == 0 || number == 0 || number > SEGMENTS_MAX as u64 {
            return Err(Error::Position { epoch, number });
        }
        Ok(Self { epoch, number })
    }

    /// Which recorder wrote it: rises with each take-over, and no two recorders ever have the same.
    pub fn epoch(self) -> u32 {
        self.epoch
    }

    /// From 1, without holes, in its epoch.
    pub fn number(self) -> u64 {
        self.number
    }

    /// The object's name below the tenant's prefix: `<recording>/<epoch>-<number>`, in decimal.
    pub fn object_name(self, recording: RecordingId) -> String {
        format!("{recording}/{self}")
    }

    /// Reads an object's name, in exactly the form that is written.
    pub fn of_object(name: &str) -> Result<(RecordingId, Self), Error> {
        let (recording, position) = name.split_once('/').ok_or(Error::Object)?;
        let (epoch, number) = position.split_once('-').ok_or(Error::Object)?;
        let recording = RecordingId::parse(recording)?;
        let epoch = epoch.parse().map_err(|_| Error::Object)?;
        let position = Self::new(epoch, number.parse().map_err(|_| Error::Object)?)?;
        // No sign and no zero in front: each object has one name.
        if position.object_name(recording) == name { Ok((recording, position)) } else { Err(Error::Object) }
    }

    /// The nonce of AES-GCM: epoch as u32, number as u64, big-endian. An epoch is one recorder's alone and it seals each number
    /// once, so no nonce is used twice with a recording's key.
    pub(crate) fn nonce(self) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce[..4].copy_from_slice(&self.epoch.to_be_bytes());
        nonce[4..].copy_from_slice(&self.number.to_be_bytes());
        nonce
    }

    /// The position that has this nonce.
    pub(crate) fn of_nonce(nonce: &[u8]) -> Option<Self> {
        let (epoch, number) = nonce.split_first_chunk()?;
        Self::new(u32::from_be_bytes(*epoch), u64::from_be_bytes(number.try_into().ok()?)).ok()
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "00112233445566778899aabbccddeeff";

    #[test]
    fn names_of_objects_have_one_form() {
        let id = RecordingId::parse(ID).expect("an id");
        let cases = [
            (format!("{ID}/1-1"), Some((1, 1))),
            (format!("{ID}/4294967295-65536"), Some((u32::MAX, 65_536))),
            (format!("{ID}/0-1"), None),
            (format!("{ID}/1-0"), None),
            (format!("{ID}/1-65537"), None),
            (format!("{ID}/01-1"), None),
            (format!("{ID}/1-+1"), None),
            (format!("{ID}/1-1/"), None),
            (format!("{ID}/1"), None),
            (format!("{}/1-1", ID.to_uppercase()), None),
            ("../1-1".to_owned(), None),
        ];
        for (name, expected) in cases {
            let read = Position::of_object(&name).ok();
            assert_eq!(read.map(|(_, position)| (position.epoch(), position.number())), expected, "{name}");
            assert!(read.is_none_or(|(recording, position)| recording == id && position.object_name(id) == name));
        }
    }

    #[test]
    fn the_nonce_is_epoch_and_number() {
        let position = Position::new(0x0102_0304, 0x506).expect("a position");
        assert_eq!(position.nonce(), [1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 5, 6]);
        assert_eq!(Position::of_nonce(&position.nonce()), Some(position));
        for wrong in [&[0; 12][..], &[1; 11], &[0xff; 12], &[]] {
            assert_eq!(Position::of_nonce(wrong), None, "{wrong:?}");
        }
    }
}
