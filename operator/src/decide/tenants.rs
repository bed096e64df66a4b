//! What is to be done for tenants, which are looked at together: each may own what another one asks for.

use super::Decider;
use super::timers::Key;
use crate::seen;
use crate::tenant::invitation::{self, Due};
use crate::tenant::{apply, build, dereference, validate};
use crate::work::Work;
use cobrowse_session::pool::Backoff;
use cobrowse_session::{TenantId, Timestamp};
use std::time::Duration;

/// The longest wait after a status could not be written.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// A write for one tenant.
#[derive(Debug, Default)]
pub(super) struct Write {
    busy: bool,
    failures: Backoff,
}

impl Decider {
    pub(super) fn decide_tenants(&mut self, now: Timestamp, works: &mut Vec<Work>) {
        let seen: Vec<seen::Tenant> = self.known.tenants.iter().map(|(_, tenant)| tenant.clone()).collect();
        let claims = dereference::claims(&seen.iter().collect::<Vec<_>>());
        self.tenants.clear();
        for (tenant, claims) in seen.iter().zip(&claims) {
            let known = validate::validate(tenant, claims);
            let status = build::build(tenant, &known, claims);
            if let Ok(id) = TenantId::parse(tenant.name()) {
                self.tenants.insert(id, known);
            }
            let (uid, name) = (tenant.uid, tenant.name().to_owned());
            let work = match tenant.object.status.as_ref() == Some(&status) {
                false => Some(Work::TenantStatus { uid, name, status: Box::new(status) }),
                true => self.decide_invitation(tenant, now),
            };
            let Some(work) = work else { continue };
            let write = self.tenant_writes.entry(uid).or_default();
            let resume = write.failures.until(WAIT_MAX, now);
            if let Some(at) = resume {
                self.timers.set(at, Key::Tenants);
            } else if !write.busy {
                write.busy = true;
                works.push(work);
            }
        }
        // Whoever waits may be able to start now, or no more.
        let waiting: Vec<String> = self.known.open.keys().cloned().collect();
        self.dirty.sessions.extend(self.known.open.values().flatten());
        self.dirty.pools.extend(waiting);
    }

    fn decide_invitation(&mut self, tenant: &seen::Tenant, now: Timestamp) -> Option<Work> {
        let tenant = || Box::new(tenant.clone());
        match invitation::due(&tenant(), now) {
            Due::Nothing(at) => {
                if let Some(at) = at {
                    self.timers.set(at, Key::Tenants);
                }
                None
            }
            Due::Issue { asked, before } => {
                let public_origin = self.installation.public_origin.clone();
                Some(Work::Invite { tenant: tenant(), issue: apply::Issue { asked, before, public_origin } })
            }
            Due::Withdraw(secret) => Some(Work::Withdraw { tenant: tenant(), secret }),
        }
    }

    /// What came of a status.
    pub(super) fn tenant_status_done(&mut self, uid: u128, written: Option<seen::Tenant>, now: Timestamp) {
        self.dirty.tenants = true;
        let write = self.tenant_writes.entry(uid).or_default();
        write.busy = false;
        match written {
            Some(tenant) => {
                write.failures.note_success(now);
                self.known.tenants.see(tenant.uid, tenant.version, tenant);
            }
            None => write.failures.note_failure(now),
        }
        if self.known.tenants.get(&uid).is_none() {
            self.tenant_writes.remove(&uid);
        }
    }
}
