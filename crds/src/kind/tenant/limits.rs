//! How long sessions of a tenant last and how many people and tabs they have. The bounds are those of `tenant::policy`,
//! which a test compares.

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

use crate::rule::{self, lasts};
use crate::value::{Count, Lasting};

/// Ceilings of one session. Durations are whole numbers with units h, m and s, for example 2h, 15m or 1m30s.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = warns_in_time("idleTimeout", "15m"), validation = warns_in_time("maxDuration", "2h"))]
pub struct SessionLimits {
    /// How long a PIN admits. 1s to 30m, default 10m.
    #[schemars(with = "Option<Lasting<1, 1800>>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin_life: Option<String>,
    /// How long the end user's link may be down before the session ends. 1s to 10m, default 2m.
    #[schemars(with = "Option<Lasting<1, 600>>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disconnect_grace: Option<String>,
    /// The same on touch devices, where a tab in the background loses its link. 1s to 15m, default 5m.
    #[schemars(with = "Option<Lasting<1, 900>>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disconnect_grace_touch: Option<String>,
    /// How long nobody may do anything before the session ends. 1s to 2h, default 15m.
    #[schemars(with = "Option<Lasting<1, 7200>>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_timeout: Option<String>,
    /// How long a session lasts unless somebody extends it. 1s to 12h, default 2h. No session ever lasts longer than 12h.
    #[schemars(with = "Option<Lasting<1, 43200>>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_duration: Option<String>,
    /// How much one extension adds. 1s to 2h, default 30m.
    #[schemars(with = "Option<Lasting<1, 7200>>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extend_step: Option<String>,
    /// How long before an end people are warned. 1s to 30m, less than idleTimeout and maxDuration. Default 5m, or half of the
    /// shorter of the two where that is less.
    #[schemars(with = "Option<Lasting<1, 1800>>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// How long after Stop the end user may choose to continue before the session ends. 1s to 30s, default 30s.
    #[schemars(with = "Option<Lasting<1, 30>>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_choice: Option<String>,
    /// People at once, the end user included. 2 to 16, default 8.
    #[schemars(with = "Option<Count<2, 16>>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_participants: Option<i32>,
    /// Tabs at once. 1 to 20, default 10.
    #[schemars(with = "Option<Count<1, 20>>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tabs: Option<i32>,
}

/// Ceilings of the tenant as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantLimits {
    /// Sessions that may have a pod at once. Those beyond it wait for one of the tenant's own to end, also while the pool has
    /// pods; where there are fewer pods than sessions that wait, tenants get them in turn. 1 to 20000. Without it: no limit but
    /// the pool's.
    #[schemars(with = "Option<Count<1, 20000>>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_concurrent_sessions: Option<i32>,
}

/// What a session gets that asks for nothing. Each at most the ceiling of the same name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionDefaults {
    /// How long the end user's link may be down. 1s to 10m.
    #[schemars(with = "Option<Lasting<1, 600>>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disconnect_grace: Option<String>,
    /// The same on touch devices. 1s to 15m.
    #[schemars(with = "Option<Lasting<1, 900>>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disconnect_grace_touch: Option<String>,
    /// How long nobody may do anything. 1s to 2h.
    #[schemars(with = "Option<Lasting<1, 7200>>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_timeout: Option<String>,
    /// How long a session lasts. 1s to 12h.
    #[schemars(with = "Option<Lasting<1, 43200>>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_duration: Option<String>,
}

fn warns_in_time(limit: &str, default: &str) -> kube::core::Rule {
    let earlier = format!("{} < {}", lasts("self.warning", "1s"), lasts(&format!("self.{limit}"), default));
    rule::over(
        &["warning", limit],
        &format!("!has(self.warning) || {earlier}"),
        &format!("warning comes too early: write less than {limit}, which is {default} where it is not written"),
    )
}
