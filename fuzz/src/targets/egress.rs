//! What reaches the egress gateway from a pod that somebody took over: what it asks for, what it says first, and what it shows as a
//! grant. And ranges of addresses, as administrators write them.

use std::net::IpAddr;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use cobrowse_egress_gateway::hello;
use cobrowse_identity::grant::{Grant, GrantKey, GrantKeys, GrantLimits, GrantMode};
use cobrowse_identity::name::PodUid;
use cobrowse_session::egress::{Mode, Network, Policy, PrivateTarget, Range, Target, forbidden};

use crate::script::Script;

static KEYS: LazyLock<(GrantKey, GrantKeys)> = LazyLock::new(|| {
    let key = GrantKey::generate().expect("a key");
    let keys = GrantKeys::from_pem(&key.public_pem()).expect("its public half");
    (key, keys)
});

/// The first byte says what the rest is read as.
pub fn target(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    match script.byte() % 4 {
        0 => names(&String::from_utf8_lossy(script.rest())),
        1 => first_message(script.rest()),
        2 => grants(script),
        _ => addresses(script),
    }
}

fn names(text: &str) {
    if let Ok(target) = Target::parse(text) {
        assert_eq!(target.to_string(), text);
        assert!(!text.starts_with('[') && target.port() != 0);
        assert!(target.host().as_str().parse::<IpAddr>().is_err());
        let open = Policy { mode: Mode::Open, sites: Vec::new(), listed: Vec::new(), ports: vec![target.port()] };
        let closed = Policy { mode: Mode::Listed, ..open.clone() };
        let network = Network::default();
        assert!(closed.admit(&target, &network).is_err());
        // No name of a machine's own gets as far as a resolver.
        if !text.contains('.') || target.host().is_local() {
            assert!(open.admit(&target, &network).is_err(), "{text}");
        }
    }
    if let Ok(range) = Range::parse(text) {
        assert_eq!(Range::parse(&range.to_string()), Ok(range));
    }
    let _ = PrivateTarget::parse(text);
}

/// However a first message is cut into pieces, it is read the same, and never earlier than it is whole.
fn first_message(bytes: &[u8]) {
    let read = hello::read(bytes);
    let shorter = (0..bytes.len().min(512)).map(|length| hello::read(&bytes[..length]));
    for found in shorter {
        match (found, &read) {
            (Ok(None), _) => {}
            (Ok(Some(hello)), read) => assert_eq!(read.clone().ok().flatten(), Some(hello)),
            (Err(_), read) => assert!(read.is_err()),
        }
    }
    if let Ok(Some(hello)) = read {
        assert!(hello.server_name.is_none_or(|name| name.is_ascii()));
    }
}

/// Nothing that the key did not sign is read, and what it signed is read back.
fn grants(mut script: Script<'_>) {
    let (key, keys) = &*KEYS;
    let pod = PodUid::parse("a-pod").expect("a label");
    let at = |seconds: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let issued = u64::from(script.number());
    let grant = Grant {
        session: script.text(),
        pod: pod.clone(),
        tenant: script.text(),
        mode: [GrantMode::Strict, GrantMode::Listed, GrantMode::Open, GrantMode::ReportOnly]
            [usize::from(script.byte() % 4)],
        sites: (0..script.byte()).map(|_| script.text()).collect(),
        listed: (0..script.byte()).map(|_| script.text()).collect(),
        ports: (0..script.byte()).map(|_| script.short()).collect(),
        limits: GrantLimits {
            connections: script.number(),
            bytes_per_second: script.number().into(),
            bytes: script.number().into(),
            connection_seconds: script.number(),
        },
        address_class: script.bit().then(|| script.text()),
        issued_at: at(issued),
        expires_at: at(issued + u64::from(script.short())),
    };
    let (place, change) = (usize::from(script.short()), script.byte());
    let foreign = script.rest();
    assert!(keys.verify(foreign, &pod, at(issued)).is_err());
    let Ok(mut signed) = key.sign(&grant) else { return };
    if let Ok(read) = keys.verify(&signed, &pod, at(issued)) {
        assert_eq!(read, grant);
        assert_eq!(key.sign(&read).ok(), Some(signed.clone()));
    }
    let place = place % signed.len();
    signed[place] ^= change | 1;
    assert!(keys.verify(&signed, &pod, at(issued)).is_err());
}

/// An address that stands for another is never open, and one that is open is of no range that is not.
fn addresses(mut script: Script<'_>) {
    let v4 = std::net::Ipv4Addr::from_bits(script.number());
    assert!(forbidden(IpAddr::V6(v4.to_ipv6_mapped())).is_some());
    assert!(forbidden(IpAddr::V6(v4.to_ipv6_compatible())).is_some());
    if forbidden(IpAddr::V4(v4)).is_none() {
        assert!(!v4.is_private() && !v4.is_loopback() && !v4.is_link_local() && !v4.is_multicast());
        assert!(!v4.is_unspecified() && !v4.is_broadcast() && !v4.is_documentation());
    }
    let bits = (0..4).fold(0, |bits: u128, _| bits << 32 | u128::from(script.number()));
    let v6 = std::net::Ipv6Addr::from_bits(bits);
    if forbidden(IpAddr::V6(v6)).is_none() {
        assert_eq!(bits >> 125, 1, "{v6} is not given out for public use");
        assert!(v6.to_ipv4().is_none() && !v6.is_multicast() && !v6.is_unique_local() && !v6.is_unicast_link_local());
    }
}
