//! What is written is read, and a moment is found.

use crate::sample::{self, data_key, ending, kept, manifest, origin, record, records, seal_key, seal_keys, sealed};
use cobrowse_recording::cutter::{Cutter, SEGMENT_US};
use cobrowse_recording::manifest::{Error, Manifest, Start};
use cobrowse_recording::object::Sealer;
use cobrowse_recording::reader::Reader;
use cobrowse_recording::record::{Kind, Record};

#[test]
fn all_records_come_back() {
    let kept = kept();
    assert_eq!(kept.read(), Ok(records()));
    assert_eq!(kept.read_open(), Ok(records()));
    assert_eq!(kept.objects[0].as_ref().expect("there")[..2], [0xd0, 0x83], "a tagged COSE_Encrypt0");
}

#[test]
fn a_manifest_reads_back_at_every_moment() {
    let origin = origin("northwind", 1);
    let (entries, _) = sealed(&origin, &sample::DATA_KEY);
    let mut grown = manifest(sample::head(origin, &sample::DATA_KEY), Vec::new());
    for entry in entries {
        assert_eq!(Manifest::read_open(&grown.write()), Ok(grown.clone()));
        let link = grown.append(entry.clone()).expect("the next");
        assert_eq!(link, grown.link());
        assert!(matches!(grown.append(entry.clone()), Err(Error::Repeated(position)) if position == entry.position));
    }
    assert_eq!(grown.seal(&seal_key()), Err(Error::Open));
    grown.end(ending()).expect("once");
    assert_eq!(grown.end(ending()), Err(Error::Ended));
    assert_eq!(Manifest::read_open(&grown.write()), Err(Error::Unsigned));
    let sealed = grown.seal(&seal_key()).expect("ended");
    assert_eq!(seal_keys().verify(&sealed), Ok(grown));
}

/// An hour of a page that changes thirty times a second, with a key every ten seconds.
#[test]
fn a_moment_of_a_long_recording_is_found() {
    let origin = origin("northwind", 1);
    let mut sealer = Sealer::new(data_key(), origin.clone(), 1).expect("an epoch");
    let mut manifest = manifest(sample::head(origin, &sample::DATA_KEY), Vec::new());
    let (mut cutter, mut objects) = (Cutter::new(0), Vec::new());
    let pictures = (1..=3_600 * 30).map(|seq| picture(seq, seq * 33_333, seq % 300 == 1));
    let mut segments: Vec<_> = pictures.filter_map(|record| cutter.push(record).expect("in order")).collect();
    segments.extend(cutter.cut().expect("in order"));
    for segment in &segments {
        assert!(segment.last_us() - segment.first_us() < SEGMENT_US);
        let sealed = sealer.seal(segment).expect("sealed");
        manifest.append(sealed.entry).expect("the next");
        objects.push(sealed.object);
    }
    assert!(manifest.write().len() < 512 << 10, "an hour's manifest has {} bytes", manifest.write().len());
    let reader = Reader::new(manifest, data_key()).expect("its key");
    for at_us in [0, 33_333, 9_999_999, 10_033_233, 1_800_000_000, 3_599_999_999, u64::MAX] {
        let Start { first, last } = reader.manifest().seek(at_us).expect("there is a key");
        assert!(last - first <= 5, "{at_us}: {} segments", last - first + 1);
        let opened = reader.open(first, Some(&objects[first])).expect("opened");
        let start = opened.start(at_us).unwrap_or(0);
        let key = &opened.records()[start];
        assert!(key.kind().is_key(), "{at_us}");
        // No later key is at or before the moment.
        let next = key.at_us() + 300 * 33_333;
        assert!(at_us < next || next > 3_600 * 30 * 33_333, "{at_us}: begins at {}", key.at_us());
    }
}

fn picture(seq: u64, at_us: u64, key: bool) -> Record {
    record(seq, at_us, Kind::Picture { key }, &seq.to_be_bytes())
}

#[test]
fn a_moment_of_the_sample_is_found() {
    let manifest = seal_keys().verify(&kept().sealed).expect("sealed");
    let cases = [
        (0, Some((0, 0))),
        (41_000, Some((0, 0))),
        (2_100_000, Some((0, 1))),
        (4_499_999, Some((0, 1))),
        (4_500_000, Some((2, 2))),
        (9_600_000, Some((3, 4))),
        (u64::MAX, Some((3, 4))),
    ];
    for (at_us, expected) in cases {
        assert_eq!(manifest.seek(at_us).map(|start| (start.first, start.last)), expected, "{at_us}");
    }
    let origin = origin("northwind", 1);
    let empty = Manifest::new(sample::head(origin, &sample::DATA_KEY)).expect("a time");
    assert_eq!(empty.seek(0), None);
}
