//! Where a tenant's browsers may connect to. The egress gateway enforces it; private addresses are its own configuration's.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::{HostPatternText, Label};

/// Where browsers of this tenant may connect to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Egress {
    /// Strict: the tenant's sites alone. Listed: the sites and allowedHosts. Public: every host on public addresses; pages still
    /// open on the tenant's sites alone. ReportOnly: as Public, and the gateway's log names each host that Listed would refuse, for
    /// whoever writes a list. Private, link-local, metadata and cluster addresses are refused in all of them. Default Listed.
    #[serde(default)]
    pub mode: EgressMode,
    /// Host patterns that pages may load from besides the sites, such as a content network. At most 200. Of no effect when
    /// mode is Strict or Public.
    #[schemars(with = "Vec<HostPatternText>", length(max = 200))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_hosts: Vec<String>,
    /// Name of the group of source addresses that the gateway uses for this tenant, so that its websites can know them. The
    /// installation defines the groups. Without it: the gateway's default.
    #[schemars(with = "Option<Label>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address_class: Option<String>,
}

/// How much of the internet is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum EgressMode {
    /// The sites and the list.
    #[default]
    Listed,
    /// All public addresses.
    Public,
    /// The sites.
    Strict,
    /// All public addresses, and what the list lacks is logged.
    ReportOnly,
}
