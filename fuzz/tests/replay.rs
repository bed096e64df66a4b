//! The committed corpora, run on every target: what once broke something, and what reaches far. Seconds; exploring is
//! `make fuzz`.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use cobrowse_fuzz::{TARGETS, find};

/// Bytes of all corpora together: they are read by people and cloned by everybody.
const CORPORA_BYTES: u64 = 2 << 20;

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = found.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

fn replay(name: &str) {
    let target = find(name).expect("a target has this name");
    let inputs = entries(&corpora().join(name));
    assert!(!inputs.is_empty(), "the corpus of {name} is empty");
    let fails = |input: &PathBuf| {
        let bytes = fs::read(input).expect("readable");
        catch_unwind(AssertUnwindSafe(|| target(&bytes))).is_err()
    };
    let failed: Vec<PathBuf> = inputs.into_iter().filter(fails).collect();
    assert!(failed.is_empty(), "what must hold for {name} does not for {failed:?}");
}

macro_rules! replays {
    ($($name:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            replay(stringify!($name));
        })*

        #[test]
        fn every_target_is_replayed() {
            let mut replayed = [$(stringify!($name)),*];
            replayed.sort_unstable();
            let targets: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
            assert_eq!(replayed.as_slice(), targets);
        }
    };
}

replays!(
    calls,
    certificates,
    configuration,
    devtools,
    egress,
    files,
    handover,
    live,
    manifest,
    masking,
    names,
    relay,
    segment,
    tenant,
    wayland,
    websocket,
    wire,
);

#[test]
fn the_corpora_are_small_and_belong_to_targets() {
    let mut bytes = 0;
    for folder in entries(&corpora()) {
        let name = folder.file_name().and_then(|name| name.to_str()).expect("a name");
        assert!(find(name).is_some(), "{name} is no target");
        bytes += entries(&folder).iter().map(|file| fs::metadata(file).expect("readable").len()).sum::<u64>();
    }
    assert!(bytes <= CORPORA_BYTES, "the corpora have {bytes} bytes: merge them with `make fuzz-merge`");
}
