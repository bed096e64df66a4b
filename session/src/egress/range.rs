//! Ranges of addresses, `address/prefix`, as administrators write them.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use thiserror::Error;

/// A text that is no range.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("failed to read the range {0:?}: write an address and a prefix without host bits, for example 203.0.113.0/24")]
pub struct RangeError(String);

/// A range of IPv4 or of IPv6 addresses, never all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Range {
    base: IpAddr,
    prefix: u32,
}

impl Range {
    /// Reads a range. Host bits and a prefix of 0 are refused: both are mistakes.
    pub fn parse(text: &str) -> Result<Self, RangeError> {
        let wrong = || RangeError(text.to_owned());
        let (address, prefix) = text.split_once('/').ok_or_else(wrong)?;
        let plain = !prefix.is_empty() && prefix.bytes().all(|b| b.is_ascii_digit()) && !prefix.starts_with('0');
        let prefix = prefix.parse().ok().filter(|_| plain).ok_or_else(wrong)?;
        let base = address.parse().map_err(|_| wrong())?;
        let (bits, width) = aligned(base);
        if prefix > width || bits.checked_shl(prefix).unwrap_or(0) != 0 {
            return Err(wrong());
        }
        Ok(Self { base, prefix })
    }

    /// A range that is right by its making.
    pub(super) const fn of(base: IpAddr, prefix: u32) -> Self {
        Self { base, prefix }
    }

    /// Whether it is of IPv4 addresses.
    pub fn is_ipv4(&self) -> bool {
        self.base.is_ipv4()
    }

    /// Whether the other one lies in it, or is the same.
    pub fn covers(&self, other: &Self) -> bool {
        other.prefix >= self.prefix && self.contains(other.base)
    }

    /// Whether the address is in it. One of the other family never is.
    pub fn contains(&self, address: IpAddr) -> bool {
        let differs = aligned(self.base).0 ^ aligned(address).0;
        self.base.is_ipv4() == address.is_ipv4() && differs.leading_zeros() >= self.prefix
    }
}

impl FromStr for Range {
    type Err = RangeError;

    fn from_str(text: &str) -> Result<Self, RangeError> {
        Self::parse(text)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.prefix)
    }
}

/// The address from the highest bit on, and how many bits it has.
fn aligned(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()) << 96, 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}
