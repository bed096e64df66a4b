//! The recorder's stream: which is served, what halts it, and how long it is waited for at the end.

use super::*;

fn recorder(epoch: u32) -> v1::Attach {
    let participant = Some(v1::Participant { role: v1::Role::Recorder.into(), ..v1::Participant::default() });
    let codecs = vec![v1::Codec::H264.into(), v1::Codec::Patch.into()];
    v1::Attach { protocol_version: 1, participant, codecs, recorder_epoch: epoch, ..v1::Attach::default() }
}

/// Attaches, as often as it takes until the page is prepared.
async fn record(stand: &mut Stand, epoch: u32) -> Watching {
    loop {
        let mut recorder = stand.attach_as(recorder(epoch)).await.expect("taken in");
        let closed = recorder.wait(|body| match body {
            server_message::Body::Attached(_) => Some(None),
            server_message::Body::Closed(closed) => Some(Some((closed.reason.clone(), closed.retry))),
            _ => None,
        });
        match closed.await {
            None => return recorder,
            Some((reason, retry)) => assert_eq!((reason.as_str(), retry), ("MaskingInactive", true)),
        }
        tokio::task::yield_now().await;
    }
}

fn ack(seq: u64) -> client_message::Body {
    client_message::Body::Ack(v1::Ack { seq, decode_us: 0 })
}

/// The next event's number and whether it is this.
async fn seq_of(watching: &mut Watching, wanted: impl Fn(&Body) -> bool) -> u64 {
    let found = watching.wait(|body| match body {
        server_message::Body::Event(event) => event.body.as_ref().is_some_and(&wanted).then_some(event.seq),
        _ => None,
    });
    found.await
}

fn is_chat(body: &Body) -> bool {
    matches!(body, Body::Guidance(v1::Guidance { body: Some(v1::guidance::Body::Chat(_)), .. }))
}

fn chat(text: &str) -> client_message::Body {
    let body = Some(v1::guidance::Body::Chat(v1::ChatMessage { text: text.into() }));
    client_message::Body::Guidance(v1::Guidance { participant_id: String::new(), body })
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_recorded_before_the_masking_is_there() {
    let mut stand = Stand::unbound();
    assert!(stand.attach_as(recorder(1)).await.is_err(), "there is no session");
    stand.page.freeze();
    stand.bind(bind_request()).await.expect("bound");
    let mut early = stand.attach_as(recorder(1)).await.expect("taken in");
    assert_eq!(early.closed().await, "MaskingInactive");
    let failing = Stand::unbound();
    failing.page.fail("Selectors");
    let mut stand = failing;
    stand.bind(bind_request()).await.expect("bound");
    let mut never = stand.attach_as(recorder(1)).await.expect("taken in");
    assert_eq!(never.closed().await, "MaskingInactive");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_highest_epoch_is_served() {
    let (mut stand, end_user, _agent) = two().await;
    let mut first = record(&mut stand, 1).await;
    let mut same = stand.attach_as(recorder(1)).await.expect("taken in");
    assert_eq!(same.closed().await, "Replaced");
    assert!(stand.attach_as(recorder(0)).await.is_err(), "0 is no epoch");
    stand.say(&end_user, chat("one")).await;
    let one = seq_of(&mut first, is_chat).await;
    stand.say(&first, ack(one)).await;
    stand.say(&end_user, chat("two")).await;
    let two = seq_of(&mut first, is_chat).await;
    let mut second = record(&mut stand, 2).await;
    assert_eq!(first.closed().await, "Replaced");
    assert_eq!(seq_of(&mut second, is_chat).await, two, "what was acknowledged does not come again");
    stand.say(&second, client_message::Body::KeyRequest(v1::KeyRequest {})).await;
    assert_eq!(second.closed().await, "Malformed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_halts_it_and_continue_says_so() {
    let (mut stand, mut end_user, _agent) = two().await;
    let mut tape = record(&mut stand, 1).await;
    let id = stand.command(&end_user, pause()).await;
    assert!(end_user.result(id).await.ok);
    stand.say(&end_user, chat("unseen")).await;
    seq_of(&mut end_user, is_chat).await;
    stand.command(&end_user, resume()).await;
    let mut heard = Vec::new();
    tape.wait(|body| {
        let server_message::Body::Event(event) = body else { return None };
        heard.push(event.seq);
        matches!(&event.body, Some(Body::Gap(gap)) if gap.withheld).then_some(())
    })
    .await;
    assert!(heard.is_sorted(), "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_end_people_are_let_go_and_the_recorder_is_waited_for() {
    let (mut stand, end_user, mut agent) = two().await;
    let mut tape = record(&mut stand, 1).await;
    stand.command(&end_user, command::Body::End(v1::EndCommand {})).await;
    assert_eq!(agent.closed().await, "Ended");
    let last = seq_of(&mut tape, |body| matches!(body, Body::End(_))).await;
    let mut next = record(&mut stand, 2).await;
    assert_eq!(seq_of(&mut next, |body| matches!(body, Body::End(_))).await, last, "a take-over after the end");
    stand.say(&next, ack(last)).await;
    assert_eq!(next.closed().await, "Ended");
    assert_eq!(stand.outcome().await.reason, EndReason::EndUser);
}
