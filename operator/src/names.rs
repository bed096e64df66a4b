//! Labels, annotations and names that the operator writes and reads. Charts, session-api and images go by the same ones.

/// Who makes the objects: the field manager, and the value of the label `managed-by`.
pub const MANAGER: &str = "cobrowse-operator";
/// Whose the object is.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// What the object is.
pub const APP_NAME: &str = "app.kubernetes.io/name";
/// Which of our programs runs in a pod of the system namespace.
pub const COMPONENT: &str = "app.kubernetes.io/component";
/// The value of [`APP_NAME`] of browser pods.
pub const BROWSER_POD: &str = "cobrowse-browser-pod";
/// The service account of browser pods. It may do nothing.
pub const SERVICE_ACCOUNT: &str = "cobrowse-browser-pod";
/// Label: the pool of a pod.
pub const POOL: &str = "cobrowse.dev/pool";
/// Label: warm or bound.
pub const SLOT: &str = "cobrowse.dev/slot";
/// Label: what the pod was made of.
pub const REVISION: &str = "cobrowse.dev/revision";
/// Label: name of the session, once the pod is bound.
pub const SESSION: &str = "cobrowse.dev/session";
/// Annotation: UID of the session, once the pod is bound.
pub const SESSION_UID: &str = "cobrowse.dev/session-uid";
/// Of [`SLOT`]: no session's yet.
pub const WARM: &str = "warm";
/// Of [`SLOT`]: a session's, for ever.
pub const BOUND: &str = "bound";
/// Label: by which way the pod's browser goes out. None: by itself.
pub const EGRESS: &str = "cobrowse.dev/egress";
/// Of [`EGRESS`]: by the egress gateway.
pub const BY_GATEWAY: &str = "gateway";
/// The value of [`COMPONENT`] of the egress gateway's pods.
pub const EGRESS_GATEWAY: &str = "egress-gateway";
/// The port of the egress gateway's pods.
pub const GATEWAY_PORT: u16 = 8710;
/// Audience of the token with which a pod proves who it is.
pub const ENROLL_AUDIENCE: &str = "cobrowse-enroll";
/// How the names of Secrets with an administrator's invitation begin.
pub const INVITATION: &str = "cobrowse-invitation-";
/// Their type. The chart lets the operator make and delete no other ones.
pub const INVITATION_TYPE: &str = "cobrowse.dev/invitation";
/// The container with the pod's own agent side.
pub const AGENT: &str = "agent";
/// The container with Chrome.
pub const BROWSER: &str = "browser";

/// What Chrome's own sandbox needs, and no more, where the chart itself brings it to the nodes.
pub const CHROME_PROFILE: &str = "cobrowse/chrome.json";

/// A key as one part of a JSON pointer (RFC 6901).
pub fn pointer(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// The name of a pod that is started for one session.
pub fn cold_pod(session: cobrowse_session::SessionUid) -> String {
    format!("cold-{session}")
}

/// Where a session's pod of this name came from, as its status says: Warm, or Cold when it was started for the session.
pub fn launch(session: cobrowse_session::SessionUid, pod: &str) -> &'static str {
    if pod == cold_pod(session) { "Cold" } else { "Warm" }
}

/// The name of a pool's network policy.
pub fn policy(pool: &str) -> String {
    format!("cobrowse-pool-{pool}")
}

/// The name of the network policy of a pool's pods from before there was an egress gateway.
pub fn policy_of_old(pool: &str) -> String {
    format!("{}-before-gateway", policy(pool))
}
