//! The two containers of a browser pod. They share an image and one socket; not a user, a process namespace or a key.

use super::volumes;
use crate::names;
use crate::pool::dereference::Installation;
use cobrowse_crds::kind::pool::PoolSpec;
use k8s_openapi::api::core::v1::{
    Capabilities, Container, ContainerPort, ExecAction, Probe, ResourceRequirements, SeccompProfile, SecurityContext,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::collections::BTreeMap;

const PROGRAM: &str = "/usr/bin/browser-pod";
/// User and group of the agent side.
const AGENT_ID: i64 = 10001;
/// User and group of the browser side.
const BROWSER_ID: i64 = 10002;
/// Port on the pod's loopback of Chrome's proxy.
const PROXY_PORT: u16 = 8701;
/// The startup probe: once a second, for as long as any readiness grace lasts.
const PROBES_MAX: i32 = 1800;

/// The side that encodes, masks and holds the pod's key.
pub fn agent(spec: &PoolSpec, installation: &Installation) -> Container {
    let port = installation.pod_port;
    let listen = format!("[::]:{port}");
    let socket = socket();
    let token = format!("{}/token", volumes::TOKEN);
    let gateways: Vec<String> = installation.gateways.iter().flatten().map(ToString::to_string).collect();
    let (gateways, proxy) = (gateways.join(","), PROXY_PORT.to_string());
    let forbidden: Vec<String> = installation.forbidden.iter().map(|target| format!("--forbidden={target}")).collect();
    let mut args = vec![
        "agent",
        "--listen",
        &listen,
        "--socket",
        &socket,
        "--token-file",
        &token,
        "--termination-log",
        "/dev/termination-log",
    ];
    args.extend(forbidden.iter().map(String::as_str));
    if installation.gateways.is_some() {
        args.extend(["--gateway", &gateways, "--proxy-port", &proxy]);
    }
    let resources = &spec.resources.agent;
    Container {
        ports: Some(vec![ContainerPort {
            name: Some("pod".to_owned()),
            container_port: i32::from(port),
            protocol: Some("TCP".to_owned()),
            ..ContainerPort::default()
        }]),
        startup_probe: Some(probe(&["--listen-port", &port.to_string()])),
        termination_message_policy: Some("File".to_owned()),
        volume_mounts: Some(volumes::of_agent()),
        ..container(
            names::AGENT,
            spec,
            &args,
            AGENT_ID,
            &resources.cpu,
            (&resources.memory, &resources.ephemeral_storage),
        )
    }
}

/// The side that is Chrome.
pub fn browser(spec: &PoolSpec, installation: &Installation) -> Container {
    let (socket, proxy) = (socket(), PROXY_PORT.to_string());
    let mut args = vec!["browser", "--socket", &socket];
    if installation.gateways.is_some() {
        args.extend(["--proxy-port", &proxy]);
    }
    let resources = &spec.resources.browser;
    let mut container = container(
        names::BROWSER,
        spec,
        &args,
        BROWSER_ID,
        &resources.cpu,
        (&resources.memory, &resources.ephemeral_storage),
    );
    container.startup_probe = Some(probe(&["--chrome"]));
    container.termination_message_policy = Some("FallbackToLogsOnError".to_owned());
    container.volume_mounts = Some(volumes::of_browser(installation.browser_policy.is_some()));
    if let Some(context) = &mut container.security_context {
        context.seccomp_profile = Some(SeccompProfile {
            type_: "Localhost".to_owned(),
            localhost_profile: Some(installation.seccomp_profile.clone()),
        });
    }
    container
}

fn socket() -> String {
    format!("{}/side.sock", volumes::SOCKET)
}

fn container(
    name: &str,
    spec: &PoolSpec,
    args: &[&str],
    id: i64,
    cpu: &str,
    (memory, disk): (&str, &str),
) -> Container {
    let quantity = |name: &str, amount: &str| (name.to_owned(), Quantity(amount.to_owned()));
    let kept = [quantity("memory", memory), quantity("ephemeral-storage", disk)];
    let requests: BTreeMap<_, _> = kept.clone().into_iter().chain([quantity("cpu", cpu)]).collect();
    Container {
        name: name.to_owned(),
        image: Some(spec.image.clone()),
        command: Some(vec![PROGRAM.to_owned()]),
        args: Some(args.iter().map(|text| (*text).to_owned()).collect()),
        // No limit of cores: it would make pages stutter.
        resources: Some(ResourceRequirements {
            requests: Some(requests),
            limits: Some(BTreeMap::from(kept)),
            claims: None,
        }),
        security_context: Some(confined(id)),
        ..Container::default()
    }
}

/// Pod Security `restricted`, and a root that nobody writes to.
fn confined(id: i64) -> SecurityContext {
    SecurityContext {
        run_as_non_root: Some(true),
        run_as_user: Some(id),
        run_as_group: Some(id),
        allow_privilege_escalation: Some(false),
        privileged: Some(false),
        read_only_root_filesystem: Some(true),
        capabilities: Some(Capabilities { add: None, drop: Some(vec!["ALL".to_owned()]) }),
        seccomp_profile: Some(SeccompProfile { type_: "RuntimeDefault".to_owned(), localhost_profile: None }),
        ..SecurityContext::default()
    }
}

/// A kubelet cannot speak mutual TLS, so the pod asks itself. Once it has started nobody asks any more.
fn probe(what: &[&str]) -> Probe {
    let command = [PROGRAM, "probe"].iter().chain(what).map(|text| (*text).to_owned()).collect();
    Probe {
        exec: Some(ExecAction { command: Some(command) }),
        // Until then it is not up, and to ask would only make an event.
        initial_delay_seconds: Some(2),
        period_seconds: Some(1),
        timeout_seconds: Some(5),
        failure_threshold: Some(PROBES_MAX),
        ..Probe::default()
    }
}
