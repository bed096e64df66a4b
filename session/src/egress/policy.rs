//! A tenant's policy: which hosts its browsers may connect to, at which ports, and what must be spoken there.

use super::{Network, Reason, Target};
use crate::site::{HostPattern, Scheme};

/// How much of the public internet is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// The tenant's sites.
    Strict,
    /// The sites, and the hosts that the tenant listed.
    Listed,
    /// Every public host. Pages still open on the sites alone; that is the browser side's to see to.
    Open,
    /// As `Open`, and each host that `Listed` would refuse is noted. For administrators who write a list.
    ReportOnly,
}

/// What must be spoken on a connection, so that its name can be checked there too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// TLS, and the name in its first message.
    Tls,
    /// HTTP/1.1, and the Host of every request.
    Plain,
}

/// What a tenant opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How much.
    pub mode: Mode,
    /// The tenant's sites. Each opens its own port too.
    pub sites: Vec<HostPattern>,
    /// Further hosts that pages load from.
    pub listed: Vec<HostPattern>,
    /// Ports of hosts that no pattern names. With 80, a site of https:// may also be asked by plain HTTP, as those are that only
    /// send people on.
    pub ports: Vec<u16>,
}

/// A target that may be resolved. Which of its addresses may be dialled, [`Network`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admission {
    /// What must be spoken.
    pub protocol: Protocol,
    /// Why a stricter mode would have refused it. In [`Mode::ReportOnly`] alone.
    pub noted: Option<Reason>,
}

impl Policy {
    /// Whether this target may be resolved at all: by name and port.
    pub fn admit(&self, target: &Target, network: &Network) -> Result<Admission, Reason> {
        if target.is_local() && !network.has_private(target) {
            return Err(Reason::LocalName);
        }
        if let Some(protocol) = self.patterns().find_map(|pattern| self.spoken(pattern, target)) {
            return Ok(Admission { protocol, noted: None });
        }
        let covered = self.patterns().any(|pattern| pattern.covers(target.host()));
        let reason = if covered { Reason::PortNotAllowed } else { Reason::HostNotAllowed };
        match self.mode {
            Mode::Strict | Mode::Listed => Err(reason),
            Mode::Open | Mode::ReportOnly if !self.ports.contains(&target.port()) => Err(Reason::PortNotAllowed),
            Mode::Open => Ok(Admission { protocol: by_port(target), noted: None }),
            Mode::ReportOnly => Ok(Admission { protocol: by_port(target), noted: Some(reason) }),
        }
    }

    /// The patterns that count in this mode.
    fn patterns(&self) -> impl Iterator<Item = &HostPattern> {
        let listed = if self.mode == Mode::Strict { &[] } else { self.listed.as_slice() };
        self.sites.iter().chain(listed)
    }

    /// What the pattern wants spoken with this target; nothing when it does not open it.
    fn spoken(&self, pattern: &HostPattern, target: &Target) -> Option<Protocol> {
        let (http, https) = (Scheme::Http.default_port(), Scheme::Https.default_port());
        let own = pattern.port() == target.port();
        let plain_too = pattern.scheme() == Scheme::Https && pattern.port() == https && self.ports.contains(&http);
        match pattern.scheme() {
            _ if !pattern.covers(target.host()) => None,
            Scheme::Https if own => Some(Protocol::Tls),
            Scheme::Http if own => Some(Protocol::Plain),
            _ if plain_too && target.port() == http => Some(Protocol::Plain),
            _ => None,
        }
    }
}

fn by_port(target: &Target) -> Protocol {
    if target.port() == Scheme::Http.default_port() { Protocol::Plain } else { Protocol::Tls }
}
