//! Whatever bytes are shown: an error or what they say, and never a panic.

use crate::sample::{data_key, kept, seal_keys};
use cobrowse_recording::id::Position;
use cobrowse_recording::key::WrappedKey;
use cobrowse_recording::manifest::Manifest;
use cobrowse_recording::object;
use cobrowse_recording::segment::Segment;
use proptest::prelude::*;

/// Reads bytes as everything there is. What is read is written as the same bytes.
fn read_all(bytes: &[u8]) {
    if let Ok(segment) = Segment::read(bytes) {
        assert_eq!(segment.write(), bytes);
    }
    if let Ok(manifest) = Manifest::read_open(bytes) {
        assert_eq!(manifest.write(), bytes);
    }
    if let Ok(wrapped) = WrappedKey::read(bytes) {
        assert_eq!(wrapped.write(), bytes);
    }
    if let Ok(name) = std::str::from_utf8(bytes) {
        let _ = Position::of_object(name);
    }
    let _ = seal_keys().verify(bytes);
    let _ = object::identify(bytes);
    let manifest = Manifest::read_open(&kept().open).expect("open");
    for entry in manifest.entries() {
        let _ = object::open(&data_key(), &manifest.head().origin, entry, bytes);
    }
}

/// What we write ourselves: all that can be read.
fn written() -> Vec<Vec<u8>> {
    let kept = kept();
    let segments = crate::sample::content().into_iter().map(|(_, segment)| segment.write());
    kept.objects.into_iter().flatten().chain([kept.sealed, kept.open, kept.wrapped]).chain(segments).collect()
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        read_all(&bytes);
    }

    #[test]
    fn our_own_with_changes(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
        tail in prop::collection::vec(any::<u8>(), 0..9),
    ) {
        let mut bytes = which.get(&written()).clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        read_all(&bytes);
        read_all(&bytes[..cut.index(bytes.len())]);
        bytes.extend(tail);
        read_all(&bytes);
    }
}

#[test]
fn our_own_are_read() {
    written().iter().for_each(|bytes| read_all(bytes));
}

/// Lengths that would need all memory there is, and lists of lists.
#[test]
fn what_asks_for_much_gets_nothing() {
    let huge: [&[u8]; 5] = [
        &[0x9b, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x84, 1, 1, 1, 0x9a, 0, 0, 0x40, 0],
        &[0x84, 1, 1, 1, 0x81, 0x85, 1, 0, 6, 1, 0x5a, 0xff, 0xff, 0xff, 0xff],
        &[0xd0, 0x83, 0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x81; 100_000],
    ];
    huge.into_iter().for_each(read_all);
}
