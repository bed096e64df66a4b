//! How each work is done, and what its failure means.

use super::{Act, Answer, Inner, Job, Report, Work, Worker, ahead};
use crate::cluster::{Failure, Untaken};
use crate::pods::{self, calls};
use crate::session::adjust::Adjusted;
use crate::session::grant::Granting;
use crate::session::{apply, read};
use crate::{chain, pool, seen, tenant};
use cobrowse_crds::kind::CoBrowseTenant;
use cobrowse_session::SessionUid;
use cobrowse_session::claim::{Outcome, Step};
use std::time::SystemTime;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

/// How a job went, what it brought, and why it did not go well.
type Came = (Outcome, Answer, Option<String>);

impl Worker {
    pub(super) async fn perform(&self, work: Work) -> Option<Report> {
        let inner = &self.inner;
        match work {
            Work::Session { uid, name, act, job, trace, abort } => {
                let _ahead = is_on_its_way(&act).then(|| inner.ahead.enter());
                let _turn = inner.after_claims(&act).await;
                let step = trace.step((uid, &name), &act, &job);
                let done = inner.job((uid, &name), *job, &abort).instrument(step.clone());
                let (outcome, answer, error) = done.await;
                trace.done(&step, &act, outcome);
                Some(Report::Session { uid, act, outcome, answer, error })
            }
            Work::Create { pool, pod, low } => {
                let _turn = turn(&inner.others).await;
                inner.ahead.pass(if low { ahead::SHORT } else { ahead::LONG }).await;
                let pod = pool::apply::pod(&inner.pods, &pod).await;
                // One that cannot be read is as if it was refused: another would be no better.
                let read = |pod| seen::Pod::read(&pod).map_err(|error| (chain(&error), Untaken::Refused));
                let failed = |failure: Failure| (chain(&failure), failure.untaken());
                Some(Report::Created { pool, pod: pod.map_err(failed).and_then(read) })
            }
            Work::DeleteWarm { pod, reason } => {
                let _turn = turn(&inner.others).await;
                let deleted = apply::delete_pod(&inner.pods, &pod, true).await;
                let ok = deleted.is_ok();
                Some(Report::DeletedWarm { pod, reason, left: deleted.unwrap_or_default(), ok })
            }
            Work::Enroll(pod) => {
                let _turn = turn(&inner.enrollments).await;
                inner.ahead.pass(ahead::SHORT).await;
                let error = inner.enroller.enroll(&inner.dialer, &pod).await.err();
                if let Some(pods::Error::Impostor(why)) = error {
                    tracing::error!(pod = pod.name, why, "a pod could not prove who it is");
                }
                Some(Report::Enrolled { pod: pod.uid, error: error.map(|error| chain(&error)) })
            }
            Work::Grant { pod, granting } => {
                let _turn = turn(&inner.grants).await;
                inner.ahead.pass(ahead::SHORT).await;
                let error = inner.grant(&pod, &granting).await.err();
                Some(Report::Granted { pod: pod.uid, error })
            }
            Work::Policy { pool, changes } => {
                let _turn = turn(&inner.others).await;
                let error = pool::apply::policies(&inner.policies, &changes).await.err();
                Some(Report::Policy { pool, error: error.map(|error| (chain(&error), error.untaken())) })
            }
            Work::NoPolicy(pool) => {
                let _turn = turn(&inner.others).await;
                let error = pool::apply::no_policy(&inner.policies, &pool).await.err();
                Some(Report::NoPolicy { pool, error: error.map(|error| chain(&error)) })
            }
            Work::Policies => {
                let _turn = turn(&inner.others).await;
                // What is not told now is looked for again in some minutes.
                pool::apply::pools_with_policies(&inner.policies).await.map(Report::Policies).ok()
            }
            Work::PoolStatus { .. } | Work::TenantStatus { .. } | Work::Invite { .. } | Work::Withdraw { .. } => {
                inner.status(work).await
            }
        }
    }
}

impl Inner {
    /// Nobody waits for a session's status to say that it lives: who is in it sees that. It is told when claims rest.
    async fn after_claims(&self, act: &Act) -> Option<SemaphorePermit<'_>> {
        if !matches!(act, Act::Claim(Step::WriteReady(_))) {
            return None;
        }
        let turn = turn(&self.afterwards).await;
        self.ahead.pass(ahead::SHORT).await;
        turn
    }

    /// Signs now, since it is good for minutes only.
    async fn grant(&self, pod: &seen::Pod, granting: &Granting) -> Result<(), String> {
        let request = granting.request(SystemTime::now()).map_err(|error| chain(&error))?;
        calls::grant(&self.dialer, pod, request).await.map_err(|error| chain(&error))
    }

    async fn status(&self, work: Work) -> Option<Report> {
        let _turn = turn(&self.others).await;
        match work {
            Work::PoolStatus { pool, status } => {
                let written = pool::update_status::write(&self.pools, &pool, &status).await;
                let written = written.map_err(|error| told("a pool's status", &pool, &error)).ok();
                let written = written.and_then(|object| seen::Pool::read(object).ok());
                Some(Report::PoolStatus { pool, written })
            }
            Work::TenantStatus { uid, name, status } => {
                let written = tenant::update_status::write(&self.tenants, &name, &status).await;
                let written = written.map_err(|error| told("a tenant's status", &name, &error)).ok();
                let written = written.and_then(|object| seen::Tenant::read(object).ok());
                Some(Report::TenantStatus { uid, written })
            }
            Work::Invite { tenant, issue } => {
                let apis = (&self.tenants, &self.secrets);
                Some(invited(&tenant, tenant::apply::issue(apis, &tenant, &issue, crate::now()).await))
            }
            Work::Withdraw { tenant, secret } => {
                let apis = (&self.tenants, &self.secrets);
                Some(invited(&tenant, tenant::apply::withdraw(apis, &tenant, &secret).await))
            }
            _ => None,
        }
    }

    async fn job(&self, session: (SessionUid, &str), job: Job, abort: &CancellationToken) -> Came {
        match job {
            Job::Bind { pod, request } => {
                let _turn = turn(&self.calls).await;
                let (outcome, error) = calls::bind(&self.dialer, &pod, *request).await;
                (outcome, Answer::Nothing, error.map(|error| chain(&error)))
            }
            Job::Adjust { pod, request, generation } => {
                let _turn = turn(&self.calls).await;
                match calls::adjust(&self.dialer, &pod, request).await {
                    Ok(answer) => (Outcome::Done, Answer::Adjusted(Adjusted::of(generation, answer.as_ref())), None),
                    Err(error) => (Outcome::Unavailable, Answer::Nothing, Some(chain(&error))),
                }
            }
            Job::Start { pod, granting, request } => {
                let _turn = turn(&self.calls).await;
                let grant = match granting.map(|granting| granting.request(SystemTime::now())).transpose() {
                    Ok(grant) => grant,
                    Err(error) => return (Outcome::Unavailable, Answer::Nothing, Some(chain(&error))),
                };
                tokio::select! {
                    (outcome, started) = calls::start(&self.dialer, &pod, grant, *request) => match started {
                        Ok(started) => {
                            let error = started.failure.clone();
                            (outcome, Answer::Started(started), error)
                        }
                        Err(error) => (outcome, Answer::Nothing, Some(chain(&error))),
                    },
                    () = abort.cancelled() => {
                        self.dialer.forget(pod.uid);
                        (Outcome::Unavailable, Answer::Nothing, Some("it was given up".to_owned()))
                    }
                }
            }
            other => {
                let _turn = turn(&self.claims).await;
                match self.write(session, other).await {
                    Ok(answer) => (Outcome::Done, answer, None),
                    Err(failure) => (failure.outcome(), Answer::Nothing, Some(chain(&failure))),
                }
            }
        }
    }

    async fn write(&self, (uid, name): (SessionUid, &str), job: Job) -> Result<Answer, Failure> {
        let pod = |pod| Answer::Pod(Box::new(pod));
        match job {
            Job::Read(asked) => read::read((&self.sessions, &self.pods), (uid, name), asked)
                .await
                .map(|found| Answer::Found(Box::new(found))),
            Job::ClaimPod { pod: claimed, patch } => {
                let patched = apply::pod(&self.pods, &claimed.name, patch);
                let patched = self.dialer.meanwhile(&claimed, patched).await;
                if patched.is_err() {
                    self.dialer.forget(claimed.uid);
                }
                patched.map(pod)
            }
            Job::Status(patch) => {
                apply::status(&self.sessions, name, patch).await.map(|session| Answer::Session(Box::new(session)))
            }
            Job::Create(made) => {
                let made = pool::apply::pod(&self.pods, &made).await?;
                Ok(seen::Pod::read(&made).map_or(Answer::Nothing, pod))
            }
            Job::DeletePod { pod: gone, exact } => {
                self.dialer.forget(gone.uid);
                Ok(apply::delete_pod(&self.pods, &gone, exact).await?.map_or(Answer::PodGone(gone.uid), pod))
            }
            Job::DeleteSession(session) => {
                apply::delete_session(&self.sessions, &session).await.map(|()| Answer::SessionGone)
            }
            Job::Bind { .. } | Job::Adjust { .. } | Job::Start { .. } => Ok(Answer::Nothing),
        }
    }
}

/// Whether a session waits for its pod until this is done.
fn is_on_its_way(act: &Act) -> bool {
    matches!(act, Act::Claim(Step::ClaimPod(_) | Step::Bind(_) | Step::WriteBinding(_)))
}

/// Waits for a turn.
async fn turn(turns: &Semaphore) -> Option<SemaphorePermit<'_>> {
    turns.acquire().await.ok()
}

fn invited(tenant: &seen::Tenant, written: Result<CoBrowseTenant, Failure>) -> Report {
    let written = written.map_err(|error| told("a tenant's invitation", tenant.name(), &error)).ok();
    Report::TenantStatus { uid: tenant.uid, written: written.and_then(|object| seen::Tenant::read(object).ok()) }
}

fn told(what: &str, name: &str, error: &Failure) {
    tracing::warn!(name, error = chain(error), "{what} could not be written; it is tried again");
}
