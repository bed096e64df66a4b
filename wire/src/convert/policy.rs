//! The policy that a pod is bound with.

use std::time::Duration;

use cobrowse_session::policy::{LONGEST_LIFE, LivePolicy};
use cobrowse_session::site::HostPattern;

use super::Error;
use crate::v1;

const PARTICIPANTS_MAX: u32 = 64;
const TABS_MAX: u32 = 64;

/// All that a pod goes by: where the page may go, what is masked, and the limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundPolicy {
    /// The tenant's sites, at least one.
    pub sites: Vec<HostPattern>,
    /// CSS selectors of further fields to mask.
    pub mask_selectors: Vec<String>,
    /// The limits.
    pub live: LivePolicy,
}

impl From<&BoundPolicy> for v1::Policy {
    fn from(policy: &BoundPolicy) -> Self {
        let live = &policy.live;
        Self {
            sites: policy.sites.iter().map(ToString::to_string).collect(),
            mask_selectors: policy.mask_selectors.clone(),
            max_duration_ms: millis(live.max_duration),
            idle_timeout_ms: millis(live.idle_timeout),
            disconnect_grace_ms: millis(live.disconnect_grace),
            extend_step_ms: millis(live.extend_step),
            warning_ms: millis(live.warning),
            stop_choice_ms: millis(live.stop_choice),
            max_participants: live.max_participants,
            max_tabs: live.max_tabs,
            longest_life_ms: millis(live.longest_life),
        }
    }
}

impl TryFrom<v1::Policy> for BoundPolicy {
    type Error = Error;

    fn try_from(message: v1::Policy) -> Result<Self, Error> {
        let sites = message.sites.iter().map(|text| HostPattern::parse(text)).collect::<Result<Vec<_>, _>>();
        let sites = sites.map_err(|source| Error::Pattern { field: "policy.sites", source })?;
        if sites.is_empty() {
            return Err(Error::Missing("policy.sites"));
        }
        // Who does not say it is of before there was more than one.
        let longest = match message.longest_life_ms {
            0 => LONGEST_LIFE,
            millis => duration("policy.longest_life_ms", millis)?,
        };
        let live = LivePolicy {
            longest_life: longest,
            max_duration: duration("policy.max_duration_ms", message.max_duration_ms)?,
            idle_timeout: duration("policy.idle_timeout_ms", message.idle_timeout_ms)?,
            disconnect_grace: duration("policy.disconnect_grace_ms", message.disconnect_grace_ms)?,
            extend_step: duration("policy.extend_step_ms", message.extend_step_ms)?,
            warning: duration("policy.warning_ms", message.warning_ms)?,
            stop_choice: duration("policy.stop_choice_ms", message.stop_choice_ms)?,
            max_participants: count("policy.max_participants", message.max_participants, PARTICIPANTS_MAX)?,
            max_tabs: count("policy.max_tabs", message.max_tabs, TABS_MAX)?,
        };
        Ok(Self { sites, mask_selectors: message.mask_selectors, live })
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn duration(field: &'static str, millis: u64) -> Result<Duration, Error> {
    let value = Duration::from_millis(millis);
    if millis == 0 || value > LONGEST_LIFE { Err(Error::Range(field)) } else { Ok(value) }
}

fn count(field: &'static str, value: u32, most: u32) -> Result<u32, Error> {
    if (1..=most).contains(&value) { Ok(value) } else { Err(Error::Range(field)) }
}
