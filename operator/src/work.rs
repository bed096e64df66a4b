//! Workers: they do what was decided, so many at once, and tell what came of it. They decide nothing, and try nothing twice.

mod ahead;
mod perform;
mod trace;

pub use trace::Trace;

use crate::cluster::Untaken;
use crate::pods::calls::Started;
use crate::pods::dial::Dialer;
use crate::pods::enroll::Enroller;
use crate::pool::build::policy;
use crate::seen;
use crate::session::adjust::Adjusted;
use crate::session::grant::Granting;
use crate::session::read::{Asked, Found};
use ahead::Ahead;
use cobrowse_crds::kind::pool::PoolStatus;
use cobrowse_crds::kind::session::FinishReason;
use cobrowse_crds::kind::tenant::TenantStatus;
use cobrowse_crds::kind::{CoBrowsePool, CoBrowseSession, CoBrowseTenant};
use cobrowse_session::claim::{Outcome, Step};
use cobrowse_session::pool::Reason;
use cobrowse_session::{PodUid, SessionUid};
use cobrowse_wire::v1::{AdjustRequest, BindRequest, StartRequest};
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1::NetworkPolicy;
use kube::api::Api;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Requests of claims at once. Each is a connection of its own, as the client speaks HTTP/1.1.
const CLAIMS: usize = 64;
/// Other requests at once: few, so that a refill never stands before a claim at an API server that has much to do.
const OTHERS: usize = 8;
/// Sessions at once whose status is told that they live, while others are still on their way.
const AFTERWARDS: usize = 8;
/// Enrollments at once.
const ENROLLMENTS: usize = 32;
/// Renewals of grants at once. Each is a TLS handshake, and nobody waits for it.
const GRANTS: usize = 32;
/// Calls of pods at once. `Start` waits for a website.
const CALLS: usize = 1024;

/// What is done for a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A step of its claim.
    Claim(Step),
    /// Its end is written.
    End(FinishReason),
    /// Its pod is told what an administrator changed.
    Adjust,
    /// It is told why it waits, or what its pod was told.
    Tell,
    /// Its object's time is over.
    Expire,
}

/// How.
#[derive(Debug)]
pub enum Job {
    /// Read it and its pods.
    Read(Asked),
    /// Patch a pod so that it is the session's, and open a connection to it meanwhile.
    ClaimPod {
        /// Which.
        pod: seen::Pod,
        /// Operations.
        patch: serde_json::Value,
    },
    /// Patch its status.
    Status(serde_json::Value),
    /// Create a pod for it alone.
    Create(Box<core::Pod>),
    /// Delete a pod.
    DeletePod {
        /// Which.
        pod: seen::Pod,
        /// In this version alone.
        exact: bool,
    },
    /// Delete its object.
    DeleteSession(Box<seen::Session>),
    /// Call a pod.
    Bind {
        /// Which.
        pod: seen::Pod,
        /// What to say.
        request: Box<BindRequest>,
    },
    /// Call a pod.
    Adjust {
        /// Which.
        pod: seen::Pod,
        /// What to say.
        request: AdjustRequest,
        /// The generation that this is.
        generation: i64,
    },
    /// Call a pod.
    Start {
        /// Which.
        pod: seen::Pod,
        /// Where its browser may connect to, if it goes out by the gateway.
        granting: Option<Granting>,
        /// What to say.
        request: Box<StartRequest>,
    },
}

/// One thing to do.
#[derive(Debug)]
pub enum Work {
    /// For a session.
    Session {
        /// Which.
        uid: SessionUid,
        /// Its name.
        name: String,
        /// What.
        act: Act,
        /// How.
        job: Box<Job>,
        /// Its claim's trace.
        trace: Trace,
        /// Gives up a call that waits.
        abort: CancellationToken,
    },
    /// Create a warm pod.
    Create {
        /// For this pool.
        pool: String,
        /// The pod.
        pod: Box<core::Pod>,
        /// Fewer than half of those wanted are there.
        low: bool,
    },
    /// Delete a warm pod in exactly this version.
    DeleteWarm {
        /// The pod.
        pod: Box<seen::Pod>,
        /// Why.
        reason: Reason,
    },
    /// Enroll a pod.
    Enroll(Box<seen::Pod>),
    /// Renew the grant of a pod that lives.
    Grant {
        /// Which.
        pod: Box<seen::Pod>,
        /// Where its browser may connect to.
        granting: Box<Granting>,
    },
    /// Apply a pool's network policies.
    Policy {
        /// Whose.
        pool: String,
        /// What is done with them, in this order.
        changes: Vec<policy::Change>,
    },
    /// Delete the policy of a pool that is gone.
    NoPolicy(String),
    /// List the policies that are there.
    Policies,
    /// Write a pool's status.
    PoolStatus {
        /// Whose.
        pool: String,
        /// The status.
        status: Box<PoolStatus>,
    },
    /// Make an invitation for a tenant's administrator.
    Invite {
        /// Whose.
        tenant: Box<seen::Tenant>,
        /// What it is made of.
        issue: crate::tenant::apply::Issue,
    },
    /// Take the Secret of an invitation away.
    Withdraw {
        /// Whose.
        tenant: Box<seen::Tenant>,
        /// Its name.
        secret: String,
    },
    /// Write a tenant's status.
    TenantStatus {
        /// Whose.
        uid: u128,
        /// Its name.
        name: String,
        /// The status.
        status: Box<TenantStatus>,
    },
}

/// What an answer brought.
#[derive(Debug, Default)]
pub enum Answer {
    /// Nothing.
    #[default]
    Nothing,
    /// A pod as it is now.
    Pod(Box<seen::Pod>),
    /// A pod is gone.
    PodGone(PodUid),
    /// A session as it is now.
    Session(Box<seen::Session>),
    /// The session is gone.
    SessionGone,
    /// What a pod said to `Adjust`.
    Adjusted(Adjusted),
    /// What a pod said to `Start`.
    Started(Started),
    /// All that was read.
    Found(Box<Found>),
}

/// What came of a work.
#[derive(Debug)]
pub enum Report {
    /// Of one for a session.
    Session {
        /// Which.
        uid: SessionUid,
        /// What.
        act: Act,
        /// How it went.
        outcome: Outcome,
        /// What it brought.
        answer: Answer,
        /// Why it did not go well.
        error: Option<String>,
    },
    /// Of a warm pod: the pod, or why there is none.
    Created {
        /// For this pool.
        pool: String,
        /// The pod.
        pod: Result<seen::Pod, (String, Untaken)>,
    },
    /// Of a warm pod's deletion.
    DeletedWarm {
        /// The pod as it was.
        pod: Box<seen::Pod>,
        /// Why.
        reason: Reason,
        /// What is left of it.
        left: Option<seen::Pod>,
        /// Whether it was done.
        ok: bool,
    },
    /// Of an enrollment.
    Enrolled {
        /// Which.
        pod: PodUid,
        /// Why not.
        error: Option<String>,
    },
    /// Of a renewed grant.
    Granted {
        /// Which pod.
        pod: PodUid,
        /// Why not.
        error: Option<String>,
    },
    /// Of a policy.
    Policy {
        /// Whose.
        pool: String,
        /// Why not.
        error: Option<(String, Untaken)>,
    },
    /// Of the deletion of a policy.
    NoPolicy {
        /// Whose.
        pool: String,
        /// Why not.
        error: Option<String>,
    },
    /// Names of pools that have a policy.
    Policies(Vec<String>),
    /// Of a pool's status: none when it failed.
    PoolStatus {
        /// Whose.
        pool: String,
        /// As it is now.
        written: Option<seen::Pool>,
    },
    /// Of a tenant's status: none when it failed.
    TenantStatus {
        /// Whose.
        uid: u128,
        /// As it is now.
        written: Option<seen::Tenant>,
    },
}

/// Does works. Cheap to clone.
#[derive(Clone)]
pub struct Worker {
    inner: Arc<Inner>,
}

struct Inner {
    sessions: Api<CoBrowseSession>,
    pools: Api<CoBrowsePool>,
    tenants: Api<CoBrowseTenant>,
    secrets: Api<core::Secret>,
    pods: Api<core::Pod>,
    policies: Api<NetworkPolicy>,
    dialer: Dialer,
    enroller: Enroller,
    ahead: Ahead,
    claims: Semaphore,
    others: Semaphore,
    afterwards: Semaphore,
    enrollments: Semaphore,
    grants: Semaphore,
    calls: Semaphore,
    reports: mpsc::Sender<crate::decide::Event>,
    tasks: TaskTracker,
}

impl Worker {
    /// Works in this namespace, and reports there.
    pub fn new(
        client: &kube::Client,
        namespace: &str,
        (dialer, enroller): (Dialer, Enroller),
        reports: mpsc::Sender<crate::decide::Event>,
    ) -> Self {
        let inner = Inner {
            sessions: Api::namespaced(client.clone(), namespace),
            pools: Api::namespaced(client.clone(), namespace),
            tenants: Api::namespaced(client.clone(), namespace),
            secrets: Api::namespaced(client.clone(), namespace),
            pods: Api::namespaced(client.clone(), namespace),
            policies: Api::namespaced(client.clone(), namespace),
            dialer,
            enroller,
            ahead: Ahead::new(),
            claims: Semaphore::new(CLAIMS),
            others: Semaphore::new(OTHERS),
            afterwards: Semaphore::new(AFTERWARDS),
            enrollments: Semaphore::new(ENROLLMENTS),
            grants: Semaphore::new(GRANTS),
            calls: Semaphore::new(CALLS),
            reports,
            tasks: TaskTracker::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Begins a work. Its report comes as an event.
    pub fn begin(&self, work: Work) {
        let worker = self.clone();
        self.inner.tasks.spawn(async move {
            if let Some(report) = worker.perform(work).await {
                // Nobody listens only at the program's end.
                let _ = worker.inner.reports.send(crate::decide::Event::Report(Box::new(report))).await;
            }
        });
    }

    /// Waits until what was begun is done, so long at most. Nothing may be begun any more.
    pub async fn rest(&self, most: Duration) {
        self.inner.tasks.close();
        let _ = tokio::time::timeout(most, self.inner.tasks.wait()).await;
    }
}
