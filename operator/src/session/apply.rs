//! Carries out writes of one session.

use crate::cluster::{Failure, answer};
use crate::seen;
use cobrowse_crds::kind::CoBrowseSession;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, DeleteParams, Patch, PatchParams, Preconditions};
use serde_json::Value;

/// Patches a session's status.
pub async fn status(sessions: &Api<CoBrowseSession>, name: &str, patch: Value) -> Result<seen::Session, Failure> {
    let patched = answer(sessions.patch_status(name, &PatchParams::default(), &json::<CoBrowseSession>(patch))).await?;
    seen::Session::read(&patched).map_err(|_| Failure::Slow)
}

/// Patches a pod.
pub async fn pod(pods: &Api<Pod>, name: &str, patch: Value) -> Result<seen::Pod, Failure> {
    let patched = answer(pods.patch(name, &PatchParams::default(), &json::<Pod>(patch))).await?;
    seen::Pod::read(&patched).map_err(|_| Failure::Slow)
}

/// Deletes a pod of this UID, and in this version where one is given. Gives what is left of it.
pub async fn delete_pod(pods: &Api<Pod>, pod: &seen::Pod, exact: bool) -> Result<Option<seen::Pod>, Failure> {
    let version = exact.then(|| pod.version.to_string());
    let preconditions = Preconditions { uid: Some(pod.uid.to_string()), resource_version: version };
    let parameters = DeleteParams::default().preconditions(preconditions);
    let left = answer(pods.delete(&pod.name, &parameters)).await?.left();
    // A pod that never had a node, or is over, is gone at once, and its deletion time is no deadline of a grace.
    let left = left.and_then(|left| seen::Pod::read(&left).ok());
    Ok(left.filter(|left| matches!(left.stage, seen::Stage::Leaving(_))))
}

/// Deletes a session whose time after its end is over.
pub async fn delete_session(sessions: &Api<CoBrowseSession>, session: &seen::Session) -> Result<(), Failure> {
    let preconditions = Preconditions { uid: Some(session.uid.to_string()), resource_version: None };
    let parameters = DeleteParams::default().preconditions(preconditions);
    match answer(sessions.delete(&session.name, &parameters)).await {
        Err(failure) if failure.code() != 404 => Err(failure),
        _ => Ok(()),
    }
}

/// Operations as a JSON patch.
fn json<K: serde::Serialize>(operations: Value) -> Patch<K> {
    Patch::Json(serde_json::from_value(operations).expect("operations are built here"))
}
