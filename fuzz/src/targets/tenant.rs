//! Tenant objects as platform teams write them, several in one text.

use cobrowse_crds::{Tenant, Tenants};
use cobrowse_session::site::HostPattern;

/// YAML, objects parted by lines of `---`.
pub fn target(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let tenants: Vec<Tenant> = text.split("\n---\n").filter_map(|text| Tenant::from_yaml(text).ok()).collect();
    for tenant in &tenants {
        check(tenant);
    }
    let Ok(all) = Tenants::new(tenants) else { return };
    for (tenant, _) in all.iter() {
        for page in &tenant.start_pages {
            let (owner, _) = all.owner_of(page.url.origin()).expect("a start page is on a site");
            assert_eq!(owner.id, tenant.id, "a site has one owner");
        }
    }
}

fn check(tenant: &Tenant) {
    assert!((1..=100).contains(&tenant.sites.len()) && tenant.start_pages.len() <= tenant.sites.len());
    for site in &tenant.sites {
        assert_eq!(HostPattern::parse(&site.to_string()).as_ref(), Ok(site));
    }
    for page in &tenant.start_pages {
        assert!(tenant.sites.iter().any(|site| site.matches(page.url.origin())));
    }
    assert!(tenant.mask_selectors.len() <= 100);
    let closed = |selector: &String| selector.len() <= 512 && !selector.contains(['{', '}', ';']);
    assert!(tenant.mask_selectors.iter().all(closed));
    let policy = &tenant.policy;
    assert!((2..=16).contains(&policy.live.max_participants) && (1..=20).contains(&policy.live.max_tabs));
    assert!(policy.live.warning < policy.live.idle_timeout && policy.live.warning < policy.live.max_duration);
}
