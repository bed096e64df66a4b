//! How hard the pods are: what Pod Security "restricted" asks, literally, and what the house asks besides.

use cobrowse_charts::helm::{SESSIONS, SYSTEM, render, render_full};
use cobrowse_charts::objects::{Objects, called, texts};
use serde_json::{Value, json};

/// The one pod that is not restricted, as it writes to the node.
const INSTALLER: &str = "DaemonSet cobrowse-seccomp";

/// With the hooks, and without containers of others.
fn objects() -> Objects {
    render(&json!({"test": {"enabled": true, "tenant": "t", "site": "https://a.example.test"}})).expect("it renders")
}

fn containers(spec: &Value) -> &[Value] {
    assert!(spec.get("initContainers").is_none(), "look at those too");
    spec["containers"].as_array().expect("containers")
}

#[test]
fn every_pod_is_restricted_but_the_one_that_writes_to_the_node() {
    let objects = objects();
    let pods = objects.pods();
    assert_eq!(
        pods.len(),
        6,
        "operator, session-api, gateway, installer, two hooks: {:?}",
        pods.iter().map(|pod| &pod.0).collect::<Vec<_>>()
    );
    for (name, pod) in pods {
        let spec = &pod["spec"];
        for field in ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"] {
            assert!(spec.get(field).is_none(), "{name} has {field}");
        }
        assert_eq!(spec["securityContext"]["seccompProfile"]["type"], "RuntimeDefault", "{name}");
        assert_eq!(spec["enableServiceLinks"], false, "{name}");
        for container in containers(spec) {
            let security = &container["securityContext"];
            let wanted = json!({"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}});
            assert_eq!(security, &wanted, "{name}");
            assert!(container["resources"]["requests"]["memory"].is_string(), "{name} asks for no memory");
            assert!(container["resources"]["limits"]["memory"].is_string(), "{name} may take all memory");
            assert!(container.get("command").is_none(), "{name}: the image knows its program, and has no shell");
        }
        let kinds: Vec<&str> = spec["volumes"].as_array().into_iter().flatten().filter_map(kind_of_volume).collect();
        if name == INSTALLER {
            assert_eq!(kinds, ["configMap", "hostPath"]);
            continue;
        }
        assert_eq!(spec["securityContext"]["runAsNonRoot"], true, "{name}");
        let allowed = ["secret", "projected", "emptyDir", "configMap"];
        assert!(kinds.iter().all(|kind| allowed.contains(kind)), "{name}: {kinds:?}");
    }
}

fn kind_of_volume(volume: &Value) -> Option<&str> {
    volume.as_object()?.keys().map(String::as_str).find(|key| *key != "name")
}

#[test]
fn the_installer_reaches_one_folder_of_the_node_and_nothing_else() {
    let objects = objects();
    let set = objects.one("DaemonSet", "cobrowse-node", "cobrowse-seccomp").expect("the installer");
    let spec = &set["spec"]["template"]["spec"];
    assert_eq!(spec["volumes"][1]["hostPath"]["path"], "/var/lib/kubelet/seccomp/cobrowse");
    assert_eq!(spec["automountServiceAccountToken"], false);
    let policy = objects.one("NetworkPolicy", "cobrowse-node", "cobrowse-seccomp").expect("its policy");
    assert_eq!(policy["spec"], json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}));
    for installer in ["None", "SecurityProfilesOperator"] {
        let objects = render(&json!({"seccomp": {"installer": installer}})).expect("it renders");
        assert!(objects.of("DaemonSet").is_empty());
        let nodes = objects.0.iter().filter(|object| object["metadata"]["namespace"] == "cobrowse-node").count();
        assert_eq!(nodes, 0, "{installer}: nothing privileged is left");
        assert_eq!(objects.of("SeccompProfile").len(), usize::from(installer == "SecurityProfilesOperator"));
    }
}

#[test]
fn the_installer_is_ready_where_its_node_lacks_nothing() {
    let command = |values: &Value| {
        let objects = render(values).expect("it renders");
        let set = objects.one("DaemonSet", "cobrowse-node", "cobrowse-seccomp").expect("the installer").clone();
        texts(&set["spec"]["template"]["spec"]["containers"][0]["readinessProbe"]["exec"]["command"])
    };
    let wanted = ["/usr/bin/operator", "check-node", "--profile=/seccomp/chrome.json"];
    assert_eq!(command(&json!({})), wanted);
    let shared = command(&json!({"operator": {"hostUsers": true}}));
    assert_eq!(shared.last().map(String::as_str), Some("--host-users"));
}

#[test]
fn browser_pods_are_told_the_profile_that_the_installer_brings() {
    let told = |values: &Value| {
        let objects = render(values).expect("it renders");
        let operator = objects.one("Deployment", SYSTEM, "cobrowse-operator").expect("the operator").clone();
        let arguments = texts(&operator["spec"]["template"]["spec"]["containers"][0]["args"]);
        arguments.into_iter().find(|one| one.starts_with("--seccomp-profile="))
    };
    assert_eq!(told(&json!({})), None, "the operator's own default is the DaemonSet's");
    let foreign = json!({"seccomp": {"installer": "SecurityProfilesOperator"}});
    assert_eq!(told(&foreign).as_deref(), Some("--seccomp-profile=operator/cobrowse-chrome.json"));
    let profile = render(&foreign).expect("it renders");
    assert_eq!(profile.of("SeccompProfile")[0]["metadata"]["name"], "cobrowse-chrome");
    let own = json!({"seccomp": {"installer": "None", "localhostProfile": "mine/chrome.json"}});
    assert_eq!(told(&own).as_deref(), Some("--seccomp-profile=mine/chrome.json"));
}

#[test]
fn each_program_has_two_replicas_spread_and_a_budget() {
    let objects = objects();
    for name in ["cobrowse-operator", "cobrowse-session-api", "cobrowse-egress-gateway"] {
        let deployment = objects.one("Deployment", SYSTEM, name).expect("a deployment");
        assert_eq!(deployment["spec"]["replicas"], 2);
        assert_eq!(deployment["spec"]["strategy"]["rollingUpdate"], json!({"maxUnavailable": 0, "maxSurge": 1}));
        let spec = &deployment["spec"]["template"]["spec"];
        let spread = spec["topologySpreadConstraints"].as_array().expect("a spread");
        let keys: Vec<&Value> = spread.iter().map(|one| &one["topologyKey"]).collect();
        assert_eq!(keys, ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]);
        let selector = &deployment["spec"]["selector"]["matchLabels"];
        let labels = deployment["spec"]["template"]["metadata"]["labels"].as_object().expect("labels");
        for (key, value) in selector.as_object().expect("a selector") {
            assert_eq!(labels.get(key), Some(value), "{name}");
        }
        for constraint in spread {
            assert_eq!(&constraint["labelSelector"]["matchLabels"], selector, "{name} is spread against itself");
        }
        let budget = objects.one("PodDisruptionBudget", SYSTEM, name).expect("a budget");
        assert_eq!(
            (&budget["spec"]["minAvailable"], &budget["spec"]["selector"]["matchLabels"]),
            (&json!(1), selector)
        );
        assert_eq!(spec["serviceAccountName"], name);
    }
    let single = render(&json!({"operator": {"replicas": 1}})).expect("it renders");
    assert!(single.one("PodDisruptionBudget", SYSTEM, "cobrowse-operator").is_err(), "it would keep a node for ever");
}

#[test]
fn a_drain_takes_no_pod_with_a_session() {
    let objects = objects();
    let budget = objects.one("PodDisruptionBudget", SESSIONS, "cobrowse-sessions").expect("a budget");
    // Pods without a Deployment have no percentage. As many as a pool may have.
    assert!(budget["spec"]["minAvailable"].as_u64().is_some_and(|least| least >= 20_000), "{budget}");
    let wanted = json!({"app.kubernetes.io/name": "cobrowse-browser-pod", "cobrowse.dev/slot": "bound"});
    assert_eq!(budget["spec"]["selector"]["matchLabels"], wanted);
}

#[test]
fn the_namespace_of_sessions_is_restricted_and_stays() {
    let objects = objects();
    let namespace = objects.one("Namespace", "", SESSIONS).expect("the namespace");
    for mode in ["enforce", "audit", "warn"] {
        assert_eq!(namespace["metadata"]["labels"][format!("pod-security.kubernetes.io/{mode}")], "restricted");
    }
    assert_eq!(namespace["metadata"]["annotations"]["helm.sh/resource-policy"], "keep");
    let account = objects.one("ServiceAccount", SESSIONS, "cobrowse-browser-pod").expect("their account");
    assert_eq!(account["automountServiceAccountToken"], false);
}

#[test]
fn the_chart_makes_no_key_and_puts_none_into_arguments_or_environment() {
    let objects = render_full(&json!({})).expect("it renders");
    let secrets = objects.of("Secret");
    let names: Vec<&Value> = secrets.iter().map(|secret| &secret["metadata"]["name"]).collect();
    assert_eq!(names, ["cobrowse-egress-gateway", "cobrowse-grant-key"]);
    for secret in secrets {
        assert!(secret.get("data").is_none() && secret.get("stringData").is_none(), "the operator fills it: {secret}");
    }
    let brought =
        json!({"egressGateway": {"certificate": {"existingSecret": "a"}, "grantKey": {"existingSecret": "b"}}});
    assert!(render(&brought).expect("it renders").of("Secret").is_empty());
    for (name, pod) in objects.pods() {
        for container in pod["spec"]["containers"].as_array().expect("containers") {
            let environment = container["env"].as_array().into_iter().flatten();
            assert!(environment.clone().all(|one| one["valueFrom"].get("secretKeyRef").is_none()), "{name}");
            assert!(container.get("envFrom").is_none(), "{name}");
            assert!(!texts(&container["args"]).iter().any(|one| one.contains("postgres://")), "{name}");
        }
        for volume in pod["spec"]["volumes"].as_array().into_iter().flatten() {
            for source in [&volume["secret"], &volume["projected"]].into_iter().filter(|source| !source.is_null()) {
                assert_eq!(source["defaultMode"], 0o440, "{name}: nobody but the program reads {volume}");
            }
        }
    }
}

#[test]
fn session_api_gets_its_keys_and_the_pods_authority_in_one_folder() {
    let objects = render_full(&json!({})).expect("it renders");
    let deployment = objects.one("Deployment", SYSTEM, "cobrowse-session-api").expect("a deployment");
    let volumes = deployment["spec"]["template"]["spec"]["volumes"].as_array().expect("volumes");
    let sources = &volumes.iter().find(|volume| volume["name"] == "keys").expect("keys")["projected"]["sources"];
    let files: Vec<(&Value, &Value)> = sources
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|source| {
            source["secret"]["items"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|item| (&source["secret"]["name"], &item["path"]))
        })
        .collect();
    let named = |secret: &'static str, file: &'static str| (json!(secret), json!(file));
    let wanted = [
        named("cobrowse-keys", "pin.key"),
        named("cobrowse-keys", "seal.key"),
        named("cobrowse-pod-authority", "pods.crt"),
        named("cobrowse-pod-authority", "pods.key"),
    ];
    assert_eq!(files, wanted.iter().map(|(secret, file)| (secret, file)).collect::<Vec<_>>());
    let database =
        &volumes.iter().find(|volume| volume["name"] == "database").expect("database")["projected"]["sources"];
    assert_eq!(database[0]["secret"]["items"][0], json!({"key": "address", "path": "url"}));
    assert_eq!(
        database[1]["configMap"],
        json!({"name": "database-ca", "items": [{"key": "root.pem", "path": "ca.crt"}]})
    );
}

#[test]
fn the_egress_gateway_has_no_right_no_token_and_the_public_half_of_the_key_of_grants() {
    for (over, certificate, grants) in [
        (json!({}), "cobrowse-egress-gateway", "cobrowse-grant-key"),
        (
            json!({"egressGateway": {"certificate": {"existingSecret": "a"}, "grantKey": {"existingSecret": "b"}}}),
            "a",
            "b",
        ),
    ] {
        let objects = render(&over).expect("it renders");
        let deployment = objects.one("Deployment", SYSTEM, "cobrowse-egress-gateway").expect("a deployment");
        let spec = &deployment["spec"]["template"]["spec"];
        assert_eq!(spec["automountServiceAccountToken"], false);
        let account = objects.one("ServiceAccount", SYSTEM, "cobrowse-egress-gateway").expect("its account");
        assert_eq!(account["automountServiceAccountToken"], false);
        let volumes = spec["volumes"].as_array().expect("volumes");
        let sources = volumes[0]["projected"]["sources"].as_array().expect("sources");
        assert!(sources.iter().all(|source| source["secret"]["name"] == certificate), "{sources:?}");
        assert_eq!(volumes[1]["secret"]["secretName"], grants);
        assert_eq!(volumes[1]["secret"]["items"], json!([{"key": "grants.pem", "path": "grants.pem"}]));
    }
    let none = render(&json!({"egressGateway": {"enabled": false}})).expect("it renders");
    let left: Vec<_> = none.0.iter().map(called).filter(|name| name.contains("egress")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_is_open_through_a_gateway_that_ends_has_its_time() {
    let objects = render_full(&json!({})).expect("it renders");
    let spec = &objects.one("Deployment", SYSTEM, "cobrowse-egress-gateway").expect("a deployment")["spec"]["template"]
        ["spec"];
    assert!(texts(&spec["containers"][0]["args"]).contains(&"--drain=60".to_owned()));
    // And the five seconds of preStop, and some to say goodbye.
    assert_eq!(spec["terminationGracePeriodSeconds"], 75);
}
