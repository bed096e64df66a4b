//! Keys: the data key that encrypts one recording, and how a tenant's key wraps it. Random bytes come in from the caller; keys are
//! zeroized when dropped, and `Debug` shows none. Where a wrapped key is kept is the caller's: it stands in no object and no
//! manifest, so that destroying it destroys the recording whatever else cannot be deleted.

mod local;
mod wrapped;

pub use local::LocalKey;
pub use wrapped::{TenantKeyId, WRAPPED_BYTES_MAX, Wrap, WrappedKey};

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{Context, SHA256};
use cobrowse_session::random::{RandomBytes, RandomFailed};
use zeroize::Zeroizing;

use crate::cbor::Malformed;

/// Bytes of a data key, and of a tenant's key.
pub const KEY_BYTES: usize = 32;

/// Goes before what is hashed, so that no other hash is one of a key.
const DOMAIN: &[u8] = b"cobrowse recording key\0";

/// Why a key cannot be wrapped, unwrapped or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not 32 bytes.
    #[error("failed to take a key: it has {0} bytes and must have {KEY_BYTES}")]
    Length(usize),
    /// A name of a tenant's key that is empty, too long or not printable.
    #[error("failed to accept the name of a tenant's key: 1 to 2,048 printable ASCII characters")]
    Name,
    /// What a key service gave is empty or longer than it can be.
    #[error("failed to accept a wrapped key: it has {0} bytes, allowed are 1 to {WRAPPED_BYTES_MAX}")]
    WrappedLength(usize),
    /// The bytes are no wrapped key.
    #[error("failed to read a wrapped key")]
    Malformed(#[from] Malformed),
    /// A layout that this program does not know.
    #[error("failed to read a wrapped key: its layout {0} is unknown")]
    Layout(u64),
    /// An algorithm that this program does not know.
    #[error("failed to read a wrapped key: its algorithm {0} is unknown")]
    Algorithm(i64),
    /// A key service wrapped it, and only that can unwrap it.
    #[error("failed to unwrap: the key service that wrapped it must do it")]
    Elsewhere,
    /// Another key of the tenant's wrapped it.
    #[error("failed to unwrap: it was wrapped by the key {0}")]
    OtherKey(TenantKeyId),
    /// Not what this key wrapped.
    #[error("failed to unwrap: it was changed, or the key is not the one of this name")]
    Unwrap,
    /// The library refused to wrap.
    #[error("failed to wrap")]
    Wrap,
}

/// The key of one recording: 256 bits for AES-GCM. Fresh for each, and never in clear anywhere but in memory.
pub struct DataKey(Secret);

/// 32 secret bytes in one place of memory, which is zeroized when they are dropped. Moving it copies none of them.
type Secret = Box<Zeroizing<[u8; KEY_BYTES]>>;

/// What a manifest says of the data key, so that a wrong one is known before anything is decrypted: SHA-256 of it behind a
/// domain text. It tells nothing of a key of 256 random bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyCheck(pub(crate) [u8; 32]);

impl DataKey {
    /// A new key.
    pub fn draw(source: &mut impl RandomBytes) -> Result<Self, RandomFailed> {
        let mut key = Secret::default();
        source.fill(key.as_mut_slice())?;
        Ok(Self(key))
    }

    /// As a key service gave it. Fails if it is not 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, Error> {
        secret(bytes).map(Self)
    }

    /// The key in clear, for the key service that is to wrap it, and for nobody else.
    pub fn expose(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// What a manifest says of it.
    pub fn check(&self) -> KeyCheck {
        let mut context = Context::new(&SHA256);
        context.update(DOMAIN);
        context.update(self.0.as_slice());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.finish().as_ref());
        KeyCheck(bytes)
    }

    /// Whether a manifest speaks of this key.
    pub(crate) fn is(&self, check: &KeyCheck) -> bool {
        verify_slices_are_equal(&self.check().0, &check.0).is_ok()
    }

    /// The cipher of this key.
    pub(crate) fn cipher(&self) -> LessSafeKey {
        LessSafeKey::new(UnboundKey::new(&AES_256_GCM, self.0.as_slice()).expect("32 bytes are a key of AES-256"))
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(..)")
    }
}

fn secret(bytes: &[u8]) -> Result<Secret, Error> {
    let mut key = Secret::default();
    if bytes.len() != KEY_BYTES {
        return Err(Error::Length(bytes.len()));
    }
    key.copy_from_slice(bytes);
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::ZeroizeOnDrop;

    #[test]
    fn a_drawn_key_is_what_was_drawn() {
        let mut source = |out: &mut [u8]| {
            out.fill(7);
            Ok(())
        };
        assert_eq!(DataKey::draw(&mut source).expect("a key").expose(), &[7; KEY_BYTES]);
        let mut failing = |_: &mut [u8]| Err(RandomFailed);
        assert_eq!(DataKey::draw(&mut failing).err(), Some(RandomFailed));
    }

    #[test]
    fn keys_are_zeroized() {
        fn zeroized<T: ZeroizeOnDrop>(_: &T) {}
        let DataKey(key) = DataKey::from_slice(&[7; KEY_BYTES]).expect("a key");
        zeroized(&*key);
    }

    #[test]
    fn a_check_knows_its_key_alone() {
        let [one, two] = [1, 2].map(|byte| DataKey::from_slice(&[byte; KEY_BYTES]).expect("a key"));
        assert!(one.is(&one.check()) && !one.is(&two.check()));
    }
}
