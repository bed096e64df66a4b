//! Which tenant of the installation owns which site. A cluster's tenants come and go one by one and in several namespaces, so
//! unlike [`crate::Tenants`] nothing fails as a whole: who has a site keeps it, the other one is told.

use cobrowse_session::site::HostPattern;

use crate::kind::CoBrowseTenant;
use crate::kind::tenant::SiteConflict;

/// What one tenant owns of the sites that it asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// Its sites.
    pub owned: Vec<HostPattern>,
    /// What another tenant owns, for the status.
    pub conflicts: Vec<SiteConflict>,
    /// What is no pattern. The definitions let none through; an object from before them may have one.
    pub unreadable: Vec<String>,
}

/// What each tenant owns, in the order given. What a tenant owns by its status it keeps, or an older tenant could take a site
/// over by asking for it later. Of the others the tenant that was made first wins, of two made in one second the one whose
/// namespace and name come first, so that every replica says the same whatever order it hears of them in.
pub fn settle(tenants: &[CoBrowseTenant]) -> Vec<Claims> {
    let mut order: Vec<usize> = (0..tenants.len()).collect();
    order.sort_by_key(|at| age(&tenants[*at]));
    let mut table = Table { tenants, owned: Vec::new(), claims: vec![Claims::default(); tenants.len()] };
    for held in [true, false] {
        for at in &order {
            let sites = tenants[*at].spec.sites.iter().filter(|site| holds(&tenants[*at], &site.pattern) == held);
            sites.for_each(|site| table.claim(*at, &site.pattern));
        }
    }
    table.claims
}

struct Table<'a> {
    tenants: &'a [CoBrowseTenant],
    owned: Vec<(usize, HostPattern)>,
    claims: Vec<Claims>,
}

impl Table<'_> {
    fn claim(&mut self, at: usize, text: &str) {
        let claims = &mut self.claims[at];
        let Ok(pattern) = HostPattern::parse(text) else {
            claims.unreadable.push(text.to_owned());
            return;
        };
        match self.owned.iter().find(|(owner, other)| *owner != at && other.overlaps(&pattern)) {
            Some((owner, other)) => claims.conflicts.push(SiteConflict {
                pattern: text.to_owned(),
                other_pattern: other.to_string(),
                owner: full_name(&self.tenants[*owner]),
            }),
            None => {
                claims.owned.push(pattern.clone());
                self.owned.push((at, pattern));
            }
        }
    }
}

fn holds(tenant: &CoBrowseTenant, pattern: &str) -> bool {
    tenant.status.as_ref().is_some_and(|status| status.owned.iter().any(|owned| owned == pattern))
}

/// What tenants are ordered by. One that no cluster has yet is the youngest.
fn age(tenant: &CoBrowseTenant) -> (bool, Option<i64>, String) {
    let made = tenant.metadata.creation_timestamp.as_ref().map(|time| time.0.as_second());
    (made.is_none(), made, full_name(tenant))
}

fn full_name(tenant: &CoBrowseTenant) -> String {
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    format!("{}/{}", part(&tenant.metadata.namespace), part(&tenant.metadata.name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tenant(name: &str, second: u8, patterns: &[&str]) -> CoBrowseTenant {
        let sites: Vec<_> = patterns.iter().map(|pattern| json!({ "pattern": pattern })).collect();
        serde_json::from_value(json!({
            "apiVersion": "cobrowse.dev/v1alpha1",
            "kind": "CoBrowseTenant",
            "metadata": {"name": name, "namespace": "cobrowse", "creationTimestamp": format!("2026-01-02T03:04:{second:02}Z")},
            "spec": {"displayName": name, "sites": sites},
        }))
        .expect("a tenant")
    }

    fn owned(claims: &Claims) -> Vec<String> {
        claims.owned.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_older_tenant_keeps_a_site() {
        let young = tenant("a", 2, &["*.shop.example", "www.a.example"]);
        let old = tenant("b", 1, &["www.shop.example"]);
        let claims = settle(&[young, old]);
        assert_eq!(owned(&claims[0]), ["https://www.a.example"]);
        assert_eq!(owned(&claims[1]), ["https://www.shop.example"]);
        let conflict = SiteConflict {
            pattern: "*.shop.example".to_owned(),
            other_pattern: "https://www.shop.example".to_owned(),
            owner: "cobrowse/b".to_owned(),
        };
        assert_eq!(claims[0].conflicts, [conflict]);
        assert!(claims[1].conflicts.is_empty());
    }

    #[test]
    fn an_older_tenant_takes_no_site_over() {
        let old = tenant("a", 1, &["*.shop.example"]);
        let mut young = tenant("b", 2, &["www.shop.example"]);
        young.status =
            serde_json::from_value(json!({"owned": ["www.shop.example", "gone.example"]})).expect("a status");
        let claims = settle(&[old, young]);
        assert_eq!(claims[0].conflicts[0].owner, "cobrowse/b");
        assert_eq!(owned(&claims[1]), ["https://www.shop.example"]);
    }

    #[test]
    fn a_site_that_its_claimant_does_not_own_is_in_nobody_s_way() {
        let first = tenant("a", 1, &["a.example"]);
        let second = tenant("b", 2, &["*.example.com", "a.example"]);
        let third = tenant("c", 3, &["www.example.com", "b.example"]);
        let claims = settle(&[third, second, first]);
        assert_eq!(owned(&claims[0]), ["https://b.example"]);
        assert_eq!(owned(&claims[1]), ["https://*.example.com"]);
        assert_eq!(claims[0].conflicts[0].owner, "cobrowse/b");
        assert_eq!(claims[1].conflicts[0].owner, "cobrowse/a");
    }

    #[test]
    fn the_order_of_hearing_decides_nothing() {
        let tenants = [
            tenant("a", 1, &["x.example", "*.y.example"]),
            tenant("b", 1, &["x.example", "z.example"]),
            tenant("c", 1, &["www.y.example", "z.example"]),
        ];
        let by_name = |order: [usize; 3]| {
            let all: Vec<_> = order.iter().map(|at| tenants[*at].clone()).collect();
            let mut claims: Vec<_> = order.into_iter().zip(settle(&all)).collect();
            claims.sort_by_key(|(at, _)| *at);
            claims
        };
        let expected = by_name([0, 1, 2]);
        for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            assert_eq!(by_name(order), expected, "{order:?}");
        }
        assert_eq!(owned(&expected[1].1), ["https://z.example"]);
    }

    #[test]
    fn one_tenant_s_own_patterns_may_overlap_and_nonsense_claims_nothing() {
        let claims = settle(&[tenant("a", 1, &["*.a.example", "www.a.example", "a b"])]);
        assert_eq!(owned(&claims[0]).len(), 2);
        assert_eq!(claims[0].unreadable, ["a b"]);
    }
}
