//! What people send who mean harm, or programs that are broken: a clear answer, nothing lost, no panic.

use crate::door::TestDoor;
use crate::fake_pod::FakePod;
use crate::people::{self, BANK, agent, end_user, live, reason, start, with};
use crate::viewer::{Viewer, attach};
use cobrowse_wire::v1::client_message::Body as Up;
use cobrowse_wire::v1::*;
use futures::StreamExt;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

fn wrong(pin: &str) -> String {
    let last = pin.chars().last().and_then(|c| c.to_digit(10)).expect("a digit");
    format!("{}{}", &pin[..pin.len() - 1], (last + 1) % 10)
}

#[tokio::test]
async fn pins_that_do_not_admit_look_alike_and_lock() {
    let door = TestDoor::open().await;
    let mut user = end_user(&door).await;
    let mut ana = agent(&door, "ana@contoso.example").await;
    assert_eq!(reason(&ana.join(&user.pin).await.expect_err("another tenant's")), "PinInvalid");
    let mut sam = agent(&door, "sam@northwind.example").await;
    assert_eq!(reason(&sam.join("12").await.expect_err("too short")), "Invalid");
    assert_eq!(reason(&sam.join(&wrong(&user.pin)).await.expect_err("wrong")), "PinInvalid");
    let old = user.pin.clone();
    let renew = RenewPinRequest { session_id: user.person.session.clone() };
    let renewed = user.person.client.renew_pin(with(&user.person.token, renew)).await.expect("may").into_inner();
    assert_eq!(reason(&sam.join(&old).await.expect_err("replaced")), "PinInvalid");
    sam.join(&renewed.pin).await.expect("admits");
    let mut priya = agent(&door, "priya@northwind.example").await;
    assert_eq!(reason(&priya.join(&renewed.pin).await.expect_err("used")), "PinInvalid");
    for _ in 0..4 {
        assert_eq!(reason(&priya.join("000000").await.expect_err("wrong")), "PinInvalid");
    }
    let locked = priya.join("000000").await.expect_err("locked");
    assert_eq!(reason(&locked), "PinLocked");
    let details = tonic_types::StatusExt::get_error_details(&locked);
    let wait = details.error_info().and_then(|info| info.metadata.get("retry_after_seconds")).cloned();
    assert!(wait.is_some_and(|wait| wait.parse::<u32>().is_ok_and(|wait| wait > 0)));
    door.running.stop().await;
}

#[tokio::test]
async fn nobody_sees_sessions_of_others() {
    let door = TestDoor::open().await;
    let (mut user, _sam) = live(&door).await;
    let mut bank = start(&door, BANK).await.expect("the bank is supported");
    for email in ["ana@contoso.example", "tom@contoso.example", "priya@northwind.example"] {
        let mut stranger = agent(&door, email).await;
        stranger.session = user.person.session.clone();
        assert_eq!(reason(&stranger.get().await.expect_err(email)), "SessionNotFound");
        assert_eq!(reason(&stranger.ticket().await.expect_err(email)), "SessionNotFound");
        let end = EndSessionRequest { session_id: user.person.session.clone() };
        let refused = stranger.client.end_session(with(&stranger.token, end)).await.expect_err(email);
        assert_eq!(reason(&refused), "SessionNotFound");
    }
    bank.person.session = user.person.session.clone();
    assert_eq!(reason(&bank.person.get().await.expect_err("another end user")), "SessionNotFound");
    user.person.session = "s-ffffffffffffffffffffffffffffffff".to_owned();
    assert_eq!(reason(&user.person.get().await.expect_err("unknown")), "SessionNotFound");
    user.person.session = "../etc".to_owned();
    assert_eq!(reason(&user.person.get().await.expect_err("no id")), "SessionNotFound");
    door.running.stop().await;
}

#[tokio::test]
async fn tickets_open_one_stream_once() {
    let door = TestDoor::open().await;
    let (_user, mut sam) = live(&door).await;
    let ticket = sam.ticket().await.expect("is in");
    let _first = Viewer::attached(&door, &ticket).await;
    let other = format!("{}{}", &ticket[..ticket.len() - 1], if ticket.ends_with('0') { '1' } else { '0' });
    for bad in [ticket.as_str(), other.as_str(), "", "x.y", sam.token.as_str()] {
        let mut viewer = Viewer::open(&door).await;
        viewer.send(attach(bad)).await;
        let closed = viewer.closed().await;
        assert_eq!((closed.reason.as_str(), closed.retry), ("TicketInvalid", false), "{bad}");
    }
    door.running.stop().await;
}

#[tokio::test]
async fn broken_messages_close_the_stream_with_a_word() {
    let door = TestDoor::open().await;
    let (_user, mut sam) = live(&door).await;
    let mut silent = Viewer::open(&door).await;
    let broken = [
        Message::Binary(vec![0xff; 64].into()),
        Message::Binary(vec![0x0a, 0x7f, 1].into()),
        Message::Text("hello".into()),
        Message::Binary(Vec::new().into()),
    ];
    for message in &broken {
        let mut viewer = Viewer::open(&door).await;
        viewer.raw(message.clone()).await;
        assert_eq!(viewer.closed().await.reason, "Malformed");
        let mut viewer = Viewer::attached(&door, &sam.ticket().await.expect("is in")).await;
        viewer.raw(message.clone()).await;
        assert_eq!(viewer.closed().await.reason, "Malformed");
    }
    let mut out_of_order = Viewer::open(&door).await;
    out_of_order.send(Up::Ack(Ack { seq: 1, decode_us: 0 })).await;
    assert_eq!(out_of_order.closed().await.reason, "Malformed");
    let mut twice = Viewer::attached(&door, &sam.ticket().await.expect("is in")).await;
    twice.send(attach("")).await;
    assert_eq!(twice.closed().await.reason, "Malformed");
    let mut large = Viewer::open(&door).await;
    large.raw(Message::Binary(vec![0; 2 * 1024 * 1024].into())).await;
    let end = tokio::time::timeout(people::PATIENCE, async { while let Some(Ok(_)) = large.socket.next().await {} });
    end.await.expect("an oversized message ends the stream");
    let closed = silent.closed().await;
    assert_eq!((closed.reason.as_str(), closed.retry), ("Silent", true));
    let mut fine = Viewer::attached(&door, &sam.ticket().await.expect("is in")).await;
    fine.send(Up::Keepalive(Keepalive { sent_us: 1 })).await;
    fine.next().await;
    door.running.stop().await;
}

#[tokio::test]
async fn a_foreign_page_opens_no_stream() {
    let door = TestDoor::open().await;
    for origin in ["https://evil.example", "null", "http://localhost:1", "https://localhost"] {
        assert!(Viewer::from_origin(&door, origin).await.is_err(), "{origin}");
    }
    door.running.stop().await;
}

/// A viewer that takes nothing is cut after fifteen seconds; a busy machine may need longer to fill what is on the way.
const CUT: Duration = Duration::from_secs(60);

/// Floods a viewer that does not read, until it is cut.
pub(crate) async fn flood(pod: &FakePod) {
    pod.flood.store(true, Ordering::SeqCst);
    pod.show(b"wake");
    tokio::time::timeout(CUT, pod.left(1)).await.expect("a viewer that never reads is cut");
    pod.flood.store(false, Ordering::SeqCst);
    let taken = pod.flooded.load(Ordering::SeqCst) * 64 * 1024;
    assert!(taken > 0 && taken < 12 * 1024 * 1024, "{taken} bytes queued on the way");
}

#[tokio::test]
async fn a_viewer_that_never_reads_is_cut_and_queues_nothing_here() {
    let door = TestDoor::open().await;
    let (user, mut sam) = live(&door).await;
    let pod = door.runner.pod_of(&user.person.session);
    let _deaf = Viewer::attached(&door, &sam.ticket().await.expect("is in")).await;
    flood(&pod).await;
    let mut again = Viewer::attached(&door, &sam.ticket().await.expect("is in")).await;
    pod.show(b"picture");
    assert_eq!(again.picture().await, b"picture");
    door.running.stop().await;
}

#[tokio::test]
async fn bad_starts_are_refused_with_the_field() {
    let door = TestDoor::open().await;
    assert_eq!(
        reason(&start(&door, "http://elsewhere.localhost:1/").await.err().expect("refused")),
        "SiteNotSupported"
    );
    assert_eq!(reason(&start(&door, "javascript:alert(1)").await.err().expect("refused")), "Invalid");
    let long = format!("http://shop.localhost:8300/{}", "a".repeat(3000));
    assert_eq!(reason(&start(&door, &long).await.err().expect("refused")), "Invalid");
    let viewport = Viewport { width: 10, height: 720, scale_percent: 100, touch: false };
    let request =
        StartSessionRequest { start_url: people::SHOP.to_owned(), viewport: Some(viewport), ..Default::default() };
    assert_eq!(reason(&door.sessions().await.start_session(request).await.expect_err("too small")), "Invalid");
    door.running.stop().await;
}

#[tokio::test]
async fn an_address_cannot_start_without_end() {
    let door = TestDoor::with(|settings| cobrowse_session_api::args::Settings {
        waiting_per_address: Some(2),
        starts_per_address: Some(4),
        ..settings
    })
    .await;
    end_user(&door).await;
    end_user(&door).await;
    for wanted in ["TooManyWaiting", "TooManyWaiting", "RateLimited"] {
        assert_eq!(reason(&start(&door, people::SHOP).await.err().expect(wanted)), wanted);
    }
    door.running.stop().await;
}

#[tokio::test]
async fn sign_in_tells_nothing_and_slows_down() {
    let door = TestDoor::open().await;
    let mut accounts = door.accounts().await;
    let mut refused = Vec::new();
    for _ in 0..11 {
        let request = SignInRequest { email: "sam@northwind.example".to_owned(), password: "wrong".to_owned() };
        refused.push(reason(&accounts.sign_in(request).await.expect_err("wrong")));
    }
    assert_eq!(refused[0], "SignInFailed");
    assert_eq!(refused[10], "RateLimited");
    let unknown = SignInRequest { email: "nobody@northwind.example".to_owned(), password: "x".to_owned() };
    assert_eq!(reason(&accounts.sign_in(unknown).await.expect_err("unknown")), "SignInFailed");
    let stale = accounts.get_account(with(&"0".repeat(64), GetAccountRequest {})).await.expect_err("no sign-in");
    assert_eq!(reason(&stale), "Unauthenticated");
    door.running.stop().await;
}

#[tokio::test]
async fn a_thousand_connections_leave_room_when_they_go() {
    let most = 100;
    let door = TestDoor::with(|settings| cobrowse_session_api::args::Settings {
        max_connections_per_address: Some(most),
        ..settings
    })
    .await;
    let mut open = Vec::new();
    for _ in 0..1000 {
        open.push(tokio::net::TcpStream::connect(door.running.address).await.expect("the backlog takes it"));
    }
    let mut refused = 0;
    for stream in &mut open[most..] {
        let mut byte = [0];
        let read = tokio::io::AsyncReadExt::read(stream, &mut byte);
        if matches!(tokio::time::timeout(people::PATIENCE, read).await, Ok(Ok(0) | Err(_))) {
            refused += 1;
        }
    }
    assert_eq!(refused, 900);
    drop(open);
    // The door notices closed connections one by one; the next caller who finds room is served.
    let served = async {
        loop {
            let Ok(stream) = tokio::net::TcpStream::connect(door.running.address).await else { continue };
            let mut byte = [0];
            let waits = tokio::time::timeout(Duration::from_millis(100), stream.peek(&mut byte)).await;
            if waits.is_err() {
                return;
            }
        }
    };
    tokio::time::timeout(people::PATIENCE, served).await.expect("there is room again");
    end_user(&door).await;
    door.running.stop().await;
}
