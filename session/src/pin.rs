//! The PIN that the end user reads to the agent: its length, minting, grouping, and the keyed hash the store finds it by.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use thiserror::Error;

use crate::id::TenantId;
use crate::random::{RandomBytes, RandomFailed};

/// The shortest PIN, in digits.
pub const SHORTEST: u8 = 6;
/// The longest PIN, in digits. Nobody reads out more without mistakes.
pub const LONGEST: u8 = 12;
/// One guess in this many may hit, over a PIN's life: the 1e-4 of the length rule.
const CHANCE_INVERSE: u128 = 10_000;
/// Draws for one unbiased digit before the source is called broken; the chance to need more is below 1e-100.
const DRAWS_MAX: usize = 64;
/// What may be typed around the digits.
const TYPED_BYTES_MAX: usize = 64;

/// Why there is no PIN.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// What was typed is no PIN. It is not repeated here.
    #[error("failed to read a PIN: it has 6 to 12 digits, with spaces or hyphens at will")]
    Malformed,
    /// So many PINs are live that no length keeps guessing hard enough.
    #[error("failed to choose a PIN's length: too many PINs are live for this limit of tries")]
    TooManyLive,
    /// The source of random bytes failed.
    #[error("failed to mint a PIN")]
    Random(#[source] RandomFailed),
}

/// How many digits a PIN has, by the length rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PinLength(u8);

impl PinLength {
    /// The least length, of at least 6, with (tries x live PINs) / 10^length <= 1e-4. `tries` are those the tenant is allowed
    /// in a PIN's life, `live` the tenant's live PINs with the one to be minted.
    pub fn for_load(tries: u64, live: u64) -> Result<Self, Error> {
        let needed = u128::from(tries).saturating_mul(u128::from(live.max(1))).saturating_mul(CHANCE_INVERSE);
        (SHORTEST..=LONGEST)
            .find(|length| 10_u128.pow(u32::from(*length)) >= needed)
            .map(PinLength)
            .ok_or(Error::TooManyLive)
    }

    /// Digits.
    pub const fn digits(self) -> u8 {
        self.0
    }
}

/// A PIN in clear. It belongs to the end user: `Debug` does not show it and there is no `Display`.
#[derive(Clone)]
pub struct JoinPin(String);

impl JoinPin {
    /// A new PIN, each digit equally likely.
    pub fn mint(length: PinLength, source: &mut impl RandomBytes) -> Result<Self, Error> {
        (0..length.digits()).map(|_| draw_digit(source)).collect::<Result<String, _>>().map(Self).map_err(Error::Random)
    }

    /// Reads what an agent typed; spaces and hyphens are ignored.
    pub fn parse(typed: &str) -> Result<Self, Error> {
        if typed.len() > TYPED_BYTES_MAX {
            return Err(Error::Malformed);
        }
        let digits: String = typed.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '-')).collect();
        let all_digits = digits.bytes().all(|b| b.is_ascii_digit());
        if !all_digits || !(usize::from(SHORTEST)..=usize::from(LONGEST)).contains(&digits.len()) {
            return Err(Error::Malformed);
        }
        Ok(Self(digits))
    }

    /// The digits without grouping, to hand to the end user and nobody else.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The digits in groups of three and four for reading aloud, for example "123 456" or "123 4567".
    pub fn grouped(&self) -> String {
        let mut rest = self.0.as_str();
        let mut groups = Vec::new();
        while !rest.is_empty() {
            let size = if rest.len().is_multiple_of(3) || rest.len() == 7 || rest.len() > 8 { 3 } else { 4 };
            let (group, after) = rest.split_at(size.min(rest.len()));
            groups.push(group);
            rest = after;
        }
        groups.join(" ")
    }

    /// What the store keeps, and looks a typed PIN up by. PINs of two tenants never have the same hash.
    pub fn hash(&self, key: &PinKey, tenant: &TenantId) -> PinHash {
        let mut context = hmac::Context::with_key(&key.0);
        context.update(b"cobrowse pin\0");
        // A tenant id has no zero byte, so tenant and PIN cannot run into each other.
        context.update(tenant.as_str().as_bytes());
        context.update(b"\0");
        context.update(self.0.as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.sign().as_ref());
        PinHash(bytes)
    }
}

impl fmt::Debug for JoinPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JoinPin(..)")
    }
}

fn draw_digit(source: &mut impl RandomBytes) -> Result<char, RandomFailed> {
    for _ in 0..DRAWS_MAX {
        let mut byte = [0];
        source.fill(&mut byte)?;
        // 250 is the last multiple of ten in a byte; what is above would favour 0 to 5.
        if byte[0] < 250 {
            return Ok(char::from(b'0' + byte[0] % 10));
        }
    }
    Err(RandomFailed)
}

/// The installation's key for PIN hashes. Without it the hashes in a stolen store are useless.
pub struct PinKey(hmac::Key);

impl PinKey {
    /// From 32 random bytes that the installation keeps.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }
}

impl fmt::Debug for PinKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinKey(..)")
    }
}

/// HMAC-SHA256 of tenant and PIN. Compared in constant time.
#[derive(Clone, Copy)]
pub struct PinHash([u8; 32]);

impl PinHash {
    /// As read from the store.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// As written to the store, and looked up by. Unique among the PINs that still admit: on a collision mint another.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for PinHash {
    fn eq(&self, other: &Self) -> bool {
        verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}
impl Eq for PinHash {}

impl fmt::Debug for PinHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinHash(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting(start: u8) -> impl FnMut(&mut [u8]) -> Result<(), RandomFailed> {
        let mut next = start;
        move |out| {
            for byte in out {
                *byte = next;
                next = next.wrapping_add(1);
            }
            Ok(())
        }
    }

    fn tenant(name: &str) -> TenantId {
        TenantId::parse(name).expect("a label")
    }

    #[test]
    fn length_rule() {
        let cases = [
            (1, 1, Ok(6)),
            (100, 1, Ok(6)),
            (101, 1, Ok(7)),
            (100, 10, Ok(7)),
            (100, 11, Ok(8)),
            (100, 0, Ok(6)),
            (100, 1_000, Ok(9)),
            (100, 1_000_000, Ok(12)),
            (100, 1_000_001, Err(Error::TooManyLive)),
            (u64::MAX, u64::MAX, Err(Error::TooManyLive)),
        ];
        for (tries, live, digits) in cases {
            assert_eq!(PinLength::for_load(tries, live).map(PinLength::digits), digits, "{tries} x {live}");
        }
    }

    #[test]
    fn typed_pins() {
        let cases = [
            ("123456", Some("123456")),
            ("123 456", Some("123456")),
            ("12-34-56 ", Some("123456")),
            ("123\u{a0}456", Some("123456")),
            ("123456789012", Some("123456789012")),
            ("12345", None),
            ("1234567890123", None),
            ("12345a", None),
            ("١٢٣٤٥٦", None),
            ("", None),
            ("123_456", None),
        ];
        for (typed, digits) in cases {
            let pin = JoinPin::parse(typed).ok();
            assert_eq!(pin.as_ref().map(JoinPin::expose), digits, "{typed}");
        }
        assert!(JoinPin::parse(&" ".repeat(10_000)).is_err());
    }

    #[test]
    fn groups() {
        let cases = [
            ("123456", "123 456"),
            ("1234567", "123 4567"),
            ("12345678", "1234 5678"),
            ("123456789", "123 456 789"),
            ("1234567890", "123 456 7890"),
            ("12345678901", "123 4567 8901"),
            ("123456789012", "123 456 789 012"),
        ];
        for (digits, grouped) in cases {
            let pin = JoinPin::parse(digits).expect("digits");
            assert_eq!(pin.grouped(), grouped);
            assert_eq!(JoinPin::parse(&pin.grouped()).expect("grouped").expose(), digits);
        }
    }

    #[test]
    fn minted_digits_are_equally_likely() {
        let length = PinLength::for_load(100, 1_000_000).expect("within the rule");
        let mut source = counting(0);
        let mut counts = [0_u32; 10];
        // Each byte from 0 to 255 equally often: 250 of them make a digit.
        for _ in 0..(250 * 4) {
            let pin = JoinPin::mint(length, &mut source).expect("a working source");
            assert_eq!(pin.expose().len(), 12);
            for digit in pin.expose().bytes() {
                counts[usize::from(digit - b'0')] += 1;
            }
        }
        assert!(counts.iter().all(|count| *count == 1200), "{counts:?}");
    }

    #[test]
    fn broken_sources_are_errors() {
        let length = PinLength::for_load(1, 1).expect("within the rule");
        let stuck = JoinPin::mint(length, &mut |out: &mut [u8]| {
            out.fill(255);
            Ok(())
        });
        assert_eq!(stuck.err(), Some(Error::Random(RandomFailed)));
        let failing = JoinPin::mint(length, &mut |_: &mut [u8]| Err(RandomFailed));
        assert_eq!(failing.err(), Some(Error::Random(RandomFailed)));
    }

    #[test]
    fn hashes_are_keyed_and_of_one_tenant() {
        let pin = JoinPin::parse("123456").expect("digits");
        let (key, other_key) = (PinKey::new(&[1; 32]), PinKey::new(&[2; 32]));
        let hash = pin.hash(&key, &tenant("northwind"));
        assert_eq!(hash, JoinPin::parse("123-456").expect("digits").hash(&key, &tenant("northwind")));
        assert_eq!(hash, PinHash::from_bytes(*hash.as_bytes()));
        assert_ne!(hash, pin.hash(&key, &tenant("contoso")));
        assert_ne!(hash, pin.hash(&other_key, &tenant("northwind")));
        assert_ne!(hash, JoinPin::parse("123457").expect("digits").hash(&key, &tenant("northwind")));
    }

    #[test]
    fn debug_hides_everything() {
        let pin = JoinPin::parse("736251").expect("digits");
        let key = PinKey::new(&[7; 32]);
        let shown = format!("{pin:?} {key:?} {:?}", pin.hash(&key, &tenant("northwind")));
        assert_eq!(shown, "JoinPin(..) PinKey(..) PinHash(..)");
    }
}
