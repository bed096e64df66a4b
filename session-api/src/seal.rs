//! Encrypts what the store keeps of addresses, because their queries can be private. AES-256-GCM, bound to the session.

use crate::{clock, hex};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use cobrowse_session::SessionId;

/// What stands before everything that is sealed so: another algorithm, or another way to use this one, gets another.
const AES_256_GCM_1: &str = "1.";

/// The text was not sealed with this key for this session.
#[derive(Debug, thiserror::Error)]
#[error("failed to open a sealed address: another key, or damaged")]
pub struct Error;

/// The key of the installation.
pub struct Sealer(LessSafeKey);

impl Sealer {
    /// From 32 random bytes that the installation keeps.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("AES-256 keys have 32 bytes")))
    }

    /// Algorithm, nonce and ciphertext as text. Nonces are random: one key seals far fewer than 2^32 addresses.
    pub fn seal(&self, session: &SessionId, plain: &str) -> Result<String, Error> {
        let nonce = clock::random::<NONCE_LEN>();
        let mut bytes = plain.as_bytes().to_vec();
        let aad = Aad::from(session.as_str().as_bytes());
        let nonce_used = Nonce::assume_unique_for_key(nonce);
        self.0.seal_in_place_append_tag(nonce_used, aad, &mut bytes).map_err(|_| Error)?;
        Ok(format!("{AES_256_GCM_1}{}{}", hex::encode(&nonce), hex::encode(&bytes)))
    }

    /// What was sealed.
    pub fn open(&self, session: &SessionId, sealed: &str) -> Result<String, Error> {
        let sealed = sealed.strip_prefix(AES_256_GCM_1).ok_or(Error)?;
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN * 2).ok_or(Error)?;
        let nonce = Nonce::assume_unique_for_key(hex::decode::<NONCE_LEN>(nonce).ok_or(Error)?);
        let pairs =
            rest.as_bytes().chunks(2).map(|pair| hex::decode::<1>(std::str::from_utf8(pair).ok()?).map(|[b]| b));
        let mut bytes = pairs.collect::<Option<Vec<u8>>>().ok_or(Error)?;
        let aad = Aad::from(session.as_str().as_bytes());
        let plain = self.0.open_in_place(nonce, aad, &mut bytes).map_err(|_| Error)?;
        String::from_utf8(plain.to_vec()).map_err(|_| Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_session_opens_it() {
        let sealer = Sealer::new(&[1; 32]);
        let (one, two) = (SessionId::from_random([1; 16]), SessionId::from_random([2; 16]));
        let sealed = sealer.seal(&one, "https://shop.example/?q=private").expect("seals");
        assert!(!sealed.contains("private"));
        assert_eq!(sealer.open(&one, &sealed).expect("opens"), "https://shop.example/?q=private");
        assert!(sealer.open(&two, &sealed).is_err());
        assert!(
            sealed.starts_with("1.") && sealer.open(&one, &sealed.replacen('1', "2", 1)).is_err(),
            "by a later one"
        );
        for bad in ["", "zz", &sealed[..40], "é".repeat(30).as_str()] {
            assert!(sealer.open(&one, bad).is_err(), "{bad}");
        }
    }
}
