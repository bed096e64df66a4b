//! People who are out: of a session that ended, or not let in yet.

use crate::door::TestDoor;
use crate::people::{agent, end_user, live, reason, with};
use crate::viewer::{Viewer, attach};
use cobrowse_wire::v1::*;

#[tokio::test]
async fn an_ended_session_lets_nobody_do_anything() {
    let door = TestDoor::open().await;
    let (mut user, mut sam) = live(&door).await;
    let early = sam.ticket().await.expect("is in");
    let session_id = user.person.session.clone();
    let end = EndSessionRequest { session_id: session_id.clone() };
    user.person.client.end_session(with(&user.person.token, end)).await.expect("may end");
    user.person.until(Phase::Ended).await;
    let (client, token) = (&mut user.person.client, user.person.token.as_str());
    let id = || session_id.clone();
    let participant_id = "p-ffffffffffffffff".to_owned();
    let allow = AllowParticipantRequest { session_id: id(), participant_id, permissions: Some(crate::people::ALL) };
    let invite = CreateInvitationRequest { session_id: id(), role: Role::Agent.into() };
    let navigate = NavigateCommand { to: Some(navigate_command::To::Back(true)) };
    let navigate = NavigateRequest { session_id: id(), navigate: Some(navigate) };
    let guidance = SendGuidanceRequest { session_id: id(), guidance: Some(Guidance::default()) };
    let part = FilePart { chooser_id: "c".to_owned(), ..FilePart::default() };
    let upload = UploadFileRequest { session_id: id(), part: Some(part) };
    let download = DownloadFileRequest { session_id: id(), download_id: "d".to_owned() };
    let refused = [
        client.renew_pin(with(token, RenewPinRequest { session_id: id() })).await.err(),
        client.allow_participant(with(token, allow)).await.err(),
        client.create_ticket(with(token, CreateTicketRequest { session_id: id() })).await.err(),
        client.create_invitation(with(token, invite)).await.err(),
        client.pause_session(with(token, PauseSessionRequest { session_id: id() })).await.err(),
        client.resume_session(with(token, ResumeSessionRequest { session_id: id() })).await.err(),
        client.navigate(with(token, navigate)).await.err(),
        client.send_guidance(with(token, guidance)).await.err(),
        client.upload_file(with(token, upload)).await.err(),
        client.download_file(with(token, download)).await.err(),
    ];
    for (n, refused) in refused.into_iter().enumerate() {
        assert_eq!(reason(&refused.expect("is over")), "SessionEnded", "call {n}");
    }
    let mut late = Viewer::open(&door).await;
    late.send(attach(&early)).await;
    assert_eq!(late.closed().await.reason, "TicketInvalid", "tickets end with the session");
    assert_eq!(sam.get().await.expect("was in it").phase(), Phase::Ended);
    door.running.stop().await;
}

#[tokio::test]
async fn a_viewer_without_allow_sees_nothing() {
    let door = TestDoor::open().await;
    let mut user = end_user(&door).await;
    let mut sam = agent(&door, "sam@northwind.example").await;
    sam.join(&user.pin).await.expect("admits");
    assert_eq!(reason(&sam.ticket().await.expect_err("is not let in")), "NotReady");
    assert_eq!(reason(&user.person.ticket().await.expect_err("there is no browser")), "NotReady");
    let mut priya = agent(&door, "priya@northwind.example").await;
    priya.session = user.person.session.clone();
    assert_eq!(reason(&priya.ticket().await.expect_err("never knocked")), "SessionNotFound");
    let navigate = NavigateCommand { to: Some(navigate_command::To::Back(true)) };
    let navigate = NavigateRequest { session_id: sam.session.clone(), navigate: Some(navigate) };
    assert_eq!(reason(&sam.client.navigate(with(&sam.token, navigate)).await.expect_err("not let in")), "NotReady");
    door.running.stop().await;
}
