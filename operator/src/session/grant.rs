//! What is signed of where one session's browser may connect to: as its tenant is now, for this pod, and for a few minutes.

use crate::seen;
use cobrowse_identity::grant::{Error, Grant, GrantKey, GrantLimits, GrantMode, LIFE_MAX};
use cobrowse_identity::name::PodUid;
use cobrowse_session::egress::{Limits, Mode};
use cobrowse_wire::v1::GrantRequest;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Ports of hosts that no pattern names: HTTP and HTTPS.
const PORTS: [u16; 2] = [80, 443];

/// A grant that is signed when it is sent.
#[derive(Clone)]
pub struct Granting {
    key: Arc<GrantKey>,
    grant: Grant,
}

impl fmt::Debug for Granting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Granting").field("grant", &self.grant).finish_non_exhaustive()
    }
}

impl Granting {
    /// Of a session in its pod. None for a pod whose UID is no name.
    pub fn new(
        key: Arc<GrantKey>,
        wish: &cobrowse_crds::Session,
        tenant: &cobrowse_crds::Tenant,
        pod: &seen::Pod,
    ) -> Option<Self> {
        let texts =
            |patterns: &[cobrowse_session::site::HostPattern]| patterns.iter().map(ToString::to_string).collect();
        let Limits { connections, bytes_per_second, bytes, connection_seconds } = Limits::default();
        let grant = Grant {
            session: wish.id.to_string(),
            pod: PodUid::parse(&pod.uid.to_string()).ok()?,
            tenant: wish.tenant.to_string(),
            mode: match tenant.egress.mode {
                Mode::Strict => GrantMode::Strict,
                Mode::Listed => GrantMode::Listed,
                Mode::Open => GrantMode::Open,
                Mode::ReportOnly => GrantMode::ReportOnly,
            },
            sites: texts(&tenant.sites),
            listed: texts(&tenant.egress.listed),
            ports: PORTS.to_vec(),
            limits: GrantLimits { connections, bytes_per_second, bytes, connection_seconds },
            address_class: tenant.egress.address_class.clone(),
            issued_at: UNIX_EPOCH,
            expires_at: UNIX_EPOCH,
        };
        Some(Self { key, grant })
    }

    /// What it says.
    pub fn grant(&self) -> &Grant {
        &self.grant
    }

    /// Signs it, good from now on.
    pub fn request(&self, now: SystemTime) -> Result<GrantRequest, Error> {
        let seconds = now.duration_since(UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default();
        let issued_at = UNIX_EPOCH + Duration::from_secs(seconds);
        let grant = Grant { issued_at, expires_at: issued_at + LIFE_MAX, ..self.grant.clone() };
        Ok(GrantRequest { session_id: grant.session.clone(), grant: self.key.sign(&grant)? })
    }
}
