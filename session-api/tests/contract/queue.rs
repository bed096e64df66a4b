//! Places: as many PINs as there are browsers, the rest waits in order, on two replicas.

use crate::door::TestDoor;
use crate::people::{PATIENCE, Person, SHOP, reason, with};
use cobrowse_session_api::args::Settings;
use cobrowse_session_api::store::SystemScope;
use cobrowse_wire::v1::*;
use futures::future::join_all;

const PLACES: u64 = 7;
const STARTS: usize = 50;

/// Somebody who started, and what they were told.
struct Started {
    person: Person,
    session: Session,
    pin: String,
}

async fn start(door: &TestDoor) -> Started {
    let mut client = door.sessions().await;
    let viewport = Viewport { width: 1280, height: 720, scale_percent: 100, touch: false };
    let request = StartSessionRequest { start_url: SHOP.to_owned(), viewport: Some(viewport), ..Default::default() };
    let started = client.start_session(request).await.expect("has a place or queues").into_inner();
    let session = started.session.expect("a session");
    Started { person: Person { client, token: started.token, session: session.id.clone() }, session, pin: started.pin }
}

async fn end(person: &mut Person) {
    let end = EndSessionRequest { session_id: person.session.clone() };
    person.client.end_session(with(&person.token, end)).await.expect("may end");
}

fn few(settings: Settings) -> Settings {
    Settings { max_sessions: Some(PLACES), ..settings }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_starts_on_two_replicas_get_the_places_there_are_and_the_rest_in_order() {
    in_order(TestDoor::with(few).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_starts_on_a_server_get_the_places_there_are_and_the_rest_in_order() {
    in_order(TestDoor::on_server(few).await).await;
}

async fn in_order(door: TestDoor) {
    let other = door.replica_with(few).await;
    let doors = [&door, &other];
    let started = join_all((0..STARTS).map(|n| start(doors[n % 2]))).await;
    let (mut placed, mut queued): (Vec<_>, Vec<_>) = started.into_iter().partition(|one| !one.pin.is_empty());
    assert_eq!(placed.len(), 7, "as many PINs as places");
    assert!(placed.iter().all(|one| one.session.phase() == Phase::Waiting && one.session.queue_place == 0));
    queued.sort_by_key(|one| one.session.queue_place);
    let places: Vec<_> = queued.iter().map(|one| one.session.queue_place).collect();
    assert_eq!(places, (1..=43).collect::<Vec<u32>>(), "each has a place of its own");
    for one in &mut queued {
        assert_eq!(one.session.phase(), Phase::Queued);
        let renew = RenewPinRequest { session_id: one.person.session.clone() };
        let early = one.person.client.renew_pin(with(&one.person.token, renew)).await.expect_err("no place yet");
        assert_eq!(reason(&early), "NotReady");
    }
    // Someone in the middle leaves: nobody gets a place by that, and those behind move up.
    let mut left = queued.remove(20);
    end(&mut left.person).await;
    assert_eq!(queued[20].person.get().await.expect("is in").queue_place, 21);
    let mut holders: std::collections::VecDeque<_> = placed.drain(..).collect();
    for (n, mut next) in queued.drain(..).enumerate() {
        end(&mut holders.pop_front().expect("somebody has a place").person).await;
        let waiting = next.person.until(Phase::Waiting).await;
        assert_eq!(waiting.queue_place, 0, "turn {n}");
        let renew = RenewPinRequest { session_id: next.person.session.clone() };
        let pin =
            next.person.client.renew_pin(with(&next.person.token, renew)).await.expect("has a place").into_inner();
        assert!(pin.pin.len() >= 6 && pin.pin_expires_at.is_some());
        let load = door.running.sessions.parts().store.load(SystemScope::to_place()).await.expect("counts");
        assert_eq!(load.held, PLACES, "turn {n}: never more, never less while somebody waits");
        holders.push_back(next);
    }
    // A PIN that came by the queue admits like any other.
    let mut last = holders.pop_back().expect("somebody");
    let renew = RenewPinRequest { session_id: last.person.session.clone() };
    let pin = last.person.client.renew_pin(with(&last.person.token, renew)).await.expect("may").into_inner().pin;
    let mut sam = crate::people::agent(&door, "sam@northwind.example").await;
    let knocking = sam.join(&pin).await.expect("admits");
    last.person.allow(&knocking.self_id).await.expect("may allow");
    last.person.until(Phase::Live).await;
    other.running.stop().await;
    door.running.stop().await;
}

#[tokio::test]
async fn who_queues_sees_their_place_move() {
    let door = TestDoor::with(|settings| Settings { max_sessions: Some(1), ..settings }).await;
    let mut holder = start(&door).await;
    let mut first = start(&door).await;
    let mut second = start(&door).await;
    assert_eq!((first.session.queue_place, second.session.queue_place), (1, 2));
    let mut watch = second.person.watch().await;
    end(&mut first.person).await;
    let moved = async {
        loop {
            let session = watch.message().await.expect("may watch").expect("goes on").session.expect("a session");
            if session.queue_place == 1 {
                return session.phase();
            }
        }
    };
    assert_eq!(tokio::time::timeout(PATIENCE, moved).await.expect("is told"), Phase::Queued);
    end(&mut holder.person).await;
    second.person.until(Phase::Waiting).await;
    door.running.stop().await;
}
