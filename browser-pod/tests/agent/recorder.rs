//! The recorder of a real pod: what an agent was shown is in what it gets, byte for byte, over several recorders and up to the end; what is
//! the end user's alone is not.

use std::collections::BTreeMap;

use cobrowse_identity::name::PeerName;
use cobrowse_wire::v1::pod_service_client::PodServiceClient;
use cobrowse_wire::v1::{self, client_message, command, event, server_message};
use prost::Message;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Code, Streaming};

use crate::pod::{AGENT, END_USER, PATIENCE, Pod};
use crate::site::{Page, Site};
use crate::viewer::{RED, Viewer};

/// Changes with every frame and is red at its edge; with a card number's field at the top.
const MOVING: &str = "<title>moving</title><body style='margin:0;height:100vh;background:#f00'>
    <input id=c autocomplete=cc-number value=4111111111111111><div id=d style='width:100px;height:100px'></div>
    <script>let n = 0; const draw = () => { d.style.background = `rgb(${n++ % 256} 0 255)`; requestAnimationFrame(draw) }; draw()</script>";

/// One recorder's stream, and all it got by number.
struct Recorder {
    up: mpsc::Sender<v1::PodServiceAttachRequest>,
    down: Streaming<v1::PodServiceAttachResponse>,
    got: BTreeMap<u64, v1::Event>,
}

impl Recorder {
    /// Attaches, as often as it takes until the page is prepared; or gives the reason.
    async fn attach(client: &PodServiceClient<Channel>, epoch: u32) -> Result<Self, String> {
        let attached = async {
            loop {
                match Self::try_attach(client.clone(), epoch).await {
                    Err(reason) if reason == "MaskingInactive" => tokio::task::yield_now().await,
                    other => return other,
                }
            }
        };
        tokio::time::timeout(PATIENCE, attached).await.expect("an answer in time")
    }

    async fn try_attach(mut client: PodServiceClient<Channel>, epoch: u32) -> Result<Self, String> {
        let (up, said) = mpsc::channel(8);
        up.try_send(first_message(epoch)).expect("room");
        let down = client.attach(ReceiverStream::new(said)).await.expect("a stream").into_inner();
        let mut recorder = Self { up, down, got: BTreeMap::new() };
        match recorder.next().await.expect("an answer") {
            server_message::Body::Closed(closed) => Err(closed.reason),
            _ => Ok(recorder),
        }
    }

    async fn next(&mut self) -> Option<server_message::Body> {
        let message = tokio::time::timeout(PATIENCE, self.down.message()).await.expect("it came in time");
        let body = message.ok()??.message?.body?;
        if let server_message::Body::Event(event) = &body {
            let after = self.got.last_key_value().is_none_or(|(last, _)| *last < event.seq);
            assert!(after, "event {} came out of order", event.seq);
            self.got.insert(event.seq, event.clone());
        }
        Some(body)
    }

    /// Reads until it has this event.
    async fn until(&mut self, seq: u64) {
        while self.got.last_key_value().is_none_or(|(last, _)| *last < seq) {
            self.next().await.expect("more");
        }
    }

    async fn ack(&self, seq: u64) {
        let body = Some(client_message::Body::Ack(v1::Ack { seq, decode_us: 0 }));
        self.up.send(v1::PodServiceAttachRequest { message: Some(v1::ClientMessage { body }) }).await.expect("open");
    }

    /// Reads to the last message; its reason.
    async fn closed(&mut self) -> String {
        loop {
            if let server_message::Body::Closed(closed) = self.next().await.expect("a reason") {
                return closed.reason;
            }
        }
    }
}

/// The pictures of the next so many messages that a viewer gets and acknowledges, by number.
async fn shown(viewer: &mut Viewer, pictures: usize) -> BTreeMap<u64, v1::Event> {
    let mut shown = BTreeMap::new();
    viewer
        .wait(|body| {
            if let server_message::Body::Event(event) = body
                && matches!(event.body, Some(event::Body::Picture(_)))
            {
                shown.insert(event.seq, event.clone());
            }
            (shown.len() >= pictures).then_some(())
        })
        .await;
    shown
}

/// What a recorder says first.
fn first_message(epoch: u32) -> v1::PodServiceAttachRequest {
    let participant = Some(v1::Participant { role: v1::Role::Recorder.into(), ..v1::Participant::default() });
    let attach = v1::Attach { protocol_version: 1, participant, recorder_epoch: epoch, ..patches() };
    let body = Some(client_message::Body::Attach(attach));
    v1::PodServiceAttachRequest { message: Some(v1::ClientMessage { body }) }
}

fn patches() -> v1::Attach {
    v1::Attach { codecs: vec![v1::Codec::H264.into(), v1::Codec::Patch.into()], ..v1::Attach::default() }
}

async fn recorded(site: &Site) -> (Pod, Viewer, Viewer, Recorder) {
    let mut pod = Pod::start().await;
    pod.bind(&[site.host("shop")]).await;
    let mut end_user = pod.attach_with(END_USER, patches()).await;
    let recorder = Recorder::attach(&pod.client, 1).await.expect("the first");
    pod.open(&site.url("shop", "/")).await.expect("a first picture");
    pod.admit(AGENT).await.expect("admitted");
    let agent = pod.attach_with(AGENT, patches()).await;
    end_user.wait_for_colour((900, 600), RED).await;
    (pod, end_user, agent, recorder)
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_an_agent_was_shown_is_recorded_over_three_recorders_and_to_the_end() {
    let site = Site::start(&[("/", Page::Html(MOVING))]);
    let (mut pod, mut end_user, mut agent, mut first) = recorded(&site).await;
    let mut seen = shown(&mut agent, 60).await;
    first.until(*seen.keys().next_back().expect("pictures")).await;
    // Half of it is durable when the recorder dies; a picture more is not acknowledged to anybody.
    let durable = *first.got.keys().nth(first.got.len() / 2).expect("events");
    first.ack(durable).await;
    drop(first.up);
    seen.extend(shown(&mut agent, 30).await);
    assert_eq!(Recorder::attach(&pod.client, 1).await.err().as_deref(), Some("Replaced"), "an epoch is used once");
    let mut second = Recorder::attach(&pod.client, 7).await.expect("higher");
    seen.extend(shown(&mut agent, 30).await);
    second.until(*seen.keys().next_back().expect("pictures")).await;
    let mut third = Recorder::attach(&pod.client, 8).await.expect("higher");
    assert_eq!(second.closed().await, "Replaced");
    end_user.send_command(command::Body::End(v1::EndCommand {})).await;
    agent.closed().await;
    let end = loop {
        third.next().await.expect("the end");
        let last = third.got.last_key_value().filter(|(_, last)| matches!(last.body, Some(event::Body::End(_))));
        if let Some((seq, _)) = last {
            break *seq;
        }
    };
    third.ack(end).await;
    assert_eq!(third.closed().await, "Ended");
    pod.ended("END_REASON_END_USER").await;
    first.got.retain(|seq, _| *seq <= durable);
    let mut recording = first.got;
    recording.extend(second.got);
    recording.extend(third.got);
    assert!(seen.len() >= 120);
    for (seq, event) in &seen {
        let recorded = recording.get(seq).map(Message::encode_to_vec);
        assert_eq!(recorded, Some(event.encode_to_vec()), "event {seq} was shown");
    }
    is_for_all(&recording);
}

/// Nothing of it is the end user's alone, and nothing says what a protected field holds.
fn is_for_all(recording: &BTreeMap<u64, v1::Event>) {
    let mut since_key = 0;
    for event in recording.values() {
        assert_eq!(event.audience(), v1::Audience::All);
        match &event.body {
            Some(event::Body::ProtectedFields(_) | event::Body::Clipboard(_) | event::Body::EditFocus(_)) => {
                panic!("{} is in no recording", event.seq)
            }
            Some(event::Body::Picture(picture)) => {
                since_key = if picture.key { 0 } else { since_key + 1 };
                assert_ne!(picture.codec(), v1::Codec::Jpeg);
                assert!(since_key < 120, "{since_key} units of change without a key picture");
            }
            _ => assert!(!format!("{event:?}").contains("4111"), "{event:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_records_before_there_is_a_session_nor_by_another_certificate() {
    let pod = Pod::start().await;
    let refused = async |mut client: PodServiceClient<Channel>| {
        client.attach(tokio_stream::iter([first_message(1)])).await.expect_err("refused").code()
    };
    assert_eq!(refused(pod.client.clone()).await, Code::FailedPrecondition);
    let stranger = pod.as_peer(&PeerName::EgressGateway).await.expect("of the same authority");
    assert_eq!(refused(stranger).await, Code::PermissionDenied);
}
