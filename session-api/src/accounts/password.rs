//! Passwords: argon2id, a few at a time, and as slow for an unknown address as for a known one.

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use std::sync::Arc;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Hashes at once: each takes 19 MiB and a core.
const AT_ONCE: usize = 2;
/// Bytes of a password at most, as the contract says.
pub const LONGEST: usize = 1024;

/// Hashing failed; it is never the password's fault.
#[derive(Debug, thiserror::Error)]
#[error("failed to hash a password")]
pub struct Error;

/// Makes and checks password hashes.
#[derive(Clone)]
pub struct Passwords {
    turn: Arc<Semaphore>,
    nobody: Arc<str>,
}

impl Passwords {
    /// Prepares the hash that unknown addresses are checked against.
    pub fn new() -> Result<Self, Error> {
        let nobody = hash(b"nobody has this password")?;
        Ok(Self { turn: Arc::new(Semaphore::new(AT_ONCE)), nobody: nobody.into() })
    }

    /// Hashes a password, as a PHC string.
    pub async fn hash(&self, password: Zeroizing<String>) -> Result<String, Error> {
        let _turn = self.turn.acquire().await.map_err(|_| Error)?;
        tokio::task::spawn_blocking(move || hash(password.as_bytes())).await.map_err(|_| Error)?
    }

    /// Whether the password is right. Without a hash it takes as long and says no.
    pub async fn verify(&self, password: Zeroizing<String>, known: Option<String>) -> Result<bool, Error> {
        let _turn = self.turn.acquire().await.map_err(|_| Error)?;
        let exists = known.is_some();
        let against = known.unwrap_or_else(|| self.nobody.to_string());
        let check = move || argon2().is_ok_and(|a| a.verify_password(password.as_bytes(), against.as_str()).is_ok());
        let right = tokio::task::spawn_blocking(check).await.map_err(|_| Error)?;
        Ok(right && exists)
    }
}

/// Letters of made passwords: none that look alike.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A new password: sixteen letters in groups of four, 80 bits.
pub fn fresh() -> Zeroizing<String> {
    let letters = crate::clock::random::<16>().map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    Zeroizing::new(groups.join("-"))
}

fn argon2() -> Result<Argon2<'static>, Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| Error)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &[u8]) -> Result<String, Error> {
    let salt = crate::clock::random::<16>();
    Ok(argon2()?.hash_password_with_salt(password, &salt).map_err(|_| Error)?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    #[tokio::test]
    async fn the_right_password_and_no_other() {
        let passwords = Passwords::new().expect("hashes");
        let hash = passwords.hash(secret("correct horse")).await.expect("hashes");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify(secret("correct horse"), Some(hash.clone())).await.expect("checks"));
        assert!(!passwords.verify(secret("wrong"), Some(hash)).await.expect("checks"));
        assert!(!passwords.verify(secret("nobody has this password"), None).await.expect("checks"));
    }
}
