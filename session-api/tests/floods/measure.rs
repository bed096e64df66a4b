//! Two people in a live session, and how long a word and a picture take to the other side.

use crate::door::TestDoor;
use crate::fake_pod::FakePod;
use crate::people::{EndUser, Person, live};
use crate::viewer::Viewer;
use cobrowse_wire::v1::client_message::Body as Up;
use cobrowse_wire::v1::server_message::Body as Down;
use cobrowse_wire::v1::*;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Rounds of one measurement, and their pace: pictures come thirty times a second at most, here three times as often.
const ROUNDS: usize = 60;
const PACE: Duration = Duration::from_millis(10);
/// A picture as a page that scrolls makes them.
static PICTURE: [u8; 24 << 10] = [7; 24 << 10];

pub(crate) struct Pair {
    pod: Arc<FakePod>,
    user: EndUser,
    agent: Person,
    own: Viewer,
    sees: Viewer,
}

impl Pair {
    pub(crate) async fn live(door: &TestDoor) -> Self {
        let (mut user, mut agent) = live(door).await;
        let pod = door.runner.pod_of(&user.person.session);
        let own = Viewer::attached(door, &user.person.ticket().await.expect("is in")).await;
        let sees = Viewer::attached(door, &agent.ticket().await.expect("is in")).await;
        Self { pod, user, agent, own, sees }
    }

    /// The 95th percentile of: a word of the agent to the pod and its answer, and then a picture to the agent.
    pub(crate) async fn p95(&mut self) -> Duration {
        let mut all = Vec::new();
        let mut pace = tokio::time::interval(PACE);
        for round in 0..ROUNDS as u64 {
            pace.tick().await;
            // Who says nothing for a minute is gone.
            self.own.send(Up::Keepalive(Keepalive { sent_us: round })).await;
            self.own.find(|down| matches!(down, Down::Keepalive(_)).then_some(())).await;
            let start = Instant::now();
            self.sees.send(Up::Keepalive(Keepalive { sent_us: round })).await;
            self.sees.find(|down| matches!(down, Down::Keepalive(_)).then_some(())).await;
            self.pod.show(&PICTURE);
            self.sees.picture().await;
            self.own.picture().await;
            all.push(start.elapsed());
        }
        all.sort_unstable();
        all[ROUNDS * 95 / 100]
    }

    /// Stop comes in time after all of it, and new people are served.
    pub(crate) async fn goes_on(&mut self, door: &TestDoor) {
        self.own.stops_in_time(&mut self.sees).await;
        let mut again = Person { client: door.sessions().await, ..self.user.person.clone() };
        again.until(Phase::Paused).await;
        self.agent.ticket().await.expect("may come back");
    }
}
