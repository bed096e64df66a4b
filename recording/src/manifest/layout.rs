//! A manifest as bytes, open: `[head, entries, ending]`. The same bytes are what a sealed one signs; see `seal`.

use cobrowse_session::{TenantId, Timestamp};

use super::{Ending, Error, Head, Manifest, Outcome};
use crate::cbor::{Malformed, NUMBER_MAX, Reader, Writer};
use crate::entry::{ENTRY_BYTES_MAX, Entry};
use crate::id::{Origin, RecordingId, SEGMENTS_MAX};
use crate::key::KeyCheck;

/// What a manifest has at most besides its entries.
const HEAD_BYTES: usize = 256;
/// The longest manifest, in bytes: with as many segments as there can be.
pub const MANIFEST_BYTES_MAX: usize = SEGMENTS_MAX * ENTRY_BYTES_MAX + HEAD_BYTES;

/// The version of the format. Another one gets another number, and may change all that follows it.
const VERSION: u64 = 1;
/// A256GCM (RFC 9053), by which segments are encrypted.
const CIPHER: i64 = 3;
/// SHA-256 (RFC 9054), of digests and of the chain.
const HASH: i64 = -16;
/// The longest tenant id.
const TENANT_BYTES_MAX: usize = 63;

const OUTCOMES: [Outcome; 4] = [Outcome::Complete, Outcome::PodLost, Outcome::SinkLost, Outcome::Withdrawn];

impl Outcome {
    /// Its number in the format.
    pub fn number(self) -> u64 {
        match self {
            Outcome::Complete => 1,
            Outcome::PodLost => 2,
            Outcome::SinkLost => 3,
            Outcome::Withdrawn => 4,
        }
    }
}

impl Manifest {
    /// The manifest as bytes, not signed.
    pub fn write(&self) -> Vec<u8> {
        let mut writer = Writer::with_capacity(self.entries.len() * ENTRY_BYTES_MAX + HEAD_BYTES);
        writer.array(3);
        writer.encoded(&head(&self.head));
        writer.array(self.entries.len());
        for (entry, link) in self.entries.iter().zip(&self.links) {
            entry.write(&mut writer, link);
        }
        match self.ending {
            None => writer.null(),
            Some(ending) => {
                writer.array(2);
                writer.number(ending.outcome.number());
                writer.number(ending.at.as_millis());
            }
        }
        writer.into_bytes()
    }

    /// Reads the manifest of a recording that goes on, all of the bytes. Nothing proves where they come from; whether a recording
    /// is sealed the caller must know, since who can write it can also take off the end and the signature.
    pub fn read_open(bytes: &[u8]) -> Result<Self, Error> {
        let manifest = Self::read(bytes)?;
        if manifest.ending.is_some() { Err(Error::Unsigned) } else { Ok(manifest) }
    }

    /// Reads a manifest, open or not.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > MANIFEST_BYTES_MAX {
            return Err(Error::TooLong);
        }
        let mut reader = Reader::new(bytes);
        reader.list(3, "a manifest")?;
        let mut manifest = Self::new(read_head(&mut reader)?)?;
        for _ in 0..reader.array(SEGMENTS_MAX, "a list of entries")? {
            let (entry, link) = Entry::read(&mut reader)?;
            let position = entry.position;
            if manifest.append(entry)? != link {
                return Err(Error::Unlinked(position));
            }
        }
        if let Some(ending) = read_ending(&mut reader)? {
            manifest.end(ending)?;
        }
        reader.end()?;
        Ok(manifest)
    }
}

/// The head as bytes: what the chain begins with.
pub(super) fn head(head: &Head) -> Vec<u8> {
    let mut writer = Writer::with_capacity(HEAD_BYTES);
    writer.array(7);
    writer.number(VERSION);
    writer.text(head.origin.tenant.as_str());
    writer.bytes(&head.origin.recording.to_bytes());
    writer.signed(CIPHER);
    writer.signed(HASH);
    writer.bytes(&head.key_check.0);
    writer.number(head.started_at.as_millis());
    writer.into_bytes()
}

/// Whether a manifest can say this time.
pub(super) fn check_time(time: Timestamp) -> Result<(), Error> {
    if time.as_millis() <= NUMBER_MAX { Ok(()) } else { Err(Error::Time) }
}

fn read_head(reader: &mut Reader<'_>) -> Result<Head, Error> {
    reader.list(7, "a manifest's head")?;
    match reader.number(NUMBER_MAX, "a manifest's version")? {
        VERSION => {}
        other => return Err(Error::Version(other)),
    }
    let tenant = reader.text(TENANT_BYTES_MAX, "a tenant")?;
    let tenant = TenantId::parse(tenant).map_err(|_| Error::Tenant)?;
    let at = reader.at();
    let recording = RecordingId::of_bytes(&reader.exactly::<16>("a recording's id")?);
    let recording = recording.ok_or(Malformed { at, expected: "a recording's id" })?;
    for known in [CIPHER, HASH] {
        let algorithm = reader.signed("an algorithm")?;
        if algorithm != known {
            return Err(Error::Algorithm(algorithm));
        }
    }
    let key_check = KeyCheck(reader.exactly("what the data key is known by")?);
    let started_at = read_time(reader)?;
    Ok(Head { origin: Origin { tenant, recording }, key_check, started_at })
}

fn read_ending(reader: &mut Reader<'_>) -> Result<Option<Ending>, Malformed> {
    if reader.null() {
        return Ok(None);
    }
    reader.list(2, "an ending, or none")?;
    let at = reader.at();
    let number = reader.number(NUMBER_MAX, "how it ended")?;
    let outcome = OUTCOMES.into_iter().find(|outcome| outcome.number() == number);
    let outcome = outcome.ok_or(Malformed { at, expected: "how it ended" })?;
    Ok(Some(Ending { outcome, at: read_time(reader)? }))
}

fn read_time(reader: &mut Reader<'_>) -> Result<Timestamp, Malformed> {
    reader.number(NUMBER_MAX, "a time in milliseconds").map(Timestamp::from_millis)
}
