//! What a pod is told of its session: `Bind` with the policy, `Start` with the page.

use super::dereference::Found;
use cobrowse_session::policy::LivePolicy;
use cobrowse_session::site::PageUrl;
use cobrowse_wire::BoundPolicy;
use cobrowse_wire::v1::{BindRequest, Policy, StartRequest, Viewport};
use std::time::Duration;

/// The messages of one session.
#[derive(Clone, Debug, PartialEq)]
pub struct Built {
    /// Tells the pod whose it is. Nobody is in it yet: session-api admits people.
    pub bind: BindRequest,
    /// Has it load the page.
    pub start: StartRequest,
    /// How long the session lasts from its start.
    pub max_duration: Duration,
    /// Why that is less than it asks for; empty where it is not.
    pub limited: String,
}

/// Builds them. No session of a pool lasts longer than `cap`.
pub fn build(found: &Found<'_>, tenant: &cobrowse_crds::Tenant, page: &PageUrl, cap: Duration) -> Built {
    let wish = found.wish;
    let live = policy(wish, tenant, cap);
    let bound = BoundPolicy { sites: tenant.sites.clone(), mask_selectors: tenant.mask_selectors.clone(), live };
    let view = &wish.viewport;
    let pixels = |value: i32| u32::try_from(value).unwrap_or_default();
    Built {
        bind: BindRequest {
            session_id: wish.id.to_string(),
            tenant: wish.tenant.to_string(),
            policy: Some(Policy::from(&bound)),
            viewport: Some(Viewport {
                width: pixels(view.width),
                height: pixels(view.height),
                scale_percent: pixels(view.scale_percent),
                touch: view.touch,
            }),
            locale: wish.locale.clone(),
            timezone: wish.timezone.clone(),
            participants: Vec::new(),
        },
        start: StartRequest {
            session_id: wish.id.to_string(),
            start_url: if wish.query_follows { page.without_query() } else { page.expose() },
            query_follows: wish.query_follows,
        },
        max_duration: live.max_duration,
        limited: limited(wish, tenant, cap),
    }
}

/// How long a session lasts by all that is said of it.
pub fn max_duration(wish: &cobrowse_crds::Session, tenant: &cobrowse_crds::Tenant, cap: Duration) -> Duration {
    policy(wish, tenant, cap).max_duration
}

/// Whose word shortens what the session asks for.
pub fn limited(wish: &cobrowse_crds::Session, tenant: &cobrowse_crds::Tenant, cap: Duration) -> String {
    let Some(asked) = wish.max_duration else { return String::new() };
    let ceiling = tenant.policy.live.max_duration;
    let (most, whose) = if cap < ceiling {
        (cap, "maxSessionDuration of its pool")
    } else {
        (ceiling, "session.maxDuration of its tenant")
    };
    let seconds = |duration: Duration| duration.as_secs();
    match asked > most {
        true => format!(
            "it lasts {}s and not the {}s of spec.lifecycle.maxDuration: {whose} is the ceiling",
            seconds(most),
            seconds(asked)
        ),
        false => String::new(),
    }
}

/// Of what the session asks for, the tenant's defaults and its ceilings, and the pool's, the strictest counts.
fn policy(wish: &cobrowse_crds::Session, tenant: &cobrowse_crds::Tenant, cap: Duration) -> LivePolicy {
    let ceiling = tenant.policy.live(wish.viewport.touch);
    let defaults = &tenant.defaults;
    let grace = if wish.viewport.touch { defaults.disconnect_grace_touch } else { defaults.disconnect_grace };
    let within = |asked: Option<Duration>, default: Option<Duration>, most: Duration| {
        asked.or(default).unwrap_or(most).min(most)
    };
    let max_duration = within(wish.max_duration, defaults.max_duration, ceiling.max_duration).min(cap);
    let idle_timeout = within(wish.idle_timeout, defaults.idle_timeout, ceiling.idle_timeout);
    LivePolicy {
        max_duration,
        longest_life: cap,
        idle_timeout,
        disconnect_grace: within(wish.disconnect_grace, grace, ceiling.disconnect_grace),
        // A warning that comes before there is anything to warn of is none.
        warning: ceiling.warning.min(max_duration.min(idle_timeout) / 2),
        ..ceiling
    }
}
