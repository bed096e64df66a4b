//! Lives of sessions, by kubectl or by two people at session-api. Each step is tried until somebody takes it.

use crate::house::{House, insist};
use crate::people::{self, Person};
use cobrowse_wire::v1::{EndReason, Phase};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::time::{Duration, Instant};

/// The longest that a session lives before somebody ends it, in milliseconds.
const STAY: usize = 4_000;

/// All sessions of a run.
pub(crate) struct Lives<'a> {
    house: &'a House,
    /// The agent of the shop, who signed in before all began.
    agent: Person,
    by_hand: RefCell<Vec<String>>,
    users: RefCell<Vec<Person>>,
    /// How long each waited that got a pod, from its making, or Allow, on.
    waits: RefCell<Vec<Duration>>,
}

impl<'a> Lives<'a> {
    /// Waits until people can come.
    pub(crate) async fn begin(house: &'a House) -> Self {
        let replica = insist("a replica is up", async || house.replica()).await;
        let agent = people::agent(&house.stand, &replica, "northwind").await;
        Self { house, agent, by_hand: RefCell::default(), users: RefCell::default(), waits: RefCell::default() }
    }

    /// The session of this number from its beginning to its end, if somebody ends it before all are.
    pub(crate) async fn live(&self, number: usize, fate: usize) {
        let stay = Duration::from_millis(u64::try_from(fate % STAY).expect("a short time"));
        // Of three two come by hand.
        if number % 3 == 2 {
            self.by_two_people(stay, fate / STAY % 3).await;
        } else {
            self.by_hand(&format!("by-hand-{number}"), stay, fate / STAY % 3).await;
        }
    }

    /// How long sessions waited so far, those that got a pod.
    pub(crate) fn waits(&self) -> Vec<Duration> {
        self.waits.take()
    }

    /// A session that is made after the last kill has its pod as soon as all that died is back; how long that took.
    pub(crate) async fn one_more(&self) -> Duration {
        let begun = Instant::now();
        self.made("afterwards", "90s").await;
        let binding = self.has_pod("afterwards").await;
        let took = begun.elapsed();
        println!("a session after the last kill has its pod after {:.1} s", took.as_secs_f32());
        assert!(binding.is_object(), "all that died is back, and a session has no pod within its claimDeadline");
        took
    }

    async fn by_hand(&self, name: &str, stay: Duration, fate: usize) {
        self.made(name, "30s").await;
        let begun = Instant::now();
        let binding = self.has_pod(name).await;
        if binding.is_object() {
            self.waits.borrow_mut().push(begun.elapsed());
        }
        self.stays(stay).await;
        match fate {
            0 => self.house.end(name).await,
            1 => self.ends_itself(&binding),
            _ => return,
        }
        self.object_ends(name).await;
    }

    async fn made(&self, name: &str, patience: &str) {
        self.by_hand.borrow_mut().push(name.to_owned());
        let session = json!({
            "apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowseSession",
            "metadata": {"name": name, "namespace": self.house.stand.namespace},
            "spec": {"tenantRef": {"name": "northwind"}, "poolRef": {"name": "standard"}, "site": self.house.stand.shop(),
                "startUrl": format!("{}/basket", self.house.stand.shop()), "claimDeadline": patience},
        });
        insist(&format!("{name} is made"), async || created(session.clone()).await).await;
    }

    async fn by_two_people(&self, stay: Duration, fate: usize) {
        let (stand, url) = (&self.house.stand, format!("{}/basket?of=two#there", self.house.stand.shop()));
        let (mut user, pin) =
            insist("a session is started", async || people::start(stand, &*self.house.replica()?, &url).await.ok())
                .await;
        self.users.borrow_mut().push(user.clone());
        let knocks = insist("an agent knocks", async || {
            // What had no answer may have been done.
            let waiting = self.asks(&mut user, async |user| user.looks().await.ok()).await?.waiting_ids;
            match waiting.into_iter().next() {
                Some(knocks) => Some(knocks),
                None => {
                    self.asks(&mut self.agent.clone(), async |agent| Some(agent.join(&pin).await.ok()?.self_id)).await
                }
            }
        })
        .await;
        insist("the agent is allowed", async || {
            let seen = self.asks(&mut user, async |user| user.looks().await.ok()).await?;
            if !matches!(seen.phase(), Phase::Waiting | Phase::Knocking) {
                return Some(());
            }
            self.asks(&mut user, async |user| user.allows(&knocks).await.ok()).await
        })
        .await;
        let begun = Instant::now();
        let lives = insist("the session lives, or has ended", async || {
            let seen = self.asks(&mut user, async |user| user.looks().await.ok()).await?;
            matches!(seen.phase(), Phase::Live | Phase::Ended).then_some(seen.phase())
        })
        .await;
        if lives == Phase::Ended {
            return;
        }
        self.waits.borrow_mut().push(begun.elapsed());
        self.stays(stay).await;
        match fate {
            0 => self.user_ends(&mut user).await,
            1 => {
                let binding = self.has_pod(&user.session).await;
                self.ends_itself(&binding);
            }
            _ => return,
        }
        self.object_ends(&user.session).await;
    }

    /// Ends whatever lives, and waits until all has ended, for the cluster and for people.
    pub(crate) async fn all_end(&self) {
        for user in self.users.take() {
            self.user_ends(&mut user.clone()).await;
        }
        for name in self.by_hand.take() {
            self.house.end(&name).await;
            insist(&format!("{name} has its end"), async || self.house.history.has_end(&name).then_some(())).await;
        }
        let left = || self.house.history.without_end();
        insist("every session has its end", async || left().is_empty().then_some(())).await;
    }

    /// Asks any replica.
    async fn asks<T>(&self, person: &mut Person, ask: impl AsyncFn(&mut Person) -> Option<T>) -> Option<T> {
        person.tries(&self.house.stand, &*self.house.replica()?).await.ok()?;
        ask(person).await
    }

    /// Waits until a session has a pod that was started, or an end without one; its binding.
    async fn has_pod(&self, name: &str) -> Value {
        insist(&format!("{name} is active, or has ended"), async || {
            let status = self.house.status(name).await?;
            let there = status["phase"] == "Active" || status["finishReason"].is_string();
            there.then(|| status["binding"].clone())
        })
        .await
    }

    /// A pod ends its session by a rule of its own, if it still runs.
    fn ends_itself(&self, binding: &Value) {
        let inside = binding["podUID"].as_str().and_then(|uid| self.house.stand.kubelet.inside(uid));
        if let Some(inside) = inside {
            inside.end(EndReason::Idle);
        }
    }

    /// The end user ends the session, unless it has ended; and is told why it did.
    async fn user_ends(&self, user: &mut Person) {
        let ended = insist(&format!("{} ends for its people", user.session), async || {
            let seen = self.asks(user, async |user| user.looks().await.ok()).await?;
            if seen.phase() == Phase::Ended {
                return Some(seen);
            }
            self.asks(user, async |user| user.ends().await.ok()).await?;
            None
        })
        .await;
        assert_ne!(ended.end_reason(), EndReason::Unspecified, "{} ended, and nobody says why", user.session);
    }

    async fn object_ends(&self, name: &str) {
        insist(&format!("{name} has its end"), async || self.house.history.has_end(name).then_some(())).await;
    }

    async fn stays(&self, stay: Duration) {
        let _ = tokio::time::timeout(stay, std::future::pending::<()>()).await;
    }
}

/// By kubectl. One that had no answer may be there already.
async fn created(session: Value) -> Option<()> {
    let made = move || cobrowse_e2e::kubectl(&["create", "--request-timeout=4s", "-f", "-"], &session.to_string());
    let said = tokio::task::spawn_blocking(made).await.ok()?.expect("kubectl runs");
    (said.ok || said.err.contains("AlreadyExists")).then_some(())
}
