//! A session on a cluster, from the end user's start to its end, whoever brings it about.

use crate::people::{PATIENCE, agent, live, seated, start};
use crate::pod::LAST_URL;
use crate::stand::Stand;
use cobrowse_wire::v1::{EndReason, Phase, Role};
use serde_json::json;

const SECRET: &str = "planted-private-query";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_share_a_pod_and_the_query_of_the_address_is_in_no_object() {
    let stand = Stand::open("query").await;
    let replica = stand.replica().await;
    let url = format!("{}/basket?of={SECRET}#there", stand.shop());
    let (mut user, mut sam) = live(&stand, &replica, &url).await;
    let pod = stand.pod_of(&user.session).await.inside;
    let object = stand.object(&user.session).expect("it has an object");
    assert!(object["metadata"]["annotations"].is_null(), "without traces it names no place in one");
    assert_eq!(object["spec"]["startUrl"], json!(format!("{}/basket", stand.shop())));
    assert_eq!(
        (&object["spec"]["queryFollows"], &object["spec"]["tenantRef"]["name"]),
        (&json!(true), &json!("northwind"))
    );
    let everything =
        stand.kubectl(&["get", "cobrowsesessions,cobrowsetenants,events", "-o", "json", "--show-managed-fields"]);
    assert!(everything.contains("/basket") && !everything.contains(SECRET), "the query is in the cluster");
    assert_eq!(*pod.loaded.lock().expect("not poisoned"), [url]);
    assert_eq!(*pod.admitted.lock().expect("not poisoned"), [Role::EndUser, Role::Agent]);
    let (mut own, mut sees) = (user.attach().await, sam.attach().await);
    pod.show(b"one page");
    own.picture(b"one page").await;
    sees.picture(b"one page").await;
    user.end().await;
    let ended = user.until(Phase::Ended).await;
    assert_eq!((ended.end_reason(), ended.return_url.as_str()), (EndReason::EndUser, LAST_URL));
    assert_eq!(pod.ended().await, EndReason::EndUser);
    replica.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_ends_or_deletes_the_object_ends_the_session() {
    let stand = Stand::open("kubectl").await;
    let replica = stand.replica().await;
    let (mut user, _sam) = live(&stand, &replica, &stand.shop()).await;
    let patch = r#"{"spec":{"lifecycle":{"desiredState":"Ended"}}}"#;
    stand.kubectl(&["patch", "cobrowsesession", &user.session, "--type=merge", "-p", patch]);
    assert_eq!(user.until(Phase::Ended).await.end_reason(), EndReason::Administrator);
    // A real pod that is told to go says that it is lost, maybe before the operator's word is here.
    let (mut user, _sam) = live(&stand, &replica, &stand.shop()).await;
    let object = stand.object(&user.session).expect("it has an object");
    let pod = stand.kubelet.inside(object["status"]["binding"]["podUID"].as_str().expect("a pod"));
    stand.kubectl(&["patch", "cobrowsesession", &user.session, "--type=merge", "-p", patch]);
    pod.expect("it runs").end(EndReason::PodLost);
    let ended = user.until(Phase::Ended).await;
    assert_eq!((ended.end_reason(), ended.return_url.as_str()), (EndReason::Administrator, LAST_URL));
    let (mut user, _sam) = live(&stand, &replica, &stand.shop()).await;
    stand.kubectl(&["delete", "cobrowsesession", &user.session]);
    assert_eq!(user.until(Phase::Ended).await.end_reason(), EndReason::Administrator);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_belongs_to_whom_the_operator_says_at_any_moment() {
    let stand = Stand::open("sites").await;
    let replica = stand.replica().await;
    let bank = stand.bank();
    eventually(async || start(&stand, &replica, &bank).await.is_ok()).await;
    let (mut user, _) = start(&stand, &replica, &bank).await.expect("is Contoso's");
    assert_eq!(user.get().await.company, "contoso");
    // Northwind asks for it too and owns it not, until Contoso is gone.
    let sites = format!(r#"{{"spec":{{"sites":[{{"pattern":"{}"}},{{"pattern":"{bank}"}}]}}}}"#, stand.shop());
    stand.kubectl(&["patch", "cobrowsetenant", "northwind", "--type=merge", "-p", &sites]);
    let (mut user, _) = start(&stand, &replica, &bank).await.expect("is Contoso's still");
    assert_eq!(user.get().await.company, "contoso");
    stand.kubectl(&["delete", "cobrowsetenant", "contoso"]);
    eventually(async || match start(&stand, &replica, &bank).await {
        Ok((mut user, _)) => user.get().await.company == "northwind",
        Err(_) => false,
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_tenants_live_session_goes_on_to_its_end_and_nothing_new_begins_until_it_is_there_again() {
    let stand = Stand::open("suspended").await;
    let replica = stand.replica().await;
    let (mut user, mut sam) = live(&stand, &replica, &stand.shop()).await;
    let pod = stand.pod_of(&user.session).await.inside;
    let (mut own, mut sees) = (user.attach().await, sam.attach().await);
    let tenant = stand.tenant("northwind");
    stand.kubectl(&["delete", "cobrowsetenant", "northwind"]);
    eventually(async || start(&stand, &replica, &stand.shop()).await.is_err()).await;
    pod.show(b"goes on");
    own.picture(b"goes on").await;
    sees.picture(b"goes on").await;
    stand.restore(&tenant);
    eventually(async || start(&stand, &replica, &stand.shop()).await.is_ok()).await;
    agent(&stand, &replica, "northwind").await;
    user.end().await;
    assert_eq!(user.until(Phase::Ended).await.end_reason(), EndReason::EndUser);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrators_pause_reaches_the_pod_and_is_no_stop_of_the_end_users() {
    let stand = Stand::open("hold").await;
    let replica = stand.replica().await;
    let (mut user, _sam) = live(&stand, &replica, &stand.shop()).await;
    let pod = stand.pod_of(&user.session).await.inside;
    let patch = |paused: bool| json!({"spec": {"lifecycle": {"paused": paused}}}).to_string();
    for paused in [true, false] {
        stand.kubectl(&["patch", "cobrowsesession", &user.session, "--type=merge", "-p", &patch(paused)]);
        eventually(async || {
            pod.adjusted.lock().expect("not poisoned").last().is_some_and(|wish| wish.paused == paused)
        })
        .await;
        assert_eq!(user.get().await.phase(), Phase::Live, "nobody is asked to choose");
    }
    user.end().await;
    assert_eq!(user.until(Phase::Ended).await.end_reason(), EndReason::EndUser);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pod_that_ends_by_its_own_rule_ends_the_session_with_its_word() {
    let stand = Stand::open("word").await;
    let replica = stand.replica().await;
    let (mut user, _sam) = live(&stand, &replica, &stand.shop()).await;
    stand.pod_of(&user.session).await.inside.end(EndReason::Idle);
    let ended = user.until(Phase::Ended).await;
    assert_eq!((ended.end_reason(), ended.return_url.as_str()), (EndReason::Idle, LAST_URL));
    // Nobody but the end user's tenant may come near it.
    assert!(agent(&stand, &replica, "contoso").await.join("000000").await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn to_a_session_made_by_hand_people_come_by_one_use_invitations() {
    let stand = Stand::open("hand").await;
    let (first, second) = (stand.replica().await, stand.replica().await);
    stand.create_session("by-hand", &format!("{}/basket", stand.shop()));
    let pod = stand.pod_of("by-hand").await.inside;
    let mut sam = agent(&stand, &first, "northwind").await;
    let mut foreign = agent(&stand, &first, "contoso").await;
    eventually(async || sam.invite("by-hand", Role::EndUser).await.is_ok()).await;
    assert!(foreign.invite("by-hand", Role::EndUser).await.is_err(), "it is another tenant's");
    let (seat, other) = (sam.invite("by-hand", Role::EndUser).await, sam.invite("by-hand", Role::EndUser).await);
    let (seat, other) = (seat.expect("may"), other.expect("may"));
    let knock = sam.invite("by-hand", Role::Agent).await.expect("may");
    assert!(seated(&stand, &first, &knock).await.is_err(), "it is for an account");
    let mut user = seated(&stand, &second, &seat).await.expect("comes");
    assert!(seated(&stand, &first, &seat).await.is_err() && seated(&stand, &first, &other).await.is_err(), "one comes");
    assert!(sam.invite("by-hand", Role::Agent).await.is_err(), "from now on those who are in invite");
    let knocking = sam.accept(&knock).await;
    user.allow(&knocking.self_id).await;
    user.until(Phase::Live).await;
    let (mut own, mut sees) = (user.attach().await, sam.attach().await);
    pod.show(b"by hand");
    own.picture(b"by hand").await;
    sees.picture(b"by hand").await;
    assert_eq!(*pod.admitted.lock().expect("not poisoned"), [Role::EndUser, Role::Agent]);
    user.end().await;
    assert_eq!(user.until(Phase::Ended).await.end_reason(), EndReason::EndUser);
}

/// Between two looks.
const LOOK: std::time::Duration = std::time::Duration::from_millis(200);

/// Waits until something holds that only another program's watch brings about.
async fn eventually(mut holds: impl AsyncFnMut() -> bool) {
    // Whoever asks as fast as the machine can is told to wait, here as everywhere.
    let mut looks = tokio::time::interval(LOOK);
    let held = async {
        loop {
            looks.tick().await;
            if holds().await {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, held).await.expect("it comes to hold");
}
