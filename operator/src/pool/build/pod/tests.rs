//! What a pod must be, whatever its pool says.

use super::*;
use crate::pool::build::policy;
use crate::pool::validate::validate;
use serde_json::{Value, json};

fn installation() -> Installation {
    Installation {
        namespace: "cobrowse".to_owned(),
        system: "cobrowse-system".to_owned(),
        pod_port: 8700,
        authority: "0badc0de".to_owned(),
        host_users: false,
        seccomp_profile: crate::names::CHROME_PROFILE.to_owned(),
        public_origin: None,
        public: policy::public(&[]),
        gateways: None,
        browser_policy: None,
        forbidden: Vec::new(),
    }
}

fn pool(spec: Value) -> CoBrowsePool {
    let mut whole = json!({"image": "registry.example/browser-pod@sha256:0"});
    for (key, value) in spec.as_object().into_iter().flatten() {
        whole[key] = value.clone();
    }
    serde_json::from_value(json!({
        "apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowsePool",
        "metadata": {"name": "shop", "uid": "00000000-0000-0000-0000-0000000000aa"}, "spec": whole,
    }))
    .expect("a pool")
}

fn built(object: &CoBrowsePool, owner: &Owner<'_>) -> Value {
    let spec = validate(object).expect("a right pool");
    serde_json::to_value(pod(object, &spec, &installation(), owner)).expect("JSON")
}

#[test]
fn every_container_is_restricted() {
    let pod = built(&pool(json!({})), &Owner::Pool);
    assert_eq!(pod["spec"]["automountServiceAccountToken"], json!(false));
    assert_eq!(pod["spec"]["hostUsers"], json!(false));
    assert_eq!(pod["spec"]["restartPolicy"], json!("Never"));
    assert_eq!(pod["spec"]["enableServiceLinks"], json!(false));
    for absent in ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "initContainers"] {
        assert!(pod["spec"][absent].is_null(), "{absent}");
    }
    let containers = pod["spec"]["containers"].as_array().expect("containers");
    assert_eq!(containers.len(), 2);
    for container in containers {
        let context = &container["securityContext"];
        assert_eq!(context["runAsNonRoot"], json!(true));
        assert_eq!(context["allowPrivilegeEscalation"], json!(false));
        assert_eq!(context["readOnlyRootFilesystem"], json!(true));
        assert_eq!(context["capabilities"], json!({"drop": ["ALL"]}));
        assert!(context["privileged"] == json!(false) && context["procMount"].is_null());
        assert!(container["resources"]["limits"]["memory"].is_string());
        assert!(container["resources"]["limits"]["cpu"].is_null());
        assert!(container["readinessProbe"].is_null() && container["livenessProbe"].is_null());
        assert!(!container.to_string().contains("no-sandbox"));
    }
    let usual = json!({"type": "RuntimeDefault"});
    assert_eq!(containers[0]["securityContext"]["seccompProfile"], usual);
    assert_eq!(pod["spec"]["securityContext"]["seccompProfile"], usual);
    assert_ne!(containers[0]["securityContext"]["runAsUser"], containers[1]["securityContext"]["runAsUser"]);
    assert_eq!(containers[1]["securityContext"]["seccompProfile"]["localhostProfile"], json!("cobrowse/chrome.json"));
}

#[test]
fn the_token_is_the_agent_s_and_all_volumes_are_memory_with_a_limit() {
    let pod = built(&pool(json!({})), &Owner::Pool);
    for container in pod["spec"]["containers"].as_array().expect("containers") {
        let has_token =
            container["volumeMounts"].as_array().expect("mounts").iter().any(|mount| mount["name"] == "token");
        assert_eq!(has_token, container["name"] == "agent");
    }
    for volume in pod["spec"]["volumes"].as_array().expect("volumes") {
        let memory = volume["emptyDir"]["medium"] == "Memory" && volume["emptyDir"]["sizeLimit"].is_string();
        let token = &volume["projected"]["sources"][0]["serviceAccountToken"];
        assert!(memory || token["audience"] == "cobrowse-enroll", "{volume}");
    }
}

#[test]
fn a_pod_lives_no_longer_than_its_age_the_longest_session_and_two_minutes() {
    let pod = built(&pool(json!({"maxWarmAge": "1h"})), &Owner::Pool);
    assert_eq!(pod["spec"]["activeDeadlineSeconds"], json!(3600 + 12 * 3600 + 120));
}

#[test]
fn owners() {
    let object = pool(json!({}));
    let warm = built(&object, &Owner::Pool);
    assert_eq!(warm["metadata"]["labels"]["cobrowse.dev/slot"], json!("warm"));
    assert_eq!(warm["metadata"]["ownerReferences"][0]["kind"], json!("CoBrowsePool"));
    assert_eq!(warm["metadata"]["generateName"], json!("shop-"));
    let uid = cobrowse_session::SessionUid::from_u128(7);
    let cold = built(&object, &Owner::Session { name: "s-1", uid });
    assert_eq!(cold["metadata"]["name"], json!("cold-00000000-0000-0000-0000-000000000007"));
    assert_eq!(cold["metadata"]["labels"]["cobrowse.dev/slot"], json!("bound"));
    assert_eq!(cold["metadata"]["labels"]["cobrowse.dev/session"], json!("s-1"));
    assert_eq!(cold["metadata"]["ownerReferences"][0]["uid"], json!(uid.to_string()));
}

#[test]
fn a_revision_is_what_makes_pods_differ() {
    let base = revision(&pool(json!({})), &installation());
    assert_eq!(base, revision(&pool(json!({"minWarm": 3, "maxWarm": 9, "maxWarmAge": "1h"})), &installation()));
    for change in [json!({"image": "registry.example/other:1"}), json!({"resources": {"browser": {"cpu": "1"}}})] {
        assert_ne!(base, revision(&pool(change), &installation()));
    }
    let shared = Installation { host_users: true, ..installation() };
    assert_ne!(base, revision(&pool(json!({})), &shared));
    let signed = Installation { authority: "other".to_owned(), ..installation() };
    assert_ne!(base, revision(&pool(json!({})), &signed));
}

/// All of a pod but how much of the node it gets, where it may run, and which image it has.
fn isolation(pod: &Value) -> Value {
    let mut spec = pod["spec"].clone();
    for free in ["imagePullSecrets", "nodeSelector", "tolerations", "topologySpreadConstraints", "priorityClassName"] {
        spec[free] = Value::Null;
    }
    for free in ["hostUsers", "runtimeClassName", "activeDeadlineSeconds"] {
        spec[free] = Value::Null;
    }
    for container in spec["containers"].as_array_mut().expect("containers") {
        (container["image"], container["resources"]) = (Value::Null, Value::Null);
    }
    for volume in spec["volumes"].as_array_mut().expect("volumes") {
        volume["emptyDir"]["sizeLimit"] = Value::Null;
    }
    spec
}

#[test]
fn no_setting_of_a_pool_weakens_a_pod_and_a_class_of_its_own_kernel_neither() {
    let usual = isolation(&built(&pool(json!({})), &Owner::Pool));
    let settings = [
        json!({"isolation": {"class": "GVisor", "runtimeClassName": "gvisor"}}),
        json!({"isolation": {"class": "Kata", "runtimeClassName": "kata-qemu"}}),
        json!({"resources": {"browser": {"cpu": "2", "memory": "4Gi", "scratch": "1Gi", "sharedMemory": "1Gi"}}}),
        json!({"scheduling": {"tolerations": [{"operator": "Exists"}], "nodeSelector": {"a": "b"}, "spread": "None",
            "priorityClassName": "system-node-critical"}}),
        json!({"imagePullSecrets": [{"name": "registry"}], "image": "registry.example/other:1", "maxWarmAge": "1h"}),
    ];
    for setting in settings {
        assert_eq!(isolation(&built(&pool(setting.clone()), &Owner::Pool)), usual, "{setting}");
    }
    let parts =
        |class: &str| built(&pool(json!({"isolation": {"class": class, "runtimeClassName": "own"}})), &Owner::Pool);
    assert_ne!(
        revision(&pool(json!({})), &installation()),
        revision(&pool(json!({"isolation": {"class": "Kata", "runtimeClassName": "own"}})), &installation())
    );
    for class in ["GVisor", "Kata"] {
        let profile = &parts(class)["spec"]["containers"][1]["securityContext"]["seccompProfile"];
        assert_eq!(profile, &json!({"type": "Localhost", "localhostProfile": "cobrowse/chrome.json"}), "{class}");
    }
}

#[test]
fn the_profile_is_the_installation_s() {
    let installation = Installation { seccomp_profile: "operator/cobrowse-chrome.json".to_owned(), ..installation() };
    let object = pool(json!({}));
    let spec = validate(&object).expect("a right pool");
    let made = serde_json::to_value(pod(&object, &spec, &installation, &Owner::Pool)).expect("JSON");
    let profile = &made["spec"]["containers"][1]["securityContext"]["seccompProfile"];
    assert_eq!(profile, &json!({"type": "Localhost", "localhostProfile": "operator/cobrowse-chrome.json"}));
}

#[test]
fn other_kernels_keep_their_own_users() {
    let pod = built(&pool(json!({"isolation": {"class": "GVisor", "runtimeClassName": "gvisor"}})), &Owner::Pool);
    assert!(pod["spec"]["hostUsers"].is_null());
    assert_eq!(pod["spec"]["runtimeClassName"], json!("gvisor"));
    let none = validate(&pool(json!({"isolation": {"class": "Kata"}})));
    assert!(none.is_err());
}

#[test]
fn further_policies_of_chrome_are_one_file_beside_our_own_and_make_other_pods() {
    let more = Installation { browser_policy: Some("cobrowse-browser-policy-1".to_owned()), ..installation() };
    let object = pool(json!({}));
    assert_ne!(revision(&object, &more), revision(&object, &installation()));
    let spec = validate(&object).expect("a pool");
    let pod = serde_json::to_value(super::pod(&object, &spec, &more, &Owner::Pool)).expect("JSON");
    let mounts = |at: usize| pod["spec"]["containers"][at]["volumeMounts"].as_array().cloned().unwrap_or_default();
    let policy: Vec<_> = mounts(1).into_iter().filter(|mount| mount["name"] == "policy").collect();
    let wanted = json!({"name": "policy", "mountPath": "/etc/chromium/policies/managed/installation.json",
        "subPath": "policy.json", "readOnly": true});
    assert_eq!(policy, [wanted]);
    assert!(mounts(0).iter().all(|mount| mount["name"] != "policy"), "the agent side has no use for it");
    let volumes = pod["spec"]["volumes"].as_array().expect("volumes");
    assert!(volumes.iter().any(|volume| volume["configMap"]["name"] == "cobrowse-browser-policy-1"));
}
