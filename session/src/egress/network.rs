//! What an installation knows of its own network, and by it which addresses of a name may be dialled.

use std::net::{IpAddr, SocketAddr};

use thiserror::Error;

use super::{Range, RangeError, Reason, Target, forbidden};
use crate::site::{Host, UrlError};

/// Why a text is no private target.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PrivateTargetError {
    /// Not of three parts.
    #[error(
        "failed to read the private target {0:?}: write host@range:port, for example wiki.example.com@10.1.2.0/24:443"
    )]
    Shape(String),
    /// No host.
    #[error("failed to read the host of a private target")]
    Host(#[source] UrlError),
    /// No range.
    #[error("failed to read the range of a private target")]
    Range(#[source] RangeError),
}

/// A host of a private network that the platform's owner opens: by its exact name, at one port, where its address is in the range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateTarget {
    host: Host,
    range: Range,
    port: u16,
}

impl PrivateTarget {
    /// Reads `host@range:port`.
    pub fn parse(text: &str) -> Result<Self, PrivateTargetError> {
        let shape = || PrivateTargetError::Shape(text.to_owned());
        let (host, rest) = text.split_once('@').ok_or_else(shape)?;
        let (range, port) = rest.rsplit_once(':').ok_or_else(shape)?;
        let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(shape)?;
        let host = Host::parse(host).map_err(PrivateTargetError::Host)?;
        Ok(Self { host, range: Range::parse(range).map_err(PrivateTargetError::Range)?, port })
    }

    fn opens(&self, target: &Target, address: IpAddr) -> bool {
        self.is_of(target) && self.range.contains(address)
    }

    fn is_of(&self, target: &Target) -> bool {
        self.host == *target.host() && self.port == target.port()
    }
}

/// An address and port that were checked. Nothing else makes one, and only these are dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialable(SocketAddr);

impl Dialable {
    /// The address and port.
    pub fn address(self) -> SocketAddr {
        self.0
    }
}

/// The installation's own network.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// Ranges of its nodes, pods and services, of which some may have public addresses.
    pub cluster: Vec<Range>,
    /// What is open although it is private.
    pub private: Vec<PrivateTarget>,
}

impl Network {
    /// All addresses of a name, or the first that must not be dialled and why. One is enough to refuse the name: a name that mixes
    /// public and private addresses is an attack or a mistake.
    pub fn check(&self, target: &Target, answers: &[IpAddr]) -> Result<Vec<Dialable>, (Option<IpAddr>, Reason)> {
        if answers.is_empty() {
            return Err((None, Reason::NoAddress));
        }
        let one = |address: &IpAddr| match self.refusal(target, *address) {
            None => Ok(Dialable(SocketAddr::new(*address, target.port()))),
            Some(reason) => Err((Some(*address), reason)),
        };
        answers.iter().map(one).collect()
    }

    /// Whether the platform's owner opened something private under this name and port.
    pub(super) fn has_private(&self, target: &Target) -> bool {
        self.private.iter().any(|private| private.is_of(target))
    }

    fn refusal(&self, target: &Target, address: IpAddr) -> Option<Reason> {
        let in_cluster = self.cluster.iter().any(|range| range.contains(address));
        let reason = forbidden(address).or_else(|| in_cluster.then_some(Reason::Cluster))?;
        let opened = is_private(reason) && self.private.iter().any(|private| private.opens(target, address));
        if opened { None } else { Some(reason) }
    }
}

/// Whether the platform's owner can open an address that is closed for this reason. Metadata and what is no host's, nobody can.
fn is_private(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Private
            | Reason::UniqueLocal
            | Reason::SharedAddress
            | Reason::Loopback
            | Reason::Cluster
            | Reason::Documentation
            | Reason::Benchmarking
    )
}
