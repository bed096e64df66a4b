//! The volumes of a browser pod: all in memory, each with a limit. Nothing that a page left is ever on a disk.

use crate::names;
use cobrowse_crds::kind::pool::Resources;
use k8s_openapi::api::core::v1::{
    ConfigMapVolumeSource, EmptyDirVolumeSource, ProjectedVolumeSource, ServiceAccountTokenProjection, Volume,
    VolumeMount, VolumeProjection,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

/// Where the two sides meet.
pub const SOCKET: &str = "/run/cobrowse";
/// Where the agent side finds the token that it proves itself with.
pub const TOKEN: &str = "/run/secrets/cobrowse";
/// Chrome's profile and downloads.
const FOLDER: &str = "/run/browser";
/// Further policies of Chrome.
const POLICY: &str = "policy";
const SHARED_MEMORY: &str = "/dev/shm";
const TEMPORARY: &str = "/tmp";

/// A socket and no files.
const SOCKET_SIZE: &str = "1Mi";
/// What the agent side keeps of an upload or a download.
const AGENT_TEMPORARY: &str = "64Mi";
/// The token is used once, within minutes of the pod's start. Kubernetes grants no less than ten minutes.
const TOKEN_SECONDS: i64 = 600;

/// All volumes. Of further policies of Chrome the ConfigMap is named, if there is one.
pub fn volumes(resources: &Resources, policy: Option<&str>) -> Vec<Volume> {
    let mut all = vec![
        memory("socket", SOCKET_SIZE),
        memory("agent-tmp", AGENT_TEMPORARY),
        memory("browser-tmp", &resources.browser.scratch),
        memory("folder", &resources.browser.scratch),
        memory("shm", &resources.browser.shared_memory),
        token(),
    ];
    all.extend(policy.map(|name| {
        let source = ConfigMapVolumeSource { name: name.to_owned(), ..ConfigMapVolumeSource::default() };
        Volume { name: POLICY.to_owned(), config_map: Some(source), ..Volume::default() }
    }));
    all
}

/// What the agent side sees.
pub fn of_agent() -> Vec<VolumeMount> {
    let token = VolumeMount { read_only: Some(true), ..mount("token", TOKEN) };
    vec![mount("socket", SOCKET), mount("agent-tmp", TEMPORARY), token]
}

/// What the browser side sees: never the token.
pub fn of_browser(has_policy: bool) -> Vec<VolumeMount> {
    let mut all = vec![
        mount("socket", SOCKET),
        mount("browser-tmp", TEMPORARY),
        mount("folder", FOLDER),
        mount("shm", SHARED_MEMORY),
    ];
    // One file beside the image's own, which stay.
    all.extend(has_policy.then(|| VolumeMount {
        sub_path: Some("policy.json".to_owned()),
        read_only: Some(true),
        ..mount(POLICY, "/etc/chromium/policies/managed/installation.json")
    }));
    all
}

fn memory(name: &str, limit: &str) -> Volume {
    let source =
        EmptyDirVolumeSource { medium: Some("Memory".to_owned()), size_limit: Some(Quantity(limit.to_owned())) };
    Volume { name: name.to_owned(), empty_dir: Some(source), ..Volume::default() }
}

fn token() -> Volume {
    let token = ServiceAccountTokenProjection {
        audience: Some(names::ENROLL_AUDIENCE.to_owned()),
        expiration_seconds: Some(TOKEN_SECONDS),
        path: "token".to_owned(),
    };
    let source = VolumeProjection { service_account_token: Some(token), ..VolumeProjection::default() };
    // Read by the agent side's group alone.
    let projected = ProjectedVolumeSource { default_mode: Some(0o440), sources: Some(vec![source]) };
    Volume { name: "token".to_owned(), projected: Some(projected), ..Volume::default() }
}

fn mount(name: &str, path: &str) -> VolumeMount {
    VolumeMount { name: name.to_owned(), mount_path: path.to_owned(), ..VolumeMount::default() }
}
