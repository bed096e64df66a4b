//! Every right that the chart gives, word by word. Who adds one changes this page too.

use anyhow::{Context, Result};
use cobrowse_charts::helm::{SESSIONS, SYSTEM, render, render_full};
use cobrowse_charts::objects::{Objects, called, texts};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// `verb group/resource[name]` of each right of a role.
fn rights(role: &Value) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for rule in role["rules"].as_array().into_iter().flatten() {
        let names = texts(&rule["resourceNames"]);
        for (group, resource) in pairs(&texts(&rule["apiGroups"]), &texts(&rule["resources"])) {
            for verb in texts(&rule["verbs"]) {
                let name = if names.is_empty() { String::new() } else { format!(" {}", names.join(",")) };
                all.insert(format!("{verb} {group}/{resource}{name}"));
            }
        }
    }
    all
}

fn pairs(left: &[String], right: &[String]) -> Vec<(String, String)> {
    left.iter().flat_map(|one| right.iter().map(|other| (one.clone(), other.clone()))).collect()
}

/// What each service account may, and where.
fn given(objects: &Objects) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut given = BTreeMap::<String, BTreeSet<String>>::new();
    for kind in ["RoleBinding", "ClusterRoleBinding"] {
        for binding in objects.of(kind) {
            let place = binding["metadata"]["namespace"].as_str().unwrap_or_default();
            let role = binding["roleRef"]["name"].as_str().context("a role")?;
            let role_kind = binding["roleRef"]["kind"].as_str().context("a kind of role")?;
            let role = objects.one(role_kind, if role_kind == "Role" { place } else { "" }, role)?;
            for subject in binding["subjects"].as_array().context("subjects")? {
                let account = format!(
                    "{} {}",
                    subject["kind"].as_str().unwrap_or_default(),
                    subject["name"].as_str().unwrap_or_default()
                );
                let place = if place.is_empty() { "everywhere" } else { place };
                given
                    .entry(account)
                    .or_default()
                    .extend(rights(role).into_iter().map(|right| format!("{place}: {right}")));
            }
        }
    }
    Ok(given)
}

/// `verbs group/resource`, one a line, in a namespace.
fn listed(place: &str, lines: &[&str]) -> BTreeSet<String> {
    let of = |line: &&str| {
        let (verbs, what) = line.split_once(' ').expect("verbs and a resource");
        verbs.split(',').map(|verb| format!("{place}: {verb} {what}")).collect::<Vec<_>>()
    };
    lines.iter().flat_map(of).collect()
}

fn expected() -> BTreeMap<String, BTreeSet<String>> {
    let mut operator = listed(
        SESSIONS,
        &[
            "get,list,watch,patch,delete cobrowse.dev/cobrowsesessions",
            "get,list,watch cobrowse.dev/cobrowsepools",
            "get,list,watch cobrowse.dev/cobrowsetenants",
            "get,patch,update cobrowse.dev/cobrowsesessions/status",
            "get,patch,update cobrowse.dev/cobrowsepools/status",
            "get,patch,update cobrowse.dev/cobrowsetenants/status",
            "update cobrowse.dev/cobrowsesessions/finalizers",
            "update cobrowse.dev/cobrowsepools/finalizers",
            "get,list,watch,create,patch,delete /pods",
            "create,delete /secrets",
            "get,list,watch,create,patch,delete networking.k8s.io/networkpolicies",
            "create,patch events.k8s.io/events",
        ],
    );
    operator.extend(listed(
        SYSTEM,
        &[
            "create coordination.k8s.io/leases",
            "get,update,patch coordination.k8s.io/leases cobrowse-operator",
            "get,update /secrets cobrowse-grant-key",
            "get,update /secrets cobrowse-egress-gateway",
        ],
    ));
    operator.extend(listed("everywhere", &["create authentication.k8s.io/tokenreviews"]));
    let api = [
        "get,list,watch,create,patch cobrowse.dev/cobrowsesessions",
        "get,list,watch cobrowse.dev/cobrowsetenants",
        "patch cobrowse.dev/cobrowsetenants/status",
    ];
    let account = |name: &str| format!("ServiceAccount {name}");
    BTreeMap::from([
        (account("cobrowse-operator"), operator),
        (account("cobrowse-session-api"), listed(SESSIONS, &api)),
        (account("cobrowse-uninstall"), listed(SESSIONS, &["list cobrowse.dev/cobrowsesessions"])),
        (account("cobrowse-check"), listed(SESSIONS, &["create,get,patch,delete cobrowse.dev/cobrowsesessions"])),
    ])
}

#[test]
fn each_program_has_exactly_these_rights_and_browser_pods_none() {
    let given = given(&render_full(&json!({})).expect("it renders")).expect("each binding has its role");
    let expected = expected();
    assert_eq!(given.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (account, rights) in &expected {
        let has = &given[account];
        let (more, less): (Vec<_>, Vec<_>) = (has.difference(rights).collect(), rights.difference(has).collect());
        assert!(more.is_empty() && less.is_empty(), "{account} has besides {more:#?} and lacks {less:#?}");
    }
}

#[test]
fn no_role_has_a_wildcard_reads_a_secret_of_others_or_has_a_way_to_more_rights() {
    let objects = render_full(&json!({})).expect("it renders");
    let roles: Vec<&Value> = [objects.of("Role"), objects.of("ClusterRole")].concat();
    assert!(roles.len() >= 8, "{} roles", roles.len());
    for role in roles {
        for right in rights(role) {
            // Made and taken away unseen.
            let blind = ["create /secrets", "delete /secrets"].contains(&right.as_str());
            // What it fills itself, by name.
            let own = ["cobrowse-grant-key", "cobrowse-egress-gateway"];
            let own = own.iter().any(|name| right.ends_with(&format!("/secrets {name}")));
            assert!(blind || own || !right.contains("secrets"), "{}: {right}", called(role));
            let bad = ["*", "escalate", "bind ", "impersonate", "serviceaccounts", "pods/exec", "nodes"];
            assert!(!bad.iter().any(|part| right.contains(part)), "{}: {right}", called(role));
        }
    }
}

#[test]
fn roles_for_people_write_no_status_and_view_writes_nothing() {
    let objects = render(&json!({})).expect("it renders");
    let role = |name: &str| objects.one("ClusterRole", "", &format!("cobrowse-{SYSTEM}-{name}")).expect("a role");
    let reads = |right: &String| ["get ", "list ", "watch "].iter().any(|verb| right.starts_with(verb));
    assert!(rights(role("view")).iter().all(reads));
    assert!(rights(role("edit")).contains("create cobrowse.dev/cobrowsesessions"));
    assert!(rights(role("edit")).contains("patch cobrowse.dev/cobrowsepools/scale"));
    assert!(!rights(role("edit")).iter().any(|right| right.contains("tenants")), "tenants are an administrator's");
    assert!(rights(role("admin")).contains("create cobrowse.dev/cobrowsetenants"));
    for name in ["view", "edit", "admin"] {
        assert!(
            !rights(role(name)).iter().any(|right| right.contains("/status")),
            "{name} writes what the operator found"
        );
        assert_eq!(role(name)["metadata"]["labels"][format!("rbac.authorization.k8s.io/aggregate-to-{name}")], "true");
    }
    let without = render(&json!({"roles": {"aggregate": false}})).expect("it renders");
    assert_eq!(without.of("ClusterRole").len(), 1, "token reviews alone");
}

#[test]
fn what_somebody_brought_the_operator_reads_alone() {
    let brought =
        json!({"egressGateway": {"certificate": {"existingSecret": "a"}, "grantKey": {"existingSecret": "b"}}});
    let given = given(&render(&brought).expect("it renders")).expect("each binding has its role");
    let secrets: Vec<&String> = given["ServiceAccount cobrowse-operator"]
        .iter()
        .filter(|right| right.starts_with(SYSTEM) && right.contains("secrets"))
        .collect();
    assert_eq!(secrets, [&format!("{SYSTEM}: get /secrets b")]);
    let none = render(&json!({"egressGateway": {"enabled": false}})).expect("it renders");
    let roles = none.of("Role");
    let reads = |role: &&&Value| rights(role).iter().any(|right| right.starts_with("get /secrets"));
    assert_eq!(roles.iter().filter(reads).count(), 0);
}
