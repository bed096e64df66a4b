//! The names of things: tenant, session, participant, account, replica. Each is parsed once, with limits, and then trusted.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Why a text is not an id.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// Empty, or longer than the kind allows.
    #[error("failed to read a {kind}: it has {length} bytes, allowed are 1 to {longest}")]
    Length {
        /// What was read, for example "session id".
        kind: &'static str,
        /// Bytes found.
        length: usize,
        /// Bytes allowed.
        longest: usize,
    },
    /// A character that the kind does not allow.
    #[error("failed to read a {kind}: allowed are {allowed}")]
    Character {
        /// What was read.
        kind: &'static str,
        /// The characters allowed, in words.
        allowed: &'static str,
    },
}

/// The longest DNS label (RFC 1035); ids that become Kubernetes names keep to it.
const LABEL_BYTES_MAX: usize = 63;
/// The longest opaque id.
const OPAQUE_BYTES_MAX: usize = 64;
const LABEL_ALLOWED: &str = "a-z, 0-9 and, not first or last, -";
const OPAQUE_ALLOWED: &str = "A-Z, a-z, 0-9, - and _";

fn check_label(kind: &'static str, text: &str) -> Result<(), Error> {
    check_length(kind, text, LABEL_BYTES_MAX)?;
    let inside = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if inside && !text.starts_with('-') && !text.ends_with('-') {
        return Ok(());
    }
    Err(Error::Character { kind, allowed: LABEL_ALLOWED })
}

fn check_opaque(kind: &'static str, text: &str) -> Result<(), Error> {
    check_length(kind, text, OPAQUE_BYTES_MAX)?;
    if text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        return Ok(());
    }
    Err(Error::Character { kind, allowed: OPAQUE_ALLOWED })
}

fn check_length(kind: &'static str, text: &str, longest: usize) -> Result<(), Error> {
    if text.is_empty() || text.len() > longest {
        return Err(Error::Length { kind, length: text.len(), longest });
    }
    Ok(())
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $check:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            #[doc = concat!("Reads a ", $kind, ". Fails on a wrong length or character.")]
            pub fn parse(text: &str) -> Result<Self, Error> {
                $check($kind, text)?;
                Ok(Self(text.to_owned()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                Self::parse(text)
            }
        }
    };
}

id! {
    /// A tenant, a DNS label of 1 to 63 bytes: the name of its `CoBrowseTenant`.
    TenantId, "tenant id", check_label
}
id! {
    /// A session, a DNS label of 1 to 63 bytes: also the name of its `CoBrowseSession`.
    SessionId, "session id", check_label
}
id! {
    /// A person in one session, opaque, 1 to 64 bytes.
    ParticipantId, "participant id", check_opaque
}
id! {
    /// An account of a tenant's person, opaque, 1 to 64 bytes.
    AccountId, "account id", check_opaque
}
id! {
    /// One running copy of session-api, opaque, 1 to 64 bytes.
    ReplicaId, "replica id", check_opaque
}

impl SessionId {
    /// A new session's id from 16 random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(format!("s-{}", hex(&bytes)))
    }
}

impl ParticipantId {
    /// A new participant's id from 8 random bytes. It need only be unique in its session.
    pub fn from_random(bytes: [u8; 8]) -> Self {
        Self(format!("p-{}", hex(&bytes)))
    }
}

impl AccountId {
    /// A new account's id from 16 random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(format!("a-{}", hex(&bytes)))
    }
}

impl ReplicaId {
    /// A new replica's id from 8 random bytes.
    pub fn from_random(bytes: [u8; 8]) -> Self {
        Self(format!("r-{}", hex(&bytes)))
    }
}

/// Lower-case hexadecimal digits of `bytes`.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

fn digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).expect("a nibble is below 16")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenant_ids() {
        let long = "a".repeat(64);
        let cases = [
            ("northwind", true),
            ("a", true),
            ("a-1", true),
            (&long[..63], true),
            (&long, false),
            ("", false),
            ("-a", false),
            ("a-", false),
            ("Northwind", false),
            ("north.wind", false),
            ("a b", false),
            ("é", false),
        ];
        for (text, good) in cases {
            assert_eq!(TenantId::parse(text).is_ok(), good, "{text}");
        }
    }

    #[test]
    fn opaque_ids() {
        let long = "a".repeat(65);
        for (text, good) in [("Ab_-9", true), (&long[..64], true), (&long, false), ("", false), ("a/b", false)] {
            assert_eq!(ParticipantId::parse(text).is_ok(), good, "{text}");
        }
    }

    #[test]
    fn made_ids_parse() {
        let id = SessionId::from_random([0xab; 16]);
        assert_eq!(id.as_str(), "s-abababababababababababababababab");
        assert_eq!(SessionId::parse(id.as_str()), Ok(id));
        assert!(ParticipantId::parse(ParticipantId::from_random([0; 8]).as_str()).is_ok());
    }

    #[test]
    fn errors_say_what_is_allowed() {
        assert_eq!(
            TenantId::parse("A").expect_err("upper case").to_string(),
            "failed to read a tenant id: allowed are a-z, 0-9 and, not first or last, -"
        );
    }
}
