//! The names that the API server gives to objects, of which no two ever share one. A name such as a pod's may come back
//! with another object behind it; a UID never does. Both kinds are sixteen bytes, so that they are compared and copied
//! freely.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Why a text is no UID.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("failed to read a {kind}: it is not 32 lower-case hexadecimal digits in groups of 8, 4, 4, 4 and 12")]
pub struct Error {
    kind: &'static str,
}

/// Bytes of the text form.
const TEXT_BYTES: usize = 36;
/// Where the text form has hyphens.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

fn read(kind: &'static str, text: &str) -> Result<u128, Error> {
    if text.len() != TEXT_BYTES {
        return Err(Error { kind });
    }
    let mut value = 0;
    for (index, byte) in text.bytes().enumerate() {
        let digit = match byte {
            b'-' if HYPHENS.contains(&index) => continue,
            _ if HYPHENS.contains(&index) => return Err(Error { kind }),
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return Err(Error { kind }),
        };
        value = value << 4 | u128::from(digit);
    }
    Ok(value)
}

fn write(value: u128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let digits = format!("{value:032x}");
    write!(f, "{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])
}

macro_rules! uid {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            #[doc = concat!("Reads a ", $kind, " as the API server writes it (RFC 9562, lower case).")]
            pub fn parse(text: &str) -> Result<Self, Error> {
                read($kind, text).map(Self)
            }

            /// From its sixteen bytes as one number.
            pub const fn from_u128(value: u128) -> Self {
                Self(value)
            }

            /// Its sixteen bytes as one number.
            pub const fn as_u128(self) -> u128 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write(self.0, f)
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

uid! {
    /// One pod, for its whole life and no other.
    PodUid, "pod uid"
}
uid! {
    /// One `CoBrowseSession` object. One made again under the same name has another.
    SessionUid, "session uid"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let text = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
        assert_eq!(PodUid::parse(text).expect(text).to_string(), text);
        assert_eq!(SessionUid::from_u128(7).to_string(), "00000000-0000-0000-0000-000000000007");
    }

    #[test]
    fn whatever_else_is_refused() {
        for text in [
            "",
            "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
            "0A1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
            "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f",
            "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8fg",
            "0a1b2c3d04e5f-6071-8293-a4b5c6d7e8f9",
            "0a1b-c3d-4e5f-6071-8293-a4b5c6d7e8f9",
            "éa1b2c3d-4e5f-6071-8293-a4b5c6d7e8f",
        ] {
            assert!(PodUid::parse(text).is_err(), "{text}");
        }
    }
}
