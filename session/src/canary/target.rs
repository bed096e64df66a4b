//! One address that is tried, as it stands in an argument: `ApiServer=192.0.2.1:443`, `Dns=192.0.2.10:53/udp`.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use thiserror::Error;

use super::reached::Forbidden;

/// Targets of one pod: each is a connection a minute, and of each pod.
pub const TARGETS_MAX: usize = 16;

/// Over what it is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// Reached when a connection opens.
    Tcp,
    /// Reached when a question of DNS is answered.
    Udp,
}

/// One address that must not be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// What is there.
    pub what: Forbidden,
    /// Where.
    pub address: SocketAddr,
    /// How.
    pub transport: Transport,
}

/// A text that is no target.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("failed to read the target {0:?}: write for example Outside=192.0.2.1:443 or Dns=[2001:db8::53]:53/udp")]
pub struct TargetError(String);

impl Target {
    /// By TCP.
    pub const fn tcp(what: Forbidden, address: SocketAddr) -> Self {
        Self { what, address, transport: Transport::Tcp }
    }

    /// By UDP.
    pub const fn udp(what: Forbidden, address: SocketAddr) -> Self {
        Self { what, address, transport: Transport::Udp }
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let form = || TargetError(text.to_owned());
        let (what, place) = text.split_once('=').ok_or_else(form)?;
        let (place, transport) = match place.rsplit_once('/') {
            None => (place, Transport::Tcp),
            Some((place, "tcp")) => (place, Transport::Tcp),
            Some((place, "udp")) => (place, Transport::Udp),
            Some(_) => return Err(form()),
        };
        let address: SocketAddr = place.parse().map_err(|_| form())?;
        let what = Forbidden::from_name(what).ok_or_else(form)?;
        if address.port() == 0 || address.ip().is_unspecified() {
            return Err(form());
        }
        Ok(Self { what, address, transport })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let transport = match self.transport {
            Transport::Tcp => "",
            Transport::Udp => "/udp",
        };
        write!(f, "{}={}{transport}", self.what.name(), self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["ApiServer=192.0.2.1:443", "Dns=[2001:db8::53]:53/udp", "Outside=203.0.113.10:443"] {
            assert_eq!(text.parse::<Target>().expect(text).to_string(), text);
        }
        assert_eq!("Dns=192.0.2.10:53/tcp".parse::<Target>().expect("a target").transport, Transport::Tcp);
    }

    #[test]
    fn anything_else_is_refused_with_an_example() {
        let wrong =
            ["", "192.0.2.1:443", "Apiserver=192.0.2.1:443", "Pod=192.0.2.1", "Pod=192.0.2.1:0", "Pod=0.0.0.0:80"];
        for text in wrong.into_iter().chain(["Pod=a.example:80", "Pod=192.0.2.1:80/sctp", "Pod=192.0.2.1:80/udp/"]) {
            let error = text.parse::<Target>().expect_err(text).to_string();
            assert!(error.contains("Outside=192.0.2.1:443"), "{error}");
        }
    }
}
