//! Passwords: argon2id, a few at a time, and as slow for an unknown address as for a known one.

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use std::collections::BTreeSet;
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

/// Characters of a password that a person chooses: NIST SP 800-63B-4, 3.1.1.2, where it is the only factor.
const SHORTEST: usize = 15;
/// Different ones among them, so that it is no single key held down.
const DIFFERENT: usize = 6;
/// A part of a name or address that has so many characters says something.
const WORD: usize = 4;

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

/// Whether a person may choose this password, whose address and name these are. The refusal says the mend.
pub fn check_chosen(password: &str, own: [&str; 2]) -> Result<(), &'static str> {
    if password.len() > LONGEST {
        return Err("is too long: choose at most 1,024 bytes");
    }
    if password.chars().count() < SHORTEST {
        return Err("is too short: choose at least 15 characters, for example four words");
    }
    let lower = password.to_lowercase();
    if lower.chars().collect::<BTreeSet<_>>().len() < DIFFERENT {
        return Err("is too simple: choose at least 6 different characters");
    }
    let mut rest = lower.clone();
    let own = own.map(str::to_lowercase);
    let words = own.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    words.filter(|word| word.chars().count() >= WORD).for_each(|word| rest = rest.replace(word, ""));
    // What is left must be enough by itself.
    match rest.chars().count() >= SHORTEST || rest == lower {
        true => Ok(()),
        false => Err("is made of the address or the name: choose other words"),
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

    #[test]
    fn a_chosen_password_is_long_and_says_nothing_about_its_owner() {
        let own = ["sam.devries@northwind.example", "Sam de Vries"];
        let long = "x1y2z3".repeat(200);
        for (password, mend) in [
            ("short", "15 characters"),
            ("aaaaaaaaaaaaaaaaaaaa", "different characters"),
            ("Northwind-devries-1", "other words"),
            (long.as_str(), "1,024 bytes"),
        ] {
            let why = check_chosen(password, own).expect_err(password);
            assert!(why.contains(mend), "{password}: {why}");
        }
        for password in ["correct horse battery staple", "Vries eet elke dag zestien peren", fresh().as_str()] {
            assert_eq!(check_chosen(password, own), Ok(()), "{password}");
        }
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
