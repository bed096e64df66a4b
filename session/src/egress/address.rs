//! Addresses that no policy opens. Of IPv6 only what is given out for public use is open; all else is closed by default, so that a
//! range that somebody thinks of tomorrow is closed today.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Range, Reason};

/// A range by its first address and the length of its prefix, 1 or more.
struct V4(Ipv4Addr, u32, Reason);
struct V6(Ipv6Addr, u32, Reason);

/// IANA's registry of special-purpose IPv4 addresses (RFC 6890 and later), and what clouds give their own machines. The first that
/// holds counts.
const CLOSED_V4: [V4; 22] = [
    V4(Ipv4Addr::new(0, 0, 0, 0), 8, Reason::Unspecified),
    V4(Ipv4Addr::new(10, 0, 0, 0), 8, Reason::Private),
    // Alibaba's metadata.
    V4(Ipv4Addr::new(100, 100, 100, 200), 32, Reason::Metadata),
    V4(Ipv4Addr::new(100, 64, 0, 0), 10, Reason::SharedAddress),
    V4(Ipv4Addr::new(127, 0, 0, 0), 8, Reason::Loopback),
    // IBM Cloud's services for its own machines.
    V4(Ipv4Addr::new(161, 26, 0, 0), 16, Reason::Metadata),
    V4(Ipv4Addr::new(166, 8, 0, 0), 14, Reason::Metadata),
    // Azure's host.
    V4(Ipv4Addr::new(168, 63, 129, 16), 32, Reason::Metadata),
    // AWS, Google, Azure, Oracle, DigitalOcean, OpenStack and others.
    V4(Ipv4Addr::new(169, 254, 169, 254), 32, Reason::Metadata),
    // Credentials of containers in AWS.
    V4(Ipv4Addr::new(169, 254, 170, 0), 24, Reason::Metadata),
    V4(Ipv4Addr::new(169, 254, 0, 0), 16, Reason::LinkLocal),
    V4(Ipv4Addr::new(172, 16, 0, 0), 12, Reason::Private),
    // Oracle's metadata, of old.
    V4(Ipv4Addr::new(192, 0, 0, 192), 32, Reason::Metadata),
    V4(Ipv4Addr::new(192, 0, 0, 0), 24, Reason::Reserved),
    V4(Ipv4Addr::new(192, 0, 2, 0), 24, Reason::Documentation),
    // Relays of 6to4.
    V4(Ipv4Addr::new(192, 88, 99, 0), 24, Reason::Translated),
    V4(Ipv4Addr::new(192, 168, 0, 0), 16, Reason::Private),
    V4(Ipv4Addr::new(198, 18, 0, 0), 15, Reason::Benchmarking),
    V4(Ipv4Addr::new(198, 51, 100, 0), 24, Reason::Documentation),
    V4(Ipv4Addr::new(203, 0, 113, 0), 24, Reason::Documentation),
    V4(Ipv4Addr::new(224, 0, 0, 0), 4, Reason::Multicast),
    V4(Ipv4Addr::new(240, 0, 0, 0), 4, Reason::Reserved),
];

/// The same of IPv6. What is in none of these is open within [`PUBLIC_V6`] alone.
const CLOSED_V6: [V6; 19] = [
    V6(Ipv6Addr::UNSPECIFIED, 128, Reason::Unspecified),
    V6(Ipv6Addr::LOCALHOST, 128, Reason::Loopback),
    V6(v6([0x64, 0xff9b, 1]), 48, Reason::Translated),
    // Discarded, RFC 6666 and 9780.
    V6(v6([0x100]), 64, Reason::Reserved),
    V6(v6([0x100, 0, 0, 1]), 64, Reason::Reserved),
    V6(v6([0x2001, 2]), 48, Reason::Benchmarking),
    V6(v6([0x2001, 0xdb8]), 32, Reason::Documentation),
    // Protocols' own: ORCHID, AS112, PCP and others.
    V6(v6([0x2001]), 23, Reason::Reserved),
    V6(v6([0x3fff]), 20, Reason::Documentation),
    // Segment routing.
    V6(v6([0x5f00]), 16, Reason::Reserved),
    // Metadata of AWS, Google and Oracle.
    V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0), 32, Reason::Metadata),
    V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254), 128, Reason::Metadata),
    V6(Ipv6Addr::new(0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe), 128, Reason::Metadata),
    V6(v6([0xfc00]), 7, Reason::UniqueLocal),
    // OpenStack's.
    V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0xa9fe, 0xa9fe), 128, Reason::Metadata),
    V6(v6([0xfe80]), 10, Reason::LinkLocal),
    // Site-local, given up by RFC 3879, and still routed by some.
    V6(v6([0xfec0]), 10, Reason::Private),
    V6(v6([0xff00]), 8, Reason::Multicast),
    // Of what is for public use the part that nobody was given yet; 6bone gave its own back.
    V6(v6([0x3000]), 4, Reason::Reserved),
];

/// Those of [`stands_for`] that are ranges within what is for public use: Teredo, 6to4.
const TRANSLATED: [(Ipv6Addr, u32); 2] = [(v6([0x2001]), 32), (v6([0x2002]), 16)];

/// What is given out for public use (RFC 3587).
const PUBLIC_V6: (Ipv6Addr, u32) = (v6([0x2000]), 3);

/// Every range that is closed, and why. Those that stand for IPv4 addresses behind any prefix (ISATAP) are no range, and not among them.
pub fn closed() -> impl Iterator<Item = (Range, Reason)> {
    let v4 = CLOSED_V4.iter().map(|V4(base, prefix, why)| (Range::of(IpAddr::V4(*base), *prefix), *why));
    let v6 = CLOSED_V6.iter().map(|V6(base, prefix, why)| (Range::of(IpAddr::V6(*base), *prefix), *why));
    let translated = TRANSLATED.map(|(base, prefix)| (Range::of(IpAddr::V6(base), prefix), Reason::Translated));
    v4.chain(v6).chain(translated)
}

/// The one range of IPv6 that has public addresses. Of IPv4 all that is not closed is public.
pub fn public_v6() -> Range {
    Range::of(IpAddr::V6(PUBLIC_V6.0), PUBLIC_V6.1)
}

/// Why no policy opens this address; nothing when it is a public one.
pub fn forbidden(address: IpAddr) -> Option<Reason> {
    match address {
        IpAddr::V4(address) => forbidden_v4(address),
        IpAddr::V6(address) => forbidden_v6(address),
    }
}

fn forbidden_v4(address: Ipv4Addr) -> Option<Reason> {
    if address.is_broadcast() {
        return Some(Reason::Broadcast);
    }
    let differs = |base: Ipv4Addr| (base.to_bits() ^ address.to_bits()).leading_zeros();
    CLOSED_V4.iter().find(|V4(base, prefix, _)| differs(*base) >= *prefix).map(|V4(_, _, reason)| *reason)
}

fn forbidden_v6(address: Ipv6Addr) -> Option<Reason> {
    let within = |base: Ipv6Addr, prefix: u32| (base.to_bits() ^ address.to_bits()).leading_zeros() >= prefix;
    // An address that stands for another is never dialled. It is named for what it hides, where that is closed itself.
    if let Some(meant) = stands_for(address) {
        return Some(forbidden_v4(meant).unwrap_or(Reason::Translated));
    }
    let closed = CLOSED_V6.iter().find(|V6(base, prefix, _)| within(*base, *prefix)).map(|V6(_, _, reason)| *reason);
    let (public, prefix) = PUBLIC_V6;
    closed.or_else(|| (!within(public, prefix)).then_some(Reason::Reserved))
}

/// The IPv4 address that this one carries, where it is of a form that does.
fn stands_for(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = address.to_bits();
    let parts = address.segments();
    let v4_at = |low: u32| Ipv4Addr::from_bits(u32::try_from((bits >> low) & 0xffff_ffff).unwrap_or_default());
    match parts {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        // Compatible (RFC 4291, given up), mapped, and translated by SIIT (RFC 2765).
        [0, 0, 0, 0, 0, 0, _, _] | [0, 0, 0, 0, 0, 0xffff, _, _] | [0, 0, 0, 0, 0xffff, 0, _, _] => Some(v4_at(0)),
        // NAT64: the well-known prefix (RFC 6052), and that for local use (RFC 8215) where it is as long.
        [0x64, 0xff9b, 0, 0, 0, 0, _, _] | [0x64, 0xff9b, 1, 0, 0, 0, _, _] => Some(v4_at(0)),
        // 6to4 carries it behind its prefix; Teredo that of its client at the end, turned over.
        [0x2002, ..] => Some(v4_at(80)),
        [0x2001, 0, ..] => Some(Ipv4Addr::from_bits(!v4_at(0).to_bits())),
        // ISATAP (RFC 5214), behind any prefix.
        [_, _, _, _, 0 | 0x200, 0x5efe, _, _] => Some(v4_at(0)),
        _ => None,
    }
}

/// An address by its first parts; zeros follow.
const fn v6<const N: usize>(first: [u16; N]) -> Ipv6Addr {
    let mut parts = [0; 8];
    let mut at = 0;
    while at < N {
        parts[at] = first[at];
        at += 1;
    }
    let [a, b, c, d, e, f, g, h] = parts;
    Ipv6Addr::new(a, b, c, d, e, f, g, h)
}
