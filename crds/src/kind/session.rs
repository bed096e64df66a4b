//! `CoBrowseSession`: one shared browser, from the claim of a pod to the end. Who takes part, what is typed and where people
//! went are not in it: no field can hold personal data.

mod lifecycle;
mod status;

pub use lifecycle::{DesiredState, Lifecycle};
pub use status::{Binding, FinishReason, Launch, Phase, RecordingState, RecordingStatus, SessionStatus, Timings};

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::reference::{PoolRef, TenantRef};
use super::tenant::RecordingMode;
use crate::rule::{self, on_site};
use crate::value::{Count, HostPatternText, Language, Lasting, StartAddress, Timezone};

const NEW: &str = "make a new session";

/// What the session is. All but lifecycle stays as it was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, CustomResource, KubeSchema)]
#[kube(
    group = "cobrowse.dev",
    version = "v1alpha1",
    kind = "CoBrowseSession",
    plural = "cobrowsesessions",
    shortname = "cbs",
    category = "cobrowse",
    namespaced,
    status = "SessionStatus",
    derive = "PartialEq",
    doc = "One shared browser: an end user and a support agent in one Chrome that runs in a pod. Made by session-api when an end \
           user starts, or by hand; who is in it comes in by a PIN or by one-use invitations, never by this object. Deleting it \
           ends the session and deletes its pod. End it with spec.lifecycle.desiredState: Ended to keep the record of it.",
    validation = rule::short_name(),
    validation = rule::plain_name(),
    printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].status"),
    printcolumn(name = "Tenant", type_ = "string", json_path = ".spec.tenantRef.name"),
    printcolumn(name = "Pool", type_ = "string", json_path = ".spec.poolRef.name"),
    printcolumn(name = "Expires", type_ = "string", json_path = ".status.expiresAt", description = "When it ends unless somebody extends it"),
    printcolumn(name = "Finish", type_ = "string", json_path = ".status.finishReason", description = "Why it ended"),
    printcolumn(name = "Pod", type_ = "string", json_path = ".status.binding.podName", priority = 1),
    printcolumn(name = "Node", type_ = "string", json_path = ".status.binding.nodeName", priority = 1),
    printcolumn(name = "Launch", type_ = "string", json_path = ".status.binding.launch", priority = 1),
    printcolumn(name = "Reason", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].reason", priority = 1),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    selectable = ".spec.tenantRef.name",
    selectable = ".spec.poolRef.name",
    selectable = ".status.phase"
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = rule::fixed("tenantRef", NEW),
    validation = rule::fixed("poolRef", NEW),
    validation = rule::fixed("site", NEW),
    validation = rule::fixed("startUrl", NEW),
    validation = rule::fixed("queryFollows", NEW),
    validation = rule::fixed("viewport", "the end user's window sets the size while the session is live"),
    validation = rule::fixed("locale", NEW),
    validation = rule::fixed("timezone", NEW),
    validation = rule::fixed("recording", NEW),
    validation = rule::fixed("whenPoolEmpty", NEW),
    validation = rule::fixed("claimDeadline", NEW),
    validation = rule::over(
        &["site", "startUrl"],
        &on_site("self.site", "self.startUrl"),
        "startUrl is not on the session's site: write an address on spec.site",
    ),
)]
pub struct SessionSpec {
    /// The tenant whose session this is. It must exist and own the site.
    pub tenant_ref: TenantRef,
    /// The pool that the browser comes from.
    pub pool_ref: PoolRef,
    /// The pattern of the tenant's site that the session starts on, exactly as the tenant's spec.sites has it.
    #[schemars(with = "HostPatternText")]
    pub site: String,
    /// The page to start on, on that site, at most 2048 characters. Without query and fragment: those can be private, and
    /// session-api hands them to the browser itself. Nothing is loaded before the end user pressed Allow. Default: the site's
    /// own start page.
    #[schemars(with = "Option<StartAddress>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_url: Option<String>,
    /// Whether session-api hands the browser the whole address itself, because its query may be private: the pod is prepared and
    /// loads nothing until then. session-api sets it; a session made by hand is never loaded with it. Default false.
    #[serde(default)]
    pub query_follows: bool,
    /// Size of the page at the start. Later the end user's window sets it.
    #[serde(default)]
    pub viewport: Viewport,
    /// Language that pages are asked for, a BCP 47 tag such as nl-NL. Default en-US.
    #[schemars(with = "Language")]
    #[serde(default = "english")]
    pub locale: String,
    /// Time zone that pages see, an IANA name such as Europe/Amsterdam. Default UTC.
    #[schemars(with = "Timezone")]
    #[serde(default = "utc")]
    pub timezone: String,
    /// Whether the session is recorded, see [`RecordingMode`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<RecordingMode>,
    /// What to do when the pool has no warm pod. Wait: until claimDeadline for one. Cold: start one for this session, some
    /// seconds. Fail: finish at once with NoCapacity. Default Wait.
    #[serde(default)]
    pub when_pool_empty: WhenPoolEmpty,
    /// How long to wait for a pod before the session finishes with NoCapacity. 1s to 10m, default 30s.
    #[schemars(with = "Lasting<1, 600>")]
    #[serde(default = "half_a_minute")]
    pub claim_deadline: String,
    /// How long the session lives and when it is cleared away. The only part that may change.
    #[serde(default)]
    pub lifecycle: Lifecycle,
}

fn english() -> String {
    "en-US".to_owned()
}

fn utc() -> String {
    "UTC".to_owned()
}

fn half_a_minute() -> String {
    "30s".to_owned()
}

/// Size of the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Viewport {
    /// CSS pixels. 240 to 2560, default 1280.
    #[schemars(with = "Count<240, 2560>")]
    #[serde(default = "width")]
    pub width: i32,
    /// CSS pixels. 240 to 2560, default 720.
    #[schemars(with = "Count<240, 2560>")]
    #[serde(default = "height")]
    pub height: i32,
    /// Device pixels for each CSS pixel, times 100. 100 or 200, default 100.
    #[schemars(with = "Count<100, 200>")]
    #[x_kube(validation = Rule::new("self in [100, 200]").message("write 100 or 200"))]
    #[serde(default = "hundred")]
    pub scale_percent: i32,
    /// Whether the end user's device is used by touch. Then disconnectGraceTouch counts. Default false.
    #[serde(default)]
    pub touch: bool,
}

fn width() -> i32 {
    1280
}

fn height() -> i32 {
    720
}

fn hundred() -> i32 {
    100
}

impl Default for Viewport {
    fn default() -> Self {
        Self { width: width(), height: height(), scale_percent: hundred(), touch: false }
    }
}

/// What to do when the pool has no warm pod.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum WhenPoolEmpty {
    /// Wait for one.
    #[default]
    Wait,
    /// Start one.
    Cold,
    /// Finish at once.
    Fail,
}
