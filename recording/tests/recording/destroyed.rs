//! Destroying the tenant's key, or the one wrapped key of a recording, leaves nothing readable; changing the tenant's key leaves
//! everything.

use crate::sample::{DATA_KEY, TENANT_KEY, chain, data_key, kept, records, tenant_key};
use cobrowse_recording::key::{DataKey, Error, LocalKey, TenantKeyId, WrappedKey};
use cobrowse_recording::object;
use cobrowse_recording::reader::{self, Reader};

/// All that is kept but the wrapped key.
fn what_stays() -> Vec<Vec<u8>> {
    let kept = kept();
    kept.objects.into_iter().flatten().chain([kept.sealed, kept.open]).collect()
}

fn within(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|found| found == part)
}

#[test]
fn without_the_wrapped_key_nothing_is_left() {
    let wrapped = WrappedKey::read(&kept().wrapped).expect("a wrapped key");
    for bytes in what_stays() {
        assert!(!within(&bytes, &DATA_KEY) && !within(&bytes, &TENANT_KEY), "a key in clear");
        // Neither the wrapped key: an object that cannot be deleted yet must not keep it.
        assert!(!within(&bytes, wrapped.bytes()), "the wrapped key");
        for record in records().iter().filter(|record| record.payload().len() >= 5) {
            assert!(!within(&bytes, &record.payload()[..5]), "a record in clear");
        }
    }
}

#[test]
fn no_other_data_key_opens_anything() {
    let kept = kept();
    let manifest = crate::sample::seal_keys().verify(&kept.sealed).expect("sealed");
    // Each key one bit away from the right one, and some that are far.
    let near = (0..256).map(|bit| {
        let mut key = DATA_KEY;
        key[bit / 8] ^= 1 << (bit % 8);
        key
    });
    for key in near.chain((0..=255).map(|byte| [byte; 32])) {
        let key = || DataKey::from_slice(&key).expect("32 bytes");
        assert!(matches!(Reader::new(manifest.clone(), key()), Err(reader::Error::OtherKey)));
        for (entry, object) in manifest.entries().iter().zip(&kept.objects) {
            let opened = object::open(&key(), &manifest.head().origin, entry, object.as_ref().expect("there"));
            assert!(matches!(opened, Err(object::Error::Altered)));
        }
    }
}

#[test]
fn without_the_tenant_s_key_the_wrapped_key_is_nothing() {
    let wrapped = WrappedKey::read(&kept().wrapped).expect("a wrapped key");
    // A new key under the old one's name: what is left when the old one was destroyed.
    let new = LocalKey::from_slice(tenant_key().id().clone(), b"a new key of the same tenant....").expect("32 bytes");
    assert_eq!(new.unwrap(&wrapped).err(), Some(Error::Unwrap));
    assert!(!within(wrapped.bytes(), &DATA_KEY[..8]));
}

#[test]
fn a_changed_tenant_s_key_touches_no_segment() {
    let mut kept = kept();
    let before = (kept.sealed.clone(), kept.objects.clone());
    let name = TenantKeyId::parse("northwind-2027").expect("a name");
    let new = LocalKey::from_slice(name, b"the next key of the same tenant.").expect("32 bytes");
    let wrapped = WrappedKey::read(&kept.wrapped).expect("a wrapped key");
    let again = new.rewrap(&wrapped, &tenant_key()).expect("wrapped again");
    assert_ne!(again.bytes(), wrapped.bytes());
    assert_eq!(new.unwrap(&again).expect("its own").expose(), &DATA_KEY);
    // The old key opens it no more, and says which one does.
    kept.wrapped = again.write();
    assert_eq!(kept.read(), Err("failed to unwrap: it was wrapped by the key northwind-2027".to_owned()));
    assert_eq!((kept.sealed, kept.objects), before);
}

/// A key service gets the key in clear, gives bytes that only it can read, and later the key again.
#[test]
fn a_key_service_wraps_in_its_own_way() {
    let name = TenantKeyId::parse("arn:aws:kms:eu-west-1:111122223333:key/1234abcd").expect("a name");
    let blob: Vec<u8> = data_key().expose().iter().map(|byte| byte ^ 0x5a).collect();
    let wrapped = WrappedKey::by_service(name, blob).expect("of its length");
    let read = WrappedKey::read(&wrapped.write()).expect("its own");
    assert_eq!(tenant_key().unwrap(&read).err(), Some(Error::Elsewhere));
    let unwrapped: Vec<u8> = read.bytes().iter().map(|byte| byte ^ 0x5a).collect();
    let key = DataKey::from_slice(&unwrapped).expect("32 bytes");
    assert_eq!(key.check(), data_key().check());
    let short = DataKey::from_slice(&unwrapped[1..]).expect_err("31 bytes");
    assert_eq!(chain(&short), "failed to take a key: it has 31 bytes and must have 32");
}
