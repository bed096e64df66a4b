//! Bytes that are no messages, on every call, by gRPC and by gRPC-Web: a clear refusal, and whoever is in a session stays
//! in it. The WebSocket's are in `abuse`.

use crate::bytes::{self, Answer};
use crate::door::TestDoor;
use crate::people::{Person, agent, live, reason, with};
use crate::viewer::{Viewer, attach};
use cobrowse_session::permission::{AccountRole, CallerRole, Permission, may};
use cobrowse_session_api::gate;
use cobrowse_wire::v1::client_message::Body as Up;
use cobrowse_wire::v1::server_message::Body as Down;
use cobrowse_wire::v1::*;
use futures::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};
use tonic_types::StatusExt;

const KINDS: [&str; 3] = ["application/grpc", "application/grpc-web+proto", "application/grpc-web-text"];

/// Tokens of those who together may make every call.
struct Tokens {
    user: String,
    supervisor: String,
    administrator: String,
}

impl Tokens {
    fn of(&self, permission: Permission) -> &str {
        match permission {
            p if may(CallerRole::EndUser, p) => &self.user,
            p if may(CallerRole::Account(AccountRole::Supervisor), p) => &self.supervisor,
            _ => &self.administrator,
        }
    }
}

/// What is wrong, the bytes of the body, and what they must be called.
fn broken() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let head = |flag: u8, length: u32| [vec![flag], length.to_be_bytes().to_vec()].concat();
    vec![
        ("nothing at all", Vec::new(), "Malformed"),
        ("half a head", vec![0, 0, 0], "Malformed"),
        ("half a message", [head(0, 100), vec![1; 3]].concat(), "Malformed"),
        ("no protobuf", bytes::framed(&[0xff; 16]), "Malformed"),
        ("a field cut short", bytes::framed(&[0x0a, 0x7f, 1]), "Malformed"),
        ("a field of another kind", bytes::framed(&[0x08, 1]), "Malformed"),
        ("text that is no text", bytes::framed(&[0x0a, 2, 0xc3, 0x28]), "Malformed"),
        ("more than any message has", head(0, 2 * 1024 * 1024), "TooLarge"),
        ("four gigabytes", head(0, u32::MAX), "TooLarge"),
        ("a flag that is none", [head(9, 1), vec![0]].concat(), "Malformed"),
        ("compressed", [head(1, 1), vec![0]].concat(), "Malformed"),
    ]
}

/// The refusal of an answer.
fn refused(case: &str, answer: &Answer) -> (String, Code) {
    let status = answer.status.as_ref().unwrap_or_else(|| panic!("{case}: no status but {answer:?}"));
    let details = status.get_error_details();
    let info = details.error_info().unwrap_or_else(|| panic!("{case}: no ErrorInfo in {status:?}"));
    assert_eq!(info.domain, "cobrowse.dev", "{case}");
    assert!(!status.message().is_empty(), "{case}");
    (info.reason.clone(), status.code())
}

#[tokio::test]
async fn broken_bytes_are_refused_by_every_call_and_cost_nobody_anything() {
    let door = TestDoor::open().await;
    let (mut user, mut sam) = live(&door).await;
    let tokens = Tokens {
        user: user.person.token.clone(),
        supervisor: agent(&door, "priya@northwind.example").await.token,
        administrator: agent(&door, "kim@northwind.example").await.token,
    };
    let mut watches = Viewer::attached(&door, &sam.ticket().await.expect("is in")).await;
    let pod = door.runner.pod_of(&user.person.session);
    let mut calls = 0;
    for kind in KINDS {
        let channel = door.channel().await;
        for path in bytes::paths() {
            let permission = gate::permission(&path).expect("every call has one");
            for (what, body, wanted) in broken() {
                // A call without fields has none that could be of another kind, and takes what it does not know.
                if bytes::takes_unknown_fields(&path, what) {
                    continue;
                }
                let case = format!("{what} to {path} as {kind}");
                let answer = bytes::call(&channel, &path, kind, tokens.of(permission), body).await;
                calls += 1;
                let (reason, code) = refused(&case, &answer);
                // A live stream says the same for all of it, in its last message and as its end.
                let wanted = if permission == Permission::Attach { "Malformed" } else { wanted };
                assert_eq!(reason, wanted, "{case}");
                assert!(matches!(code, Code::InvalidArgument | Code::ResourceExhausted), "{case}: {code:?}");
            }
        }
    }
    assert!(calls > 28 * 3 * 8, "{calls} calls");
    assert!(pod.up.lock().expect("not poisoned").is_empty(), "nothing of it came to the pod");
    pod.show(b"still there");
    assert_eq!(watches.picture().await, b"still there");
    assert_eq!(user.person.get().await.expect("is in").phase(), Phase::Live);
    assert_eq!(sam.get().await.expect("is in").participants.len(), 2);
    door.running.stop().await;
}

type Attached = Streaming<AttachResponse>;

/// Attaches by the native client with these messages, which stay open at the end.
async fn attach_grpc(person: &mut Person, messages: Vec<Option<Up>>) -> Attached {
    let (send, receive) = tokio::sync::mpsc::channel(16);
    for body in messages {
        let message = body.map(|body| ClientMessage { body: Some(body) });
        send.send(AttachRequest { message }).await.expect("there is room");
    }
    // The sender lives on in the stream, so that it does not end.
    let up = ReceiverStream::new(receive).chain(futures::stream::once(async move {
        let _open = send;
        std::future::pending().await
    }));
    person.client.attach(with(&person.token, up)).await.expect("a stream").into_inner()
}

/// The last message of a stream and the status it ended with.
async fn end(stream: &mut Attached) -> (Option<Closed>, Status) {
    let ended = async {
        let mut closed = None;
        loop {
            match stream.message().await {
                Ok(Some(response)) => {
                    if let Some(Down::Closed(last)) = response.message.and_then(|message| message.body) {
                        closed = Some(last);
                    }
                }
                Ok(None) => return (closed, Status::ok("")),
                Err(status) => return (closed, status),
            }
        }
    };
    tokio::time::timeout(crate::people::PATIENCE, ended).await.expect("it ends")
}

#[tokio::test]
async fn a_grpc_stream_out_of_order_ends_with_a_word() {
    let door = TestDoor::open().await;
    let (user, mut sam) = live(&door).await;
    let pod = door.runner.pod_of(&user.person.session);
    let ack = || Some(Up::Ack(Ack { seq: 1, decode_us: 0 }));
    let ticket = |ticket: &str| Some(attach(ticket));
    let spent = sam.ticket().await.expect("is in");
    let _first = Viewer::attached(&door, &spent).await;
    let fresh = [sam.ticket().await.expect("is in"), sam.ticket().await.expect("is in")];
    let newer = Attach { protocol_version: 9, ticket: fresh[0].clone(), ..Attach::default() };
    for (what, messages, wanted, code) in [
        ("no attach first", vec![ack()], "Malformed", Code::InvalidArgument),
        ("nothing first", vec![None], "Malformed", Code::InvalidArgument),
        ("another version", vec![Some(Up::Attach(newer))], "Malformed", Code::InvalidArgument),
        ("attach twice", vec![ticket(&fresh[0]), ticket(&fresh[1])], "Malformed", Code::InvalidArgument),
        ("nothing in between", vec![ticket(&fresh[1]), None], "Malformed", Code::InvalidArgument),
        ("a spent ticket", vec![ticket(&spent)], "TicketInvalid", Code::PermissionDenied),
        ("the sign-in as ticket", vec![ticket(&sam.token)], "TicketInvalid", Code::PermissionDenied),
        ("no ticket", vec![ticket("")], "TicketInvalid", Code::PermissionDenied),
    ] {
        let (closed, status) = end(&mut attach_grpc(&mut sam, messages).await).await;
        assert_eq!(closed.expect(what).reason, wanted, "{what}");
        assert_eq!((reason(&status).as_str(), status.code()), (wanted, code), "{what}");
    }
    assert!(pod.up.lock().expect("not poisoned").is_empty(), "nothing of it came to the pod");
    let mut whole = attach_grpc(&mut sam.clone(), vec![ticket(&sam.ticket().await.expect("is in"))]).await;
    assert!(whole.message().await.expect("is let in").is_some());
    door.running.stop().await;
}

#[tokio::test]
async fn streams_of_one_connection_are_limited_and_others_are_served() {
    let door = TestDoor::open().await;
    let (_user, sam) = live(&door).await;
    let mut open = Vec::new();
    for _ in 0..64 {
        // The answer comes at once; the first message has five seconds.
        open.push(attach_grpc(&mut sam.clone(), Vec::new()).await);
    }
    let mut more = sam.clone();
    let one_more = tokio::spawn(async move { more.get().await });
    let mut elsewhere = Person { client: door.sessions().await, ..sam.clone() };
    elsewhere.get().await.expect("another connection has streams of its own");
    assert!(!one_more.is_finished(), "the 65th call waits for one of the 64 to end");
    let (closed, status) = end(&mut open[0]).await;
    assert_eq!((closed.expect("says why").reason.as_str(), reason(&status).as_str()), ("Silent", "Silent"));
    one_more.await.expect("no panic").expect("is served then");
    door.running.stop().await;
}

#[tokio::test]
async fn a_grpc_viewer_that_never_reads_is_cut_and_queues_nothing_here() {
    let door = TestDoor::open().await;
    let (user, mut sam) = live(&door).await;
    let pod = door.runner.pod_of(&user.person.session);
    let ticket = sam.ticket().await.expect("is in");
    let mut deaf = sam.clone();
    let _deaf = attach_grpc(&mut deaf, vec![Some(attach(&ticket))]).await;
    crate::abuse::flood(&pod).await;
    sam.get().await.expect("other calls of the same connection go on");
    door.running.stop().await;
}
