//! One fuzz target under libFuzzer: the one that FUZZ_TARGET names. `fuzz/run` builds and starts it.
#![no_main]

use std::sync::LazyLock;

use cobrowse_fuzz::{TARGETS, Target, find};

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    find(&name).unwrap_or_else(|| panic!("FUZZ_TARGET is {name:?}; it must be one of {names:?}"))
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    TARGET(bytes);
});
