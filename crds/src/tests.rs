//! Right objects as they are read, wrong ones with the message that says the mend.

use std::error::Error as _;
use std::time::Duration;

use cobrowse_session::policy::{LivePolicy, SessionPolicy};
use cobrowse_session::site::PageUrl;

use super::*;

const NORTHWIND: &str = include_str!("../../examples/tenants/northwind.yaml");
const CONTOSO: &str = include_str!("../../examples/tenants/contoso.yaml");

const MINIMAL: &str = "
apiVersion: cobrowse.dev/v1alpha1
kind: CoBrowseTenant
metadata:
  name: fabrikam
spec:
  displayName: Fabrikam
  sites:
    - pattern: '*.fabrikam.example'
";

fn read(text: &str) -> Tenant {
    Tenant::from_yaml(text).unwrap_or_else(|error| panic!("{error}: {:?}", error.source()))
}

/// The minimal object with one part replaced fails with this chain of messages.
#[track_caller]
fn check(part: &str, by: &str, expected: &str) {
    assert!(MINIMAL.contains(part), "{part}");
    let error = Tenant::from_yaml(&MINIMAL.replacen(part, by, 1)).expect_err(by);
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(next) = source {
        chain = format!("{chain}: {next}");
        source = next.source();
    }
    assert_eq!(chain, expected, "{by}");
}

#[test]
fn the_examples_are_right_and_apart() {
    let (northwind, contoso) = (read(NORTHWIND), read(CONTOSO));
    assert_eq!(northwind.display_name.as_str(), "Northwind Support");
    assert_eq!(contoso.display_name.as_str(), "Contoso Bank");
    assert_eq!(contoso.policy.live.idle_timeout, Duration::from_secs(600));
    assert_eq!(northwind.start_pages[0].url.expose(), "http://shop.localhost:8300/");
    let tenants = Tenants::new(vec![northwind, contoso]).expect("they are apart");
    let owner = |url: &str| {
        let url = PageUrl::parse(url).expect(url);
        tenants.owner_of(url.origin()).map(|(tenant, owner)| (tenant.id.to_string(), owner.tenant().to_string()))
    };
    assert_eq!(owner("http://shop.localhost:8300/cart"), Some(("northwind".to_owned(), "northwind".to_owned())));
    assert_eq!(owner("http://bank.localhost:8301/"), Some(("contoso".to_owned(), "contoso".to_owned())));
    assert_eq!(owner("http://shop.localhost:8301/"), None);
    assert!(tenants.iter().all(|(tenant, owner)| tenant.id == *owner.tenant()));
}

#[test]
fn what_is_not_written_has_the_design_s_default() {
    let tenant = read(MINIMAL);
    assert_eq!(tenant.policy, SessionPolicy::default());
    assert!(tenant.start_pages.is_empty() && tenant.mask_selectors.is_empty() && !tenant.demo);
}

#[test]
fn a_short_limit_shortens_its_warning() {
    let tenant = read(&format!("{MINIMAL}  session: {{idleTimeout: 20s}}\n"));
    assert_eq!(tenant.policy.live.warning, Duration::from_secs(10));
}

#[test]
fn every_limit_is_read() {
    let session = "  session:
    pinLife: 5m
    disconnectGrace: 1m
    disconnectGraceTouch: 3m
    idleTimeout: 9m
    maxDuration: 1h30m
    extendStep: 10m
    warning: 90s
    stopChoice: 20s
    maxParticipants: 4
    maxTabs: 3
";
    let second = Duration::from_secs;
    let expected = SessionPolicy {
        pin_life: second(300),
        disconnect_grace_touch: second(180),
        live: LivePolicy {
            disconnect_grace: second(60),
            idle_timeout: second(540),
            max_duration: second(5400),
            longest_life: cobrowse_session::policy::LONGEST_LIFE,
            extend_step: second(600),
            warning: second(90),
            stop_choice: second(20),
            max_participants: 4,
            max_tabs: 3,
        },
    };
    assert_eq!(read(&format!("{MINIMAL}{session}")).policy, expected);
}

#[test]
fn wrong_heads() {
    check(
        "v1alpha1",
        "v1",
        "failed to read a CoBrowseTenant: apiVersion is \"cobrowse.dev/v1\", write \"cobrowse.dev/v1alpha1\"",
    );
    check("CoBrowseTenant", "Tenant", "failed to read a CoBrowseTenant: kind is \"Tenant\", write \"CoBrowseTenant\"");
    check(
        "name: fabrikam",
        "name: Fabrikam",
        "failed to read metadata.name \"Fabrikam\": failed to read a tenant id: allowed are a-z, 0-9 and, not first or \
         last, -",
    );
    check(
        "displayName: Fabrikam",
        "displayName: ''",
        "failed to read spec.displayName: failed to read a name: it has 0 characters, allowed are 1 to 80",
    );
}

#[test]
fn unknown_missing_and_mistyped_fields() {
    check(
        "displayName: Fabrikam",
        "displayname: Fabrikam",
        "failed to read a CoBrowseTenant: unknown field spec.displayname, write one of branding, demo, displayName, \
         documents, egress, limits, masking, recording, region, session, sessionDefaults, signIn, sites, webhooks",
    );
    check(
        "  displayName: Fabrikam\n",
        "",
        "failed to read a CoBrowseTenant: spec: missing field `displayName` at line 7 column 3",
    );
    check(
        "- pattern: '*.fabrikam.example'",
        "- '*.fabrikam.example'",
        "failed to read a CoBrowseTenant: spec.sites[0]: invalid type: string \"*.fabrikam.example\", expected struct Site \
         at line 9 column 7",
    );
    check("  name: fabrikam", "  labels: {}", "failed to read metadata.name: there is none, write the tenant's name");
    assert!(matches!(Tenant::from_yaml(""), Err(Error::Yaml(_))));
    assert!(matches!(Tenant::from_yaml("]"), Err(Error::Yaml(_))));
}

#[test]
fn wrong_sites() {
    check(
        "'*.fabrikam.example'",
        "fabrikam.example/",
        "failed to read spec.sites[0].pattern \"fabrikam.example/\": failed to read a host pattern: leave out what \
         follows the host and port, also the last slash",
    );
    check(
        "'*.fabrikam.example'",
        "http://fabrikam.example",
        "failed to read spec.sites[0].pattern \"http://fabrikam.example\": failed to read a host pattern: http:// is \
         for localhost and *.localhost alone, write https://",
    );
    check(
        "'*.fabrikam.example'\n",
        "www.fabrikam.example\n      startUrl: https://shop.fabrikam.example/?secret\n",
        "failed to read spec.sites[0].startUrl: it is not on a site of pattern https://www.fabrikam.example, write an \
         address on that site",
    );
    check(
        "'*.fabrikam.example'\n",
        "www.fabrikam.example\n      startUrl: www.fabrikam.example\n",
        "failed to read spec.sites[0].startUrl: failed to read an address: it must begin with https:// or http://",
    );
    check(
        "\n    - pattern: '*.fabrikam.example'",
        " []",
        "failed to read spec.sites: it has 0 entries, write 1 to 100",
    );
}

#[test]
fn wrong_limits_and_selectors() {
    let more = |text: &str| format!("'*.fabrikam.example'\n  {text}");
    let cases = [
        (
            "session: {maxDuration: 2 hours}",
            "failed to read spec.session.maxDuration \"2 hours\": write whole numbers with units, for example 2h, 15m \
             or 1m30s",
        ),
        ("session: {maxDuration: 13h}", "failed to read spec.session.maxDuration: it is 13h, write 1s to 12h"),
        ("session: {stopChoice: 1m}", "failed to read spec.session.stopChoice: it is 1m, write 1s to 30s"),
        ("session: {pinLife: 0s}", "failed to read spec.session.pinLife: it is 0s, write 1s to 30m"),
        ("session: {maxParticipants: 1}", "failed to read spec.session.maxParticipants: it is 1, write 2 to 16"),
        (
            "session: {warning: 15m}",
            "failed to read spec.session.warning: it is 15m, write less than spec.session.idleTimeout, which is 15m",
        ),
        (
            "masking: {selectors: ['#a', 'b {} *']}",
            "failed to read spec.masking.selectors[1]: write one CSS selector of 1 to 512 bytes without braces, \
             semicolons, comments or control characters",
        ),
    ];
    for (text, expected) in cases {
        check("'*.fabrikam.example'", &more(text), expected);
    }
}

#[test]
fn what_only_a_cluster_can_keep_is_refused() {
    check(
        "displayName: Fabrikam",
        "displayName: Fabrikam\n  recording: {mode: Always}",
        "failed to read spec.recording: embedded mode has no such thing, take it away",
    );
}

#[test]
fn tenants_that_do_not_go_together() {
    assert_eq!(Tenants::new(vec![]).err(), Some(TenantsError::None));
    let twice = Tenants::new(vec![read(MINIMAL), read(MINIMAL)]).expect_err("the same name");
    assert_eq!(twice.to_string(), "failed to set up tenants: two have the name fabrikam, rename one");
    let other = MINIMAL.replace("name: fabrikam", "name: contoso").replace("*.fabrikam", "www.fabrikam");
    let overlap = Tenants::new(vec![read(MINIMAL), read(&other)]).expect_err("one site, two tenants");
    assert_eq!(
        overlap.source().map(ToString::to_string),
        Some(
            "failed to give each site one tenant: https://*.fabrikam.example of fabrikam and \
             https://www.fabrikam.example of contoso overlap; take one away"
                .to_owned()
        )
    );
}

#[test]
fn a_cluster_s_tenant_has_the_sites_that_the_operator_says() {
    let object = |name: &str, sites: &[&str], owned: &[&str]| -> kind::CoBrowseTenant {
        let site = |pattern: &&str| serde_json::json!({"pattern": pattern, "startUrl": format!("https://{pattern}/")});
        serde_json::from_value(serde_json::json!({
            "apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowseTenant",
            "metadata": {"name": name, "namespace": "cobrowse"},
            "spec": {"displayName": name, "sites": sites.iter().map(site).collect::<Vec<_>>(), "region": "eu"},
            "status": {"owned": owned},
        }))
        .expect("a tenant")
    };
    let objects = [
        object("young", &["a.example", "b.example", "c.example"], &["a.example", "b.example"]),
        // Read at another moment: it has a site that the other one has too.
        object("other", &["b.example", "d.example"], &["b.example", "d.example"]),
        object("nobody", &["c.example"], &[]),
        object("Bad Name", &["e.example"], &["e.example"]),
    ];
    let (tenants, refused) = Tenants::of_cluster(&objects);
    let owner = |host: &str| {
        let url = PageUrl::parse(&format!("https://{host}/")).expect("an address");
        tenants.owner_of(url.origin()).map(|(tenant, _)| tenant.id.to_string())
    };
    let owners: Vec<_> = ["a.example", "b.example", "c.example", "d.example", "e.example"].map(owner).into();
    let named = |name: &str| Some(name.to_owned());
    assert_eq!(owners, [named("young"), named("other"), None, named("other"), None]);
    assert_eq!(refused.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["Bad Name"]);
    let pages =
        |id: &str| tenants.iter().find(|(tenant, _)| tenant.id.as_str() == id).expect("is there").0.start_pages.len();
    assert_eq!((pages("young"), pages("other"), pages("nobody")), (1, 2, 0));
    assert_eq!(Tenants::of_cluster(&[]).0.iter().count(), 0);
}
