//! The rendered arguments are what the programs take: their own parsers read them. A `--help` behind them ends a program once it has
//! read what stands before.

use cobrowse_charts::helm::{SYSTEM, render, render_full};
use cobrowse_charts::objects::{Objects, texts};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Command, Output};

/// A program of this workspace, beside this test.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test is a program");
    let folder = test.ancestors().nth(2).expect("target/debug/deps/test");
    let program = folder.join(name);
    assert!(program.is_file(), "{} is not there: run `cargo build --bins`", program.display());
    program
}

fn read(name: &str, arguments: &[String]) -> Output {
    let mut command = Command::new(program(name));
    command.args(arguments).arg("--help").env_clear();
    command.output().expect("the program starts")
}

/// What each container of ours is told, by the image it has: the program's name and its arguments.
fn told(objects: &Objects) -> Vec<(String, String, Vec<String>)> {
    let pods = objects.pods().into_iter();
    let all = pods.flat_map(|(name, pod)| {
        let containers: &[Value] = pod["spec"]["containers"].as_array().expect("containers");
        containers.iter().map(move |container| (name.clone(), container)).collect::<Vec<_>>()
    });
    let named = all.filter_map(|(name, container)| {
        let image = container["image"].as_str().expect("an image");
        let program = ["operator", "session-api", "egress-gateway"]
            .into_iter()
            .find(|program| image.contains(&format!("cobrowse/{program}")))?;
        Some((name, program.to_owned(), texts(&container["args"])))
    });
    named.collect()
}

#[test]
fn every_rendered_argument_is_one_that_the_program_takes() {
    let test = json!({"test": {"enabled": true, "tenant": "t", "site": "https://a.example.test"}});
    for objects in [render(&test), render_full(&json!({}))] {
        let told = told(&objects.expect("it renders"));
        assert_eq!(told.len(), 6, "operator, session-api, gateway, installer, two hooks");
        for (name, program, arguments) in told {
            let output = read(&program, &arguments);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{name}: {program} {arguments:?}: {said}");
        }
    }
}

#[test]
fn the_check_would_notice_a_wrong_one() {
    for (program, arguments) in [
        ("session-api", vec!["serve", "--publc-origin=https://a.example.test"]),
        ("session-api", vec!["serve", "--max-sessions=many"]),
        ("operator", vec!["--namespaces=x"]),
        ("operator", vec!["--pod-port=70000"]),
        ("operator", vec!["check-everything"]),
        ("operator", vec!["--canary=Everything"]),
        ("egress-gateway", vec!["--private-targets=wiki.example.test:443"]),
        ("egress-gateway", vec!["--sources=203.0.113.7"]),
    ] {
        let arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
        assert!(!read(program, &arguments).status.success(), "{program} {arguments:?}");
    }
}

#[test]
fn ports_and_files_of_the_arguments_are_those_of_the_pod() {
    let objects = render(&json!({})).expect("it renders");
    for name in ["cobrowse-operator", "cobrowse-session-api", "cobrowse-egress-gateway"] {
        let deployment = objects.one("Deployment", SYSTEM, name).expect("a deployment");
        let container = &deployment["spec"]["template"]["spec"]["containers"][0];
        let mounts = container["volumeMounts"].as_array().expect("mounts").iter();
        let mounts: Vec<&str> = mounts.filter_map(|mount| mount["mountPath"].as_str()).collect();
        let ports: Vec<u64> = container["ports"]
            .as_array()
            .expect("ports")
            .iter()
            .filter_map(|port| port["containerPort"].as_u64())
            .collect();
        for argument in texts(&container["args"]) {
            let Some((flag, value)) = argument.split_once('=') else { continue };
            if value.starts_with('/') {
                assert!(
                    mounts.iter().any(|mount| value.starts_with(mount)),
                    "{name} {argument}: nothing is mounted there"
                );
            }
            if flag.ends_with("listen") || flag == "--metrics" {
                let (_, port) = value.rsplit_once(':').expect("a port");
                assert!(
                    ports.contains(&port.parse().expect("a number")),
                    "{name} {argument}: no such port of the container"
                );
            }
        }
    }
}

#[test]
fn what_tenants_may_be_given_comes_to_the_egress_gateway() {
    let objects = render_full(&json!({})).expect("it renders");
    let gateway = objects.one("Deployment", SYSTEM, "cobrowse-egress-gateway").expect("a deployment");
    let arguments = texts(&gateway["spec"]["template"]["spec"]["containers"][0]["args"]);
    for wanted in [
        "--private-targets=wiki.example.test@10.1.2.0/24:443,files.example.test@fd00:1::/64:8443",
        "--sources=europe=203.0.113.7,europe=2001:db8:3::7",
        "--cluster-ranges=198.51.100.0/24,2001:db8:1::/48,172.18.0.2/32,2001:db8::2/128,192.0.2.5/32",
    ] {
        assert!(arguments.iter().any(|argument| argument == wanted), "no {wanted} in {arguments:?}");
    }
}
