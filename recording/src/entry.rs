//! What a manifest says of one segment, and the chain that binds it to all before it. Whether entries follow each other is
//! `manifest`'s to check.

use aws_lc_rs::digest::{Context, SHA256, digest};

use crate::cbor::{Malformed, NUMBER_MAX, Reader, Writer};
use crate::id::{Position, SEGMENTS_MAX};
use crate::object::OBJECT_BYTES_MAX;
use crate::segment::{KeyAt, SEGMENT_BYTES_MAX, Segment};

/// Goes before what is hashed, so that no other hash is a link of a chain.
const DOMAIN: &[u8] = b"cobrowse recording chain\0";
/// The longest entry with its link, in bytes.
pub(crate) const ENTRY_BYTES_MAX: usize = 160;

/// SHA-256 of an object.
pub type Digest = [u8; 32];

/// SHA-256 over a manifest's head and all entries up to one. What is the same has the same past.
pub type Link = [u8; 32];

/// One segment, as a manifest lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands. Its object's name comes of it.
    pub position: Position,
    /// The first number of the pod's log that it answers for: the one after the segment before it.
    pub first_seq: u64,
    /// The last one: its last record's.
    pub last_seq: u64,
    /// Its first record's time, in microseconds since the pod's Start.
    pub first_us: u64,
    /// Its last record's time.
    pub last_us: u64,
    /// Its first picture that needs no earlier one, where playing may begin.
    pub first_key: Option<KeyAt>,
    /// Bytes before encryption.
    pub plain_bytes: u64,
    /// Bytes of the object.
    pub object_bytes: u64,
    /// SHA-256 of the object.
    pub digest: Digest,
}

impl Entry {
    /// Of a segment and the object that it became.
    pub(crate) fn of(position: Position, segment: &Segment, plain_bytes: usize, object: &[u8]) -> Self {
        Self {
            position,
            first_seq: segment.first_seq(),
            last_seq: segment.last_seq(),
            first_us: segment.first_us(),
            last_us: segment.last_us(),
            first_key: segment.first_key(),
            plain_bytes: plain_bytes as u64,
            object_bytes: object.len() as u64,
            digest: digest_of(object),
        }
    }

    /// Whether a segment is the one that this is of.
    pub(crate) fn describes(&self, segment: &Segment, plain_bytes: usize) -> bool {
        (self.first_seq, self.last_seq) == (segment.first_seq(), segment.last_seq())
            && (self.first_us, self.last_us) == (segment.first_us(), segment.last_us())
            && self.first_key == segment.first_key()
            && self.plain_bytes == plain_bytes as u64
    }

    /// The entry with its link, in the layout of the manifest.
    pub(crate) fn write(&self, writer: &mut Writer, link: &Link) {
        writer.array(11);
        writer.encoded(&self.fields());
        writer.bytes(link);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<(Self, Link), Malformed> {
        reader.list(11, "an entry")?;
        let at = reader.at();
        let epoch = reader.number(u32::MAX.into(), "an epoch")?;
        let number = reader.number(SEGMENTS_MAX as u64, "a segment's number")?;
        let position = u32::try_from(epoch).ok().and_then(|epoch| Position::new(epoch, number).ok());
        let entry = Self {
            position: position.ok_or(Malformed { at, expected: "a position from 1-1 on" })?,
            first_seq: reader.number(NUMBER_MAX, "a first number")?,
            last_seq: reader.number(NUMBER_MAX, "a last number")?,
            first_us: reader.number(NUMBER_MAX, "a first time")?,
            last_us: reader.number(NUMBER_MAX, "a last time")?,
            first_key: read_key(reader)?,
            plain_bytes: reader.number(SEGMENT_BYTES_MAX as u64, "bytes of a segment")?,
            object_bytes: reader.number(OBJECT_BYTES_MAX as u64, "bytes of an object")?,
            digest: reader.exactly("a digest")?,
        };
        Ok((entry, reader.exactly("a link")?))
    }

    /// The chain's link for this entry, after the one before it.
    pub(crate) fn link(&self, before: &Link) -> Link {
        hash(&[before, &self.fields()])
    }

    /// All but the link, without the array's head.
    fn fields(&self) -> Vec<u8> {
        let mut writer = Writer::with_capacity(ENTRY_BYTES_MAX);
        writer.number(self.position.epoch().into());
        writer.number(self.position.number());
        for number in [self.first_seq, self.last_seq, self.first_us, self.last_us] {
            writer.number(number);
        }
        match self.first_key {
            None => writer.null(),
            Some(key) => {
                writer.array(2);
                writer.number(key.seq);
                writer.number(key.at_us);
            }
        }
        writer.number(self.plain_bytes);
        writer.number(self.object_bytes);
        writer.bytes(&self.digest);
        writer.into_bytes()
    }
}

fn read_key(reader: &mut Reader<'_>) -> Result<Option<KeyAt>, Malformed> {
    if reader.null() {
        return Ok(None);
    }
    reader.list(2, "a key picture, or none")?;
    let seq = reader.number(NUMBER_MAX, "a key picture's number")?;
    Ok(Some(KeyAt { seq, at_us: reader.number(NUMBER_MAX, "a key picture's time")? }))
}

/// The link before the first entry.
pub(crate) fn anchor(head: &[u8]) -> Link {
    hash(&[head])
}

/// SHA-256 of an object.
pub(crate) fn digest_of(object: &[u8]) -> Digest {
    array(digest(&SHA256, object).as_ref())
}

fn hash(parts: &[&[u8]]) -> Link {
    let mut context = Context::new(&SHA256);
    context.update(DOMAIN);
    parts.iter().for_each(|part| context.update(part));
    array(context.finish().as_ref())
}

fn array(hash: &[u8]) -> [u8; 32] {
    hash.try_into().expect("SHA-256 has 32 bytes")
}
