//! What a browser asks to be connected to, as `host:port`.

use std::fmt;

use super::Reason;
use crate::site::{Host, UrlError};

/// Ends of names that are no public host's: of this machine, a local network or a cluster (RFC 6761, 6762, 8375, 9476, ICANN's
/// `.internal`). To ask for one would tell what there is inside, even when its address is refused.
const LOCAL: [&str; 12] = [
    "localhost",
    "local",
    "internal",
    "localdomain",
    "lan",
    "intranet",
    "corp",
    "home.arpa",
    "svc",
    "onion",
    "alt",
    "invalid",
];

/// A host by its DNS name, and a port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    host: Host,
    port: u16,
}

impl Target {
    /// Reads the authority of a CONNECT. What browsers and resolvers could read differently is refused: upper case, a dot at the
    /// end, numbers, a user name.
    pub fn parse(authority: &str) -> Result<Self, Reason> {
        if authority.starts_with('[') {
            return Err(Reason::AddressLiteral);
        }
        let (host, port) = authority.rsplit_once(':').ok_or(Reason::InvalidTarget)?;
        let plain = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) && !port.starts_with('0');
        let port = port.parse().ok().filter(|_| plain).ok_or(Reason::InvalidTarget)?;
        match Host::parse(host) {
            Ok(host) => Ok(Self { host, port }),
            Err(UrlError::IpAddress) => Err(Reason::AddressLiteral),
            Err(_) => Err(Reason::InvalidTarget),
        }
    }

    /// The host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether no public host can have this name.
    pub(super) fn is_local(&self) -> bool {
        let name = self.host.as_str();
        let ends = |end: &str| name.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('.'));
        !name.contains('.') || LOCAL.iter().any(|end| ends(end))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host.as_str(), self.port)
    }
}
