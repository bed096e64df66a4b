//! Who is at the other end behind a gateway. One that is trusted says so in X-Forwarded-For; what anybody else writes there is nobody's
//! word, and neither is what stands left of the first hop that is not trusted: people can write that themselves.

use http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// De-facto standard, which all gateways know.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Hops that are looked at: more gateways in a row than there are. Whoever sends more is taken for the last one seen.
const HOPS: usize = 16;

/// Gateways that are trusted to say where people come from. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Trusted(Arc<[IpNet]>);

impl Trusted {
    /// Those in these ranges.
    pub fn new(ranges: Vec<IpNet>) -> Self {
        Self(ranges.into())
    }

    /// Whether this is one of them.
    pub fn holds(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|range| range.contains(&address))
    }

    /// Where a request comes from: the peer itself, or, where that is trusted, the nearest hop that is not. A hop that cannot be
    /// read ends the search at the one that wrote it.
    pub fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> SocketAddr {
        let mut nearest = peer;
        let lines: Vec<&str> = headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok()).collect();
        let hops = lines.iter().rev().flat_map(|line| line.rsplit(','));
        for hop in hops.take(HOPS) {
            if !self.holds(nearest.ip()) {
                break;
            }
            let Some(address) = read(hop.trim()) else { break };
            nearest = SocketAddr::new(address, 0);
        }
        nearest
    }
}

/// An address, which some write with a port.
fn read(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let with_port = || hop.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.parse().ok().or_else(with_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, lines: &[&str]) -> String {
        let ranges = ["10.0.0.0/8", "2001:db8:1::/48"].map(|range| range.parse().expect("a range"));
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().expect("a header"));
        }
        let peer = SocketAddr::new(peer.parse().expect("an address"), 443);
        Trusted::new(ranges.to_vec()).client(peer, &headers).ip().to_string()
    }

    #[test]
    fn only_a_trusted_gateway_says_who_it_is() {
        assert_eq!(client("203.0.113.9", &["198.51.100.7"]), "203.0.113.9");
        assert_eq!(client("10.1.2.3", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("::ffff:10.1.2.3", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("2001:db8:1::7", &["2001:db8:9::1"]), "2001:db8:9::1");
        assert_eq!(client("10.1.2.3", &[]), "10.1.2.3");
    }

    #[test]
    fn what_people_wrote_themselves_is_left_of_who_they_are() {
        assert_eq!(client("10.1.2.3", &["10.9.9.9, 192.0.2.1, 198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("10.1.2.3", &["192.0.2.1", "198.51.100.7"]), "198.51.100.7");
        // Two gateways of ours in a row.
        assert_eq!(client("10.1.2.3", &["192.0.2.1, 198.51.100.7, 10.4.4.4"]), "198.51.100.7");
        assert_eq!(client("10.1.2.3", &["10.4.4.4"]), "10.4.4.4");
    }

    #[test]
    fn nonsense_is_its_writers_and_there_is_an_end_to_it() {
        for nonsense in ["", "unknown", "198.51.100.7 evil", "1.2.3", "[::1", "999.1.1.1"] {
            assert_eq!(client("10.1.2.3", &[nonsense]), "10.1.2.3", "{nonsense}");
        }
        assert_eq!(client("10.1.2.3", &["198.51.100.7, _hidden"]), "10.1.2.3");
        let many = vec!["10.4.4.4"; 10_000].join(",");
        assert_eq!(client("10.1.2.3", &[&format!("198.51.100.7,{many}")]), "10.4.4.4");
        for with_port in ["198.51.100.7:5000", "[2001:db8:9::1]:5000", "[2001:db8:9::1]"] {
            let found = client("10.1.2.3", &[with_port]);
            assert!(["198.51.100.7", "2001:db8:9::1"].contains(&found.as_str()), "{found}");
        }
    }
}
