//! The browser pod as a pod: under Pod Security `restricted`, with Chrome's own sandbox on. The test is its operator: it enrolls,
//! binds and starts it over mutual TLS, sees the first picture, and looks at the kernel's view of Chrome's processes.

#[path = "browser_pod/cluster.rs"]
mod cluster;
#[path = "browser_pod/kernel.rs"]
mod kernel;
#[allow(dead_code, reason = "the tests with many Chromes ask more of it")]
#[path = "browser_pod/link.rs"]
mod link;

use cluster::{Image, Pod};
use cobrowse_wire::v1;
use link::{END_USER, Link};
use std::time::Duration;

/// The sample shop, in the world outside of the cluster.
const SHOP: &str = "https://shop.example.test/";
/// From the first container's start to both probes' success, with the image there.
const STARTED: Duration = Duration::from_secs(60);

#[expect(clippy::print_stderr, reason = "how long it took is for the reader of the run")]
fn tell(text: &str) {
    eprintln!("{text}");
}

async fn lives(namespace: &str, host_users: bool) {
    let pod = Pod::create(namespace, Image::Trusting, host_users);
    let took = pod.until_started(STARTED);
    tell(&format!("{namespace}: both sides were there after {took:?}"));
    let chrome = kernel::chrome(&pod.uid);
    assert_eq!(host_users, chrome.users_are_the_machines(), "user namespace of the pod");
    let see = || {
        let pages = kernel::renderers(&pod.uid, &chrome);
        assert!(!pages.is_empty(), "no page");
        pages.iter().for_each(|page| page.must_be_sandboxed(&chrome));
    };
    see();

    let mut link = Link::enroll(&pod.address(), &pod.uid).await;
    link.bind(SHOP.trim_end_matches('/')).await;
    let mut pictures = link.attach(END_USER).await;
    let first = link.start(SHOP).await.expect("a first picture");
    tell(&format!("{namespace}: the first picture came after {first:?}"));
    let title = pictures.until_shown(SHOP).await;
    assert!(title.contains("Northwind Outdoor"), "another page: {title}");
    see();

    link.end().await;
    let (reason, last_seq) = pod.until_told(Duration::from_secs(30));
    assert_eq!(reason, "EndUser");
    assert!(last_seq > 0);
    pod.delete();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_pod_lives_restricted_with_chromes_sandbox_on() {
    lives("browser-pod", true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_in_a_user_namespace_of_its_own() {
    lives("browser-pod-users", false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_image_that_is_shipped_trusts_no_test_authority() {
    let pod = Pod::create("browser-pod-trust", Image::Shipped, true);
    pod.until_started(STARTED);
    let mut link = Link::enroll(&pod.address(), &pod.uid).await;
    link.bind(SHOP.trim_end_matches('/')).await;
    let failed = link.start(SHOP).await.expect_err("the shop's certificate is nobody's");
    tell(&format!("refused as {failed}"));
    pod.delete();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_pod_tells_its_people_and_goes_within_the_grace() {
    let pod = Pod::create("browser-pod-deleted", Image::Trusting, true);
    pod.until_started(STARTED);
    let mut link = Link::enroll(&pod.address(), &pod.uid).await;
    link.bind(SHOP.trim_end_matches('/')).await;
    let mut pictures = link.attach(END_USER).await;
    link.start(SHOP).await.expect("a first picture");
    pod.begin_deletion();
    assert_eq!(pictures.closed().await, v1::EndReason::PodLost);
    pod.until_gone(Duration::from_secs(30));
}
