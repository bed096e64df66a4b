//! Bearer secrets: the end user's token, one-use tickets and invitations, sign-ins. 256 random bits; only hashes are kept.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest;
use thiserror::Error;

use crate::id::{SessionId, hex};
use crate::random::{RandomBytes, RandomFailed, draw};

const SECRET_HEX_BYTES: usize = 64;

/// The text is no secret of ours. It says nothing more, and never repeats the text.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("failed to read a secret: it is malformed")]
pub struct Malformed;

/// What a secret is for. A hash for one purpose never equals a hash for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The end user's bearer token for one session.
    EndUser,
    /// Opens one live stream, once.
    Ticket,
    /// Lets one person knock, once.
    Invitation,
    /// An account's sign-in.
    SignIn,
    /// Makes one administrator of a tenant, once.
    Administrator,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Purpose::EndUser => b"cobrowse end user\0",
            Purpose::Ticket => b"cobrowse ticket\0",
            Purpose::Invitation => b"cobrowse invitation\0",
            Purpose::SignIn => b"cobrowse sign-in\0",
            Purpose::Administrator => b"cobrowse administrator\0",
        }
    }
}

/// 256 random bits as 64 hexadecimal digits. `Debug` does not show them.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// A new secret.
    pub fn mint(source: &mut impl RandomBytes) -> Result<Self, RandomFailed> {
        Ok(Self(hex(&draw::<32>(source)?)))
    }

    /// Reads what a caller presented: exactly 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let digits = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if text.len() != SECRET_HEX_BYTES || !digits {
            return Err(Malformed);
        }
        Ok(Self(text.to_owned()))
    }

    /// The secret in clear, to hand to its owner and nobody else.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What the store keeps of it.
    pub fn hash(&self, purpose: Purpose) -> SecretHash {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(purpose.label());
        context.update(self.0.as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.finish().as_ref());
        SecretHash(bytes)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A secret that says which session it belongs to: `<session id>.<64 hexadecimal digits>`. The store finds the row by the
/// id and compares the hash.
#[derive(Clone, Debug)]
pub struct SessionSecret {
    session: SessionId,
    secret: Secret,
}

impl SessionSecret {
    /// A new secret of this session.
    pub fn mint(session: SessionId, source: &mut impl RandomBytes) -> Result<Self, RandomFailed> {
        Ok(Self { session, secret: Secret::mint(source)? })
    }

    /// Reads what a caller presented.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let (session, secret) = text.split_once('.').ok_or(Malformed)?;
        Ok(Self { session: SessionId::parse(session).map_err(|_| Malformed)?, secret: Secret::parse(secret)? })
    }

    /// The session it claims to belong to. Proven only when the hash is found in that session's row.
    pub fn session(&self) -> &SessionId {
        &self.session
    }

    /// The secret in clear, to hand to its owner and nobody else.
    pub fn expose(&self) -> String {
        format!("{}.{}", self.session, self.secret.expose())
    }

    /// What the store keeps of it.
    pub fn hash(&self, purpose: Purpose) -> SecretHash {
        self.secret.hash(purpose)
    }
}

/// SHA-256 of a secret and its purpose. Compared in constant time.
#[derive(Clone, Copy)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// As read from the store.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// As written to the store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// As 64 lower-case hexadecimal digits, for an object of a cluster.
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// Reads what [`Self::to_hex`] wrote.
    pub fn from_hex(text: &str) -> Result<Self, Malformed> {
        let digits = Secret::parse(text)?.0;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| Malformed)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| Malformed)?;
        }
        Ok(Self(bytes))
    }
}

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}
impl Eq for SecretHash {}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(byte: u8) -> impl FnMut(&mut [u8]) -> Result<(), RandomFailed> {
        move |out| {
            out.fill(byte);
            Ok(())
        }
    }

    #[test]
    fn a_session_secret_reads_back() {
        let session = SessionId::from_random([1; 16]);
        let minted = SessionSecret::mint(session.clone(), &mut fixed(7)).expect("fixed source");
        let read = SessionSecret::parse(&minted.expose()).expect("own text");
        assert_eq!(read.session(), &session);
        assert_eq!(read.hash(Purpose::Ticket), minted.hash(Purpose::Ticket));
        assert_ne!(read.hash(Purpose::Ticket), minted.hash(Purpose::Invitation));
    }

    #[test]
    fn a_hash_reads_back_from_an_object() {
        let hash = Secret::mint(&mut fixed(9)).expect("fixed source").hash(Purpose::Administrator);
        assert_eq!(SecretHash::from_hex(&hash.to_hex()), Ok(hash));
        for text in ["", &"A".repeat(64), &"a".repeat(63), &"g".repeat(64)] {
            assert_eq!(SecretHash::from_hex(text), Err(Malformed), "{text}");
        }
    }

    #[test]
    fn debug_hides_it() {
        let minted = SessionSecret::mint(SessionId::from_random([1; 16]), &mut fixed(0xee)).expect("fixed source");
        let shown = format!("{minted:?} {:?}", minted.hash(Purpose::EndUser));
        assert!(!shown.contains("eeee"), "{shown}");
    }

    #[test]
    fn malformed_secrets_are_refused() {
        let upper = format!("s-1.{}", "A".repeat(64));
        let short = format!("s-1.{}", "a".repeat(63));
        for text in ["", ".", "s-1", "s-1.", &upper, &short, "S 1.aa"] {
            assert_eq!(SessionSecret::parse(text).err(), Some(Malformed), "{text}");
        }
    }

    #[test]
    fn a_failing_source_is_an_error() {
        let mut failing = |_: &mut [u8]| Err(RandomFailed);
        assert_eq!(Secret::mint(&mut failing).err(), Some(RandomFailed));
    }
}
