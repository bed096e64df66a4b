//! A thousand real connections at once, all from one address, and two people at another who notice nothing of them.

use crate::door::TestDoor;
use crate::people::{PATIENCE, Person, live, with};
use crate::viewer::Viewer;
use cobrowse_session_api::args::Settings;
use cobrowse_wire::v1::client_message::Body as Up;
use cobrowse_wire::v1::session_service_client::SessionServiceClient;
use cobrowse_wire::v1::*;
use futures::StreamExt;
use futures::stream;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::net::Ipv4Addr;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tonic::Streaming;

/// Where the crowd comes from.
const CROWD: Ipv4Addr = Ipv4Addr::new(127, 0, 2, 1);
/// All of them.
const MOST: usize = 1000;
/// Those that watch the session by a gRPC stream over HTTP/2; the others hold a TLS connection and say nothing.
const WATCHING: usize = 300;
/// Handshakes at once.
const AT_ONCE: usize = 32;
/// One that is let in and says nothing is closed after ten seconds, one that is not at once.
const CLOSED: Duration = Duration::from_secs(5);
/// Both ends of every connection are in this process, and other tests run beside.
const DESCRIPTORS: u64 = 4000;

/// Raises the limit on descriptors to the most there may be. False when that is too few.
fn descriptors() -> bool {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    raised.is_ok() && maximum.is_none_or(|most| most >= DESCRIPTORS)
}

async fn watch(door: &TestDoor, of: &Person) -> Streaming<WatchSessionResponse> {
    let mut client = SessionServiceClient::new(door.channel_from(CROWD).await);
    let request = with(&of.token, WatchSessionRequest { session_id: of.session.clone() });
    let mut stream = client.watch_session(request).await.expect("may watch").into_inner();
    stream.message().await.expect("may watch").expect("the session as it is");
    stream
}

/// The session comes to this phase for every one that watches.
async fn all_see(watching: &mut [Streaming<WatchSessionResponse>], phase: Phase) {
    for stream in watching {
        let seen = async {
            loop {
                let session = stream.message().await.expect("goes on").expect("goes on").session;
                if session.expect("a session").phase() == phase {
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE, seen).await.expect("everybody is told");
    }
}

/// One more from there is closed before a word.
async fn refused(door: &TestDoor) -> bool {
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind((CROWD, 0).into()).expect("an address of this machine");
    let mut stream = socket.connect(door.running.address).await.expect("the backlog takes it");
    tokio::time::timeout(CLOSED, stream.read_u8()).await.is_ok_and(|read| read.is_err())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_connections_disturb_nobody() {
    if !descriptors() {
        let limit = getrlimit(Resource::Nofile).maximum;
        panic!("this needs {DESCRIPTORS} descriptors, the hard limit is {limit:?}: raise it with ulimit -Hn");
    }
    let door = TestDoor::with(|settings| Settings {
        max_connections: Some(MOST + 500),
        max_connections_per_address: Some(MOST),
        ..settings
    })
    .await;
    let (mut user, mut sam) = live(&door).await;
    let pod = door.runner.pod_of(&user.person.session);
    let mut sees = Viewer::attached(&door, &sam.ticket().await.expect("is in")).await;
    let mut own = Viewer::attached(&door, &user.person.ticket().await.expect("is in")).await;

    let mut watching: Vec<_> =
        stream::iter(0..WATCHING).map(|_| watch(&door, &sam)).buffer_unordered(AT_ONCE).collect().await;
    let idle = stream::iter(WATCHING..MOST).map(|_| door.connect_from(CROWD, "http/1.1"));
    let idle: Vec<_> = idle.buffer_unordered(AT_ONCE).collect().await;
    assert_eq!(watching.len() + idle.len(), MOST);
    assert!(refused(&door).await, "there is no room for one more from there");

    pod.show(b"in the crowd");
    assert_eq!(sees.picture().await, b"in the crowd");
    own.stops_in_time(&mut sees).await;
    all_see(&mut watching, Phase::Paused).await;
    own.send(Up::Command(Command { id: 2, body: Some(command::Body::Resume(ResumeCommand {})) })).await;
    all_see(&mut watching, Phase::Live).await;
    pod.show(b"after it");
    assert_eq!(sees.picture().await, b"after it");
    // People elsewhere still come in.
    live_elsewhere(&door, &user.person).await;
    drop((idle, watching));
    door.running.stop().await;
}

async fn live_elsewhere(door: &TestDoor, user: &Person) {
    let mut again = Person { client: door.sessions().await, ..user.clone() };
    assert_eq!(again.get().await.expect("is in").phase(), Phase::Live);
}
