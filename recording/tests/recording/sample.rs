//! A small recording of fixed keys and content, of two recorders: the second took over after the third segment of the first. No key
//! here is one of anybody's.

use cobrowse_recording::entry::{Digest, Entry};
use cobrowse_recording::id::{Origin, RecordingId};
use cobrowse_recording::key::{DataKey, LocalKey, TenantKeyId, WrappedKey};
use cobrowse_recording::manifest::{Ending, Head, Manifest, Outcome, SealKey, SealKeys};
use cobrowse_recording::object::Sealer;
use cobrowse_recording::reader::Reader;
use cobrowse_recording::record::{Audience, Kind, Record};
use cobrowse_recording::segment::Segment;
use cobrowse_session::{TenantId, Timestamp};

pub(crate) const DATA_KEY: [u8; 32] = *b"a data key of 32 bytes for tests";
pub(crate) const TENANT_KEY: [u8; 32] = *b"a tenant's key of 32 b for tests";
pub(crate) const SEAL_SEED: [u8; 32] = *b"seed of a sealing key, for tests";
pub(crate) const OTHER_SEED: [u8; 32] = *b"seed of another key, for tests..";

/// A recording as it is kept.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) wrapped: Vec<u8>,
    pub(crate) sealed: Vec<u8>,
    pub(crate) open: Vec<u8>,
    /// In the order of the manifest.
    pub(crate) objects: Vec<Option<Vec<u8>>>,
}

pub(crate) fn data_key() -> DataKey {
    DataKey::from_slice(&DATA_KEY).expect("32 bytes")
}

pub(crate) fn tenant_key() -> LocalKey {
    LocalKey::from_slice(TenantKeyId::parse("northwind-2026").expect("a name"), &TENANT_KEY).expect("32 bytes")
}

pub(crate) fn seal_key() -> SealKey {
    SealKey::from_seed(&SEAL_SEED).expect("32 bytes")
}

pub(crate) fn seal_keys() -> SealKeys {
    SealKeys::new(&[seal_key().public()])
}

pub(crate) fn origin(tenant: &str, recording: u8) -> Origin {
    let recording = RecordingId::parse(&format!("{recording:02x}").repeat(16)).expect("digits");
    Origin { tenant: TenantId::parse(tenant).expect("a label"), recording }
}

pub(crate) fn record(seq: u64, at_us: u64, kind: Kind, payload: &[u8]) -> Record {
    Record::admit(Audience::All, seq, at_us, kind, payload.to_vec()).expect("a record")
}

const KEY: Kind = Kind::Picture { key: true };
const PART: Kind = Kind::Picture { key: false };

/// Epoch, and the records of a segment. The payloads stand for the contract's messages.
pub(crate) fn content() -> Vec<(u32, Segment)> {
    let of = |first, records| Segment::new(first, records).expect("in order");
    vec![
        (
            1,
            of(
                1,
                vec![
                    record(1, 0, Kind::State, b"state"),
                    record(3, 40_000, Kind::Navigation, b"navigation to the shop"),
                    record(4, 41_000, KEY, &[0x11; 300]),
                    record(5, 75_000, PART, &[0x22; 20]),
                ],
            ),
        ),
        (
            1,
            of(
                6,
                vec![record(7, 2_100_000, Kind::Guidance, b"a laser point"), record(8, 2_100_000, PART, &[0x33; 20])],
            ),
        ),
        (1, of(9, vec![record(9, 4_500_000, KEY, &[0x44; 200]), record(12, 4_600_000, Kind::Halt, b"")])),
        (2, of(13, vec![record(13, 9_000_000, KEY, &[0x55; 100]), record(14, 9_000_001, Kind::Dialog, b"a question")])),
        (2, of(15, vec![record(15, 9_500_000, PART, &[0x66; 20]), record(16, 9_900_000, Kind::End, b"end")])),
    ]
}

pub(crate) fn records() -> Vec<Record> {
    content().iter().flat_map(|(_, segment)| segment.records().to_vec()).collect()
}

/// Entries and objects, as two recorders made them.
pub(crate) fn sealed(origin: &Origin, key: &[u8; 32]) -> (Vec<Entry>, Vec<Option<Vec<u8>>>) {
    let sealer =
        |epoch| Sealer::new(DataKey::from_slice(key).expect("32 bytes"), origin.clone(), epoch).expect("an epoch");
    let mut sealers = [sealer(1), sealer(2)];
    let seal = |(epoch, segment): (u32, Segment)| sealers[epoch as usize - 1].seal(&segment).expect("sealed");
    content().into_iter().map(seal).map(|sealed| (sealed.entry, Some(sealed.object))).unzip()
}

pub(crate) fn head(origin: Origin, key: &[u8; 32]) -> Head {
    let key_check = DataKey::from_slice(key).expect("32 bytes").check();
    Head { origin, key_check, started_at: Timestamp::from_millis(1_800_000_000_000) }
}

pub(crate) fn manifest(head: Head, entries: Vec<Entry>) -> Manifest {
    let mut manifest = Manifest::new(head).expect("a time");
    for entry in entries {
        manifest.append(entry).expect("the next");
    }
    manifest
}

pub(crate) fn ending() -> Ending {
    Ending { outcome: Outcome::Complete, at: Timestamp::from_millis(1_800_000_010_000) }
}

pub(crate) fn kept_of(origin: Origin, key: &[u8; 32]) -> Kept {
    let (entries, objects) = sealed(&origin, key);
    let mut manifest = manifest(head(origin, key), entries);
    let open = manifest.write();
    manifest.end(ending()).expect("once");
    let sealed = manifest.seal(&seal_key()).expect("ended");
    let wrapped = tenant_key().wrap(&DataKey::from_slice(key).expect("32 bytes")).expect("wrapped").write();
    Kept { wrapped, sealed, open, objects }
}

pub(crate) fn kept() -> Kept {
    kept_of(origin("northwind", 0xab), &DATA_KEY)
}

/// An error with all that it came from.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl Kept {
    /// All records by the sealed manifest, or why not.
    pub(crate) fn read(&self) -> Result<Vec<Record>, String> {
        self.read_by(seal_keys().verify(&self.sealed).map_err(|error| chain(&error))?)
    }

    /// All records by the open manifest, or why not.
    pub(crate) fn read_open(&self) -> Result<Vec<Record>, String> {
        self.read_by(Manifest::read_open(&self.open).map_err(|error| chain(&error))?)
    }

    fn read_by(&self, manifest: Manifest) -> Result<Vec<Record>, String> {
        let wrapped = WrappedKey::read(&self.wrapped).map_err(|error| chain(&error))?;
        let key = tenant_key().unwrap(&wrapped).map_err(|error| chain(&error))?;
        let reader = Reader::new(manifest, key).map_err(|error| chain(&error))?;
        let mut records = Vec::new();
        for (index, object) in self.objects.iter().enumerate().take(reader.manifest().entries().len()) {
            let segment = reader.open(index, object.as_deref()).map_err(|error| chain(&error))?;
            records.extend(segment.records().to_vec());
        }
        Ok(records)
    }

    pub(crate) fn object(&mut self, index: usize) -> &mut Vec<u8> {
        self.objects[index].as_mut().expect("there")
    }
}

pub(crate) fn digest(bytes: &[u8]) -> Digest {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref().try_into().expect("32 bytes")
}
