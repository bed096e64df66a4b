//! Sessions in real Chromes: how they come, who looks at them, and how they go.

use crate::link::{END_USER, Link, Pictures};
use crate::pod::Loads;
use crate::program::{Program, until};
use crate::size::Size;
use crate::stand::Stand;
use crate::table::Times;
use crate::usage::{passes, quiet};
use cobrowse_e2e::figures::Spread;
use cobrowse_e2e::node::processes;
use cobrowse_identity::authority::Authority;
use futures::future::join_all;
use kube::ResourceExt as _;
use kube::api::{DeleteParams, ListParams};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs::read_to_string;
use std::time::Duration;
use tokio::time::Instant;

/// The sample shop, in the world outside of the cluster.
const SITE: &str = "https://shop.example.test";
const PAGE: &str = "https://shop.example.test/";
/// Our image, whose Chrome trusts the world's websites besides.
const IMAGE: &str = "localhost/cobrowse/browser-pod:test";
/// What takes longer for one pod, or with all others at once for each of them, is broken.
const LIMIT: Duration = Duration::from_secs(60);
const EACH: Duration = Duration::from_secs(15);
/// After its first picture a page is made sharp; then nothing more comes of it.
const SETTLE: Duration = Duration::from_secs(3);

/// All of them.
pub(crate) struct Crowd {
    stand: Stand<()>,
    count: usize,
    /// UIDs of all pods that were ever seen.
    pods: RefCell<BTreeSet<String>>,
    /// Names of the sessions that live.
    alive: RefCell<Vec<String>>,
    _operator: Program,
}

/// One session's create call.
struct Made {
    name: String,
    begun: Instant,
}

/// Somebody who looks at one session.
pub(crate) struct Person {
    pictures: Pictures,
    _link: Link,
}

impl Crowd {
    /// A tenant that owns the shop, and an operator at work.
    pub(crate) async fn gather(size: &Size) -> Self {
        let stand = Stand::on("chromes", async |_, _, _| ((), Loads::default())).await;
        // Nobody comes to a session before it is measured.
        stand.tenant("northwind", json!({"sites": [{"pattern": SITE}], "session": {"disconnectGrace": "10m"}})).await;
        let operator = stand.operator("one");
        Self { stand, count: size.count, pods: RefCell::default(), alive: RefCell::default(), _operator: operator }
    }

    /// So many warm pods, and none in the place of one that has a session; their UIDs once they are ready. Four start at a time: on a
    /// small node more would only be ready later.
    pub(crate) async fn pool(&self, warm: usize) -> Vec<String> {
        let side = |cpu: &str, memory: &str| json!({"cpu": cpu, "memory": memory, "ephemeralStorage": "64Mi"});
        self.stand
            .pool(json!({"image": IMAGE, "minWarm": warm, "maxWarm": self.count, "maxTotal": self.count, "scheduling": {},
                "refill": {"maxPending": 4}, "resources": {"browser": side("20m", "512Mi"), "agent": side("10m", "128Mi")}}))
            .await;
        until(&format!("{warm} warm pods"), self.limit(), || async {
            (self.stand.pool_status().await["warm"].as_u64() == Some(warm as u64)).then_some(())
        })
        .await;
        self.uids("warm").await
    }

    /// UIDs of the pods that have a session.
    pub(crate) async fn bound(&self) -> Vec<String> {
        self.uids("bound").await
    }

    async fn uids(&self, slot: &str) -> Vec<String> {
        let uids: Vec<String> = self.stand.pods_that_are(slot).await.iter().filter_map(|pod| pod.uid()).collect();
        self.pods.borrow_mut().extend(uids.iter().cloned());
        uids
    }

    fn limit(&self) -> Duration {
        LIMIT + EACH * u32::try_from(self.count).expect("not so many")
    }

    /// Sessions one after the other, each on a node that is quiet.
    pub(crate) async fn one_at_a_time(&self, name: &str, count: usize, more: &Value) -> Times {
        let mut made = Vec::new();
        for number in 0..count {
            quiet().await;
            made.push(self.make(format!("{name}-{number}"), more).await);
            self.pictured(&made).await;
        }
        self.times(&made).await
    }

    /// The same with all create calls at once.
    pub(crate) async fn all_at_once(&self, name: &str, count: usize) -> Times {
        quiet().await;
        let nothing = json!({});
        let made = join_all((0..count).map(|number| self.make(format!("{name}-{number}"), &nothing))).await;
        self.pictured(&made).await;
        self.times(&made).await
    }

    async fn make(&self, name: String, more: &Value) -> Made {
        let mut wish = json!({"site": SITE, "claimDeadline": "5m", "lifecycle": {"ttlSecondsAfterFinished": 0}});
        for (key, value) in more.as_object().into_iter().flatten() {
            wish[key] = value.clone();
        }
        let begun = Instant::now();
        self.stand.session_of("northwind", &name, wish).await;
        self.alive.borrow_mut().push(name.clone());
        Made { name, begun }
    }

    /// Waits until each has shown its first picture.
    async fn pictured(&self, made: &[Made]) {
        until("all have their first picture", self.limit(), || async {
            let ended = made.iter().find(|made| self.stand.history.has_end(&made.name));
            assert!(ended.is_none(), "{} ended: {:?}", ended.map_or("", |made| &made.name), self.stand.history.ends());
            let seen = self.stand.history.pictured_at();
            made.iter().all(|made| seen.contains_key(&made.name)).then_some(())
        })
        .await;
    }

    /// How long they took. Each has a pod that is no other's.
    async fn times(&self, made: &[Made]) -> Times {
        let (bound, pictured) = (self.stand.history.bound_at(), self.stand.history.pictured_at());
        let pods: BTreeSet<String> = self.bound().await.into_iter().collect();
        assert_eq!(pods.len(), self.alive.borrow().len(), "each session has a pod of its own");
        Times {
            sessions: made.len(),
            bound: Spread::of(made.iter().map(|made| bound[&made.name] - made.begun)),
            pictured: Spread::of(made.iter().map(|made| pictured[&made.name] - made.begun)),
        }
    }

    /// Into each session comes its end user, and sees the shop.
    pub(crate) async fn people_come(&self) -> Vec<Person> {
        let file = |name: &str| read_to_string(self.stand.folder.path().join(name)).expect("the pods' authority");
        let authority = Authority::from_pem(&file("tls.crt"), &file("tls.key")).expect("an authority");
        let (mut people, names) = (Vec::new(), self.alive.borrow().clone());
        for name in names {
            let binding = self.stand.status(&name).await["binding"].clone();
            let text = |key: &str| binding[key].as_str().expect("its pod").to_owned();
            let mut link = Link::dial(&text("podIP"), &text("podUID"), &authority).await;
            link.admit(END_USER).await;
            let mut pictures = link.attach(END_USER).await;
            let title = pictures.until_shown(PAGE).await;
            assert!(title.contains("Northwind Outdoor"), "{name} shows another page: {title}");
            people.push(Person { pictures, _link: link });
        }
        join_all(people.iter_mut().map(|person| person.pictures.look(SETTLE))).await;
        people
    }

    /// They look for so long at what does not change; how many bytes of pictures came to all.
    pub(crate) async fn people_look(&self, people: &mut [Person], time: Duration) -> usize {
        join_all(people.iter_mut().map(|person| person.pictures.look(time))).await.into_iter().sum()
    }

    /// Nobody is there for so long.
    pub(crate) async fn nobody_looks(&self, time: Duration) {
        passes(time).await;
    }

    /// All sessions are told to end; how long it took until none of their pods and objects was left.
    pub(crate) async fn all_end(&self) -> Duration {
        let (begun, names) = (Instant::now(), self.alive.take());
        join_all(names.iter().map(|name| self.stand.lifecycle(name, json!({"desiredState": "Ended"})))).await;
        until("all have ended and are gone", self.limit(), || async {
            let ended = names.iter().all(|name| self.stand.history.has_end(name));
            let sessions = self.stand.sessions().list(&ListParams::default()).await.ok()?;
            let pods = self.stand.pods_that_are("bound").await;
            (ended && sessions.items.is_empty() && pods.is_empty()).then_some(())
        })
        .await;
        begun.elapsed()
    }

    /// With the pool its pods go, and from the node their processes.
    pub(crate) async fn nothing_stays(&self) {
        self.uids("warm").await;
        self.stand.check().await;
        self.stand.api("CoBrowsePool").delete("pool", &DeleteParams::default()).await.expect("it goes");
        until("no pod stays, and no process", self.limit(), || async {
            let pods = self.stand.pods().list(&ListParams::default()).await.ok()?;
            let over = pods.items.is_empty() && self.pods.borrow().iter().all(|pod| processes(pod).is_empty());
            over.then_some(())
        })
        .await;
    }
}
