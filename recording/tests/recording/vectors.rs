//! The committed test vectors, `tests/vectors`: what a reader of another language is tried on. They are what this crate writes; after a
//! change of the format they are written again by `cargo test -p cobrowse-recording -- --ignored write_the_vectors`.
#![expect(clippy::disallowed_methods, reason = "the vectors are files")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::sample::{DATA_KEY, TENANT_KEY, content, kept, origin, seal_key, seal_keys, tenant_key};
use cobrowse_recording::record::Record;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text takes all");
        text
    })
}

/// Every file by its path in the folder.
fn files() -> BTreeMap<String, Vec<u8>> {
    let kept = kept();
    let manifest = seal_keys().verify(&kept.sealed).expect("sealed");
    let recording = origin("northwind", 0xab).recording;
    let names = manifest.entries().iter().map(|entry| entry.position.object_name(recording));
    let mut files: BTreeMap<String, Vec<u8>> = names.zip(kept.objects.into_iter().flatten()).collect();
    files.insert("manifest-open.cbor".to_owned(), kept.open);
    files.insert("manifest-sealed.cose".to_owned(), kept.sealed);
    files.insert("wrapped-key.cbor".to_owned(), kept.wrapped);
    files.insert("expected.json".to_owned(), expected().into_bytes());
    files
}

/// The keys, and what a reader must find.
fn expected() -> String {
    let keys = [
        ("tenant", "northwind".to_owned()),
        ("recording", origin("northwind", 0xab).recording.to_string()),
        ("tenant_key_id", tenant_key().id().to_string()),
        ("tenant_key", hex(&TENANT_KEY)),
        ("data_key", hex(&DATA_KEY)),
        ("seal_public_key", hex(&seal_key().public())),
    ];
    let keys: Vec<String> = keys.iter().map(|(name, value)| format!("  \"{name}\": \"{value}\",\n")).collect();
    let records: Vec<String> = content().iter().flat_map(|(_, segment)| segment.records().iter().map(row)).collect();
    format!("{{\n{}  \"records\": [\n{}\n  ]\n}}\n", keys.concat(), records.join(",\n"))
}

fn row(record: &Record) -> String {
    let (kind, payload) = (record.kind(), hex(record.payload()));
    let (seq, at_us, number, key) = (record.seq(), record.at_us(), kind.number(), kind.is_key());
    format!(
        "    {{\"seq\": {seq}, \"at_us\": {at_us}, \"kind\": {number}, \"key\": {key}, \"payload\": \"{payload}\"}}"
    )
}

#[test]
fn the_vectors_are_what_is_written() {
    for (name, bytes) in files() {
        let found = fs::read(folder().join(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(found == bytes, "{name} is not what this crate writes: is the change of the format meant?");
    }
}

#[test]
#[ignore = "writes the vectors again"]
fn write_the_vectors() {
    for (name, bytes) in files() {
        let path = folder().join(name);
        fs::create_dir_all(path.parent().expect("within the folder")).expect("a folder");
        fs::write(path, bytes).expect("written");
    }
}
