//! The admission policies as they are rendered: there unless somebody turns them off, and refusing where an API server cannot ask them.
//! What they refuse, `served/admitted.rs` tries.

use cobrowse_charts::helm::render;
use cobrowse_charts::objects::Objects;
use serde_json::{Value, json};

fn policies(objects: &Objects) -> Vec<String> {
    let named = |policy: &&Value| policy["metadata"]["name"].as_str().expect("a name").to_owned();
    objects.of("ValidatingAdmissionPolicy").iter().map(named).collect()
}

#[test]
fn every_policy_is_on_by_default_fails_closed_and_denies() {
    let objects = render(&json!({})).expect("it renders");
    let wanted = ["pods", "access", "invitations", "used"].map(|name| format!("cobrowse-cobrowse-system-{name}"));
    assert!(wanted.iter().all(|name| policies(&objects).contains(name)), "{:?}", policies(&objects));
    for policy in objects.of("ValidatingAdmissionPolicy") {
        let name = &policy["metadata"]["name"];
        assert_eq!(policy["spec"]["failurePolicy"], "Fail", "{name}");
        let bindings = objects.of("ValidatingAdmissionPolicyBinding");
        let own: Vec<_> = bindings.iter().filter(|binding| &binding["spec"]["policyName"] == name).collect();
        let [binding] = own.as_slice() else { panic!("one binding of {name}: {own:?}") };
        assert_eq!(binding["spec"]["validationActions"], json!(["Deny"]), "{name}");
        // In the sessions' namespace, whole: no object can take itself out of it.
        let resources = &binding["spec"]["matchResources"];
        let namespace = json!({"matchLabels": {"kubernetes.io/metadata.name": "cobrowse-sessions"}});
        assert_eq!(resources, &json!({"namespaceSelector": namespace}), "{name}");
    }
    let off = render(&json!({"admission": {"enabled": false}})).expect("it renders");
    assert!(policies(&off).is_empty());
}

#[test]
fn every_way_into_a_pod_is_closed_and_who_breaks_the_glass_is_named() {
    for groups in [json!(["cobrowse:break-glass"]), json!(["one", "two"]), json!([])] {
        let objects = render(&json!({"admission": {"breakGlassGroups": groups}})).expect("it renders");
        let access =
            objects.one("ValidatingAdmissionPolicy", "", "cobrowse-cobrowse-system-access").expect("it is there");
        let rules = &access["spec"]["matchConstraints"]["resourceRules"];
        let ways = ["pods/exec", "pods/attach", "pods/portforward", "pods/proxy", "services/proxy"];
        assert_eq!((&rules[0]["operations"], &rules[0]["resources"]), (&json!(["CONNECT"]), &json!(ways)));
        let ephemeral = json!(["pods/ephemeralcontainers"]);
        assert_eq!((&rules[1]["operations"], &rules[1]["resources"]), (&json!(["UPDATE"]), &ephemeral));
        let glass = access["spec"]["variables"][0]["expression"].as_str().expect("an expression");
        assert!(glass.contains(&format!("group in {groups}")), "{glass}");
        let note = &access["spec"]["auditAnnotations"][0];
        assert_eq!(note["key"], "break-glass");
        assert!(note["valueExpression"].as_str().is_some_and(|text| text.contains("request.userInfo.username")));
    }
}
