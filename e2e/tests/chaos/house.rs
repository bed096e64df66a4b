//! A house under attack: two operators, two replicas of session-api and a node, each started again when it ended, as a kubelet does; and
//! all that a watch saw.

use crate::chance::Chance;
use crate::history::{History, resource};
use crate::program::Program;
use crate::stand::{Replica, Stand};
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt as _;
use kube::api::{Api, DynamicObject, ListParams, Patch, PatchParams};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::process::Command;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, Interval, interval, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

/// What takes longer is broken, whoever dies meanwhile: a session may wait 90 s for a pod, and that is told once all who died are back.
pub(crate) const LIMIT: Duration = Duration::from_secs(150);
/// How often it is looked whether the control plane runs.
const MEND: Duration = Duration::from_secs(1);
/// An answer that takes longer comes from one that is dead.
const ANSWER: Duration = Duration::from_secs(5);
/// How often something is tried again.
const AGAIN: Duration = Duration::from_millis(100);
/// Of each program.
pub(crate) const REPLICAS: usize = 2;

/// The house.
pub(crate) struct House {
    pub(crate) stand: Stand,
    pub(crate) history: Arc<History>,
    pub(crate) sessions: Api<DynamicObject>,
    pub(crate) pods: Api<Pod>,
    pools: Api<DynamicObject>,
    operators: [RefCell<Option<Program>>; REPLICAS],
    /// How many pods of each operator were lost: another one has another name.
    lost: [Cell<u32>; REPLICAS],
    replicas: [RefCell<Option<Rc<Replica>>>; REPLICAS],
    /// Whoever was sent to one replica in vain is sent to the other.
    turn: Cell<usize>,
    _end: DropGuard,
}

impl House {
    /// Builds it; `keep` brings it to life.
    pub(crate) async fn open(name: &str) -> Self {
        let stand = Stand::without_operator(name).await;
        let client = kube::Client::try_default().await.expect("a cluster");
        let of = |kind| Api::namespaced_with(client.clone(), &stand.namespace, &resource(kind));
        let (sessions, pools): (Api<DynamicObject>, _) = (of("CoBrowseSession"), of("CoBrowsePool"));
        let pods = Api::namespaced(client.clone(), &stand.namespace);
        let stop = CancellationToken::new();
        let history = History::begin(sessions.clone(), pods.clone(), stop.clone());
        let (operators, lost, replicas) = Default::default();
        let turn = Cell::new(0);
        Self { stand, history, sessions, pods, pools, operators, lost, replicas, turn, _end: stop.drop_guard() }
    }

    /// Starts what is to run, and starts it again when it ended. Never ends.
    pub(crate) async fn keep(&self) {
        let operators = futures::future::join_all((0..REPLICAS).map(|number| self.keep_operator(number)));
        let replicas = futures::future::join_all((0..REPLICAS).map(|number| self.keep_replica(number)));
        tokio::join!(operators, replicas, self.keep_pods(), keep_control_plane());
    }

    async fn keep_operator(&self, number: usize) {
        let mut looks = interval(AGAIN);
        loop {
            looks.tick().await;
            let mut slot = self.operators[number].borrow_mut();
            if slot.as_mut().is_none_or(|program| program.ended().is_some()) {
                // One whose pod is there still has the name it had, and with it the lease.
                let identity = format!("operator-{number}-{}", self.lost[number].get());
                *slot = Some(self.stand.operator(&identity));
            }
        }
    }

    async fn keep_replica(&self, number: usize) {
        let mut looks = interval(AGAIN);
        loop {
            looks.tick().await;
            let over = self.replicas[number].borrow().as_ref().is_none_or(|replica| replica.is_over());
            if over {
                self.replicas[number].take();
                let started = self.stand.try_replica().await;
                *self.replicas[number].borrow_mut() = started.map(Rc::new);
            }
        }
    }

    /// A pod whose session ended exits with the word for it, as a real one.
    async fn keep_pods(&self) {
        let (mut looks, mut known) = (interval(AGAIN), BTreeSet::new());
        loop {
            looks.tick().await;
            for (uid, _) in self.stand.kubelet.running() {
                if let Some(inside) = self.stand.kubelet.inside(&uid)
                    && known.insert(uid.clone())
                {
                    self.stand.exits_at_its_end(&uid, &inside);
                }
            }
        }
    }

    /// Kills an operator: its process, or its pod with it.
    pub(crate) fn kill_operator(&self, number: usize, pod: bool) {
        self.lost[number].set(self.lost[number].get() + u32::from(pod));
        if let Some(program) = self.operators[number].borrow_mut().as_mut() {
            program.kill();
        }
    }

    /// Kills a replica, this one or, while it starts, the next.
    pub(crate) async fn kill_replica(&self, number: usize) {
        let mut from = number;
        let victim = insist("a replica to kill", async || {
            from += 1;
            self.replicas[from % REPLICAS].borrow_mut().take()
        })
        .await;
        victim.kill();
    }

    /// A replica that runs, each time another one.
    pub(crate) fn replica(&self) -> Option<Rc<Replica>> {
        self.turn.set(self.turn.get() + 1);
        let order = (0..REPLICAS).map(|number| (self.turn.get() + number) % REPLICAS);
        order.into_iter().find_map(|number| self.replicas[number].borrow().clone())
    }

    /// What a session's object says of it; none while nobody answers, or when there is no such object.
    pub(crate) async fn status(&self, session: &str) -> Option<Value> {
        Some(self.sessions.get_opt(session).await.ok()??.data["status"].clone())
    }

    /// Ends a session as a platform team does.
    pub(crate) async fn end(&self, session: &str) {
        let patch = Patch::Merge(json!({"spec": {"lifecycle": {"desiredState": "Ended"}}}));
        insist(&format!("the end of {session} is asked for"), async || {
            match self.sessions.patch(session, &PatchParams::default(), &patch).await {
                Ok(_) => Some(()),
                // It ended long ago, and its time after that is over.
                Err(kube::Error::Api(status)) if status.code == 404 => Some(()),
                Err(_) => None,
            }
        })
        .await;
    }

    /// What must hold once every session has its end.
    pub(crate) async fn check(&self) {
        let all =
            insist("all sessions are listed", async || self.sessions.list(&ListParams::default()).await.ok()).await;
        let mut owners = BTreeMap::new();
        for session in &all {
            let name = session.name_any();
            assert!(
                session.data["status"]["finishReason"].is_string(),
                "{name} has no end: {}",
                session.data["status"]
            );
            if let Some(pod) = session.data["status"]["binding"]["podUID"].as_str() {
                let other = owners.insert(pod.to_owned(), name.clone());
                assert_eq!(other, None, "pod {pod} is in two bindings, the other is {name}'s");
            }
        }
        insist("no bound pod is left, and no pod without an object", async || {
            let pods = self.pods.list(&ListParams::default()).await.ok()?;
            let warm = pods.iter().all(|pod| pod.labels().get("cobrowse.dev/slot").is_some_and(|slot| slot == "warm"));
            let listed: BTreeSet<String> = pods.iter().filter_map(|pod| pod.uid()).collect();
            let run = self.stand.kubelet.running().into_iter().map(|(uid, _)| uid).collect::<BTreeSet<_>>();
            (warm && run == listed && self.history.loose().is_empty()).then_some(())
        })
        .await;
        self.history.check(&self.stand.kubelet.loads);
        let pools = insist("pools are listed", async || self.pools.list(&ListParams::default()).await.ok()).await;
        for pool in pools {
            self.pools.delete(&pool.name_any(), &Default::default()).await.expect("it goes");
        }
        insist("no pod is left of the pools", async || {
            let pods = self.pods.list(&ListParams::default()).await.ok()?;
            (pods.items.is_empty() && self.stand.kubelet.running().is_empty()).then_some(())
        })
        .await;
    }
}

/// An API server or an etcd that gave up is started again, as a kubelet does.
async fn keep_control_plane() {
    let mut looks = interval(MEND);
    loop {
        looks.tick().await;
        let said = cluster(&["mend"]).await;
        if !said.is_empty() {
            println!("{}", said.trim());
        }
    }
}

/// Has the program of the cluster do something to it.
pub(crate) async fn cluster(arguments: &[&str]) -> String {
    let test = std::env::current_exe().expect("a test has a file");
    let mut command = Command::new(test.parent().and_then(Path::parent).expect("target/debug/deps").join("cluster"));
    command.args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("it ends");
    let output = output.expect("the program of the cluster is built");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Tries until it gives something, each time for a moment, since whoever is asked may die.
pub(crate) async fn insist<T>(what: &str, mut act: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    let mut tries: Interval = interval(AGAIN);
    loop {
        tries.tick().await;
        if let Ok(Some(found)) = timeout(ANSWER, act()).await {
            return found;
        }
        assert!(begun.elapsed() < LIMIT, "not within {LIMIT:?}: {what}");
    }
}

/// Lets some milliseconds pass, as chance has it: when something dies is what is played here.
pub(crate) async fn pause(chance: &mut Chance, between: Range<usize>) {
    let time = between.start + chance.below(between.len());
    let time = Duration::from_millis(u64::try_from(time).expect("a short time"));
    let _ = timeout(time, std::future::pending::<()>()).await;
}
