//! Pods kept ready: started and enrolled before anybody needs them, used once.

use super::gateway::Gateway;
use super::{Enrolled, Error, PodRunner, enroll};
use crate::admin::metrics::Metrics;
use cobrowse_identity::authority::Authority;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A warm pod that nobody needed for so long is replaced: its certificate, and whatever Chrome gathers, stay fresh.
const OLDEST: Duration = Duration::from_secs(6 * 3600);
/// How often that is looked at.
const LOOK: Duration = Duration::from_secs(60);
/// How long to wait after a pod could not be made, so that a broken installation does not spin.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// The pods of this replica.
#[derive(Clone)]
pub struct Pods {
    inner: Arc<Inner>,
}

struct Inner {
    runner: Box<dyn PodRunner>,
    gateway: Option<Gateway>,
    authority: Arc<Authority>,
    metrics: Arc<Metrics>,
    ready: Mutex<VecDeque<Pod>>,
    room: Arc<Semaphore>,
    warm: usize,
    taken: Notify,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// One pod. Its place is free again when this is dropped and the pod has ended.
pub struct Pod {
    /// The pod.
    pub enrolled: Enrolled,
    made: Instant,
    _place: OwnedSemaphorePermit,
}

impl Pods {
    /// Begins to keep `warm` pods ready, of `most` in all, until `stop`. Their way out is the gateway, where the runner has one.
    pub fn keep(
        (runner, gateway): (Box<dyn PodRunner>, Option<Gateway>),
        authority: Arc<Authority>,
        metrics: Arc<Metrics>,
        (warm, most): (usize, usize),
        stop: CancellationToken,
    ) -> Self {
        let inner = Inner {
            runner,
            gateway,
            authority,
            metrics,
            ready: Mutex::default(),
            room: Arc::new(Semaphore::new(most)),
            warm,
            taken: Notify::new(),
            stop,
            tasks: TaskTracker::new(),
        };
        let pods = Self { inner: Arc::new(inner) };
        pods.inner.tasks.spawn(pods.clone().refill());
        pods
    }

    /// A ready pod, or a new one.
    pub async fn take(&self) -> Result<Pod, Error> {
        let ready = self.next_alive();
        self.inner.taken.notify_one();
        match ready {
            Some(pod) => Ok(pod),
            None => self.make().await,
        }
    }

    /// The gateway that the pods go through, if any.
    pub fn gateway(&self) -> Option<&Gateway> {
        self.inner.gateway.as_ref()
    }

    /// Ends every pod and waits for their end.
    pub async fn end_all(&self) {
        self.inner.stop.cancel();
        self.ready().clear();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }

    fn next_alive(&self) -> Option<Pod> {
        let mut ready = self.ready();
        ready.retain(Pod::is_good);
        let pod = ready.pop_front();
        self.inner.metrics.pods_warm.set(i64::try_from(ready.len()).unwrap_or(i64::MAX));
        pod
    }

    async fn make(&self) -> Result<Pod, Error> {
        let inner = &self.inner;
        let place = inner.room.clone().try_acquire_owned().map_err(|_| Error::Full)?;
        let running = tokio::select! {
            running = inner.runner.start(self.gateway().map(Gateway::address)) => running?,
            () = inner.stop.cancelled() => return Err(Error::Draining),
        };
        self.inner.tasks.spawn(self.clone().until_end(running.stop.clone(), running.ended.clone()));
        Ok(Pod { enrolled: enroll::enroll(&inner.authority, running).await?, made: Instant::now(), _place: place })
    }

    /// Ends the pod with the program, and counts it.
    async fn until_end(self, stop: CancellationToken, mut ended: tokio::sync::watch::Receiver<Option<super::Ended>>) {
        self.inner.metrics.pods.inc();
        tokio::select! {
            _ = super::end_of(&mut ended) => {}
            () = self.inner.stop.cancelled() => stop.cancel(),
        }
        super::end_of(&mut ended).await;
        self.inner.metrics.pods.dec();
        // A warm pod that died is replaced.
        self.inner.taken.notify_one();
    }

    async fn refill(self) {
        while !self.inner.stop.is_cancelled() {
            self.ready().retain(Pod::is_good);
            if self.ready().len() >= self.inner.warm {
                tokio::select! {
                    () = self.inner.taken.notified() => continue,
                    () = tokio::time::sleep(LOOK) => continue,
                    () = self.inner.stop.cancelled() => return,
                }
            }
            let pause = match self.make().await {
                Ok(pod) => {
                    self.ready().push_back(pod);
                    self.inner.metrics.pods_warm.set(i64::try_from(self.ready().len()).unwrap_or(i64::MAX));
                    continue;
                }
                Err(Error::Full) => AFTER_FAILURE,
                Err(error) => {
                    tracing::error!(error = %crate::chain(&error), "a warm pod could not be made");
                    AFTER_FAILURE
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.inner.stop.cancelled() => {}
            }
        }
    }

    fn ready(&self) -> MutexGuard<'_, VecDeque<Pod>> {
        self.inner.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pod {
    fn is_good(&self) -> bool {
        self.enrolled.running.ended.borrow().is_none() && self.made.elapsed() < OLDEST
    }
}

impl Drop for Pod {
    fn drop(&mut self) {
        self.enrolled.running.stop.cancel();
    }
}
