//! How many connections there may be, in all and per address, and how often an address may come anew.

use super::rate::Rate;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// In this time an address may open as many connections as it may have at once. A handshake costs us as much as a hundred pictures
/// that we pass on; people behind one address who all come back after a break still find room at once.
const PERIOD: Duration = Duration::from_secs(10);

/// What counts as one address: an IPv4 address, or the /64 that one IPv6 subscriber has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Prefix(u64, bool);

impl Prefix {
    /// The prefix of an address.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self(u64::from(u32::from(v4)), true),
            IpAddr::V6(v6) => Self(u64::try_from(u128::from(v6) >> 64).unwrap_or(u64::MAX), false),
        }
    }
}

impl std::fmt::Display for Prefix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.1 {
            true => write!(f, "{}", std::net::Ipv4Addr::from(u32::try_from(self.0).unwrap_or(0))),
            false => write!(f, "{}/64", std::net::Ipv6Addr::from(u128::from(self.0) << 64)),
        }
    }
}

/// Counts open connections.
#[derive(Clone)]
pub struct Connections {
    open: Arc<Mutex<HashMap<Option<Prefix>, usize>>>,
    arrivals: Arc<Rate>,
    most: usize,
    most_per_address: usize,
}

/// One open connection. Dropping it gives the place back.
pub struct Slot {
    connections: Connections,
    prefix: Option<Prefix>,
}

impl Connections {
    /// Allows `most` in all and `most_per_address` for one address.
    pub fn new(most: usize, most_per_address: usize) -> Self {
        let arrivals = Rate::new(u32::try_from(most_per_address).unwrap_or(u32::MAX), PERIOD);
        Self { open: Arc::default(), arrivals: Arc::new(arrivals), most, most_per_address }
    }

    /// Takes a place for one address, or for one of many behind a gateway, or `None` when there is none.
    pub fn take(&self, address: Option<IpAddr>, now: Instant) -> Option<Slot> {
        let prefix = address.map(Prefix::of);
        let mut open = self.lock();
        if open.values().sum::<usize>() >= self.most {
            return None;
        }
        if let Some(one) = prefix {
            let count = open.get(&prefix).copied().unwrap_or_default();
            if count >= self.most_per_address || self.arrivals.take(one, now).is_err() {
                return None;
            }
        }
        *open.entry(prefix).or_default() += 1;
        drop(open);
        Some(Slot { connections: self.clone(), prefix })
    }

    /// Connections now.
    pub fn count(&self) -> usize {
        self.lock().values().sum()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Option<Prefix>, usize>> {
        // Nothing can panic while the map is locked; a poisoned map is still right.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.connections.lock();
        if let Some(count) = open.get_mut(&self.prefix) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.prefix);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_limited_and_come_back() {
        let (connections, now) = (Connections::new(3, 2), Instant::now());
        let ip = |n: u8| Some(IpAddr::from([127, 0, 0, n]));
        let first = connections.take(ip(1), now).expect("free");
        let _second = connections.take(ip(1), now).expect("free");
        assert!(connections.take(ip(1), now).is_none());
        let _third = connections.take(ip(2), now).expect("free");
        assert!(connections.take(ip(3), now).is_none());
        drop(first);
        assert!(connections.take(ip(3), now).is_some());
        // A gateway's are counted in all alone.
        let many = Connections::new(3, 1);
        let behind: Vec<_> = (0..4).filter_map(|_| many.take(None, now)).collect();
        assert_eq!((behind.len(), many.count()), (3, 3));
    }

    #[test]
    fn an_address_that_comes_and_goes_is_held_up_and_others_are_not() {
        let (connections, start) = (Connections::new(9, 4), Instant::now());
        let ip = |n: u8| Some(IpAddr::from([127, 0, 0, n]));
        let come = |address, now| connections.take(address, now).is_some();
        assert_eq!((0..100).filter(|_| come(ip(1), start)).count(), 4);
        assert!(come(ip(2), start), "another address");
        assert!((0..100).all(|_| come(None, start)), "a gateway's are many people");
        assert_eq!((0..100).filter(|_| come(ip(1), start + PERIOD / 2)).count(), 2);
    }

    #[test]
    fn one_ipv6_subscriber_is_one_address() {
        let prefix = |text: &str| Prefix::of(text.parse().expect("an address"));
        assert_eq!(prefix("2001:db8::1"), prefix("2001:db8::ffff:1"));
        assert_ne!(prefix("2001:db8::1"), prefix("2001:db8:0:1::1"));
        assert_eq!(prefix("::ffff:10.0.0.1"), prefix("10.0.0.1"));
        assert_eq!(prefix("10.0.0.1").to_string(), "10.0.0.1");
        assert_eq!(prefix("2001:db8::1").to_string(), "2001:db8::/64");
    }
}
