//! The volumes of a browser pod: all in memory, each with a limit. Nothing that a page left is ever on a disk.

use crate::names;
use cobrowse_crds::kind::pool::Resources;
use k8s_openapi::api::core::v1::{
    EmptyDirVolumeSource, ProjectedVolumeSource, ServiceAccountTokenProjection, Volume, VolumeMount, VolumeProjection,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

/// Where the two sides meet.
pub const SOCKET: &str = "/run/cobrowse";
/// Where the agent side finds the token that it proves itself with.
pub const TOKEN: &str = "/run/secrets/cobrowse";
/// Chrome's profile and downloads.
const FOLDER: &str = "/run/browser";
const SHARED_MEMORY: &str = "/dev/shm";
const TEMPORARY: &str = "/tmp";

/// A socket and no files.
const SOCKET_SIZE: &str = "1Mi";
/// What the agent side keeps of an upload or a download.
const AGENT_TEMPORARY: &str = "64Mi";
/// The token is used once, within minutes of the pod's start. Kubernetes grants no less than ten minutes.
const TOKEN_SECONDS: i64 = 600;

/// All volumes.
pub fn volumes(resources: &Resources) -> Vec<Volume> {
    vec![
        memory("socket", SOCKET_SIZE),
        memory("agent-tmp", AGENT_TEMPORARY),
        memory("browser-tmp", &resources.browser.scratch),
        memory("folder", &resources.browser.scratch),
        memory("shm", &resources.browser.shared_memory),
        token(),
    ]
}

/// What the agent side sees.
pub fn of_agent() -> Vec<VolumeMount> {
    let token = VolumeMount { read_only: Some(true), ..mount("token", TOKEN) };
    vec![mount("socket", SOCKET), mount("agent-tmp", TEMPORARY), token]
}

/// What the browser side sees: never the token.
pub fn of_browser() -> Vec<VolumeMount> {
    vec![mount("socket", SOCKET), mount("browser-tmp", TEMPORARY), mount("folder", FOLDER), mount("shm", SHARED_MEMORY)]
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
