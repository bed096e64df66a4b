//! The whole way: start, PIN, join, allow, ticket, attach, events, Stop, Continue, end.

use crate::door::TestDoor;
use crate::fake_pod::LAST_URL;
use crate::people::{self, ALL, SHOP, agent, end_user, live, reason, with};
use crate::viewer::Viewer;
use cobrowse_wire::v1::client_message::Body as Up;
use cobrowse_wire::v1::server_message::Body as Down;
use cobrowse_wire::v1::*;

#[tokio::test]
async fn two_people_share_a_session_to_its_end() {
    let door = TestDoor::open().await;
    let mut user = end_user(&door).await;
    let mut agent = agent(&door, "sam@northwind.example").await;
    let knocking = agent.join(&format!(" {}-{} ", &user.pin[..3], &user.pin[3..])).await.expect("the PIN admits");
    assert_eq!(knocking.phase(), Phase::Knocking);
    let seen = user.person.until(Phase::Knocking).await;
    let waiting = seen.participants.iter().find(|p| p.id == seen.waiting_ids[0]).expect("who waits is listed");
    assert_eq!((waiting.name.as_str(), waiting.company.as_str()), ("Sam de Vries", "Northwind Support"));
    assert!(agent.ticket().await.is_err(), "no stream before Allow");
    assert!(door.runner.pods.lock().expect("not poisoned").is_empty(), "no browser before Allow");

    user.person.allow(&knocking.self_id).await.expect("may allow");
    let live = user.person.until(Phase::Live).await;
    assert!(live.expires_at.is_some());
    let pod = door.runner.pod_of(&live.id);
    assert_eq!(pod.started.lock().expect("not poisoned").len(), 1, "loaded once");
    assert_eq!(pod.started.lock().expect("not poisoned")[0].start_url, SHOP);

    let mut sees = Viewer::attached(&door, &agent.ticket().await.expect("is in")).await;
    let mut own = Viewer::attached(&door, &user.person.ticket().await.expect("is in")).await;
    let seq = pod.show(b"first picture");
    assert_eq!(sees.picture().await, b"first picture");
    assert_eq!(own.picture().await, b"first picture");
    sees.send(Up::Ack(Ack { seq, decode_us: 1 })).await;
    let click = PointerButton { at: Some(Point { x: 1.0, y: 2.0 }), button: 0, down: true };
    sees.send(Up::Input(Input { seq: 1, body: Some(input::Body::Button(click)) })).await;
    let up = pod.came_up(2).await;
    assert!(up.iter().any(|(id, body)| *id == knocking.self_id && matches!(body, Up::Input(_))));

    own.send(Up::Command(Command { id: 9, body: Some(command::Body::End(EndCommand {})) })).await;
    let closed = sees.closed().await;
    assert_eq!((closed.reason.as_str(), closed.retry), ("Ended", false));
    let ended = user.person.until(Phase::Ended).await;
    assert_eq!(ended.end_reason(), EndReason::EndUser);
    assert_eq!(ended.return_url, LAST_URL, "the end user goes on where they were");
    assert_eq!(agent.get().await.expect("was in it").return_url, "", "nobody else learns where");
    let stored = String::from_utf8_lossy(&door.stored_bytes()).into_owned();
    for secret in [user.pin.as_str(), user.person.token.as_str(), "planted-query", "private-query"] {
        assert!(!stored.contains(secret), "{secret} is in the store");
    }
    door.running.stop().await;
}

#[tokio::test]
async fn reports_are_for_supervisors_of_the_tenant() {
    let door = TestDoor::open().await;
    let (mut user, mut sam) = live(&door).await;
    let end = EndSessionRequest { session_id: user.person.session.clone() };
    user.person.client.end_session(with(&user.person.token, end.clone())).await.expect("may end");
    user.person.client.end_session(with(&user.person.token, end)).await.expect("ending is idempotent");
    user.person.until(Phase::Ended).await;
    let mut accounts = door.accounts().await;
    let list = ListReportsRequest::default;
    let refused = accounts.list_reports(with(&sam.token, list())).await.expect_err("an agent may not");
    assert_eq!(reason(&refused), "PermissionDenied");
    let priya = agent(&door, "priya@northwind.example").await;
    let reports = accounts.list_reports(with(&priya.token, list())).await.expect("may").into_inner().reports;
    assert_eq!(reports.len(), 1);
    assert_eq!(
        (reports[0].end_reason.as_str(), reports[0].origin.as_str()),
        ("END_USER", "http://shop.localhost:8300")
    );
    assert_eq!(reports[0].agent_names, ["Sam de Vries"]);
    let tom = agent(&door, "tom@contoso.example").await;
    let reports = accounts.list_reports(with(&tom.token, list())).await.expect("may").into_inner().reports;
    assert!(reports.is_empty(), "another tenant's reports are not to be seen");
    assert!(sam.get().await.is_ok());
    door.running.stop().await;
}

#[tokio::test]
async fn a_second_agent_comes_by_invitation_and_waits_for_allow() {
    let door = TestDoor::open().await;
    let (mut user, mut sam) = live(&door).await;
    let invite = CreateInvitationRequest { session_id: sam.session.clone(), role: Role::Observer.into() };
    let invitation = sam.client.create_invitation(with(&sam.token, invite)).await.expect("may invite").into_inner();
    let accept = AcceptInvitationRequest { invitation: invitation.invitation };
    let mut ana = agent(&door, "ana@contoso.example").await;
    let refused = ana.client.accept_invitation(with(&ana.token, accept.clone())).await.expect_err("another tenant");
    assert_eq!(reason(&refused), "InvitationInvalid");
    let mut priya = agent(&door, "priya@northwind.example").await;
    let session = priya.client.accept_invitation(with(&priya.token, accept.clone())).await.expect("admits");
    let session = session.into_inner().session.expect("a session");
    priya.session = session.id.clone();
    assert_eq!(reason(&priya.ticket().await.expect_err("waits")), "NotReady");
    let again = priya.client.accept_invitation(with(&priya.token, accept)).await.expect_err("one use");
    assert!(["InvitationInvalid", "WrongPhase"].contains(&reason(&again).as_str()), "{again:?}");
    let allowed = user.person.allow(&session.self_id).await.expect("may allow");
    let observer = allowed.participants.iter().find(|p| p.id == session.self_id).expect("is in");
    assert_eq!(observer.permissions, Some(Permissions { view: true, ..Permissions::default() }), "observers only look");
    let pod = door.runner.pod_of(&session.id);
    let mut sees = Viewer::attached(&door, &priya.ticket().await.expect("is in")).await;
    pod.show(b"picture");
    assert_eq!(sees.picture().await, b"picture");
    door.running.stop().await;
}

#[tokio::test]
async fn who_is_denied_learns_it() {
    let door = TestDoor::open().await;
    let mut user = end_user(&door).await;
    let mut sam = agent(&door, "sam@northwind.example").await;
    let knocking = sam.join(&user.pin).await.expect("admits");
    let mut watch = sam.watch().await;
    let deny = DenyParticipantRequest { session_id: user.person.session.clone(), participant_id: knocking.self_id };
    user.person.client.deny_participant(with(&user.person.token, deny)).await.expect("may deny");
    let over = async {
        loop {
            match watch.message().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("ended without a word"),
                Err(status) => return status,
            }
        }
    };
    let status = tokio::time::timeout(people::PATIENCE, over).await.expect("is told");
    assert_eq!(reason(&status), "Denied");
    assert_eq!(reason(&sam.ticket().await.expect_err("is out")), "Denied");
    door.running.stop().await;
}

#[tokio::test]
async fn guidance_navigation_and_files_go_to_the_pod() {
    let door = TestDoor::open().await;
    let (mut user, mut sam) = live(&door).await;
    let pod = door.runner.pod_of(&user.person.session);
    let guidance = Guidance { body: Some(guidance::Body::Laser(Point { x: 1.0, y: 1.0 })), ..Guidance::default() };
    let request = SendGuidanceRequest { session_id: sam.session.clone(), guidance: Some(guidance) };
    sam.client.send_guidance(with(&sam.token, request)).await.expect("passes");
    assert!(matches!(pod.came_up(1).await[0].1, Up::Guidance(_)));
    let navigate = NavigateCommand { to: Some(navigate_command::To::Back(true)) };
    let request = NavigateRequest { session_id: sam.session.clone(), navigate: Some(navigate) };
    sam.client.navigate(with(&sam.token, request)).await.expect("passes");
    let download = DownloadFileRequest { session_id: user.person.session.clone(), download_id: "d".to_owned() };
    let refused = sam.client.download_file(with(&sam.token, download.clone())).await.expect_err("not for agents");
    assert_eq!(reason(&refused), "PermissionDenied");
    let mut parts =
        user.person.client.download_file(with(&user.person.token, download)).await.expect("may").into_inner();
    assert_eq!(parts.message().await.expect("a part").expect("a part").content.as_ref(), b"a file");
    let _ = ALL;
    door.running.stop().await;
}

#[tokio::test]
async fn a_dead_pod_ends_the_session() {
    let door = TestDoor::open().await;
    let (mut user, mut sam) = live(&door).await;
    let mut sees = Viewer::attached(&door, &sam.ticket().await.expect("is in")).await;
    door.runner.pod_of(&user.person.session).die();
    assert_eq!(user.person.until(Phase::Ended).await.end_reason(), EndReason::PodLost);
    let closed = sees.closed().await;
    assert_eq!((closed.reason.as_str(), closed.end_reason()), ("Ended", EndReason::PodLost));
    door.running.stop().await;
}

#[tokio::test]
async fn a_participant_has_one_stream() {
    let door = TestDoor::open().await;
    let (_user, mut sam) = live(&door).await;
    let mut first = Viewer::attached(&door, &sam.ticket().await.expect("is in")).await;
    let mut second = Viewer::attached(&door, &sam.ticket().await.expect("is in")).await;
    assert_eq!(first.closed().await.reason, "Replaced");
    second.send(Up::Keepalive(Keepalive { sent_us: 5 })).await;
    assert!(matches!(second.next().await, Down::Keepalive(Keepalive { sent_us: 5 })));
    door.running.stop().await;
}

#[tokio::test]
async fn a_drain_tells_viewers_to_come_back() {
    let door = TestDoor::open().await;
    let (_user, mut sam) = live(&door).await;
    let mut sees = Viewer::attached(&door, &sam.ticket().await.expect("is in")).await;
    let (closed, ()) = tokio::join!(sees.closed(), door.running.stop());
    assert_eq!((closed.reason.as_str(), closed.retry), ("Draining", true));
}
