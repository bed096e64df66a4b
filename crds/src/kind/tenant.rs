//! `CoBrowseTenant`: a company, its websites, and the ceilings of what its own administrators can set.

mod egress;
mod limits;
mod presence;
mod recording;
mod sign_in;
mod status;

pub use egress::{Egress, EgressMode};
pub use limits::{SessionDefaults, SessionLimits, TenantLimits};
pub use presence::{Branding, Documents, Webhook, WebhookEvent};
pub use recording::{Credentials, KeySource, Recording, RecordingMode, Sink};
pub use sign_in::{Oidc, SecondFactor, SignIn};
pub use status::{Invitation, SiteConflict, TenantStatus};

use kube::{CustomResource, KubeSchema};
use serde::{Deserialize, Serialize};

use crate::rule::{self, lasts, on_site};
use crate::value::{DisplayName, HostPatternText, Label, PageAddress, Selector};

/// The company and what its sessions may do. What is not written has the default that its field names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, CustomResource, KubeSchema)]
#[kube(
    group = "cobrowse.dev",
    version = "v1alpha1",
    kind = "CoBrowseTenant",
    plural = "cobrowsetenants",
    shortname = "cbt",
    category = "cobrowse",
    namespaced,
    status = "TenantStatus",
    derive = "PartialEq",
    doc = "A company account: its websites, and the ceilings within which its own administrators set policy in the console. \
           The platform's owner writes it. Deleting it suspends the company: no new session starts and nobody signs in, but \
           nothing is destroyed, neither data nor keys; the same object made again resumes it.",
    validation = rule::short_name(),
    validation = rule::plain_name(),
    printcolumn(name = "Company", type_ = "string", json_path = ".spec.displayName"),
    printcolumn(name = "Sites", type_ = "integer", json_path = ".status.claimedSites", description = "Site patterns that this tenant owns"),
    printcolumn(name = "Conflicts", type_ = "integer", json_path = ".status.conflictingSites", description = "Site patterns that another tenant owns already"),
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].status"),
    printcolumn(name = "Recording", type_ = "string", json_path = ".spec.recording.mode", priority = 1),
    printcolumn(name = "Region", type_ = "string", json_path = ".spec.region", priority = 1),
    printcolumn(name = "Reason", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].reason", priority = 1),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    selectable = ".spec.region"
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = within_ceiling("maxDuration", "2h"),
    validation = within_ceiling("idleTimeout", "15m"),
    validation = within_ceiling("disconnectGrace", "2m"),
    validation = within_ceiling("disconnectGraceTouch", "5m"),
    validation = rule::written_once("region"),
)]
pub struct TenantSpec {
    /// The company's name as end users read it before they press Allow. 1 to 80 characters.
    #[schemars(with = "DisplayName")]
    pub display_name: String,
    /// The websites that sessions of this tenant may open. 1 to 100. A host belongs to exactly one tenant of the
    /// installation: who asked first owns it, in all namespaces; the other one shows a conflict in its status.
    #[schemars(length(max = 100))]
    #[x_kube(
        merge_strategy = ListMerge::Map(vec!["pattern".into()]),
        validation = Rule::new("size(self) > 0").message("write at least one site"),
    )]
    pub sites: Vec<Site>,
    /// Hosts besides the sites that pages may load from. Without it: the sites alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub egress: Option<Egress>,
    /// What is masked besides passwords, one-time codes and card data, which always are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub masking: Option<Masking>,
    /// Ceilings of the tenant's sessions. The console's administrators can only choose stricter ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionLimits>,
    /// What a session gets that asks for nothing, where it is less than the ceiling. Without it: the ceilings themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_defaults: Option<SessionDefaults>,
    /// Ceilings of the tenant as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<TenantLimits>,
    /// Whether sessions are recorded, where to, and how long recordings stay. Without it: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<Recording>,
    /// How the tenant's people sign in. Without it: with a local account, a second factor if they set one up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<SignIn>,
    /// Where the tenant's browsers run and its data stays: a name that the installation gives to a part of itself.
    /// Set once. Without it: anywhere in the installation.
    #[schemars(with = "Option<Label>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// How the pages of end users look. Without it: the product's own look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branding: Option<Branding>,
    /// Texts that end users can read before they start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documents: Option<Documents>,
    /// Where the tenant's own systems are told of sessions. At most 20. They carry ids and facts, never content.
    #[schemars(length(max = 20))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["name".into()]))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub webhooks: Vec<Webhook>,
    /// Makes accounts of a demo, once, and tells their passwords in the log, where session-api runs with --demo. Without that it is
    /// ignored. Default false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demo: bool,
}

/// One website of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = rule::over(
    &["pattern", "startUrl"],
    &on_site("self.pattern", "self.startUrl"),
    "startUrl is not on a site of this pattern: write an address on that site",
))]
pub struct Site {
    /// A host in lower case, with a port behind a colon where it is not the usual one. https goes without saying. A star as the
    /// whole first label stands for one or more labels, as in *.example.com. http:// is for localhost alone.
    #[schemars(with = "HostPatternText")]
    pub pattern: String,
    /// Where end users start who bring no address of their own. On this site, at most 2048 characters.
    #[schemars(with = "Option<PageAddress>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_url: Option<String>,
    /// What end users read for it, for example "Online banking". 1 to 80 characters. Default: displayName.
    #[schemars(with = "Option<DisplayName>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// Further fields to mask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Masking {
    /// CSS selectors of what agents never see, on all sites of the tenant. At most 100, each of at most 512 bytes. The
    /// console's administrators can add more and take none away.
    #[schemars(with = "Vec<Selector>", length(max = 100))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub selectors: Vec<String>,
}

/// A session's default lies within the tenant's ceiling, or the product's where the tenant set none.
fn within_ceiling(field: &str, ceiling: &str) -> kube::core::Rule {
    let default = format!("self.sessionDefaults.{field}");
    let there = format!("has(self.sessionDefaults) && has({default})");
    let less = format!("{} <= {}", lasts(&default, "1s"), lasts(&format!("self.session.{field}"), ceiling));
    rule::over(
        &["session", "sessionDefaults"],
        &format!("!({there}) || {less}"),
        &format!(
            "sessionDefaults.{field} is more than the ceiling: write at most session.{field}, which is {ceiling} where it is not written"
        ),
    )
}
