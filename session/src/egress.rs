//! Where a session's browser may connect to: which hosts and ports a tenant's policy opens, and which addresses nobody's policy does.
//! It resolves nothing and dials nothing; whoever does brings the answers here first, and gets back what may be dialled.

mod address;
mod limits;
mod network;
mod policy;
mod range;
mod target;

pub use address::{closed, forbidden, public_v6};
pub use limits::Limits;
pub use network::{Dialable, Network, PrivateTarget, PrivateTargetError};
pub use policy::{Admission, Mode, Policy, Protocol};
pub use range::{Range, RangeError};
pub use target::Target;

/// Why nothing is dialled. The words are stable: people see them on a page, and logs and metrics go by them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// No `host:port` with a DNS name in lower case.
    InvalidTarget,
    /// A host that is an address, in any spelling.
    AddressLiteral,
    /// A name that is this machine's, this cluster's or a local network's.
    LocalName,
    /// The policy opens neither this host nor all hosts.
    HostNotAllowed,
    /// The policy opens this host, or all hosts, but not at this port.
    PortNotAllowed,
    /// The name has no address.
    NoAddress,
    /// "This network", 0.0.0.0/8 and `::`.
    Unspecified,
    /// The machine itself.
    Loopback,
    /// Private by RFC 1918.
    Private,
    /// Shared between a carrier and its customers, 100.64.0.0/10.
    SharedAddress,
    /// Of one link alone; most clouds' metadata is there.
    LinkLocal,
    /// What a cloud tells its own machines, at an address that looks public.
    Metadata,
    /// Many machines at once.
    Multicast,
    /// All machines of a link.
    Broadcast,
    /// For examples in texts.
    Documentation,
    /// For measuring devices.
    Benchmarking,
    /// Given to nobody, or for a protocol's own use.
    Reserved,
    /// An IPv6 address that stands for an IPv4 one: mapped, compatible, 6to4, NAT64, Teredo, ISATAP.
    Translated,
    /// Private by RFC 4193.
    UniqueLocal,
    /// In a range that the installation named as its own.
    Cluster,
}

impl Reason {
    /// CamelCase, stable.
    pub const fn as_str(self) -> &'static str {
        match self {
            Reason::InvalidTarget => "InvalidTarget",
            Reason::AddressLiteral => "AddressLiteral",
            Reason::LocalName => "LocalName",
            Reason::HostNotAllowed => "HostNotAllowed",
            Reason::PortNotAllowed => "PortNotAllowed",
            Reason::NoAddress => "NoAddress",
            Reason::Unspecified => "Unspecified",
            Reason::Loopback => "Loopback",
            Reason::Private => "Private",
            Reason::SharedAddress => "SharedAddress",
            Reason::LinkLocal => "LinkLocal",
            Reason::Metadata => "Metadata",
            Reason::Multicast => "Multicast",
            Reason::Broadcast => "Broadcast",
            Reason::Documentation => "Documentation",
            Reason::Benchmarking => "Benchmarking",
            Reason::Reserved => "Reserved",
            Reason::Translated => "Translated",
            Reason::UniqueLocal => "UniqueLocal",
            Reason::Cluster => "Cluster",
        }
    }
}
