//! A data key as it is kept: wrapped, with the name of the tenant's key and of the algorithm. Who wraps may be a key at hand or a key
//! service, whose bytes are nobody else's to read; this is the one form for both.

use std::fmt;

use super::Error;
use crate::cbor::{NUMBER_MAX, Reader, Writer};

/// The longest wrapped key: what AWS KMS gives for its longest plaintext (`CiphertextBlob` of its API).
pub const WRAPPED_BYTES_MAX: usize = 6_144;
/// The longest name of a tenant's key (`KeyId` of the same).
const NAME_BYTES_MAX: usize = 2_048;
/// The most that stands around the two.
const HEAD_BYTES: usize = 16;

/// The layout of a wrapped key. Another one gets another number.
const LAYOUT: u64 = 1;

/// The name of a tenant's key: a key service's name for it, or one that the operator gave it. Not secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantKeyId(String);

impl TenantKeyId {
    /// Reads a name: 1 to 2,048 printable ASCII characters without spaces.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let good = (1..=NAME_BYTES_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if good { Ok(Self(text.to_owned())) } else { Err(Error::Name) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a data key is wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrap {
    /// AES Key Wrap with 256 bits (RFC 3394), A256KW of COSE.
    AesKeyWrap,
    /// By a key service, in its own way.
    Service,
}

impl Wrap {
    /// The algorithm's number: one of COSE (RFC 9053), or of its range for private use.
    pub fn number(self) -> i64 {
        match self {
            Wrap::AesKeyWrap => -5,
            Wrap::Service => -65_537,
        }
    }

    fn of_number(number: i64) -> Result<Self, Error> {
        let all = [Wrap::AesKeyWrap, Wrap::Service];
        all.into_iter().find(|wrap| wrap.number() == number).ok_or(Error::Algorithm(number))
    }
}

/// A wrapped data key. Useless without the tenant's key; destroyed, it takes its recording with it.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedKey {
    wrap: Wrap,
    tenant_key: TenantKeyId,
    bytes: Vec<u8>,
}

impl WrappedKey {
    /// What a key service gave for [`super::DataKey::expose`], under this name of its key.
    pub fn by_service(tenant_key: TenantKeyId, bytes: Vec<u8>) -> Result<Self, Error> {
        Self::new(Wrap::Service, tenant_key, bytes)
    }

    pub(super) fn new(wrap: Wrap, tenant_key: TenantKeyId, bytes: Vec<u8>) -> Result<Self, Error> {
        if bytes.is_empty() || bytes.len() > WRAPPED_BYTES_MAX {
            return Err(Error::WrappedLength(bytes.len()));
        }
        Ok(Self { wrap, tenant_key, bytes })
    }

    /// Reads what [`Self::write`] wrote, all of the bytes.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > WRAPPED_BYTES_MAX + NAME_BYTES_MAX + HEAD_BYTES {
            return Err(Error::WrappedLength(bytes.len()));
        }
        let mut reader = Reader::new(bytes);
        reader.list(4, "a wrapped key")?;
        match reader.number(NUMBER_MAX, "a wrapped key's layout")? {
            LAYOUT => {}
            other => return Err(Error::Layout(other)),
        }
        let wrap = Wrap::of_number(reader.signed("a wrapped key's algorithm")?)?;
        let tenant_key = TenantKeyId::parse(reader.text(NAME_BYTES_MAX, "the name of a tenant's key")?)?;
        let wrapped = reader.bytes(WRAPPED_BYTES_MAX, "a wrapped key's bytes")?.to_vec();
        reader.end()?;
        Self::new(wrap, tenant_key, wrapped)
    }

    /// The wrapped key as bytes, for the store.
    pub fn write(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.array(4);
        writer.number(LAYOUT);
        writer.signed(self.wrap.number());
        writer.text(self.tenant_key.as_str());
        writer.bytes(&self.bytes);
        writer.into_bytes()
    }

    /// How it is wrapped.
    pub fn wrap(&self) -> Wrap {
        self.wrap
    }

    /// Which of the tenant's keys unwraps it.
    pub fn tenant_key(&self) -> &TenantKeyId {
        &self.tenant_key
    }

    /// What the tenant's key gave.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WrappedKey({:?} by {}, ..)", self.wrap, self.tenant_key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_back_and_nothing_else_does() {
        let id = TenantKeyId::parse("arn:aws:kms:eu-west-1:111122223333:key/1234abcd").expect("a name");
        let key = WrappedKey::by_service(id, vec![7; WRAPPED_BYTES_MAX]).expect("of a service");
        let bytes = key.write();
        assert_eq!(WrappedKey::read(&bytes), Ok(key));
        assert!(matches!(WrappedKey::read(&bytes[..bytes.len() - 1]), Err(Error::Malformed(_))));
        assert!(matches!(WrappedKey::read(&[&bytes[..], &[0]].concat()), Err(Error::Malformed(_))));
        let small = [0x84, 1, 0x24, 0x61, b'k', 0x41, 9];
        assert!(WrappedKey::read(&small).is_ok());
        for (at, byte, expected) in [
            (1, 2, Error::Layout(2)),
            (2, 0x23, Error::Algorithm(-4)),
            (2, 3, Error::Algorithm(3)),
            (4, b' ', Error::Name),
        ] {
            let mut changed = small;
            changed[at] = byte;
            assert_eq!(WrappedKey::read(&changed), Err(expected));
        }
    }

    #[test]
    fn names_and_bytes_have_limits() {
        for (name, good) in [("k", true), ("", false), ("a b", false), ("é", false), (&"k".repeat(2_049), false)] {
            assert_eq!(TenantKeyId::parse(name).is_ok(), good, "{name}");
        }
        let id = TenantKeyId::parse("k").expect("a name");
        for length in [0, WRAPPED_BYTES_MAX + 1] {
            assert_eq!(WrappedKey::by_service(id.clone(), vec![1; length]), Err(Error::WrappedLength(length)));
        }
    }
}
