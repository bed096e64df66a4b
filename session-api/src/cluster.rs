//! Kubernetes as session-api sees it: sessions become objects and are watched, tenants are watched, pods are named by bindings. It
//! makes no pod and reads no Secret, and of all status it writes one field: that an administrator's invitation was used.

mod object;
pub mod sessions;
mod tenants;
mod watch;

use crate::config::Cluster as Settings;
use crate::tenants::Current;
use crate::traces;
use cobrowse_crds::Tenant;
use cobrowse_crds::kind::session::DesiredState;
use cobrowse_crds::kind::{CoBrowseSession, CoBrowseTenant};
use cobrowse_identity::policy;
use cobrowse_session::permission::AdministratorInvitation;
use cobrowse_session::site::PageUrl;
use cobrowse_session::waiting::Row;
use cobrowse_session::{SessionId, Timestamp};
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Client};
use serde_json::json;
use sessions::Objects;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::store::Start;

/// Who writes, as the API server notes it.
const MANAGER: &str = "cobrowse-session-api";
/// A call that takes longer has no answer.
const CALL: Duration = Duration::from_secs(10);
/// A watch says something at least as often as its own end comes; one that is silent for longer is dead.
const SILENCE: Duration = Duration::from_secs(watch::SECONDS + 10);
/// How long the first list of everything may take.
const FIRST: Duration = Duration::from_secs(60);

/// Why there is no cluster.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Neither a pod's own account nor KUBECONFIG.
    #[error("failed to find the cluster: run in a pod with a service account, or set KUBECONFIG")]
    Infer(#[source] Box<kube::config::InferConfigError>),
    /// The client.
    #[error("failed to prepare the client of the cluster")]
    Client(#[source] Box<kube::Error>),
    /// It does not answer.
    #[error(
        "failed to read the cluster's objects in time: check the address, that the definitions of cobrowse.dev are installed, and \
         that session-api may get, list and watch sessions and tenants"
    )]
    Slow,
}

/// Why a session has no object. Stable CamelCase reasons, for the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The API server does not answer, or not now.
    Unreachable,
    /// It does not take the object, or not from us.
    Refused,
    /// Another tenant's session has the name.
    NameTaken,
}

impl Failure {
    /// The reason.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Unreachable => "ClusterUnreachable",
            Self::Refused => "ObjectRefused",
            Self::NameTaken => "NameTaken",
        }
    }
}

/// The cluster. Cheap to clone.
#[derive(Clone)]
pub struct Cluster {
    api: Api<CoBrowseSession>,
    tenants: Api<CoBrowseTenant>,
    pool: String,
    pod_port: u16,
    objects: Objects,
}

impl Cluster {
    /// Connects, and returns once every session and tenant that is there is known. Watches until `stop`.
    pub async fn connect(
        settings: &Settings,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) -> Result<(Self, Current), Error> {
        policy::install();
        let mut config = kube::Config::infer().await.map_err(|error| Error::Infer(Box::new(error)))?;
        config.read_timeout = Some(SILENCE);
        let client = Client::try_from(config).map_err(|error| Error::Client(Box::new(error)))?;
        let namespace = settings.namespace.as_str();
        let (objects, tenants) = (Objects::default(), tenants::Watched::default());
        let current = tenants.current();
        let (sessions_read, sessions_are) = oneshot::channel();
        let (tenants_read, tenants_are) = oneshot::channel();
        let sessions: Api<CoBrowseSession> = Api::namespaced(client.clone(), namespace);
        let all: Api<CoBrowseTenant> = Api::namespaced(client, namespace);
        tasks.spawn(watch::follow(sessions.clone(), stop.clone(), objects.clone().seer(), sessions_read));
        tasks.spawn(watch::follow(all.clone(), stop.clone(), tenants.seer(), tenants_read));
        let known = async { sessions_are.await.is_ok() && tenants_are.await.is_ok() };
        match tokio::time::timeout(FIRST, known).await {
            Ok(true) => {}
            Ok(false) | Err(_) => return Err(Error::Slow),
        }
        let (pool, pod_port) = (settings.pool.clone(), settings.pod_port);
        Ok((Self { api: sessions, tenants: all, pool, pod_port, objects }, current))
    }

    /// Where pods listen.
    pub fn pod_port(&self) -> u16 {
        self.pod_port
    }

    /// What is seen of sessions.
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// Makes the session's object. One that is there already, of the same tenant, is as good: another replica made it.
    pub async fn create(&self, row: &Row, start: &Start, url: &PageUrl, tenant: &Tenant) -> Result<(), Failure> {
        let object = object::of(row, start, url, tenant, &self.pool, traces::parent()).ok_or(Failure::Refused)?;
        let parameters = PostParams { field_manager: Some(MANAGER.to_owned()), ..PostParams::default() };
        match answer(self.api.create(&parameters, &object)).await {
            Ok(_) => Ok(()),
            Err(Answer::Code(409)) => self.is_ours(&row.id, tenant).await,
            Err(answer) => Err(answer.failure()),
        }
    }

    async fn is_ours(&self, id: &SessionId, tenant: &Tenant) -> Result<(), Failure> {
        let found = answer(self.api.get(id.as_str())).await.map_err(Answer::failure)?;
        match found.spec.tenant_ref.name == tenant.id.as_str() {
            true => Ok(()),
            false => Err(Failure::NameTaken),
        }
    }

    /// Says in the tenant's status that an administrator's invitation is over. One that was told before, or is another one by
    /// now, is as good.
    pub async fn tell_used(&self, invitation: &AdministratorInvitation, now: Timestamp) -> Result<(), Failure> {
        let seconds = i64::try_from(now.as_millis() / 1000).unwrap_or_default();
        let at = k8s_openapi::jiff::Timestamp::from_second(seconds).unwrap_or_default().to_string();
        let name = invitation.tenant.as_str();
        let found = match answer(self.tenants.get(name)).await {
            Ok(found) => found,
            Err(Answer::Code(404)) => return Ok(()),
            Err(answer) => return Err(answer.failure()),
        };
        let told = found.status.and_then(|status| status.invitation);
        if told.is_none_or(|told| told.hash != invitation.hash.to_hex() || told.used_at.is_some()) {
            return Ok(());
        }
        // In the version that was read, or it could be of another invitation.
        let metadata = json!({"resourceVersion": found.metadata.resource_version});
        let patch = Patch::Merge(json!({"metadata": metadata, "status": {"invitation": {"usedAt": at}}}));
        let told = answer(self.tenants.patch_status(name, &PatchParams::default(), &patch)).await;
        told.map(drop).map_err(Answer::failure)
    }

    /// Asks the operator to end the session. One that is gone has ended.
    pub async fn end(&self, id: &SessionId) -> Result<(), Failure> {
        let patch = Patch::Merge(json!({"spec": {"lifecycle": {"desiredState": DesiredState::Ended}}}));
        match answer(self.api.patch(id.as_str(), &PatchParams::default(), &patch)).await {
            Ok(_) | Err(Answer::Code(404)) => Ok(()),
            Err(answer) => Err(answer.failure()),
        }
    }
}

/// What came back that is no object.
enum Answer {
    Code(u16),
    Nothing,
}

impl Answer {
    fn failure(self) -> Failure {
        match self {
            Self::Code(400..=422) => Failure::Refused,
            Self::Code(_) | Self::Nothing => Failure::Unreachable,
        }
    }
}

/// Waits for an answer, and says in the log what was wrong with it. The server's words name fields and rules of ours, and ids.
async fn answer<T>(call: impl Future<Output = Result<T, kube::Error>>) -> Result<T, Answer> {
    match tokio::time::timeout(CALL, call).await {
        Ok(Ok(object)) => Ok(object),
        Ok(Err(kube::Error::Api(status))) => {
            if !matches!(status.code, 404 | 409) {
                tracing::warn!(code = status.code, reason = status.reason, "the cluster did not take a call");
            }
            Err(Answer::Code(status.code))
        }
        Ok(Err(error)) => {
            tracing::warn!(error = %crate::chain(&error), "the cluster cannot be reached");
            Err(Answer::Nothing)
        }
        Err(_) => Err(Answer::Nothing),
    }
}
