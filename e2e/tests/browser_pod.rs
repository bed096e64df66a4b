//! The browser pod as a pod: under Pod Security `restricted`, with Chrome's own sandbox on. The test is its operator: it enrolls,
//! binds and starts it over mutual TLS, sees the first picture, and looks at the kernel's view of Chrome's processes.

#[path = "browser_pod/cluster.rs"]
mod cluster;
#[path = "browser_pod/kernel.rs"]
mod kernel;
#[path = "browser_pod/link.rs"]
mod link;

use cluster::Pod;
use cobrowse_wire::v1;
use link::{END_USER, Link};
use std::time::Duration;

/// A page of the world outside of the cluster.
const PAGE: &str = "http://shop.example.test/";
/// From the first container's start to both probes' success, with the image there.
const STARTED: Duration = Duration::from_secs(60);

async fn lives(namespace: &str, host_users: bool) {
    let pod = Pod::create(namespace, host_users);
    let took = pod.until_started(STARTED);
    eprintln!("{namespace}: both sides were there after {took:?}");
    let renderers = kernel::renderers(&pod.uid);
    assert!(!renderers.is_empty(), "no page");
    let chrome = kernel::chrome(&pod.uid);
    assert_eq!(host_users, chrome.users_are_the_machines(), "user namespace of the pod");
    for renderer in renderers {
        renderer.must_be_sandboxed(&chrome);
    }

    let mut link = Link::enroll(&pod).await;
    link.bind("http://shop.example.test").await;
    let mut pictures = link.attach(END_USER).await;
    let first = link.start(PAGE).await.expect("a first picture");
    eprintln!("{namespace}: the first picture came after {first:?}");
    pictures.until_picture().await;
    for renderer in kernel::renderers(&pod.uid) {
        renderer.must_be_sandboxed(&chrome);
    }

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
async fn a_deleted_pod_tells_its_people_and_goes_within_the_grace() {
    let pod = Pod::create("browser-pod-deleted", true);
    pod.until_started(STARTED);
    let mut link = Link::enroll(&pod).await;
    link.bind("http://shop.example.test").await;
    let mut pictures = link.attach(END_USER).await;
    link.start(PAGE).await.expect("a first picture");
    pod.begin_deletion();
    assert_eq!(pictures.closed().await, v1::EndReason::PodLost);
    pod.until_gone(Duration::from_secs(30));
}
