//! What somebody can do to a recording who can write where it is kept: each is noticed, and named. First with a sealed manifest, then
//! with an open one, which anybody can write, then with an open one that was made to fit.

use crate::sample::{self, Kept, kept, origin, seal_key, sealed};
use cobrowse_recording::entry::Entry;
use cobrowse_recording::key::{LocalKey, TenantKeyId};
use cobrowse_recording::manifest::{Head, Manifest, SealKey};
use cobrowse_recording::object::Sealer;
use cobrowse_recording::record::Record;
use cobrowse_recording::segment::{KeyAt, Segment};
use coset::{CoseSign1Builder, HeaderBuilder, TaggedCborSerializable, iana};

#[path = "tamper/open.rs"]
mod open;

use open::{edited, head_of};

/// What is done, and what it is noticed as.
type Case = (&'static str, fn(&mut Kept), &'static str);

fn noticed(cases: &[Case], read: fn(&Kept) -> Result<Vec<Record>, String>) {
    for (name, change, expected) in cases {
        let mut kept = kept();
        change(&mut kept);
        assert_eq!(read(&kept).expect_err(name), *expected, "{name}");
    }
}

/// Another recording of the same content, with a key of its own.
fn other() -> Kept {
    sample::kept_of(origin("northwind", 0xcd), &[7; 32])
}

const CHANGED: &str = "failed to read segment 1-2: it was changed";

const OBJECTS: [Case; 24] = [
    ("deleted", |kept| kept.objects[1] = None, "failed to read segment 1-2: it is missing"),
    ("the last one deleted", |kept| kept.objects[4] = None, "failed to read segment 2-2: it is missing"),
    ("two swapped", |kept| kept.objects.swap(1, 2), "failed to read segment 1-2: segment 1-3 is in its place"),
    (
        "of the other recorder",
        |kept| kept.objects.swap(0, 3),
        "failed to read segment 1-1: segment 2-1 is in its place",
    ),
    (
        "one twice",
        |kept| kept.objects[1] = kept.objects[0].clone(),
        "failed to read segment 1-2: segment 1-1 is in its place",
    ),
    (
        "of another recording",
        |kept| kept.objects[1] = other().objects[1].clone(),
        "failed to read segment 1-2: another recording's is in its place",
    ),
    (
        "of another tenant",
        |kept| kept.objects[1] = sample::kept_of(origin("bank", 0xab), &sample::DATA_KEY).objects[1].clone(),
        CHANGED,
    ),
    (
        "of another key",
        |kept| kept.objects[1] = sample::kept_of(origin("northwind", 0xab), &[7; 32]).objects[1].clone(),
        CHANGED,
    ),
    ("sealed again with other records", |kept| kept.objects[1] = Some(resealed()), CHANGED),
    (
        "cut by a byte",
        |kept| {
            kept.object(1).pop();
        },
        "failed to read segment 1-2: it is cut to 111 of 112 bytes",
    ),
    ("cut to half", |kept| kept.object(1).truncate(60), "failed to read segment 1-2: it is cut to 60 of 112 bytes"),
    (
        "cut within its header",
        |kept| kept.object(1).truncate(9),
        "failed to read segment 1-2: it is cut to 9 of 112 bytes",
    ),
    ("emptied", |kept| kept.object(1).clear(), "failed to read segment 1-2: it is cut to 0 of 112 bytes"),
    ("a byte added", |kept| kept.object(1).push(0), "failed to read segment 1-2: it has 113 bytes instead of 112"),
    (
        "another one added",
        |kept| {
            let more = kept.object(2).clone();
            kept.object(1).extend(more);
        },
        "failed to read segment 1-2: it has 398 bytes instead of 112",
    ),
    ("zeros", |kept| kept.object(1).fill(0), CHANGED),
    ("its tag", |kept| kept.object(1)[0] = 0xd1, CHANGED),
    ("its algorithm", |kept| kept.object(1)[6] = 1, CHANGED),
    (
        "its recording",
        |kept| kept.object(1)[10] ^= 1,
        "failed to read segment 1-2: another recording's is in its place",
    ),
    ("its epoch", |kept| kept.object(1)[30] = 2, "failed to read segment 1-2: segment 2-2 is in its place"),
    ("its number", |kept| kept.object(1)[38] = 9, "failed to read segment 1-2: segment 1-9 is in its place"),
    (
        "a header that is not protected",
        |kept| {
            kept.object(1).splice(39..40, [0xa1, 0x04, 0x41, 0x00]);
        },
        "failed to read segment 1-2: it has 115 bytes instead of 112",
    ),
    ("its first byte of cipher", |kept| kept.object(1)[42] ^= 1, CHANGED),
    ("its last byte", |kept| *kept.object(1).last_mut().expect("one") ^= 0x80, CHANGED),
];

#[test]
fn objects() {
    noticed(&OBJECTS, Kept::read);
}

/// The second segment, as the first recorder would have sealed it with another laser point in it.
fn resealed() -> Vec<u8> {
    let mut sealer = Sealer::new(sample::data_key(), origin("northwind", 0xab), 1).expect("an epoch");
    let content = sample::content();
    sealer.seal(&content[0].1).expect("sealed");
    let mut records = content[1].1.records().to_vec();
    records[0] = sample::record(7, 2_100_000, records[0].kind(), b"another point");
    sealer.seal(&Segment::new(6, records).expect("in order")).expect("sealed").object
}

const FORGED: &str = "failed to check a manifest: its signature is wrong";

const SEALED: [Case; 14] = [
    ("a bit of the content", |kept| kept.sealed[60] ^= 1, FORGED),
    (
        "a bit near its end",
        |kept| {
            let at = kept.sealed.len() - 70;
            kept.sealed[at] ^= 1
        },
        FORGED,
    ),
    ("a bit of the signature", |kept| *kept.sealed.last_mut().expect("one") ^= 1, FORGED),
    ("the key's name", |kept| kept.sealed[8] ^= 1, "failed to check a manifest: the key that signed it is unknown"),
    ("the algorithm's number", |kept| kept.sealed[5] = 0x31, "failed to read a manifest: its algorithm -18 is unknown"),
    (
        "another key's signature",
        |kept| kept.sealed = ended().seal(&SealKey::from_seed(&sample::OTHER_SEED).expect("32 bytes")).expect("ended"),
        "failed to check a manifest: the key that signed it is unknown",
    ),
    (
        "cut",
        |kept| {
            kept.sealed.pop();
        },
        "failed to read a manifest: failed to read byte 564: a signature",
    ),
    ("a byte added", |kept| kept.sealed.push(0), "failed to read a manifest: failed to read byte 628: the end"),
    (
        "without its tag",
        |kept| {
            kept.sealed.remove(0);
        },
        "failed to read a manifest: failed to read byte 0: the tag of COSE_Sign1",
    ),
    (
        "without its signature",
        |kept| kept.sealed = ended().write(),
        "failed to read a manifest: failed to read byte 0: the tag of COSE_Sign1",
    ),
    (
        "signed, though it goes on",
        |kept| kept.sealed = signed(&kept.open, None),
        "failed to seal a manifest: the recording has not ended",
    ),
    ("signed for another purpose", |kept| kept.sealed = signed(&ended().write(), Some(b"another purpose")), FORGED),
    (
        "of a later version, signed",
        |kept| kept.sealed = signed(&edited(&ended().write(), |manifest| head_of(manifest)[0] = 2.into()), None),
        "failed to read a manifest: its version 2 is unknown",
    ),
    (
        "another recording's",
        |kept| kept.sealed = other().sealed,
        "failed to read the recording: the data key is not its own",
    ),
];

#[test]
fn sealed_manifests() {
    noticed(&SEALED, Kept::read);
}

fn ended() -> Manifest {
    sample::seal_keys().verify(&kept().sealed).expect("sealed")
}

/// Signs any bytes with our key, as only whoever has it can.
fn signed(bytes: &[u8], purpose: Option<&[u8]>) -> Vec<u8> {
    let pair = aws_lc_rs::signature::Ed25519KeyPair::from_seed_unchecked(&sample::SEAL_SEED).expect("32 bytes");
    let id = sample::digest(&seal_key().public())[..8].to_vec();
    let header = HeaderBuilder::new().algorithm(iana::Algorithm::Ed25519).key_id(id).build();
    let message = CoseSign1Builder::new().protected(header).payload(bytes.to_vec());
    let purpose = purpose.unwrap_or(b"cobrowse recording manifest");
    message
        .create_signature(purpose, |bytes| pair.sign(bytes).as_ref().to_vec())
        .build()
        .to_tagged_vec()
        .expect("a message")
}

const SEALED_FOR_OTHERS: &str =
    "failed to read segment 1-1: failed to open an object: it was changed, or is of another tenant or key";

/// An open manifest has no signature, so somebody can write a chain that fits. What is in the objects stands against it.
const FITTING: [Case; 10] = [
    (
        "two objects swapped",
        |kept| {
            kept.objects.swap(0, 1);
            forge(kept, |_, entries| swap_objects(entries));
        },
        "failed to read segment 1-1: failed to open an object: it is segment 1-2",
    ),
    (
        "another recording's object",
        |kept| {
            kept.objects[0] = other().objects[0].clone();
            let digest = sample::digest(kept.object(0));
            forge(kept, |_, entries| entries[0].digest = digest);
        },
        "failed to read segment 1-1: failed to open an object: it is of recording cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
    ),
    ("another tenant", |kept| forge(kept, |head, _| head.origin = origin("bank", 0xab)), SEALED_FOR_OTHERS),
    (
        "another recording",
        |kept| forge(kept, |head, _| head.origin = origin("northwind", 0xcd)),
        "failed to read segment 1-1: failed to open an object: it is of recording abababababababababababababababab",
    ),
    (
        "another key",
        |kept| forge(kept, |head, _| head.key_check = sample::head(origin("northwind", 0xab), &[7; 32]).key_check),
        "failed to read the recording: the data key is not its own",
    ),
    (
        "a first segment that answers for less",
        |kept| forge(kept, |_, entries| entries[0].first_seq = 2),
        SEALED_FOR_OTHERS,
    ),
    (
        "a border moved",
        |kept| {
            forge(kept, |_, entries| {
                entries[0].last_seq = 6;
                entries[1].first_seq = 7;
            })
        },
        SEALED_FOR_OTHERS,
    ),
    (
        "other times",
        |kept| forge(kept, |_, entries| entries[0].last_us += 1),
        "failed to read segment 1-1: failed to open an object: its records are not what the manifest says",
    ),
    (
        "a key picture hidden",
        |kept| forge(kept, |_, entries| entries[0].first_key = None),
        "failed to read segment 1-1: failed to open an object: its records are not what the manifest says",
    ),
    (
        "a key picture invented",
        |kept| forge(kept, |_, entries| entries[1].first_key = Some(KeyAt { seq: 8, at_us: 2_100_000 })),
        "failed to read segment 1-2: failed to open an object: its records are not what the manifest says",
    ),
];

#[test]
fn open_manifests_made_to_fit() {
    noticed(&FITTING, Kept::read_open);
}

/// Writes a manifest with other content, whose chain is right.
fn forge(kept: &mut Kept, change: impl FnOnce(&mut Head, &mut Vec<Entry>)) {
    let mut head = sample::head(origin("northwind", 0xab), &sample::DATA_KEY);
    let mut entries = sealed(&head.origin, &sample::DATA_KEY).0;
    change(&mut head, &mut entries);
    kept.open = sample::manifest(head, entries).write();
}

/// Two entries keep their positions and ranges, and have each other's objects.
fn swap_objects(entries: &mut [Entry]) {
    let of = |entry: &Entry| (entry.plain_bytes, entry.object_bytes, entry.digest);
    let (one, two) = (of(&entries[0]), of(&entries[1]));
    (entries[0].plain_bytes, entries[0].object_bytes, entries[0].digest) = two;
    (entries[1].plain_bytes, entries[1].object_bytes, entries[1].digest) = one;
}

const WRAPPED: [Case; 5] = [
    (
        "a bit",
        |kept| *kept.wrapped.last_mut().expect("one") ^= 1,
        "failed to unwrap: it was changed, or the key is not the one of this name",
    ),
    (
        "cut",
        |kept| {
            kept.wrapped.pop();
        },
        "failed to read a wrapped key: failed to read byte 20: a wrapped key's bytes",
    ),
    (
        "another recording's",
        |kept| kept.wrapped = other().wrapped,
        "failed to read the recording: the data key is not its own",
    ),
    (
        "by a key that is not at hand",
        |kept| kept.wrapped = of_another_key(),
        "failed to unwrap: it was wrapped by the key bank-2026",
    ),
    (
        "as if by a key service",
        |kept| {
            kept.wrapped.splice(2..3, [0x3a, 0, 1, 0, 0]);
        },
        "failed to unwrap: the key service that wrapped it must do it",
    ),
];

#[test]
fn wrapped_keys() {
    noticed(&WRAPPED, Kept::read);
}

fn of_another_key() -> Vec<u8> {
    let name = TenantKeyId::parse("bank-2026").expect("a name");
    let key = LocalKey::from_slice(name, &[9; 32]).expect("32 bytes");
    key.wrap(&sample::data_key()).expect("wrapped").write()
}

/// Besides those that are named: any bit of an object, and any bit of a sealed manifest or a wrapped key.
#[test]
fn any_bit_is_noticed() {
    let whole = kept();
    let bits = |bytes: &[u8]| (0..bytes.len() * 8).collect::<Vec<_>>();
    for bit in bits(whole.objects[1].as_ref().expect("there")) {
        let mut kept = whole.clone();
        kept.object(1)[bit / 8] ^= 1 << (bit % 8);
        assert!(kept.read().is_err_and(|error| error.contains("segment 1-2")), "bit {bit} of an object");
    }
    for bit in bits(&whole.sealed) {
        let mut kept = whole.clone();
        kept.sealed[bit / 8] ^= 1 << (bit % 8);
        assert!(kept.read().is_err_and(|error| error.contains("manifest")), "bit {bit} of a manifest");
    }
    for bit in bits(&whole.wrapped) {
        let mut kept = whole.clone();
        kept.wrapped[bit / 8] ^= 1 << (bit % 8);
        assert!(kept.read().is_err(), "bit {bit} of a wrapped key");
    }
}
