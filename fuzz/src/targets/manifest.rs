//! What is fetched as the manifest of a recording, and as its wrapped key: from a place where others may write.

use std::sync::LazyLock;

use cobrowse_recording::entry::Entry;
use cobrowse_recording::id::{Origin, Position, RecordingId};
use cobrowse_recording::key::{DataKey, LocalKey, WrappedKey};
use cobrowse_recording::manifest::{Ending, Head, Manifest, Outcome, SealKey, SealKeys};
use cobrowse_recording::segment::KeyAt;
use cobrowse_session::{TenantId, Timestamp};

use crate::script::Script;

/// Has signed nothing in the corpus.
static SEAL: LazyLock<(SealKey, SealKeys)> = LazyLock::new(|| {
    let key = SealKey::from_seed(b"seed of a key for fuzzing alone.").expect("32 bytes");
    let keys = SealKeys::new(&[key.public()]);
    (key, keys)
});

/// The first byte says what the rest is read as.
pub fn target(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    match script.byte() % 4 {
        0 => open(script.rest()),
        1 => assert!(SEAL.1.verify(script.rest()).is_err(), "nobody signed it"),
        2 => wrapped(script.rest()),
        _ => grown(script),
    }
}

/// Anybody may write it: there is one form of each, and what is read holds together.
fn open(bytes: &[u8]) {
    let Ok(manifest) = Manifest::read_open(bytes) else { return };
    assert_eq!(manifest.write(), bytes);
    holds(&manifest);
}

fn holds(manifest: &Manifest) {
    let entries = manifest.entries();
    for pair in entries.windows(2) {
        assert!(pair[0].position < pair[1].position && pair[0].last_seq + 1 == pair[1].first_seq);
        assert!(pair[0].last_us <= pair[1].first_us);
    }
    for at_us in entries.iter().flat_map(|entry| [entry.first_us, entry.last_us]).chain([0, u64::MAX]) {
        let Some(start) = manifest.seek(at_us) else { continue };
        assert!(start.first <= start.last && start.last < entries.len());
        let key = entries[start.first].first_key.expect("it begins with a key picture");
        assert!(key.at_us <= at_us || entries[..start.first].iter().all(|entry| entry.first_key.is_none()));
    }
}

fn wrapped(bytes: &[u8]) {
    let Ok(wrapped) = WrappedKey::read(bytes) else { return };
    assert_eq!(wrapped.write(), bytes);
    let key = LocalKey::from_slice(wrapped.tenant_key().clone(), &[9; 32]).expect("32 bytes");
    // Only what the key wrapped is unwrapped; that comes out again as the same bytes.
    if let Ok(data) = key.unwrap(&wrapped) {
        assert_eq!(key.wrap(&data), Ok(wrapped));
    }
}

/// Whatever is taken is read back, sealed it is read by its key, and a changed byte is noticed.
fn grown(mut script: Script<'_>) {
    let mut manifest = Manifest::new(head(&mut script)).expect("a time");
    let (place, change) = (usize::from(script.short()), script.byte());
    while !script.is_over() {
        let Some(entry) = entry(&mut script) else { continue };
        let before = manifest.clone();
        if manifest.append(entry).is_err() {
            assert_eq!(manifest, before);
        }
    }
    assert_eq!(Manifest::read_open(&manifest.write()), Ok(manifest.clone()));
    holds(&manifest);
    let ending = Ending { outcome: Outcome::PodLost, at: Timestamp::from_millis(5) };
    manifest.end(ending).expect("once");
    let mut sealed = manifest.seal(&SEAL.0).expect("ended");
    assert_eq!(SEAL.1.verify(&sealed), Ok(manifest));
    let place = place % sealed.len();
    sealed[place] ^= change | 1;
    assert!(SEAL.1.verify(&sealed).is_err());
}

fn head(script: &mut Script<'_>) -> Head {
    let tenant = TenantId::parse(&script.text()).unwrap_or(TenantId::parse("northwind").expect("a label"));
    let recording = RecordingId::parse(&format!("{:032x}", script.number())).expect("digits");
    let key_check = DataKey::from_slice(&[script.byte(); 32]).expect("32 bytes").check();
    let origin = Origin { tenant, recording };
    Head { origin, key_check, started_at: Timestamp::from_millis(script.number().into()) }
}

fn entry(script: &mut Script<'_>) -> Option<Entry> {
    let position = Position::new(script.byte().into(), script.byte().into()).ok()?;
    let first_seq = u64::from(script.short());
    let first_us = u64::from(script.short());
    let last_seq = first_seq + u64::from(script.byte());
    let last_us = first_us + u64::from(script.byte());
    let first_key = script.bit().then(|| KeyAt { seq: first_seq + u64::from(script.byte()), at_us: first_us });
    let plain_bytes = u64::from(script.short());
    let object_bytes = plain_bytes + u64::from(script.byte());
    let digest = [script.byte(); 32];
    Some(Entry { position, first_seq, last_seq, first_us, last_us, first_key, plain_bytes, object_bytes, digest })
}
