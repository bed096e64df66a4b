//! The life of an installation on a real API server: dry-run, install, upgrade, an uninstall that is refused while a session lives and
//! taken afterwards, and another installation that finds everything again.

use crate::place::{Place, Who, until};
use cobrowse_charts::helm::{chart, helm};
use cobrowse_charts::objects::texts;
use cobrowse_e2e::must;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

fn read(namespace: &str, what: &str) -> Value {
    let text = must(&["--namespace", namespace, "get", what, "-o", "json"], "").expect(what);
    serde_json::from_str(&text).expect("JSON")
}

/// A program of this workspace, beside this test.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test is a program");
    test.ancestors().nth(2).expect("target/debug/deps/test").join(name)
}

/// Does what a kubelet would do with the pod of the uninstall's job: runs what its container says, as its service account, and tells how
/// it ended. Until `done`.
fn kubelet(place: &Place, done: &AtomicBool) {
    let system = place.system.as_str();
    let all = [
        "--namespace",
        system,
        "get",
        "pods",
        "--selector=batch.kubernetes.io/job-name=cobrowse-uninstall",
        "-o",
        "json",
    ];
    while !done.load(Ordering::Relaxed) {
        let pods: Value = serde_json::from_str(&must(&all, "").expect("pods")).expect("JSON");
        for pod in pods["items"].as_array().into_iter().flatten().filter(|pod| pod["status"]["phase"] == "Pending") {
            let name = pod["metadata"]["name"].as_str().expect("a name");
            let (ok, said) = run(place, &pod["spec"]);
            let code = i32::from(!ok);
            let ended = json!({"status": {"phase": if ok { "Succeeded" } else { "Failed" }, "containerStatuses": [{
                "name": "check", "image": "x", "imageID": "x", "ready": false, "restartCount": 0,
                "state": {"terminated": {"exitCode": code, "message": said}}}]}});
            let patch = ["--namespace", system, "patch", "pod", name, "--subresource=status", "--patch"];
            // Helm may have taken it away meanwhile.
            let _ = must(&[&patch[..], &[&ended.to_string()]].concat(), "");
        }
    }
}

fn run(place: &Place, spec: &Value) -> (bool, String) {
    let account = spec["serviceAccountName"].as_str().expect("an account");
    let token = must(&["--namespace", &place.system, "create", "token", account], "").expect("a token");
    let admin = must(&["config", "view", "--raw", "--minify", "-o", "json"], "").expect("the tests' own configuration");
    let mut config: Value = serde_json::from_str(&admin).expect("JSON");
    config["users"][0]["user"] = json!({"token": token.trim()});
    let file = std::env::temp_dir().join(format!("{}-kubeconfig.json", place.system));
    std::fs::write(&file, config.to_string()).expect("a file");
    let container = &spec["containers"][0];
    let mut command = Command::new(program("operator"));
    command.args(texts(&container["args"])).env_clear().env("KUBECONFIG", &file);
    let output = command.output().expect("the operator's program is built: cargo build --bin operator");
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Whether pods run here. kwok's nodes only say so.
fn has_nodes() -> bool {
    let nodes: Value = serde_json::from_str(&must(&["get", "nodes", "-o", "json"], "").expect("nodes")).expect("JSON");
    let played = |node: &Value| node["metadata"]["annotations"].get("kwok.x-k8s.io/node").is_some();
    nodes["items"].as_array().into_iter().flatten().any(|node| !played(node))
}

/// Our images, as `make images` names them for a cluster that runs pods.
fn images() -> Value {
    let own = json!({"registry": "localhost", "tag": "dev"});
    json!({"images": {"operator": own, "sessionApi": own, "browserPod": own}})
}

/// Uninstalls while a kubelet is there, the cluster's own or this test.
fn uninstall(place: &Place) -> Result<String, String> {
    let done = AtomicBool::new(false);
    let play = !has_nodes();
    std::thread::scope(|scope| {
        if play {
            scope.spawn(|| kubelet(place, &done));
        }
        let said = helm(&["uninstall", "cobrowse", "--namespace", &place.system, "--timeout", "60s"], "");
        done.store(true, Ordering::Relaxed);
        said.map_err(|error| format!("{error:#}"))
    })
}

fn objects(place: &Place) {
    let tenant = json!({"apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowseTenant", "metadata": {"name": "example"},
        "spec": {"displayName": "Example", "sites": [{"pattern": "https://www.example.test"}]}});
    let session = json!({"apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowseSession", "metadata": {"name": "alive"},
        "spec": {"tenantRef": {"name": "example"}, "poolRef": {"name": "default"}, "site": "https://www.example.test"}});
    for object in [tenant, session] {
        must(&["--namespace", &place.sessions, "create", "-f", "-"], &object.to_string()).expect("an object");
    }
}

#[test]
fn a_server_takes_every_object_before_anything_is_there() {
    let place = Place::new("install-dry");
    for namespace in [place.sessions.as_str(), "install-dry-node"] {
        let _ = must(&["delete", "namespace", namespace, "--ignore-not-found", "--wait"], "");
        must(&["create", "namespace", namespace], "").expect("a namespace, as no dry run makes one");
    }
    let all = json!({
        "seccomp": {"installer": "DaemonSet", "namespace": "install-dry-node"}, "monitoring": {"dashboard": {"enabled": true}},
        "ingress": {"enabled": true, "hostnames": ["www.example.test"]}, "sessions": {"quota": {"pods": "100"}},
        "sessionApi": {"service": {"type": "LoadBalancer", "loadBalancerSourceRanges": ["203.0.113.0/24"]}},
        "networkPolicy": {"monitoring": {"namespaceLabels": {"a": "b"}}, "clients": {"cidrs": ["203.0.113.0/24"]}},
        "test": {"enabled": true, "tenant": "example", "site": "https://www.example.test"},
    });
    // A pod's account is looked up even by a dry run.
    must(&["--namespace", &place.system, "create", "serviceaccount", "cobrowse-check"], "").expect("an account");
    let text = place.helm(&["template"], &all).expect("it renders");
    let said =
        must(&["apply", "--dry-run=server", "--validate=strict", "-f", "-"], &text).expect("a server takes all of it");
    assert!(said.lines().count() > 40 && said.lines().all(|line| line.contains("server dry run")), "{said}");
    for namespace in [place.sessions.as_str(), "install-dry-node", place.system.as_str()] {
        must(&["delete", "namespace", namespace, "--wait=false"], "").expect("it goes");
    }
}

#[test]
fn install_upgrade_refusal_uninstall_and_install_again() {
    let place = Place::new("install-life");
    let said = place.helm(&["install"], &images()).expect("an installation");
    assert!(said.contains("people open https://help.example.test") && said.contains("kubectl explain"), "{said}");
    assert!(said.contains("WARNING: seccomp.installer is None"), "{said}");
    programs_are_admitted(&place);
    rights_hold(&place);

    let mut more = images();
    more["sessionApi"] = json!({"replicas": 3});
    place.helm(&["upgrade"], &more).expect("an upgrade");
    assert_eq!(read(&place.system, "deployment/cobrowse-session-api")["spec"]["replicas"], 3);
    assert_eq!(read(&place.sessions, "cobrowsepool/default")["spec"]["minWarm"], 2);
    place.helm(&["upgrade"], &json!({"sessionApi": {"replica": 3}})).expect_err("a wrong value is refused");

    objects(&place);
    let refused = uninstall(&place).expect_err("a session lives");
    assert!(refused.contains("Job") && refused.contains("cobrowse-uninstall"), "{refused}");
    let pods = read(&place.system, "pods");
    let told = pods["items"].to_string();
    assert!(
        told.contains("1 session lives") && told.contains("desiredState"),
        "the job says why and what to do: {told}"
    );
    read(&place.system, "deployment/cobrowse-operator");

    let ended = r#"{"spec": {"lifecycle": {"desiredState": "Ended"}}, "status": {"phase": "Finished", "finishReason": "Requested"}}"#;
    must(&["--namespace", &place.sessions, "patch", "cbs/alive", "--type=merge", "--patch", ended], "")
        .expect("an end");
    let status = [
        "--namespace",
        &place.sessions,
        "patch",
        "cbs/alive",
        "--type=merge",
        "--subresource=status",
        "--patch",
        ended,
    ];
    must(&status, "").expect("what the operator would write");
    uninstall(&place).expect("no session lives");
    until("the programs gone", || {
        Ok(must(&["--namespace", &place.system, "get", "deployments,jobs,networkpolicies", "-o", "name"], "")?
            .is_empty())
    })
    .expect("an uninstall takes them away");
    assert_eq!(read(&place.sessions, "cobrowsetenant/example")["spec"]["displayName"], "Example", "tenants stay");
    assert_eq!(read(&place.sessions, "cobrowsesession/alive")["status"]["finishReason"], "Requested", "and sessions");

    place.helm(&["install"], &json!({})).expect("it is as before");
    read(&place.sessions, "cobrowsetenant/example");
    helm(&["uninstall", "cobrowse", "--namespace", &place.system, "--no-hooks"], "").expect("it goes");
    for namespace in [&place.sessions, &place.system] {
        must(&["delete", "namespace", namespace, "--wait=false"], "").expect("the namespace goes");
    }
}

/// The namespace is under Pod Security "restricted": pods of both programs are made, which needs their accounts too.
fn programs_are_admitted(place: &Place) {
    until("pods of both programs", || {
        let names = must(
            &[
                "--namespace",
                &place.system,
                "get",
                "pods",
                "--selector=app.kubernetes.io/part-of=cobrowse",
                "-o",
                "name",
            ],
            "",
        )?;
        let of = |name: &str| names.lines().filter(|line| line.contains(name)).count();
        Ok(of("cobrowse-operator") == 2 && of("cobrowse-session-api") == 2)
    })
    .expect("two pods of each");
}

/// What the API server says of each account, beside what the roles say.
fn rights_hold(place: &Place) {
    let account = |name: &str, namespace: &str| {
        let groups = ["system:serviceaccounts", "system:authenticated", &format!("system:serviceaccounts:{namespace}")]
            .map(str::to_owned);
        Who { name: format!("system:serviceaccount:{namespace}:{name}"), groups: groups.to_vec() }
    };
    let api = account("cobrowse-session-api", &place.system);
    let pod = account("cobrowse-browser-pod", &place.sessions);
    let may =
        |who: &Who, what: &[&str]| place.acts(who, &[&["auth", "can-i"][..], what].concat(), "").out.trim() == "yes";
    let operator = place.operator();
    assert!(
        may(&operator, &["create", "pods"]) && may(&operator, &["patch", "cobrowsesessions", "--subresource=status"])
    );
    assert!(may(&operator, &["create", "tokenreviews.authentication.k8s.io", "--all-namespaces"]));
    assert!(may(&api, &["create", "cobrowsesessions"]) && may(&api, &["watch", "cobrowsetenants"]));
    for who in [&operator, &api, &pod] {
        for what in [
            &["list", "secrets"][..],
            &["get", "secrets"],
            &["create", "pods", "--subresource=exec"],
            &["list", "nodes"],
        ] {
            assert!(!may(who, what), "{} may {what:?}", who.name);
        }
        assert!(!may(who, &["list", "pods", "--namespace=default"]), "{}", who.name);
    }
    assert!(!may(&api, &["list", "pods"]) && !may(&api, &["patch", "cobrowsesessions", "--subresource=status"]));
    assert!(!may(&api, &["delete", "cobrowsesessions"]) && !may(&operator, &["patch", "cobrowsetenants"]));
    for kind in ["cobrowsesessions", "cobrowsepools", "cobrowsetenants", "pods"] {
        assert!(!may(&pod, &["get", kind]), "a browser pod may get {kind}");
    }
}

#[test]
fn the_kinds_outlive_the_uninstall_of_their_chart() {
    // A release of another name over the same definitions, so that other tests keep theirs.
    let folder = chart("cobrowse-crds");
    let rendered = helm(&["template", "x", &folder.to_string_lossy()], "").expect("it renders");
    assert_eq!(rendered.matches("helm.sh/resource-policy: keep").count(), 3);
    let _kinds = Place::new("install-kinds");
    let said = helm(&["uninstall", "cobrowse-crds", "--namespace", "default"], "").expect("it goes");
    assert!(said.contains("kept due to the resource policy"), "{said}");
    for name in ["cobrowsesessions", "cobrowsepools", "cobrowsetenants"] {
        let definition = read("default", &format!("crd/{name}.cobrowse.dev"));
        assert!(definition["metadata"].get("deletionTimestamp").is_none(), "{name}");
    }
    must(&["delete", "namespace", "install-kinds-system", "--wait=false"], "").expect("it goes");
}
