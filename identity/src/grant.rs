//! Egress grants: what the operator signs, for one pod and a few minutes, of where its browser may connect to. The gateway trusts nothing
//! else about a pod. What hosts and ports mean is the rules' to say; here they are text of limited length.
//!
//! A grant is `version, algorithm, key id, payload, signature`. The signature is over a domain text and all before it. There is one
//! encoding of each grant, so that two of the same content are the same bytes.

mod key;
mod payload;

pub use key::{GrantKey, GrantKeys};

use crate::name::PodUid;
use std::time::{Duration, SystemTime};

/// The longest grant, in bytes: as many patterns as a tenant can have, each as long as it can be, are less.
pub const GRANT_BYTES_MAX: usize = 128 << 10;
/// How long a grant is good at most. The operator renews it while the pod lives, so this is how long a pod that it forgot has.
pub const LIFE_MAX: Duration = Duration::from_secs(300);
/// How long after one grant the next is signed: early enough that one that is lost can be tried again before the last is over.
pub const RENEW_AFTER: Duration = Duration::from_secs(120);
/// How far the clocks of operator and gateway may differ.
const SKEW: Duration = Duration::from_secs(30);
/// Most sites, and most listed hosts: more than the kinds allow.
const PATTERNS_MAX: usize = 200;
/// The longest pattern: scheme, star, the longest DNS name, port.
const PATTERN_BYTES_MAX: usize = 280;
/// Most ports.
const PORTS_MAX: usize = 32;
/// The longest name of a session, tenant or class.
const NAME_BYTES_MAX: usize = 63;

/// How much of the public internet is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantMode {
    /// The sites.
    Strict,
    /// The sites and the listed hosts.
    Listed,
    /// Every public host.
    Open,
    /// As open; what Listed would refuse is noted.
    ReportOnly,
}

/// How much a session may use of one gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantLimits {
    /// Connections to the outside at once.
    pub connections: u32,
    /// Bytes per second, both ways together.
    pub bytes_per_second: u64,
    /// Bytes in all, both ways together.
    pub bytes: u64,
    /// Seconds that one connection to the outside may last.
    pub connection_seconds: u32,
}

/// What a pod may reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The session, a DNS label.
    pub session: String,
    /// The pod. Its certificate must name it.
    pub pod: PodUid,
    /// The tenant, a DNS label.
    pub tenant: String,
    /// How much is open.
    pub mode: GrantMode,
    /// Host patterns of the tenant's sites.
    pub sites: Vec<String>,
    /// Host patterns of further hosts.
    pub listed: Vec<String>,
    /// Ports of hosts that no pattern names.
    pub ports: Vec<u16>,
    /// How much the session may use.
    pub limits: GrantLimits,
    /// Name of the group of source addresses; without it the gateway's default.
    pub address_class: Option<String>,
    /// When it was signed, in whole seconds.
    pub issued_at: SystemTime,
    /// Until when it is good, in whole seconds; at most [`LIFE_MAX`] after `issued_at`.
    pub expires_at: SystemTime,
}

/// Why a grant or a key is not accepted, or a grant not made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Longer than any grant.
    #[error("failed to read the grant: it is longer than {GRANT_BYTES_MAX} bytes")]
    TooLong,
    /// It ends before it is complete.
    #[error("failed to read the grant: it is cut off")]
    Cut,
    /// A version that this program does not know.
    #[error("failed to read the grant: its version {0} is unknown")]
    Version(u8),
    /// An algorithm that this program does not know.
    #[error("failed to read the grant: its algorithm {0} is unknown")]
    Algorithm(u8),
    /// Signed by a key that this program was not given.
    #[error("failed to check the grant: its key is unknown")]
    UnknownKey,
    /// Not what the key signed.
    #[error("failed to check the grant: its signature is wrong")]
    Signature,
    /// A field is not as it must be.
    #[error("failed to read the grant: {0} is wrong")]
    Field(&'static str),
    /// Of another pod.
    #[error("failed to accept the grant: it is of another pod")]
    OtherPod,
    /// Signed in the future.
    #[error("failed to accept the grant: it is not good yet")]
    NotYet,
    /// Over.
    #[error("failed to accept the grant: it has expired")]
    Expired,
    /// A key is malformed or of another kind.
    #[error("failed to read the key of grants: {0}")]
    Key(String),
    /// The key could not be made, or could not sign.
    #[error("failed to sign")]
    Sign(#[source] rcgen::Error),
}

impl Error {
    /// CamelCase, stable: for answers, logs and metrics.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::TooLong => "GrantTooLong",
            Self::Cut => "GrantCut",
            Self::Version(_) => "GrantVersion",
            Self::Algorithm(_) => "GrantAlgorithm",
            Self::UnknownKey => "GrantKeyUnknown",
            Self::Signature => "GrantForged",
            Self::Field(_) => "GrantMalformed",
            Self::OtherPod => "GrantOfOtherPod",
            Self::NotYet => "GrantNotYet",
            Self::Expired => "GrantExpired",
            Self::Key(_) | Self::Sign(_) => "GrantKey",
        }
    }
}

impl Grant {
    /// Whether it is good for this pod at this time.
    fn check(&self, pod: &PodUid, now: SystemTime) -> Result<(), Error> {
        if self.pod != *pod {
            return Err(Error::OtherPod);
        }
        if self.issued_at.duration_since(now).is_ok_and(|ahead| ahead > SKEW) {
            return Err(Error::NotYet);
        }
        // One that claims to be good for longer is no mistake of the operator's.
        if self.expires_at.duration_since(self.issued_at).map_or(true, |life| life > LIFE_MAX) {
            return Err(Error::Field("the time"));
        }
        if now >= self.expires_at { Err(Error::Expired) } else { Ok(()) }
    }
}
