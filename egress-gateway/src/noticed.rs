//! Hosts that were refused, or that a stricter mode would have refused, by tenant: what an administrator needs to write a list. No path, no
//! session, no person; times by the hour, and nothing older than a week. Each replica knows what it saw, until it ends.

use crate::terms::Terms;
use cobrowse_session::TenantId;
use cobrowse_session::egress::Target;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a host is kept after it was seen last.
pub const KEPT: Duration = Duration::from_secs(7 * 24 * 3_600);
/// Hosts of one tenant: a page that asks for names without end pushes out its own tenant's, and nobody else's.
pub const OF_TENANT: usize = 500;
const HOUR: u64 = 3_600;

/// What was seen.
#[derive(Debug, Default)]
pub struct Noticed(Mutex<HashMap<TenantId, HashMap<Key, Seen>>>);

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Key {
    target: String,
    decision: &'static str,
    reason: &'static str,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    count: u64,
    /// Hours since 1970.
    last: u64,
}

impl Noticed {
    /// Notes a target that was `Refused` or `Noted`, for this reason.
    pub fn note(&self, terms: &Terms, target: &Target, decision: &'static str, reason: &'static str, now: SystemTime) {
        let mut all = self.lock();
        forget(&mut all, now);
        let hosts = all.entry(terms.tenant.clone()).or_default();
        let key = Key { target: target.to_string(), decision, reason };
        if hosts.len() >= OF_TENANT && !hosts.contains_key(&key) {
            let oldest = hosts.iter().min_by_key(|(_, seen)| (seen.last, seen.count)).map(|(key, _)| key.clone());
            if let Some(oldest) = oldest {
                hosts.remove(&oldest);
            }
        }
        let seen = hosts.entry(key).or_insert(Seen { count: 0, last: 0 });
        seen.count = seen.count.saturating_add(1);
        seen.last = hours(now);
    }

    /// All of it as JSON lines, by tenant and host: `count` since it was seen first, `last` in seconds since 1970 by the hour.
    pub fn lines(&self, now: SystemTime) -> String {
        let mut all = self.lock();
        forget(&mut all, now);
        let mut rows: Vec<_> = all
            .iter()
            .flat_map(|(tenant, hosts)| hosts.iter().map(move |(key, seen)| (tenant.as_str(), key, seen)))
            .collect();
        rows.sort_by(|(a, b, _), (c, d, _)| (a, b).cmp(&(c, d)));
        let mut text = String::new();
        for (tenant, Key { target, decision, reason }, Seen { count, last }) in rows {
            // Names, hosts and words have no letter that JSON would have to escape; a text takes whatever is written to it.
            let _ = writeln!(
                text,
                r#"{{"tenant":"{tenant}","target":"{target}","decision":"{decision}","reason":"{reason}","count":{count},"last":{}}}"#,
                last * HOUR
            );
        }
        text
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TenantId, HashMap<Key, Seen>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn forget(all: &mut HashMap<TenantId, HashMap<Key, Seen>>, now: SystemTime) {
    let (now, kept) = (hours(now), KEPT.as_secs() / HOUR);
    for hosts in all.values_mut() {
        hosts.retain(|_, seen| seen.last + kept > now);
    }
    all.retain(|_, hosts| !hosts.is_empty());
}

fn hours(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map(|since| since.as_secs() / HOUR).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cobrowse_identity::grant::GrantLimits;
    use cobrowse_session::SessionId;
    use cobrowse_session::egress::{Mode, Policy};

    fn terms(tenant: &str) -> Terms {
        Terms {
            session: SessionId::parse("s-1").expect("a session"),
            tenant: TenantId::parse(tenant).expect("a tenant"),
            policy: Policy { mode: Mode::ReportOnly, sites: Vec::new(), listed: Vec::new(), ports: vec![443] },
            limits: GrantLimits { connections: 1, bytes_per_second: 1, bytes: 1, connection_seconds: 1 },
            address_class: None,
            expires: tokio::time::Instant::now(),
        }
    }

    fn note(noticed: &Noticed, tenant: &str, target: &str, at: u64) {
        let target = Target::parse(target).expect("a target");
        noticed.note(&terms(tenant), &target, "Noted", "HostNotAllowed", UNIX_EPOCH + Duration::from_secs(at));
    }

    #[test]
    fn hosts_are_counted_by_tenant_and_forgotten_after_a_week() {
        let noticed = Noticed::default();
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        for (tenant, target, second) in [
            ("b", "x.example:443", 7_199),
            ("a", "y.example:443", 0),
            ("a", "y.example:443", 3_700),
            ("a", "x.example:80", 3_600),
        ] {
            note(&noticed, tenant, target, second);
        }
        let line = |tenant, target, count, last| {
            format!(
                r#"{{"tenant":"{tenant}","target":"{target}","decision":"Noted","reason":"HostNotAllowed","count":{count},"last":{last}}}"#
            )
        };
        let wanted = [
            line("a", "x.example:80", 1, 3_600),
            line("a", "y.example:443", 2, 3_600),
            line("b", "x.example:443", 1, 3_600),
        ];
        assert_eq!(noticed.lines(at(7_200)), format!("{}\n", wanted.join("\n")));
        assert_eq!(noticed.lines(at(3_600) + KEPT), "");
    }

    #[test]
    fn names_without_end_fill_no_memory_and_push_out_no_other_tenant_s() {
        let noticed = Noticed::default();
        note(&noticed, "quiet", "x.example:443", 0);
        for number in 0..5_000 {
            note(&noticed, "loud", &format!("n{number}.example:443"), 3_600);
        }
        let lines = noticed.lines(UNIX_EPOCH + Duration::from_secs(3_600));
        assert_eq!(lines.lines().count(), OF_TENANT + 1);
        assert!(lines.contains("quiet"));
    }
}
