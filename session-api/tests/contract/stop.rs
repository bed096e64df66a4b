//! Stop: agents see nothing within 200 ms, whatever is frozen.

use crate::door::TestDoor;
use crate::people::{live, reason, with};
use crate::viewer::{BAR, Viewer};
use cobrowse_wire::v1::client_message::Body as Up;
use cobrowse_wire::v1::server_message::Body as Down;
use cobrowse_wire::v1::*;
use std::sync::atomic::Ordering;
use std::time::Instant;

fn blank(down: Down) -> Option<u32> {
    match down {
        Down::Blank(blank) => Some(blank.pause_epoch),
        _ => None,
    }
}

#[tokio::test]
async fn a_stop_by_call_blanks_agents_and_goes_on_with_new_pictures_only() {
    let door = TestDoor::open().await;
    let (mut user, mut sam) = live(&door).await;
    let pod = door.runner.pod_of(&user.person.session);
    let mut sees = Viewer::attached(&door, &sam.ticket().await.expect("is in")).await;
    let pause = PauseSessionRequest { session_id: sam.session.clone() };
    let refused = sam.client.pause_session(with(&sam.token, pause.clone())).await.expect_err("end user only");
    assert_eq!(reason(&refused), "PermissionDenied");
    user.person.client.pause_session(with(&user.person.token, pause)).await.expect("may stop");
    assert_eq!(sees.find(blank).await, 1);
    assert_eq!(pod.pause_epoch(), 1, "the pod was told as well");
    user.person.until(Phase::Paused).await;
    let seq = pod.show(b"secret while stopped");
    let up = pod.came_up(1).await;
    assert!(up.iter().any(|(_, body)| matches!(body, Up::Ack(ack) if ack.seq == seq)), "its credit is not lost");
    let resume = ResumeSessionRequest { session_id: user.person.session.clone() };
    user.person.client.resume_session(with(&user.person.token, resume)).await.expect("may go on");
    assert_eq!(user.person.get().await.expect("is in").phase(), Phase::Live, "with the answer");
    let up = pod.came_up(2).await;
    assert!(matches!(up[1].1, Up::KeyRequest(_)), "the decoder missed pictures");
    pod.show(b"after");
    assert_eq!(sees.picture().await, b"after");
    door.running.stop().await;
}

#[tokio::test]
async fn a_stop_on_the_stream_blanks_agents_while_the_pod_is_frozen() {
    let door = TestDoor::open().await;
    let (mut user, mut sam) = live(&door).await;
    let pod = door.runner.pod_of(&user.person.session);
    let mut sees = Viewer::attached(&door, &sam.ticket().await.expect("is in")).await;
    let mut own = Viewer::attached(&door, &user.person.ticket().await.expect("is in")).await;
    pod.frozen.store(true, Ordering::SeqCst);
    let pressed = Instant::now();
    own.send(Up::Command(Command { id: 1, body: Some(command::Body::Pause(PauseCommand {})) })).await;
    sees.find(blank).await;
    assert!(pressed.elapsed() < BAR, "{:?}", pressed.elapsed());
    door.running.stop().await;
}

#[tokio::test]
async fn a_stop_at_another_replica_blanks_agents_of_this_one() {
    blanks_elsewhere(TestDoor::open().await).await;
}

#[tokio::test]
async fn a_stop_at_another_replica_blanks_agents_of_this_one_by_a_server_s_notice() {
    blanks_elsewhere(TestDoor::on_server(|settings| settings).await).await;
}

async fn blanks_elsewhere(door: TestDoor) {
    let other = door.replica().await;
    let (mut user, mut sam) = live(&door).await;
    let pod = door.runner.pod_of(&user.person.session);
    // The agent's stream runs over the replica that did not make the pod.
    let mut sees = Viewer::attached(&other, &sam.ticket().await.expect("is in")).await;
    pod.show(b"before");
    assert_eq!(sees.picture().await, b"before");
    pod.frozen.store(true, Ordering::SeqCst);
    let pressed = Instant::now();
    let pause = PauseSessionRequest { session_id: user.person.session.clone() };
    let asked = user.person.client.pause_session(with(&user.person.token, pause));
    let (_, epoch) = tokio::join!(asked, async {
        let epoch = sees.find(blank).await;
        assert!(pressed.elapsed() < BAR, "{:?}", pressed.elapsed());
        epoch
    });
    assert_eq!(epoch, 1);
    other.running.stop().await;
    door.running.stop().await;
}

#[tokio::test]
async fn a_stop_blanks_agents_while_the_store_takes_no_writes() {
    let door = TestDoor::open().await;
    let (mut user, mut sam) = live(&door).await;
    let mut sees = Viewer::attached(&door, &sam.ticket().await.expect("is in")).await;
    let pause = PauseSessionRequest { session_id: user.person.session.clone() };
    let store = door.running.sessions.parts().store.clone();
    let held = store.write().await.expect("nobody else writes");
    let pressed = Instant::now();
    let asked = user.person.client.pause_session(with(&user.person.token, pause));
    let (answer, _) = tokio::join!(asked, sees.find(blank));
    assert!(pressed.elapsed() < BAR, "{:?}", pressed.elapsed());
    answer.expect("the pod said yes");
    drop(held);
    user.person.until(Phase::Paused).await;
    door.running.stop().await;
}
