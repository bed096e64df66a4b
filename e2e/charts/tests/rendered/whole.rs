//! The charts as a whole: Helm finds nothing to say, a render is the same every time, names are what they should be, and the kinds are
//! those of `crds/yaml`.

use cobrowse_charts::helm::{SESSIONS, SYSTEM, chart, helm, render, render_full, values};
use cobrowse_charts::objects::{Objects, called};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn crds(arguments: &[&str]) -> String {
    let folder = chart("cobrowse-crds");
    helm(&[&["template", "crds", &folder.to_string_lossy()][..], arguments].concat(), "").expect("it renders")
}

#[test]
fn helm_lint_has_nothing_to_say() {
    for name in ["minimal", "full"] {
        let (folder, file) = (chart("cobrowse"), values(name));
        let said = helm(
            &[
                "lint",
                "--strict",
                &folder.to_string_lossy(),
                "--values",
                &file.to_string_lossy(),
                "--namespace",
                SYSTEM,
            ],
            "",
        );
        let said = said.expect(name);
        assert!(said.contains("0 chart(s) failed") && !said.contains("[WARNING]"), "{said}");
    }
    helm(&["lint", "--strict", &chart("cobrowse-crds").to_string_lossy()], "").expect("the kinds' chart");
}

#[test]
fn a_render_is_the_same_every_time() {
    for over in [json!({}), json!({"monitoring": {"dashboard": {"enabled": true}}})] {
        let (first, second) = (render(&over).expect("it renders"), render(&over).expect("it renders"));
        assert_eq!(first.0, second.0);
    }
}

#[test]
fn every_object_has_a_name_of_its_own_a_place_and_labels() {
    let objects = render_full(&json!({})).expect("it renders");
    let names: BTreeSet<String> = objects.0.iter().map(called).collect();
    assert_eq!(names.len(), objects.0.len());
    let everywhere = [
        "Namespace",
        "ClusterRole",
        "ClusterRoleBinding",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    ];
    for object in objects.0.iter().filter(|object| object["metadata"]["name"] != "more") {
        let cluster = everywhere.contains(&object["kind"].as_str().unwrap_or_default());
        let place = object["metadata"]["namespace"].as_str();
        assert_eq!(place.is_none(), cluster, "{}", called(object));
        let known = place.is_none_or(|place| [SYSTEM, SESSIONS, "cobrowse-node"].contains(&place));
        assert!(known, "{}", called(object));
        if cluster && object["kind"] != "Namespace" {
            // A second installation does not take the first one's.
            assert!(called(object).contains(SYSTEM), "{}", called(object));
        }
        let labels = &object["metadata"]["labels"];
        assert_eq!(labels["app.kubernetes.io/part-of"], "cobrowse", "{}", called(object));
        assert_eq!(labels["app.kubernetes.io/managed-by"], "Helm", "{}", called(object));
    }
}

#[test]
fn images_are_put_together_and_a_digest_wins() {
    let objects = render_full(&json!({})).expect("it renders");
    let image = |kind: &str, name: &str| {
        let object = objects.one(kind, SYSTEM, name).expect("an object");
        object["spec"]["template"]["spec"]["containers"][0]["image"].as_str().expect("an image").to_owned()
    };
    let digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let operator = format!("registry.example.test:5000/cobrowse/operator@{digest}");
    assert_eq!(image("Deployment", "cobrowse-operator"), operator);
    assert_eq!(image("Job", "cobrowse-uninstall"), operator);
    assert_eq!(image("Deployment", "cobrowse-session-api"), "other.example.test/cobrowse/session-api:1.2.3");
    let pool = objects.one("CoBrowsePool", SESSIONS, "default").expect("the pool");
    assert_eq!(pool["spec"]["image"], format!("registry.example.test:5000/cobrowse/browser-pod@{digest}"));
    let plain = render(&json!({})).expect("it renders");
    let deployment = plain.one("Deployment", SYSTEM, "cobrowse-operator").expect("a deployment");
    assert_eq!(deployment["spec"]["template"]["spec"]["containers"][0]["image"], "cobrowse/operator:0.1.0");
}

#[test]
fn the_kinds_are_those_of_crds_and_outlive_an_uninstall() {
    let rendered = Objects::parse(&crds(&[])).expect("definitions");
    assert_eq!(rendered.0.len(), 3);
    for mut definition in rendered.0 {
        let annotations = definition["metadata"].as_object_mut().and_then(|metadata| metadata.remove("annotations"));
        assert_eq!(annotations, Some(json!({"helm.sh/resource-policy": "keep"})));
        let file =
            format!("../../crds/yaml/{}.yaml", definition["spec"]["names"]["plural"].as_str().expect("a plural"));
        let text = std::fs::read_to_string(file).expect("the definition is there");
        let committed: Value = serde_norway::from_str(&text).expect("YAML");
        assert_eq!(definition, committed);
    }
    let with = render(&json!({"crds": {"enabled": true}, "pool": {"create": false}})).expect("it renders");
    assert_eq!(with.of("CustomResourceDefinition").len(), 3);
    assert!(render(&json!({})).expect("it renders").of("CustomResourceDefinition").is_empty());
}

#[test]
fn further_objects_are_templates_and_a_pool_may_be_ones_own() {
    let objects = render_full(&json!({})).expect("it renders");
    objects.one("ConfigMap", SYSTEM, "more").expect("the object of the values, in the release's namespace");
    let pool = objects.one("CoBrowsePool", SESSIONS, "default").expect("the pool");
    assert_eq!((&pool["spec"]["minWarm"], &pool["spec"]["maxWarmAge"]), (&json!(5), &json!("12h")));
    let own = render(&json!({"pool": {"create": false, "name": "large"}})).expect("it renders");
    assert!(own.of("CoBrowsePool").is_empty());
    let api = own.one("Deployment", SYSTEM, "cobrowse-session-api").expect("a deployment");
    let arguments = cobrowse_charts::objects::texts(&api["spec"]["template"]["spec"]["containers"][0]["args"]);
    assert!(arguments.contains(&"--pool=large".to_owned()), "{arguments:?}");
}

#[test]
fn authorities_of_private_websites_become_a_policy_of_chrome_with_a_name_of_its_own() {
    let objects = render_full(&json!({})).expect("it renders");
    let maps = objects.of("ConfigMap");
    let policy = maps.iter().find(|map| map["metadata"]["namespace"] == SESSIONS).expect("the policy");
    let text = policy["data"]["policy.json"].as_str().expect("a file");
    let written: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(written, json!({"CACertificates": ["AAECAwQFBgcICQ==", "CgsMDQ4P"]}));
    let name = policy["metadata"]["name"].as_str().expect("a name");
    let operator = objects.one("Deployment", SYSTEM, "cobrowse-operator").expect("a deployment");
    let arguments = cobrowse_charts::objects::texts(&operator["spec"]["template"]["spec"]["containers"][0]["args"]);
    assert!(arguments.contains(&format!("--browser-policy={name}")), "{arguments:?}");
    let one = "-----BEGIN CERTIFICATE-----\nAAECAwQF\n-----END CERTIFICATE-----\n";
    let other = render(&json!({"egressGateway": {"extraCertificates": one}})).expect("it renders");
    assert!(other.one("ConfigMap", SESSIONS, name).is_err(), "another content has another name");
    let none = render(&json!({})).expect("it renders");
    assert!(none.of("ConfigMap").iter().all(|map| map["metadata"]["namespace"] != SESSIONS));
}
