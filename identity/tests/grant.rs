//! Grants: what is signed is read, and whatever else is shown is refused.

use cobrowse_identity::authority::Authority;
use cobrowse_identity::grant::{Error, GRANT_BYTES_MAX, Grant, GrantKey, GrantKeys, GrantLimits, GrantMode};
use cobrowse_identity::name::PodUid;
use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The first key of RFC 8032, 7.1.
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
const ISSUED: u64 = 1_800_000_000;
const LIFE: u64 = 300;

fn key() -> GrantKey {
    GrantKey::from_pem(KEY).expect("a key")
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn pod() -> PodUid {
    PodUid::parse("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9").expect("a uid")
}

fn grant() -> Grant {
    Grant {
        session: "s-1".to_owned(),
        pod: pod(),
        tenant: "northwind".to_owned(),
        mode: GrantMode::Listed,
        sites: vec!["shop.example.com".to_owned(), "*.shop.example.com:8443".to_owned()],
        listed: vec!["*.cdn.example.net".to_owned()],
        ports: vec![80, 443],
        limits: GrantLimits { connections: 64, bytes_per_second: 4 << 20, bytes: 2 << 30, connection_seconds: 3_600 },
        address_class: Some("europe".to_owned()),
        issued_at: at(ISSUED),
        expires_at: at(ISSUED + LIFE),
    }
}

fn verify(bytes: &[u8], now: u64) -> Result<Grant, Error> {
    GrantKeys::from_pem(&key().public_pem()).expect("keys").verify(bytes, &pod(), at(now))
}

/// The word of what it is refused for.
fn refused(bytes: &[u8], now: u64) -> &'static str {
    verify(bytes, now).map_or_else(|error| error.reason(), |_| "accepted")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text takes all");
        text
    })
}

#[test]
fn what_is_signed_is_read() {
    let all = [
        grant(),
        Grant { mode: GrantMode::Strict, sites: Vec::new(), listed: Vec::new(), ports: Vec::new(), ..grant() },
        Grant { mode: GrantMode::Open, address_class: None, ..grant() },
        Grant { mode: GrantMode::ReportOnly, listed: vec!["a.example".to_owned(); 200], ports: vec![1; 32], ..grant() },
    ];
    for grant in all {
        let bytes = key().sign(&grant).expect("a grant");
        assert_eq!(key().sign(&grant).expect("again"), bytes, "one encoding");
        assert_eq!(verify(&bytes, ISSUED + 1).expect("its own"), grant);
    }
}

/// Another program must be able to write and read these very bytes.
#[test]
fn the_encoding_is_this_one() {
    let bytes = key().sign(&grant()).expect("a grant");
    let head = "010121fe31dfa154a261";
    let payload = concat!(
        "03732d31",
        "2430613162326333642d346535662d363037312d383239332d613462356336643765386639",
        "096e6f72746877696e64",
        "02",
        "02001073686f702e6578616d706c652e636f6d00172a2e73686f702e6578616d706c652e636f6d3a38343433",
        "0100112a2e63646e2e6578616d706c652e6e6574",
        "02005001bb",
        "00000040",
        "0000000000400000",
        "0000000080000000",
        "00000e10",
        "066575726f7065",
        "000000006b49d200",
        "000000006b49d32c",
    );
    let signature = concat!(
        "b06d5aa17b5c0ea894d5526b5ec9e8b7200fa099db53fce66fafca38b71a4c67",
        "370936454c4f11766cd30bd82681bbf7f4d0e1b83db4679b87a9280e85864f0f"
    );
    assert_eq!(hex(&bytes), format!("{head}{payload}{signature}"));
}

#[test]
fn a_changed_bit_anywhere_is_noticed() {
    let bytes = key().sign(&grant()).expect("a grant");
    for at in 0..bytes.len() {
        for bit in [1, 0x80] {
            let mut forged = bytes.clone();
            forged[at] ^= bit;
            let expected = match at {
                0 => "GrantVersion",
                1 => "GrantAlgorithm",
                2..10 => "GrantKeyUnknown",
                _ => "GrantForged",
            };
            assert_eq!(refused(&forged, ISSUED + 1), expected, "byte {at}");
        }
    }
}

#[test]
fn what_is_cut_or_goes_on_is_refused() {
    let bytes = key().sign(&grant()).expect("a grant");
    for length in 0..bytes.len() {
        let reason = refused(&bytes[..length], ISSUED + 1);
        assert!(matches!(reason, "GrantCut" | "GrantForged"), "{length}: {reason}");
    }
    assert_eq!(refused(&[bytes.as_slice(), &[0]].concat(), ISSUED + 1), "GrantForged");
    assert_eq!(refused(&vec![1; GRANT_BYTES_MAX + 1], ISSUED + 1), "GrantTooLong");
}

#[test]
fn it_is_of_one_pod_and_of_its_time() {
    let bytes = key().sign(&grant()).expect("a grant");
    let keys = GrantKeys::from_pem(&key().public_pem()).expect("keys");
    let other = PodUid::parse("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f8").expect("a uid");
    let foreign = keys.verify(&bytes, &other, at(ISSUED + 1));
    assert!(matches!(foreign, Err(Error::OtherPod)));
    let cases = [
        (ISSUED - 31, "GrantNotYet"),
        (ISSUED - 30, "accepted"),
        (ISSUED + LIFE - 1, "accepted"),
        (ISSUED + LIFE, "GrantExpired"),
        (ISSUED + 10 * LIFE, "GrantExpired"),
    ];
    for (now, expected) in cases {
        assert_eq!(refused(&bytes, now), expected, "{now}");
    }
    for expires_at in [at(ISSUED + LIFE + 1), at(ISSUED - 1)] {
        let bytes = key().sign(&Grant { expires_at, ..grant() }).expect("a grant");
        assert_eq!(refused(&bytes, ISSUED + 1), "GrantMalformed", "a life that none has");
    }
}

#[test]
fn keys_change_one_after_the_other() {
    let (old, new, foreign) = (key(), GrantKey::generate().expect("a key"), GrantKey::generate().expect("a key"));
    let keys = GrantKeys::from_pem(&format!("{}{}", old.public_pem(), new.public_pem())).expect("two keys");
    let shown = |key: &GrantKey| keys.verify(&key.sign(&grant()).expect("a grant"), &pod(), at(ISSUED + 1));
    assert!(shown(&old).is_ok() && shown(&new).is_ok());
    assert!(matches!(shown(&foreign), Err(Error::UnknownKey)));
    let again = GrantKey::from_pem(&new.to_pem()).expect("what was written");
    assert_eq!(again.sign(&grant()).expect("a grant"), new.sign(&grant()).expect("a grant"));
}

#[test]
fn a_key_s_name_alone_opens_nothing() {
    let foreign = GrantKey::generate().expect("a key");
    let (ours, mut forged) = (key().sign(&grant()).expect("a grant"), foreign.sign(&grant()).expect("a grant"));
    forged[2..10].copy_from_slice(&ours[2..10]);
    assert_eq!(refused(&forged, ISSUED + 1), "GrantForged");
}

#[test]
fn other_keys_are_no_keys_of_grants() {
    let (certificate, other) = Authority::generate(SystemTime::now()).expect("an authority").to_pem();
    for text in ["", "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n", &other] {
        assert!(GrantKey::from_pem(text).is_err());
    }
    for text in ["", KEY, &certificate, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"] {
        assert!(GrantKeys::from_pem(text).is_err());
    }
}

#[test]
fn what_nobody_would_read_is_not_signed() {
    let wrong = [
        Grant { session: String::new(), ..grant() },
        Grant { session: "a".repeat(64), ..grant() },
        Grant { tenant: "North".to_owned(), ..grant() },
        Grant { address_class: Some(String::new()), ..grant() },
        Grant { sites: vec!["a b".to_owned()], ..grant() },
        Grant { sites: vec!["a".repeat(281)], ..grant() },
        Grant { listed: vec!["a.example".to_owned(); 201], ..grant() },
        Grant { ports: vec![1; 33], ..grant() },
        Grant { issued_at: UNIX_EPOCH - Duration::from_secs(1), ..grant() },
    ];
    for grant in wrong {
        assert!(matches!(key().sign(&grant), Err(Error::Field(_))), "{grant:?}");
    }
}
