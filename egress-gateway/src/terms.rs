//! A grant as the rules read it. Whatever cannot be read makes the grant useless as a whole: half a policy is none.

use cobrowse_identity::grant::{Grant, GrantLimits, GrantMode};
use cobrowse_session::egress::{Mode, Policy};
use cobrowse_session::site::{HostPattern, PatternError};
use cobrowse_session::{SessionId, TenantId, id};
use std::time::SystemTime;
use tokio::time::Instant;

/// Why a grant's content cannot be gone by.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The session or the tenant.
    #[error("failed to read a name in the grant")]
    Name(#[source] id::Error),
    /// A site or a listed host.
    #[error("failed to read a pattern in the grant")]
    Pattern(#[source] PatternError),
    /// A limit of nothing, which nobody means.
    #[error("failed to go by the grant: a limit is 0")]
    Limit,
}

/// What one session may reach.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The session.
    pub session: SessionId,
    /// Its tenant.
    pub tenant: TenantId,
    /// What the tenant opens.
    pub policy: Policy,
    /// How much the session may use.
    pub limits: GrantLimits,
    /// Name of the group of source addresses.
    pub address_class: Option<String>,
    /// Until when, by this machine's own clock.
    pub expires: Instant,
}

impl Terms {
    /// Reads a verified grant at this time.
    pub fn read(grant: &Grant, now: SystemTime) -> Result<Self, Error> {
        let limits = grant.limits;
        if [u64::from(limits.connections), limits.bytes_per_second, limits.bytes, limits.connection_seconds.into()]
            .contains(&0)
        {
            return Err(Error::Limit);
        }
        let left = grant.expires_at.duration_since(now).unwrap_or_default();
        Ok(Self {
            session: SessionId::parse(&grant.session).map_err(Error::Name)?,
            tenant: TenantId::parse(&grant.tenant).map_err(Error::Name)?,
            policy: Policy {
                mode: mode(grant.mode),
                sites: patterns(&grant.sites)?,
                listed: patterns(&grant.listed)?,
                ports: grant.ports.clone(),
            },
            limits,
            address_class: grant.address_class.clone(),
            expires: Instant::now() + left,
        })
    }
}

fn mode(mode: GrantMode) -> Mode {
    match mode {
        GrantMode::Strict => Mode::Strict,
        GrantMode::Listed => Mode::Listed,
        GrantMode::Open => Mode::Open,
        GrantMode::ReportOnly => Mode::ReportOnly,
    }
}

fn patterns(texts: &[String]) -> Result<Vec<HostPattern>, Error> {
    texts.iter().map(|text| HostPattern::parse(text).map_err(Error::Pattern)).collect()
}
