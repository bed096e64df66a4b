//! What is to be done for tenants, which are looked at together: each may own what another one asks for.

use super::Decider;
use super::timers::Key;
use crate::seen;
use crate::tenant::{build, dereference, validate};
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
            let status = build::build(tenant, &known, claims, None);
            if let Ok(id) = TenantId::parse(tenant.name()) {
                self.tenants.insert(id, known);
            }
            if tenant.object.status.as_ref() == Some(&status) {
                continue;
            }
            let write = self.tenant_writes.entry(tenant.uid).or_default();
            let resume = write.failures.until(WAIT_MAX, now);
            if let Some(at) = resume {
                self.timers.set(at, Key::Tenants);
            } else if !write.busy {
                write.busy = true;
                let (uid, name) = (tenant.uid, tenant.name().to_owned());
                works.push(Work::TenantStatus { uid, name, status: Box::new(status) });
            }
        }
        // Whoever waits may be able to start now, or no more.
        let waiting: Vec<String> = self.known.open.keys().cloned().collect();
        self.dirty.sessions.extend(self.known.open.values().flatten());
        self.dirty.pools.extend(waiting);
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
