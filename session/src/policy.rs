//! How long things may last and how many there may be. Defaults are those of the design; a tenant sets stricter ones.

use std::time::Duration;

/// No session lives longer than this, however often it is extended.
pub const LONGEST_LIFE: Duration = Duration::from_secs(12 * 3600);

const MINUTE: Duration = Duration::from_secs(60);

/// Everything a tenant can set about its sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionPolicy {
    /// How long a PIN admits.
    pub pin_life: Duration,
    /// How long a link may be down on touch devices, where a tab in the background loses its link.
    pub disconnect_grace_touch: Duration,
    /// What a pod goes by, elsewhere than on touch devices.
    pub live: LivePolicy,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self { pin_life: 10 * MINUTE, disconnect_grace_touch: 5 * MINUTE, live: LivePolicy::default() }
    }
}

impl SessionPolicy {
    /// The part that `session::waiting` goes by.
    pub fn waiting(&self) -> WaitingPolicy {
        let LivePolicy { stop_choice, max_participants, .. } = self.live;
        WaitingPolicy { pin_life: self.pin_life, stop_choice, max_participants }
    }

    /// The part that `session::live` goes by, for an end user on a touch device or not.
    pub fn live(&self, touch: bool) -> LivePolicy {
        let disconnect_grace = if touch { self.disconnect_grace_touch } else { self.live.disconnect_grace };
        LivePolicy { disconnect_grace, ..self.live }
    }
}

/// What the store's row goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitingPolicy {
    /// How long a PIN admits.
    pub pin_life: Duration,
    /// How long after Stop the end user may choose.
    pub stop_choice: Duration,
    /// Participants at once, the end user included.
    pub max_participants: u32,
}

/// What the pod goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LivePolicy {
    /// How long a link may be down.
    pub disconnect_grace: Duration,
    /// How long nobody may do anything.
    pub idle_timeout: Duration,
    /// How long the session lasts unless extended.
    pub max_duration: Duration,
    /// How long it may last at all, however often it is extended. At most [`LONGEST_LIFE`].
    pub longest_life: Duration,
    /// How much one extension adds.
    pub extend_step: Duration,
    /// How long before a limit people are warned.
    pub warning: Duration,
    /// How long after Stop the end user may choose.
    pub stop_choice: Duration,
    /// Participants at once, the end user included, the recorder not.
    pub max_participants: u32,
    /// Tabs at once.
    pub max_tabs: u32,
}

impl Default for LivePolicy {
    fn default() -> Self {
        Self {
            disconnect_grace: 2 * MINUTE,
            idle_timeout: 15 * MINUTE,
            max_duration: 120 * MINUTE,
            longest_life: LONGEST_LIFE,
            extend_step: 30 * MINUTE,
            warning: 5 * MINUTE,
            stop_choice: Duration::from_secs(30),
            max_participants: 8,
            max_tabs: 10,
        }
    }
}
