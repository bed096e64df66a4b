//! `spec.session`: the limits of a tenant's sessions, each within the range that the product can keep.

use std::time::Duration;

use cobrowse_session::policy::{LONGEST_LIFE, SessionPolicy};

use super::Error;
use super::document::SessionDocument;
use crate::duration;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// Reads the limits; what is not written has the design's default.
pub(super) fn parse(document: &SessionDocument) -> Result<SessionPolicy, Error> {
    let default = SessionPolicy::default();
    let max_duration = read("spec.session.maxDuration", &document.max_duration, default.max_duration, LONGEST_LIFE)?;
    let idle_timeout = read("spec.session.idleTimeout", &document.idle_timeout, default.idle_timeout, 120 * MINUTE)?;
    let policy = SessionPolicy {
        pin_life: read("spec.session.pinLife", &document.pin_life, default.pin_life, 30 * MINUTE)?,
        disconnect_grace: read(
            "spec.session.disconnectGrace",
            &document.disconnect_grace,
            default.disconnect_grace,
            10 * MINUTE,
        )?,
        disconnect_grace_touch: read(
            "spec.session.disconnectGraceTouch",
            &document.disconnect_grace_touch,
            default.disconnect_grace_touch,
            15 * MINUTE,
        )?,
        idle_timeout,
        max_duration,
        extend_step: read("spec.session.extendStep", &document.extend_step, default.extend_step, 120 * MINUTE)?,
        warning: read_warning(document, idle_timeout.min(max_duration))?,
        stop_choice: read("spec.session.stopChoice", &document.stop_choice, default.stop_choice, 30 * SECOND)?,
        max_participants: read_count(
            "spec.session.maxParticipants",
            document.max_participants,
            default.max_participants,
            2..=16,
        )?,
        max_tabs: read_count("spec.session.maxTabs", document.max_tabs, default.max_tabs, 1..=20)?,
    };
    check_warning(&policy)?;
    Ok(policy)
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
fn read_warning(document: &SessionDocument, shortest: Duration) -> Result<Duration, Error> {
    let default = SessionPolicy::default().warning.min(shortest / 2);
    read("spec.session.warning", &document.warning, default, 30 * MINUTE)
}

fn check_warning(policy: &SessionPolicy) -> Result<(), Error> {
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
    value: Option<u32>,
    default: u32,
    range: std::ops::RangeInclusive<u32>,
) -> Result<u32, Error> {
    let value = value.unwrap_or(default);
    if range.contains(&value) {
        return Ok(value);
    }
    let (least, most) = (range.start().to_string(), range.end().to_string());
    Err(Error::Range { field, value: value.to_string(), least, most })
}
