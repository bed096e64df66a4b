//! Reads a session and all pods that name it from the API server, past every cache.

use crate::cluster::{Failure, answer};
use crate::{names, seen};
use cobrowse_crds::kind::CoBrowseSession;
use cobrowse_session::{PodUid, SessionUid};
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, ListParams};

/// What the API server has.
#[derive(Debug, Default)]
pub struct Found {
    /// The session of this UID; none when it is gone, or its name is another's.
    pub session: Option<seen::Session>,
    /// Pods that were asked for or found.
    pub pods: Vec<seen::Pod>,
    /// Pods that were asked for and are gone.
    pub gone: Vec<PodUid>,
}

/// Which pods to ask for, besides those that name the session: UID and name.
pub type Asked = Vec<(PodUid, String)>;

/// Reads. A pod of the list `asked` that does not name the session is read alone.
pub async fn read(
    (sessions, pods): (&Api<CoBrowseSession>, &Api<Pod>),
    (uid, name): (SessionUid, &str),
    asked: Asked,
) -> Result<Found, Failure> {
    let session = answer(sessions.get_opt(name)).await?;
    let session = session.as_ref().and_then(|object| seen::Session::read(object).ok()).filter(|found| found.uid == uid);
    let named = ListParams::default().labels(&format!("{}={name}", names::SESSION));
    let list = answer(pods.list(&named)).await?;
    let mut found = Found { session, ..Found::default() };
    found.pods.extend(list.items.iter().filter_map(|pod| seen::Pod::read(pod).ok()));
    for (uid, name) in asked {
        if found.pods.iter().any(|pod| pod.uid == uid) {
            continue;
        }
        let pod = answer(pods.get_opt(&name)).await?;
        match pod.as_ref().and_then(|object| seen::Pod::read(object).ok()).filter(|pod| pod.uid == uid) {
            Some(pod) => found.pods.push(pod),
            None => found.gone.push(uid),
        }
    }
    Ok(found)
}
