//! What an administrator wishes of a session, as the operator brings it.

use super::*;

/// The state with this pause by an administrator, and whether others see nothing by it.
async fn told(who: &mut Watching, held: bool) -> bool {
    who.fact(|body| match body {
        Body::State(state) if state.held == held => Some(state.paused),
        _ => None,
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrators_pause_blanks_agents_and_no_one_else_lifts_it() {
    let (mut stand, mut end_user, mut agent) = two().await;
    stand.act(&agent, key(true)).await;
    stand.screen.wait_for(&Input::Key { code: 30, keysym: 0x61, down: true }).await;
    stand.adjust("s-1", true, 0).await.expect("the operator may");
    agent.wait(|body| matches!(body, server_message::Body::Blank(_)).then_some(())).await;
    stand.screen.wait_for(&Input::Key { code: 30, keysym: 0, down: false }).await;
    assert!(told(&mut agent, true).await && told(&mut end_user, true).await);
    assert_eq!(stand.facts().phase(), v1::Phase::Live, "nobody is asked to choose");
    // The end user stops and continues, and it is held all the same.
    for body in [pause(), resume()] {
        let id = stand.command(&end_user, body).await;
        assert!(end_user.result(id).await.ok);
    }
    assert_eq!(stand.facts().phase(), v1::Phase::Live);
    stand.act(&agent, button(true)).await;
    stand.act(&end_user, moved(10.0)).await;
    stand.screen.wait_for(&Input::Move { x: 10.0, y: 5.0 }).await;
    assert_eq!(stand.screen.count(), 3, "an agent acted while held: {:?}", stand.screen.all());
    stand.adjust("s-1", false, 0).await.expect("the operator may");
    assert!(!told(&mut agent, false).await);
    stand.act(&agent, key(true)).await;
    stand.screen.wait_for_count(&Input::Key { code: 30, keysym: 0x61, down: true }, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lifting_it_does_not_continue_what_the_end_user_stopped() {
    let (mut stand, mut end_user, mut agent) = two().await;
    let id = stand.command(&end_user, pause()).await;
    assert!(end_user.result(id).await.ok);
    stand.adjust("s-1", true, 0).await.expect("the operator may");
    assert!(told(&mut agent, true).await);
    stand.adjust("s-1", false, 0).await.expect("the operator may");
    assert!(told(&mut agent, false).await, "the end user's Stop holds");
    assert_eq!(stand.facts().phase(), v1::Phase::Paused);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_maximum_moves_and_nonsense_is_refused() {
    let (stand, _end_user, _agent) = two().await;
    let ends = |facts: v1::WatchResponse| cobrowse_wire::moment(&facts.expires_at.expect("it says when")).as_millis();
    let before = ends(stand.facts());
    let answer = stand.adjust("s-1", false, 3 * 3_600_000).await.expect("the operator may");
    let after = cobrowse_wire::moment(&answer.expires_at.expect("it says when")).as_millis();
    let default =
        u64::try_from(cobrowse_session::policy::LivePolicy::default().max_duration.as_millis()).expect("fits");
    assert_eq!(after - before, 3 * 3_600_000 - default);
    assert_eq!(ends(stand.facts()), after, "the store is told");
    let refused = |code: tonic::Code, result: Result<v1::AdjustResponse, Status>| {
        assert_eq!(result.expect_err("is refused").code(), code);
    };
    refused(tonic::Code::PermissionDenied, stand.adjust("s-2", true, 0).await);
    refused(tonic::Code::InvalidArgument, stand.adjust("s-1", true, 13 * 3_600_000).await);
    assert!(Stand::unbound().adjust("s-1", true, 0).await.is_err(), "nobody's pod has nothing to adjust");
}
