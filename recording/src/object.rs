//! An object: one segment in cipher, a COSE_Encrypt0 message (RFC 9052) by AES-256-GCM. All that says whose it is and where it stands is
//! bound into it, so that in any other place it cannot be opened. It puts no object anywhere.

use std::fmt;

use aws_lc_rs::aead::{Aad, Nonce};
use coset::cbor::Value;
use coset::{CborSerializable, CoseEncrypt0Builder, EncryptionContext, Header, HeaderBuilder, ProtectedHeader};
use coset::{RegisteredLabelWithPrivate, TaggedCborSerializable, enc_structure_data, iana};

use crate::cbor::{Malformed, Reader, Writer};
use crate::entry::Entry;
use crate::id::{self, Origin, Position, RecordingId};
use crate::key::DataKey;
use crate::segment::{self, SEGMENT_BYTES_MAX, Segment};

/// The most that stands around a segment in an object: heads, header, and the tag of 16 bytes.
pub(crate) const OBJECT_HEAD_BYTES: usize = 64;
/// The longest object, in bytes.
pub const OBJECT_BYTES_MAX: usize = SEGMENT_BYTES_MAX + OBJECT_HEAD_BYTES;

/// The text before all that is bound into an object but not in it.
const DOMAIN: &str = "cobrowse recording segment";
/// The version of what an object is. Another one gets another number.
const VERSION: u64 = 1;
/// The longest header; ours has 36 bytes.
const HEADER_BYTES_MAX: usize = 128;

/// Why a segment cannot be sealed, or an object not opened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No position is left in this epoch, or there is no such epoch.
    #[error("failed to seal a segment")]
    Position(#[from] id::Error),
    /// The cipher refused.
    #[error("failed to seal segment {0}")]
    Seal(Position),
    /// Longer than any object.
    #[error("failed to read an object: it is longer than {OBJECT_BYTES_MAX} bytes")]
    TooLong,
    /// No COSE_Encrypt0 message in the form that is written.
    #[error("failed to read an object")]
    Malformed(#[from] Malformed),
    /// Its header is not as it is written.
    #[error("failed to read an object: its header is wrong")]
    Header,
    /// An algorithm that this program does not know.
    #[error("failed to read an object: its algorithm is not A256GCM")]
    Algorithm,
    /// It says that it is of another recording.
    #[error("failed to open an object: it is of recording {0}")]
    Foreign(RecordingId),
    /// It says that it stands at another position.
    #[error("failed to open an object: it is segment {0}")]
    Swapped(Position),
    /// Not what was sealed with this key for this tenant, recording, position and range.
    #[error("failed to open an object: it was changed, or is of another tenant or key")]
    Altered,
    /// What was sealed is no segment.
    #[error("failed to open an object")]
    Segment(#[from] segment::Error),
    /// What was sealed is not what the manifest lists.
    #[error("failed to open an object: its records are not what the manifest says")]
    Unlisted,
}

/// Seals the segments of one recorder, in order. Make one for each epoch that was won, and no second one of the same key and
/// epoch: it counts, and so uses no nonce twice.
pub struct Sealer {
    key: DataKey,
    origin: Origin,
    epoch: u32,
    last: u64,
}

/// A segment that is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// What the manifest is to say of it.
    pub entry: Entry,
    /// The bytes to keep, under [`Position::object_name`].
    pub object: Vec<u8>,
}

impl Sealer {
    /// For an epoch from 1 on, which nobody else has.
    pub fn new(key: DataKey, origin: Origin, epoch: u32) -> Result<Self, Error> {
        Position::new(epoch, 1)?;
        Ok(Self { key, origin, epoch, last: 0 })
    }

    /// Seals the next segment. What fails is not tried again under the same number. Keep the object as it is until it is stored:
    /// it is never sealed again.
    pub fn seal(&mut self, segment: &Segment) -> Result<Sealed, Error> {
        let position = Position::new(self.epoch, self.last + 1)?;
        self.last += 1;
        let mut bytes = segment.write();
        let plain_bytes = bytes.len();
        let external = bound(&self.origin, position, segment.first_seq(), segment.last_seq());
        let encrypt = |_: &[u8], aad: &[u8]| {
            let nonce = Nonce::assume_unique_for_key(position.nonce());
            self.key.cipher().seal_in_place_append_tag(nonce, Aad::from(aad), &mut bytes)?;
            Ok(bytes)
        };
        let message = CoseEncrypt0Builder::new().protected(header(self.origin.recording, position));
        let message = message.try_create_ciphertext(&[], &external, encrypt);
        let message = message.map_err(|_: aws_lc_rs::error::Unspecified| Error::Seal(position))?;
        let object = message.build().to_tagged_vec().map_err(|_| Error::Seal(position))?;
        Ok(Sealed { entry: Entry::of(position, segment, plain_bytes, &object), object })
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Sealer({} of {}, epoch {}, {} sealed)",
            self.origin.recording, self.origin.tenant, self.epoch, self.last
        )
    }
}

/// Opens the object of an entry. Fails unless it is exactly what was sealed for this tenant, recording, position and range.
pub fn open(key: &DataKey, origin: &Origin, entry: &Entry, object: &[u8]) -> Result<Segment, Error> {
    let (protected, ciphertext) = parts(object)?;
    let (header, recording, position) = stated(protected)?;
    if recording != origin.recording {
        return Err(Error::Foreign(recording));
    }
    if position != entry.position {
        return Err(Error::Swapped(position));
    }
    let external = bound(origin, position, entry.first_seq, entry.last_seq);
    let aad = enc_structure_data(EncryptionContext::CoseEncrypt0, header, &external);
    let mut bytes = ciphertext.to_vec();
    let nonce = Nonce::assume_unique_for_key(position.nonce());
    let plain = key.cipher().open_in_place(nonce, Aad::from(aad), &mut bytes).map_err(|_| Error::Altered)?;
    let segment = Segment::read(plain)?;
    if entry.describes(&segment, plain.len()) { Ok(segment) } else { Err(Error::Unlisted) }
}

/// What an object says that it is, whether or not the rest of it is right. Nothing of it is proven.
pub fn identify(object: &[u8]) -> Option<(RecordingId, Position)> {
    let mut reader = Reader::new(object);
    let (_, recording, position) = stated(read_header(&mut reader).ok()?).ok()?;
    Some((recording, position))
}

/// Header and ciphertext, of exactly the form that is written.
fn parts(object: &[u8]) -> Result<(&[u8], &[u8]), Error> {
    if object.len() > OBJECT_BYTES_MAX {
        return Err(Error::TooLong);
    }
    let mut reader = Reader::new(object);
    let protected = read_header(&mut reader)?;
    reader.empty_map("no header that is not protected")?;
    let ciphertext = reader.bytes(OBJECT_BYTES_MAX, "a ciphertext")?;
    reader.end()?;
    Ok((protected, ciphertext))
}

fn read_header<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Malformed> {
    reader.tag(iana::CborTag::CoseEncrypt0 as u64, "the tag of COSE_Encrypt0")?;
    reader.list(3, "a COSE_Encrypt0 message")?;
    reader.bytes(HEADER_BYTES_MAX, "a protected header")
}

/// The header: the algorithm, the recording as the key's name, the position as the nonce.
fn header(recording: RecordingId, position: Position) -> Header {
    let header = HeaderBuilder::new().algorithm(iana::Algorithm::A256GCM);
    header.key_id(recording.to_bytes().to_vec()).iv(position.nonce().to_vec()).build()
}

/// What a header says, if it is one that we write.
fn stated(protected: &[u8]) -> Result<(ProtectedHeader, RecordingId, Position), Error> {
    let parsed = ProtectedHeader::from_cbor_bstr(Value::Bytes(protected.to_vec())).map_err(|_| Error::Header)?;
    if parsed.header.alg != Some(RegisteredLabelWithPrivate::Assigned(iana::Algorithm::A256GCM)) {
        return Err(Error::Algorithm);
    }
    let recording = RecordingId::of_bytes(&parsed.header.key_id).ok_or(Error::Header)?;
    let position = Position::of_nonce(&parsed.header.iv).ok_or(Error::Header)?;
    // One form of each header, and nothing in it that we would not write.
    let same = header(recording, position).to_vec().is_ok_and(|written| written == protected);
    if same { Ok((parsed, recording, position)) } else { Err(Error::Header) }
}

/// What is bound into an object besides its header: the external additional data of RFC 9052, 5.3.
fn bound(origin: &Origin, position: Position, first_seq: u64, last_seq: u64) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.array(8);
    writer.text(DOMAIN);
    writer.number(VERSION);
    writer.text(origin.tenant.as_str());
    writer.bytes(&origin.recording.to_bytes());
    writer.number(position.epoch().into());
    writer.number(position.number());
    writer.number(first_seq);
    writer.number(last_seq);
    writer.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SEGMENTS_MAX;
    use crate::record::{Audience, Kind, Record};
    use cobrowse_session::TenantId;

    fn sealer(epoch: u32) -> Result<Sealer, Error> {
        let tenant = TenantId::parse("northwind").expect("a label");
        let origin = Origin { tenant, recording: RecordingId::parse(&"ab".repeat(16)).expect("digits") };
        Sealer::new(DataKey::from_slice(&[0xee; 32]).expect("a key"), origin, epoch)
    }

    fn segment() -> Segment {
        let end = Record::admit(Audience::All, 1, 0, Kind::End, Vec::new()).expect("a record");
        Segment::new(1, vec![end]).expect("in order")
    }

    #[test]
    fn a_sealer_counts_and_comes_to_its_end() {
        assert!(matches!(sealer(0), Err(Error::Position(_))));
        let mut sealer = sealer(7).expect("an epoch");
        sealer.last = SEGMENTS_MAX as u64 - 2;
        let numbers = (0..2).map(|_| sealer.seal(&segment()).expect("sealed").entry.position.number());
        assert_eq!(numbers.collect::<Vec<_>>(), [SEGMENTS_MAX as u64 - 1, SEGMENTS_MAX as u64]);
        assert!(matches!(sealer.seal(&segment()), Err(Error::Position(_))), "all numbers are used");
        let shown = format!("{sealer:?}");
        assert!(shown.contains("epoch 7") && !shown.contains("238"), "{shown}");
    }

    /// What stands around a segment is as small as the limit says, also around the largest.
    #[test]
    fn an_object_is_little_longer_than_its_segment() {
        let mut sealer = sealer(u32::MAX).expect("an epoch");
        for bytes in [0, 1, 255, 256, 65_535, 65_536, crate::record::PICTURE_BYTES_MAX] {
            let kind = Kind::Picture { key: true };
            let picture = Record::admit(Audience::All, 1, 0, kind, vec![1; bytes]).expect("a record");
            let segment = Segment::new(1, vec![picture]).expect("in order");
            let Sealed { entry, object } = sealer.seal(&segment).expect("sealed");
            let around = entry.object_bytes - entry.plain_bytes;
            assert!((1..=OBJECT_HEAD_BYTES as u64).contains(&around), "{bytes}: {around}");
            assert!(object.len() <= OBJECT_BYTES_MAX);
        }
    }
}
