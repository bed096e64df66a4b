//! Recorders that die and are followed by others, which cut the same content elsewhere: no nonce is used twice with a recording's key,
//! and the manifest has each record once.

use std::collections::BTreeSet;

use crate::sample::{self, data_key, manifest, origin, record};
use cobrowse_recording::cutter::Cutter;
use cobrowse_recording::object::{Sealed, Sealer};
use cobrowse_recording::reader::Reader;
use cobrowse_recording::record::{Kind, Record};
use coset::{CoseEncrypt0, TaggedCborSerializable};
use proptest::prelude::*;

/// One recorder: which records are cut after besides the rule, and how many of its segments were committed before it died.
#[derive(Clone, Debug)]
struct Recorder {
    cuts: BTreeSet<usize>,
    committed: prop::sample::Index,
}

fn recorder() -> impl Strategy<Value = Recorder> {
    (prop::collection::btree_set(0..60_usize, 0..12), any::<prop::sample::Index>())
        .prop_map(|(cuts, committed)| Recorder { cuts, committed })
}

fn content() -> impl Strategy<Value = Vec<Record>> {
    let one = (1..4_u64, 0..900_000_u64, 0..4_000_usize, any::<bool>());
    prop::collection::vec(one, 1..60).prop_map(|steps| {
        let (mut seq, mut at_us) = (0, 0);
        let next = |(numbers, time, bytes, key): (u64, u64, usize, bool)| {
            (seq, at_us) = (seq + numbers, at_us + time);
            record(seq, at_us, Kind::Picture { key }, &vec![seq as u8; bytes])
        };
        steps.into_iter().map(next).collect()
    })
}

/// All that this recorder seals of what comes after a number, whether it is committed or not.
fn seal(content: &[Record], after: u64, epoch: u32, cuts: &BTreeSet<usize>) -> Vec<Sealed> {
    let mut cutter = Cutter::new(after);
    let mut sealer = Sealer::new(data_key(), origin("northwind", 1), epoch).expect("an epoch");
    let mut segments = Vec::new();
    for (index, record) in content.iter().filter(|record| record.seq() > after).enumerate() {
        segments.extend(cutter.push(record.clone()).expect("in order"));
        if cuts.contains(&index) {
            segments.extend(cutter.cut().expect("in order"));
        }
    }
    segments.extend(cutter.cut().expect("in order"));
    segments.iter().map(|segment| sealer.seal(segment).expect("sealed")).collect()
}

fn nonce(object: &[u8]) -> Vec<u8> {
    CoseEncrypt0::from_tagged_slice(object).expect("a message").protected.header.iv
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_nonce_is_used_twice(
        content in content(),
        recorders in prop::collection::vec(recorder(), 2..5),
        // Epochs of recorders that had nothing to do lie between.
        gaps in prop::collection::vec(1..1_000_u32, 5),
    ) {
        let mut seen = BTreeSet::new();
        let (mut after, mut epoch) = (0, 0);
        let (mut entries, mut objects) = (Vec::new(), Vec::new());
        for (index, recorder) in recorders.iter().enumerate() {
            epoch += gaps[index];
            let sealed = seal(&content, after, epoch, &recorder.cuts);
            for one in &sealed {
                prop_assert!(seen.insert(nonce(&one.object)), "{} has a nonce again", one.entry.position);
            }
            let last = index + 1 == recorders.len();
            let committed = if last { sealed.len() } else { recorder.committed.index(sealed.len() + 1) };
            for one in sealed.into_iter().take(committed) {
                after = one.entry.last_seq;
                entries.push(one.entry);
                objects.push(one.object);
            }
        }
        let manifest = manifest(sample::head(origin("northwind", 1), &sample::DATA_KEY), entries);
        let reader = Reader::new(manifest, data_key()).expect("its key");
        let opened = objects.iter().enumerate().map(|(index, object)| reader.open(index, Some(object)).expect("opened"));
        let records: Vec<Record> = opened.flat_map(|segment| segment.records().to_vec()).collect();
        prop_assert_eq!(records, content);
    }
}

/// The same content, cut in the same way, by recorders of two epochs: nothing of one ciphertext is in the other.
#[test]
fn the_same_segment_of_two_epochs_is_two_ciphertexts() {
    let [one, two] = [1, 2].map(|epoch| seal(&sample::records(), 0, epoch, &BTreeSet::new()));
    assert_eq!(one.len(), two.len());
    for (one, two) in one.iter().zip(&two) {
        assert_eq!((one.entry.first_seq, one.entry.last_seq), (two.entry.first_seq, two.entry.last_seq));
        let [one, two] = [one, two].map(|sealed| blocks(&sealed.object));
        assert!(one.is_disjoint(&two));
    }
}

/// The blocks of an object's ciphertext.
fn blocks(object: &[u8]) -> BTreeSet<Vec<u8>> {
    let ciphertext = CoseEncrypt0::from_tagged_slice(object).expect("a message").ciphertext.expect("not detached");
    ciphertext.chunks_exact(16).map(<[u8]>::to_vec).collect()
}
