//! What is fetched as a segment of a recording, and what comes out of its cipher: from a place where others may write.

use std::sync::LazyLock;

use cobrowse_recording::cutter::{Cutter, SEGMENT_BYTES};
use cobrowse_recording::entry::Entry;
use cobrowse_recording::id::{Origin, Position, RecordingId};
use cobrowse_recording::key::DataKey;
use cobrowse_recording::object::{self, OBJECT_BYTES_MAX, Sealed, Sealer, identify};
use cobrowse_recording::record::{Audience, Kind, Record};
use cobrowse_recording::segment::Segment;
use cobrowse_session::TenantId;

use crate::script::Script;

static ORIGIN: LazyLock<Origin> = LazyLock::new(|| Origin {
    tenant: TenantId::parse("northwind").expect("a label"),
    recording: RecordingId::parse(&"ab".repeat(16)).expect("digits"),
});

/// One that is sealed as it should be.
static SEALED: LazyLock<Sealed> = LazyLock::new(|| {
    let picture = Record::admit(Audience::All, 4, 41_000, Kind::Picture { key: true }, vec![7; 60]);
    let segment = Segment::new(1, vec![picture.expect("a record")]).expect("in order");
    sealer(1).seal(&segment).expect("sealed")
});

fn key() -> DataKey {
    DataKey::from_slice(b"a data key of 32 bytes for tests").expect("32 bytes")
}

fn sealer(epoch: u32) -> Sealer {
    Sealer::new(key(), ORIGIN.clone(), epoch).expect("an epoch")
}

/// The first byte says what the rest is read as.
pub fn target(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    match script.byte() % 4 {
        0 => records(script.rest()),
        1 => foreign(script.rest()),
        2 => changed(script),
        _ => played(script),
    }
}

/// What was in the cipher: there is one form of each segment.
fn records(bytes: &[u8]) {
    let Ok(segment) = Segment::read(bytes) else { return };
    assert_eq!(segment.write(), bytes);
    assert!(segment.first_seq() > 0 && segment.last_seq() >= segment.first_seq());
    let times: Vec<u64> = segment.records().iter().map(Record::at_us).collect();
    assert!(times.is_sorted());
    if let Some(key) = segment.first_key() {
        let start = segment.start(key.at_us).expect("a key is at that time");
        assert!(segment.records()[start].kind().is_key());
    }
}

/// Nothing that was not sealed with the key is opened.
fn foreign(bytes: &[u8]) {
    assert!(object::open(&key(), &ORIGIN, &SEALED.entry, bytes).is_err() || bytes == SEALED.object);
    if let Ok(name) = std::str::from_utf8(bytes)
        && let Ok((recording, position)) = Position::of_object(name)
    {
        assert_eq!(position.object_name(recording), name);
    }
    if let Some((recording, position)) = identify(bytes) {
        let name = position.object_name(recording);
        assert_eq!(Position::of_object(&name), Ok((recording, position)));
    }
}

/// Bytes of the real one that are others, cut or added.
fn changed(mut script: Script<'_>) {
    let mut object = SEALED.object.clone();
    while !script.is_over() {
        let at = usize::from(script.byte()) % object.len().max(1);
        match script.byte() % 3 {
            0 => object.truncate(at.max(1)),
            1 => object.insert(at.min(object.len()), script.byte()),
            _ => object[at] ^= script.byte(),
        }
    }
    foreign(&object);
}

/// Whatever comes in order is cut, sealed, opened, and the same.
fn played(mut script: Script<'_>) {
    let mut cutter = Cutter::new(0);
    let mut sealer = sealer(script.number().max(1));
    let (mut seq, mut at_us, mut said) = (0_u64, 0_u64, Vec::new());
    let mut segments = Vec::new();
    while !script.is_over() {
        seq += u64::from(script.byte());
        at_us += u64::from(script.short()) << 6;
        let kind = Kind::of_number(u64::from(script.byte())).unwrap_or(Kind::Picture { key: true });
        let payload = vec![script.byte(); usize::from(script.short()) << 2];
        let Ok(record) = Record::admit(Audience::All, seq, at_us, kind, payload) else { continue };
        match cutter.push(record.clone()) {
            Ok(segment) => segments.extend(segment),
            Err(_) => continue,
        }
        said.push(record);
    }
    segments.extend(cutter.cut().expect("in order"));
    let opened = segments.iter().flat_map(|segment| opened(&mut sealer, segment));
    assert_eq!(opened.collect::<Vec<_>>(), said);
}

fn opened(sealer: &mut Sealer, segment: &Segment) -> Vec<Record> {
    assert!(segment.records().len() == 1 || segment.write().len() <= SEGMENT_BYTES);
    let Sealed { entry, object } = sealer.seal(segment).expect("sealed");
    assert!(object.len() <= OBJECT_BYTES_MAX && entry.object_bytes == object.len() as u64);
    let read = object::open(&key(), &ORIGIN, &entry, &object).expect("opened");
    let elsewhere = Entry { first_seq: entry.first_seq + 1, ..entry };
    assert!(object::open(&key(), &ORIGIN, &elsewhere, &object).is_err());
    read.records().to_vec()
}
