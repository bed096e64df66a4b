//! How long a session lives: the part of it that may change while it does.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::{Count, Lasting};

/// How long the session lives. Each limit within the tenant's ceiling: of the two the shorter one counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("oldSelf.desiredState != 'Ended' || self.desiredState == 'Ended'")
    .message("desiredState Ended is final: make a new session")
    .field_path(".desiredState"))]
pub struct Lifecycle {
    /// How long the session lasts from its begin, extensions by people apart. Raising it extends a live session, lowering it
    /// shortens it, down to at once; the condition Ready says where a ceiling of the tenant or the pool is less. 1s to 12h.
    /// Default: the tenant's.
    #[schemars(with = "Option<Lasting<1, 43200>>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_duration: Option<String>,
    /// How long nobody may do anything before it ends. A change does not reach a session that has its pod. 1s to 2h. Default: the tenant's.
    #[schemars(with = "Option<Lasting<1, 7200>>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_timeout: Option<String>,
    /// How long the end user's link may be down before it ends. A change does not reach a session that has its pod. 1s to 15m. Default: the tenant's, by the end user's device.
    #[schemars(with = "Option<Lasting<1, 900>>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disconnect_grace: Option<String>,
    /// Seconds that this object stays after the session finished. 0 to 604800 (a week), default 600.
    #[schemars(with = "Count<0, 604800>")]
    #[serde(default = "ten_minutes")]
    pub ttl_seconds_after_finished: i32,
    /// True: agents see nothing and can do nothing, as if the end user had pressed Stop, whatever the end user says; a session
    /// that waits for a pod gets none. False again: it goes on, unless the end user pressed Stop; then the end user still
    /// chooses whether to continue. Default false.
    #[serde(default)]
    pub paused: bool,
    /// Running or Ended. Ended ends the session, keeps this object for ttlSecondsAfterFinished, and is final. Default Running.
    #[serde(default)]
    pub desired_state: DesiredState,
}

fn ten_minutes() -> i32 {
    600
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self {
            max_duration: None,
            idle_timeout: None,
            disconnect_grace: None,
            ttl_seconds_after_finished: ten_minutes(),
            paused: false,
            desired_state: DesiredState::default(),
        }
    }
}

/// What is asked of the session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DesiredState {
    /// To live.
    #[default]
    Running,
    /// To end, for ever.
    Ended,
}
