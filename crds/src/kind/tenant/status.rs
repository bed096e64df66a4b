//! What the operator tells about a tenant.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::KubeSchema;
use serde::{Deserialize, Serialize};

use crate::value::HostPatternText;

/// What the operator found and did. It alone writes here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantStatus {
    /// The metadata.generation that this status speaks of. Less than the object's: the operator has not looked yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Ready: sessions can start. SitesClaimed: all sites are this tenant's. SecretsFound: every Secret that is named exists
    /// and has the keys. Each with the generation that it speaks of and a reason.
    #[schemars(length(max = 16))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Which patterns of spec.sites this tenant owns. It keeps them while it asks for them, also when a tenant that was made
    /// before it asks for them later.
    #[schemars(with = "Vec<HostPatternText>", length(max = 100))]
    #[x_kube(merge_strategy = ListMerge::Set)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owned: Vec<String>,
    /// How many patterns of spec.sites this tenant owns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_sites: Option<i32>,
    /// How many patterns of spec.sites another tenant owns. Sessions cannot start there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflicting_sites: Option<i32>,
    /// Which patterns those are, and whose.
    #[schemars(length(max = 100))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["pattern".into()]))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<SiteConflict>,
    /// Name of the Secret with the one-use invitation of the tenant's administrator, in the tenant's namespace. Empty once it was
    /// used or has expired.
    #[schemars(length(max = 253))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation_secret: Option<String>,
    /// The last invitation of an administrator. A new tenant gets one by itself, which counts while the tenant has no
    /// administrator. Whoever sets the annotation cobrowse.dev/invite to a word that was not there before gets one more, for
    /// one administrator more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<Invitation>,
}

/// The invitation of an administrator. What it says is in the Secret alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("self.hash != oldSelf.hash || !has(oldSelf.usedAt) || (has(self.usedAt) && self.usedAt == oldSelf.usedAt)")
    .message("usedAt is written once for an invitation: leave it as it is"))]
pub struct Invitation {
    /// SHA-256 of it, by which session-api knows it. Nobody comes in by this.
    #[schemars(length(max = 64))]
    pub hash: String,
    /// From then on it counts no more.
    pub expires_at: Time,
    /// The word of the annotation cobrowse.dev/invite that asked for it, its first 63 characters. Without it: it came with the
    /// tenant.
    #[schemars(length(max = 63))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// When it was used, or found to be needed by nobody. session-api alone writes this, and nothing else here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Time>,
}

/// A site that another tenant owns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct SiteConflict {
    /// The pattern as it stands in spec.sites.
    #[schemars(length(max = 253))]
    pub pattern: String,
    /// The pattern of the other tenant that it overlaps with.
    #[schemars(length(max = 253))]
    pub other_pattern: String,
    /// The other tenant: namespace/name.
    #[schemars(length(max = 317))]
    pub owner: String,
}
