//! `spec.session`: the limits of a tenant's sessions, each within the range that the product can keep.

use std::time::Duration;

use cobrowse_session::policy::{LONGEST_LIFE, LivePolicy, SessionPolicy};

use super::Error;
use crate::duration;
use crate::kind::tenant::{SessionDefaults, SessionLimits, TenantLimits};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// Reads the limits; what is not written has the design's default.
pub(super) fn parse(limits: &SessionLimits) -> Result<SessionPolicy, Error> {
    let SessionPolicy { pin_life, disconnect_grace_touch, live } = SessionPolicy::default();
    let max_duration = read("spec.session.maxDuration", &limits.max_duration, live.max_duration, LONGEST_LIFE)?;
    let idle_timeout = read("spec.session.idleTimeout", &limits.idle_timeout, live.idle_timeout, 120 * MINUTE)?;
    let grace = ("spec.session.disconnectGrace", &limits.disconnect_grace);
    let grace_touch = ("spec.session.disconnectGraceTouch", &limits.disconnect_grace_touch);
    let people = ("spec.session.maxParticipants", limits.max_participants);
    let policy = SessionPolicy {
        pin_life: read("spec.session.pinLife", &limits.pin_life, pin_life, 30 * MINUTE)?,
        disconnect_grace_touch: read(grace_touch.0, grace_touch.1, disconnect_grace_touch, 15 * MINUTE)?,
        live: LivePolicy {
            disconnect_grace: read(grace.0, grace.1, live.disconnect_grace, 10 * MINUTE)?,
            idle_timeout,
            max_duration,
            longest_life: live.longest_life,
            extend_step: read("spec.session.extendStep", &limits.extend_step, live.extend_step, 120 * MINUTE)?,
            warning: read_warning(limits, idle_timeout.min(max_duration))?,
            stop_choice: read("spec.session.stopChoice", &limits.stop_choice, live.stop_choice, 30 * SECOND)?,
            max_participants: read_count(people.0, people.1, live.max_participants, 2..=16)?,
            max_tabs: read_count("spec.session.maxTabs", limits.max_tabs, live.max_tabs, 1..=20)?,
        },
    };
    check_warning(&policy.live)?;
    Ok(policy)
}

/// What a session gets that asks for nothing, where it is less than the ceiling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Defaults {
    /// How long the end user's link may be down.
    pub disconnect_grace: Option<Duration>,
    /// The same on touch devices.
    pub disconnect_grace_touch: Option<Duration>,
    /// How long nobody may do anything.
    pub idle_timeout: Option<Duration>,
    /// How long a session lasts.
    pub max_duration: Option<Duration>,
}

/// Reads the defaults.
pub(super) fn defaults(written: &SessionDefaults) -> Result<Defaults, Error> {
    let read = |field, text: &Option<String>, most| match text {
        Some(_) => read(field, text, most, most).map(Some),
        None => Ok(None),
    };
    let grace_touch = ("spec.sessionDefaults.disconnectGraceTouch", &written.disconnect_grace_touch);
    Ok(Defaults {
        disconnect_grace: read("spec.sessionDefaults.disconnectGrace", &written.disconnect_grace, 10 * MINUTE)?,
        disconnect_grace_touch: read(grace_touch.0, grace_touch.1, 15 * MINUTE)?,
        idle_timeout: read("spec.sessionDefaults.idleTimeout", &written.idle_timeout, 120 * MINUTE)?,
        max_duration: read("spec.sessionDefaults.maxDuration", &written.max_duration, LONGEST_LIFE)?,
    })
}

/// Reads how many sessions may have a pod at once.
pub(super) fn concurrent(limits: &TenantLimits) -> Result<Option<u32>, Error> {
    let read = |value| read_count("spec.limits.maxConcurrentSessions", Some(value), 1, 1..=20_000);
    limits.max_concurrent_sessions.map(read).transpose()
}

/// A duration of one second to `most`.
fn read(field: &'static str, text: &Option<String>, default: Duration, most: Duration) -> Result<Duration, Error> {
    let Some(text) = text else { return Ok(default) };
    let value = duration::parse(text).map_err(|_| Error::Duration { field, text: text.clone() })?;
    if (SECOND..=most).contains(&value) {
        return Ok(value);
    }
    Err(Error::Range { field, value: text.clone(), least: duration::show(SECOND), most: duration::show(most) })
}

/// The warning; when it is not written, the default or half of the shortest limit, so that a short limit needs no second line.
fn read_warning(limits: &SessionLimits, shortest: Duration) -> Result<Duration, Error> {
    let default = LivePolicy::default().warning.min(shortest / 2);
    read("spec.session.warning", &limits.warning, default, 30 * MINUTE)
}

fn check_warning(policy: &LivePolicy) -> Result<(), Error> {
    let limits = [("idleTimeout", policy.idle_timeout), ("maxDuration", policy.max_duration)];
    match limits.into_iter().find(|(_, value)| policy.warning >= *value) {
        None => Ok(()),
        Some((limit, value)) => {
            Err(Error::WarningTooLong { warning: duration::show(policy.warning), limit, value: duration::show(value) })
        }
    }
}

fn read_count(
    field: &'static str,
    value: Option<i32>,
    default: u32,
    range: std::ops::RangeInclusive<u32>,
) -> Result<u32, Error> {
    let Some(value) = value else { return Ok(default) };
    match u32::try_from(value) {
        Ok(count) if range.contains(&count) => Ok(count),
        _ => {
            let (least, most) = (range.start().to_string(), range.end().to_string());
            Err(Error::Range { field, value: value.to_string(), least, most })
        }
    }
}
