//! The status that a tenant should have.

use super::Known;
use crate::seen;
use crate::session::update_status::{Told, with_condition};
use cobrowse_crds::claims::Claims;
use cobrowse_crds::kind::tenant::TenantStatus;

/// Builds it. The invitation of its administrator stays as it is: that is `apply`'s.
pub fn build(tenant: &seen::Tenant, known: &Known, claims: &Claims) -> TenantStatus {
    let before = tenant.object.status.clone().unwrap_or_default();
    let generation = tenant.object.metadata.generation.unwrap_or_default();
    let count = |length: usize| Some(i32::try_from(length).unwrap_or(i32::MAX));
    let told = conditions(known, claims);
    let conditions = told.iter().fold(before.conditions, |all, told| with_condition(all, told, generation));
    TenantStatus {
        observed_generation: Some(generation),
        conditions,
        // As they stand in the object: so they are found again there.
        owned: owned(tenant, claims),
        claimed_sites: count(claims.owned.len()),
        conflicting_sites: count(claims.conflicts.len()),
        conflicts: claims.conflicts.clone(),
        invitation_secret: before.invitation_secret,
        invitation: before.invitation,
    }
}

fn owned(tenant: &seen::Tenant, claims: &Claims) -> Vec<String> {
    let lost = |pattern: &String| claims.conflicts.iter().any(|conflict| conflict.pattern == *pattern);
    let patterns = tenant.object.spec.sites.iter().map(|site| site.pattern.clone());
    patterns.filter(|pattern| !lost(pattern) && !claims.unreadable.contains(pattern)).collect()
}

fn conditions(known: &Known, claims: &Claims) -> [Told; 2] {
    let sites = match (claims.conflicts.len(), claims.unreadable.first()) {
        (0, None) => Told::yes("SitesClaimed", "AllOwned", ""),
        (0, Some(pattern)) => {
            Told::no("SitesClaimed", "Unreadable", format!("{pattern} is no host pattern: mend it in spec.sites"))
        }
        (conflicts, _) => {
            let message =
                format!("{conflicts} of spec.sites are another tenant's, see status.conflicts: take them away");
            Told::no("SitesClaimed", "Conflict", message)
        }
    };
    let ready = match &known.parsed {
        Err(message) => Told::no("Ready", "Malformed", message.clone()),
        Ok(_) if claims.owned.is_empty() => {
            Told::no("Ready", "NoSite", "no site of spec.sites is this tenant's, so no session can start".to_owned())
        }
        Ok(_) => Told::yes("Ready", "SessionsCanStart", ""),
    };
    [ready, sites]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::{dereference, validate};
    use serde_json::json;

    fn tenant(name: &str, number: u8, patterns: &[&str]) -> seen::Tenant {
        let sites: Vec<_> = patterns.iter().map(|pattern| json!({ "pattern": pattern })).collect();
        let object = json!({
            "apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowseTenant",
            "metadata": {"name": name, "namespace": "cobrowse", "resourceVersion": "1",
                "uid": format!("00000000-0000-0000-0000-0000000000{number:02}"),
                "creationTimestamp": format!("2026-01-01T00:00:{number:02}Z"), "generation": 3},
            "spec": {"displayName": name, "sites": sites}});
        seen::Tenant::read(serde_json::from_value(object).expect("a tenant")).expect("readable")
    }

    #[test]
    fn who_came_later_is_told_whose_a_site_is() {
        let (first, second) = (tenant("a", 1, &["www.shop.example"]), tenant("b", 2, &["*.shop.example", "b.example"]));
        let claims = dereference::claims(&[&first, &second]);
        let status =
            |tenant: &seen::Tenant, claims: &Claims| build(tenant, &validate::validate(tenant, claims), claims);
        let (first, second) = (status(&first, &claims[0]), status(&second, &claims[1]));
        assert_eq!((first.claimed_sites, first.conflicting_sites), (Some(1), Some(0)));
        assert_eq!(second.owned, ["b.example"]);
        assert_eq!(second.conflicts[0].owner, "cobrowse/a");
        let of = |status: &TenantStatus, kind: &str| {
            let condition = status.conditions.iter().find(|condition| condition.type_ == kind).expect(kind);
            (condition.status.clone(), condition.reason.clone())
        };
        assert_eq!(of(&second, "SitesClaimed"), ("False".to_owned(), "Conflict".to_owned()));
        assert_eq!(of(&second, "Ready"), ("True".to_owned(), "SessionsCanStart".to_owned()));
        assert_eq!(second.observed_generation, Some(3));
    }
}
