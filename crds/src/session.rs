//! A session as the operator goes by it: durations are durations, addresses are addresses. Parsed from
//! `kind::CoBrowseSession`; what the definitions let through, this reads.

use std::time::Duration;

use cobrowse_session::site::{HostPattern, PageUrl};
use cobrowse_session::{SessionId, TenantId};

use crate::kind::CoBrowseSession;
use crate::kind::session::{DesiredState, Viewport, WhenPoolEmpty};
use crate::kind::tenant::RecordingMode;
use crate::spec::{self, Error};

/// One session, whole and right.
#[derive(Clone, Debug)]
pub struct Session {
    /// The object's name.
    pub id: SessionId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Name of the pool.
    pub pool: String,
    /// The site that it starts on.
    pub site: HostPattern,
    /// The page that it starts on, of that site.
    pub start_url: Option<PageUrl>,
    /// Whether session-api hands over the whole address.
    pub query_follows: bool,
    /// Size of the page.
    pub viewport: Viewport,
    /// Language, a BCP 47 tag.
    pub locale: String,
    /// Time zone, an IANA name.
    pub timezone: String,
    /// Whether it asks for a recording; the tenant's counts without it.
    pub recording: Option<RecordingMode>,
    /// What to do without a warm pod.
    pub when_pool_empty: WhenPoolEmpty,
    /// How long to wait for a pod.
    pub claim_deadline: Duration,
    /// How long it lasts; the tenant's counts without it.
    pub max_duration: Option<Duration>,
    /// How long nobody may do anything; the tenant's counts without it.
    pub idle_timeout: Option<Duration>,
    /// How long the end user's link may be down; the tenant's counts without it.
    pub disconnect_grace: Option<Duration>,
    /// How long the object stays after the end.
    pub ttl_after_finished: Duration,
    /// Whether agents see nothing.
    pub paused: bool,
    /// Whether it is to end.
    pub ended: bool,
}

impl Session {
    /// Reads an object.
    pub fn parse(object: &CoBrowseSession) -> Result<Self, Error> {
        let (spec, lifecycle) = (&object.spec, &object.spec.lifecycle);
        let site = spec::pattern("spec.site", &spec.site)?;
        let lasting = |field, text: &Option<String>| text.as_deref().map(|text| spec::lasting(field, text)).transpose();
        Ok(Self {
            id: spec::id("metadata.name", object.metadata.name.as_deref().unwrap_or_default(), SessionId::parse)?,
            tenant: spec::id("spec.tenantRef.name", &spec.tenant_ref.name, TenantId::parse)?,
            pool: spec.pool_ref.name.clone(),
            start_url: spec.start_url.as_deref().map(|text| spec::address("spec.startUrl", text, &site)).transpose()?,
            site,
            query_follows: spec.query_follows,
            viewport: spec.viewport.clone(),
            locale: spec.locale.clone(),
            timezone: spec.timezone.clone(),
            recording: spec.recording,
            when_pool_empty: spec.when_pool_empty,
            claim_deadline: spec::lasting("spec.claimDeadline", &spec.claim_deadline)?,
            max_duration: lasting("spec.lifecycle.maxDuration", &lifecycle.max_duration)?,
            idle_timeout: lasting("spec.lifecycle.idleTimeout", &lifecycle.idle_timeout)?,
            disconnect_grace: lasting("spec.lifecycle.disconnectGrace", &lifecycle.disconnect_grace)?,
            ttl_after_finished: Duration::from_secs(
                spec::count("spec.lifecycle.ttlSecondsAfterFinished", lifecycle.ttl_seconds_after_finished)?.into(),
            ),
            paused: lifecycle.paused,
            ended: lifecycle.desired_state == DesiredState::Ended,
        })
    }
}
