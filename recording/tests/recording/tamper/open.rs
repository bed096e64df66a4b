//! Changes of an open manifest, which is signed by nobody.

use super::{Case, ended, forge, noticed};
use crate::sample::{Kept, kept};
use coset::cbor::{Value, from_reader, into_writer};

const HEAD_UNLINKED: &str = "failed to accept a manifest: segment 1-1 does not belong to what stands before it";

const OPEN: [Case; 25] = [
    (
        "one left out",
        |kept| edit(kept, |m| drop(entries_of(m).remove(1))),
        "failed to accept a manifest: segment 1-2 is missing before 1-3",
    ),
    (
        "the first left out",
        |kept| edit(kept, |m| drop(entries_of(m).remove(0))),
        "failed to accept a manifest: segment 1-1 is missing before 1-2",
    ),
    (
        "an epoch's first left out",
        |kept| edit(kept, |m| drop(entries_of(m).remove(3))),
        "failed to accept a manifest: segment 2-1 is missing before 2-2",
    ),
    (
        "an epoch's last left out",
        |kept| edit(kept, |m| drop(entries_of(m).remove(2))),
        "failed to accept a manifest: events 9 to 12 are missing before segment 2-1",
    ),
    (
        "a whole epoch left out",
        |kept| edit(kept, |m| drop(entries_of(m).drain(..3))),
        "failed to accept a manifest: segment 2-1 does not belong to what stands before it",
    ),
    (
        "one twice",
        |kept| {
            edit(kept, |m| {
                let again = entries_of(m)[0].clone();
                entries_of(m).insert(1, again);
            })
        },
        "failed to accept a manifest: segment 1-1 is there twice",
    ),
    (
        "an earlier one again",
        |kept| {
            edit(kept, |m| {
                let again = entries_of(m)[0].clone();
                entries_of(m).push(again);
            })
        },
        "failed to accept a manifest: segment 1-1 is there twice",
    ),
    (
        "two swapped",
        |kept| edit(kept, |m| entries_of(m).swap(1, 2)),
        "failed to accept a manifest: segment 1-2 is missing before 1-3",
    ),
    ("one after a later one", after_a_later_one, "failed to accept a manifest: segment 1-3 comes after a later one"),
    (
        "a later first number",
        |kept| edit(kept, |m| set(entries_of(m), 1, 2, 7)),
        "failed to accept a manifest: events 6 to 6 are missing before segment 1-2",
    ),
    (
        "an earlier first number",
        |kept| edit(kept, |m| set(entries_of(m), 1, 2, 5)),
        "failed to accept a manifest: segment 1-2 has events of the one before it",
    ),
    (
        "a later last number",
        |kept| edit(kept, |m| set(entries_of(m), 1, 3, 9)),
        "failed to accept a manifest: segment 1-2 does not belong to what stands before it",
    ),
    (
        "a last number before the first",
        |kept| edit(kept, |m| set(entries_of(m), 1, 3, 5)),
        "failed to accept a manifest: the range of segment 1-2 cannot be",
    ),
    (
        "an earlier time",
        |kept| edit(kept, |m| set(entries_of(m), 1, 4, 0)),
        "failed to accept a manifest: the time of segment 1-2 cannot be",
    ),
    (
        "a key picture elsewhere",
        |kept| edit(kept, |m| entry_of(m, 0)[6] = Value::Array(vec![9.into(), 41_000.into()])),
        "failed to accept a manifest: the key picture of segment 1-1 cannot be",
    ),
    (
        "no length",
        |kept| edit(kept, |m| set(entries_of(m), 1, 7, 0)),
        "failed to accept a manifest: the length of segment 1-2 cannot be",
    ),
    (
        "another digest",
        |kept| edit(kept, |m| entry_of(m, 1)[9] = Value::Bytes(vec![1; 32])),
        "failed to accept a manifest: segment 1-2 does not belong to what stands before it",
    ),
    (
        "another link",
        |kept| edit(kept, |m| entry_of(m, 1)[10] = Value::Bytes(vec![1; 32])),
        "failed to accept a manifest: segment 1-2 does not belong to what stands before it",
    ),
    ("another tenant", |kept| edit(kept, |m| head_of(m)[1] = Value::Text("bank".to_owned())), HEAD_UNLINKED),
    (
        "no tenant",
        |kept| edit(kept, |m| head_of(m)[1] = Value::Text("Bank".to_owned())),
        "failed to read a manifest: its tenant is no tenant id",
    ),
    ("another recording", |kept| edit(kept, |m| head_of(m)[2] = Value::Bytes(vec![1; 16])), HEAD_UNLINKED),
    (
        "another cipher",
        |kept| edit(kept, |m| head_of(m)[3] = 1.into()),
        "failed to read a manifest: its algorithm 1 is unknown",
    ),
    (
        "another hash",
        |kept| edit(kept, |m| head_of(m)[4] = (-14).into()),
        "failed to read a manifest: its algorithm -14 is unknown",
    ),
    ("another key", |kept| edit(kept, |m| head_of(m)[5] = Value::Bytes(vec![1; 32])), HEAD_UNLINKED),
    ("another beginning", |kept| edit(kept, |m| head_of(m)[6] = 5.into()), HEAD_UNLINKED),
];

#[test]
fn open_manifests() {
    noticed(&OPEN, Kept::read_open);
    let mut ended_unsigned = kept();
    ended_unsigned.open = ended().write();
    let error = ended_unsigned.read_open().expect_err("not signed");
    assert_eq!(error, "failed to read a manifest: it says how the recording ended, and is not signed");
}

/// The first recorder's last segment, after one of the second that answers for what is before it.
fn after_a_later_one(kept: &mut Kept) {
    let Value::Array(mut manifest) = from_reader(kept.open.as_slice()).expect("CBOR") else { panic!("a list") };
    let last = entries_of(&mut manifest).remove(2);
    forge(kept, |_, entries| {
        entries.drain(1..3);
        entries.truncate(2);
        entries[1].first_seq = 6;
    });
    kept.open = edited(&kept.open, |manifest| entries_of(manifest).push(last));
}

fn edit(kept: &mut Kept, change: fn(&mut Vec<Value>)) {
    kept.open = edited(&kept.open, change);
}

pub(super) fn edited(bytes: &[u8], change: impl FnOnce(&mut Vec<Value>)) -> Vec<u8> {
    let Value::Array(mut manifest) = from_reader(bytes).expect("CBOR") else { panic!("a list") };
    change(&mut manifest);
    let mut bytes = Vec::new();
    into_writer(&Value::Array(manifest), &mut bytes).expect("a vector takes all");
    bytes
}

fn list(value: &mut Value) -> &mut Vec<Value> {
    value.as_array_mut().expect("a list")
}

pub(super) fn head_of(manifest: &mut [Value]) -> &mut Vec<Value> {
    list(&mut manifest[0])
}

fn entries_of(manifest: &mut [Value]) -> &mut Vec<Value> {
    list(&mut manifest[1])
}

fn entry_of(manifest: &mut [Value], index: usize) -> &mut Vec<Value> {
    list(&mut entries_of(manifest)[index])
}

fn set(entries: &mut [Value], index: usize, field: usize, number: u64) {
    list(&mut entries[index])[field] = number.into();
}
