//! A tenant's key that is at hand, from a file or a cluster's Secret: it wraps data keys by AES Key Wrap (RFC 3394). It reads no file.

use std::fmt;

use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrap};
use zeroize::Zeroizing;

use super::{DataKey, Error, KEY_BYTES, Secret, TenantKeyId, Wrap, WrappedKey, secret};

/// AES Key Wrap puts its check, 8 bytes, before the key.
const WRAPPED_BYTES: usize = KEY_BYTES + 8;

/// A tenant's key of 256 bits, with its name. Destroying it destroys all recordings that it wrapped the keys of.
pub struct LocalKey {
    id: TenantKeyId,
    key: Secret,
}

impl LocalKey {
    /// Of 32 bytes from a cryptographic source.
    pub fn from_slice(id: TenantKeyId, bytes: &[u8]) -> Result<Self, Error> {
        Ok(Self { id, key: secret(bytes)? })
    }

    /// Its name.
    pub fn id(&self) -> &TenantKeyId {
        &self.id
    }

    /// Wraps a data key. The same key gives the same bytes.
    pub fn wrap(&self, key: &DataKey) -> Result<WrappedKey, Error> {
        let mut wrapped = [0; WRAPPED_BYTES];
        self.cipher()?.wrap(key.expose(), &mut wrapped).map_err(|_| Error::Wrap)?;
        WrappedKey::new(Wrap::AesKeyWrap, self.id.clone(), wrapped.to_vec())
    }

    /// Unwraps a data key that this key wrapped. Fails for any other, and for one that was changed.
    pub fn unwrap(&self, wrapped: &WrappedKey) -> Result<DataKey, Error> {
        if wrapped.wrap() != Wrap::AesKeyWrap {
            return Err(Error::Elsewhere);
        }
        if *wrapped.tenant_key() != self.id {
            return Err(Error::OtherKey(wrapped.tenant_key().clone()));
        }
        // The library wants room for the check too, before it has looked at it.
        let mut key = Zeroizing::new([0; WRAPPED_BYTES]);
        let key = self.cipher()?.unwrap(wrapped.bytes(), key.as_mut_slice()).map_err(|_| Error::Unwrap)?;
        DataKey::from_slice(key)
    }

    /// Wraps again what another key wrapped, when the tenant's key is changed. The data key stays, and so does every segment.
    pub fn rewrap(&self, wrapped: &WrappedKey, before: &LocalKey) -> Result<WrappedKey, Error> {
        self.wrap(&before.unwrap(wrapped)?)
    }

    fn cipher(&self) -> Result<AesKek, Error> {
        AesKek::new(&AES_256, self.key.as_slice()).map_err(|_| Error::Wrap)
    }
}

impl fmt::Debug for LocalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalKey({}, ..)", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> TenantKeyId {
        TenantKeyId::parse(name).expect("a name")
    }

    fn bytes(text: &str) -> Vec<u8> {
        (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).expect("hex")).collect()
    }

    /// RFC 3394, 4.6: 256 bits of key data with a 256-bit key.
    #[test]
    fn it_is_the_standard_s() {
        let key = bytes("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
        let data = bytes("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f");
        let expected = bytes("28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21");
        let key = LocalKey::from_slice(id("k"), &key).expect("a key");
        let wrapped = key.wrap(&DataKey::from_slice(&data).expect("a key")).expect("wrapped");
        assert_eq!(wrapped.bytes(), expected);
        assert_eq!(key.unwrap(&wrapped).expect("its own").expose().as_slice(), data);
    }

    #[test]
    fn only_its_own_is_unwrapped() {
        let (old, new) = (LocalKey::from_slice(id("old"), &[1; 32]), LocalKey::from_slice(id("new"), &[2; 32]));
        let (old, new) = (old.expect("a key"), new.expect("a key"));
        let data = DataKey::from_slice(&[3; 32]).expect("a key");
        let wrapped = old.wrap(&data).expect("wrapped");
        assert_eq!(new.unwrap(&wrapped).err(), Some(Error::OtherKey(id("old"))));
        let renamed = LocalKey::from_slice(id("old"), &[2; 32]).expect("a key");
        assert_eq!(renamed.unwrap(&wrapped).err(), Some(Error::Unwrap));
        let again = new.rewrap(&wrapped, &old).expect("wrapped again");
        assert!(new.unwrap(&again).expect("its own").is(&data.check()));
        for at in 0..WRAPPED_BYTES {
            let mut changed = wrapped.bytes().to_vec();
            changed[at] ^= 1;
            let changed = WrappedKey::new(Wrap::AesKeyWrap, id("old"), changed).expect("of its length");
            assert_eq!(old.unwrap(&changed).err(), Some(Error::Unwrap), "byte {at}");
        }
        let service = WrappedKey::new(Wrap::Service, id("old"), vec![1; 99]).expect("of a service");
        assert_eq!(old.unwrap(&service).err(), Some(Error::Elsewhere));
    }

    #[test]
    fn keys_have_one_length_and_are_not_shown() {
        for length in [0, 16, 31, 33] {
            assert_eq!(DataKey::from_slice(&vec![1; length]).err(), Some(Error::Length(length)));
            assert_eq!(LocalKey::from_slice(id("k"), &vec![1; length]).err(), Some(Error::Length(length)));
        }
        let key = LocalKey::from_slice(id("k"), &[0xee; 32]).expect("a key");
        let data = DataKey::from_slice(&[0xee; 32]).expect("a key");
        assert_eq!(format!("{key:?} {data:?}"), "LocalKey(k, ..) DataKey(..)");
    }
}
