//! Two replicas on one store: one winner, one browser.

use crate::door::TestDoor;
use crate::people::{agent, end_user, reason};
use cobrowse_session_api::store::SystemScope;
use cobrowse_wire::v1::Phase;
use futures::future::join_all;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_joins_at_once_have_one_winner() {
    one_winner(TestDoor::open().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_joins_at_once_have_one_winner_on_a_server() {
    one_winner(TestDoor::on_server(|settings| settings).await).await;
}

async fn one_winner(door: TestDoor) {
    let other = door.replica().await;
    let mut user = end_user(&door).await;
    let sam = agent(&door, "sam@northwind.example").await;
    let priya = agent(&door, "priya@northwind.example").await;
    // One connection has fewer streams than that.
    let mut connections = Vec::new();
    for n in 0..8 {
        connections.push(if n % 4 < 2 { door.sessions().await } else { other.sessions().await });
    }
    let joins = (0..200).map(|n| {
        let mut person = if n % 2 == 0 { sam.clone() } else { priya.clone() };
        person.client = connections[n % 8].clone();
        let pin = user.pin.clone();
        async move { person.join(&pin).await }
    });
    let answers = join_all(joins).await;
    let admitted: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
    assert_eq!(admitted.len(), 1, "one winner");
    for refused in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        let reason = reason(refused);
        assert!(["PinInvalid", "PinLocked", "WrongPhase", "RateLimited"].contains(&reason.as_str()), "{reason}");
    }
    user.person.allow(&admitted[0].self_id).await.expect("may allow");
    user.person.until(Phase::Live).await;
    let bound = |door: &TestDoor| door.runner.pods.lock().expect("not poisoned").len();
    assert_eq!(bound(&door) + bound(&other), 1, "one browser");
    other.running.stop().await;
    door.running.stop().await;
}

#[tokio::test]
async fn a_session_whose_replica_died_is_ended_by_another() {
    let door = TestDoor::open().await;
    let (mut user, _sam) = crate::people::live(&door).await;
    let pod = door.runner.pod_of(&user.person.session);
    // The replica hears nothing of its pod's death, as if it had died first.
    pod.frozen.store(true, std::sync::atomic::Ordering::SeqCst);
    let id = cobrowse_session::SessionId::parse(&user.person.session).expect("an id");
    let row = door
        .running
        .sessions
        .parts()
        .store
        .row_for_proof(SystemScope::to_prove(), &id)
        .await
        .expect("reads")
        .expect("is there");
    let place = cobrowse_session_api::sessions::links::Place::of(&row).expect("is bound");
    let dialer = door.running.sessions.parts().links.dialer().clone();
    assert!(dialer.may_be_there(place.address, &place.uid).await);
    pod.die();
    user.person.until(Phase::Ended).await;
    assert!(!dialer.may_be_there(place.address, &place.uid).await);
    door.running.stop().await;
}

/// The lease of a claim is 30 s, and so this takes a little longer.
#[test]
fn a_replica_killed_between_commit_and_creation_is_replaced_once() {
    let own = || tokio::runtime::Runtime::new().expect("a runtime");
    let (here, there) = (own(), own());
    let door = here.block_on(TestDoor::open());
    let doomed = there.block_on(door.hanging_replica());
    let (mut user, knocking) = here.block_on(async {
        let mut user = end_user(&door).await;
        let mut sam = agent(&door, "sam@northwind.example").await;
        let knocking = sam.join(&user.pin).await.expect("admits");
        // The end user's Allow goes to the replica that will die.
        user.person.client = doomed.sessions().await;
        (user, knocking)
    });
    here.block_on(async {
        user.person.allow(&knocking.self_id).await.expect("is committed");
        doomed.runner.asked.notified().await;
    });
    there.shutdown_background();
    here.block_on(async {
        user.person.client = door.sessions().await;
        let mut stream = user.person.watch().await;
        let live = async {
            while let Ok(Some(next)) = stream.message().await {
                if next.session.expect("a session").phase() == Phase::Live {
                    return;
                }
            }
            panic!("it ended instead");
        };
        tokio::time::timeout(std::time::Duration::from_secs(45), live).await.expect("another replica takes over");
        let pods = door.runner.pods.lock().expect("not poisoned").len();
        assert_eq!(pods, 1, "one browser");
        door.running.stop().await;
    });
    std::mem::forget(doomed);
}
