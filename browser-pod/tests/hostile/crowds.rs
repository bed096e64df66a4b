//! Pages that make much of what each costs: workers, tabs, frames.

use crate::people::{People, trap};
use crate::processes::{below, kinds};
use std::time::Duration;

/// Processes of pages that a Chrome may have for a moment: the limit, and those that come until it is looked again.
const PAGES: usize = 64 + 24;
/// How often they are counted.
const LOOK_EVERY: Duration = Duration::from_millis(50);

#[tokio::test(flavor = "multi_thread")]
async fn workers_without_end_end_with_their_page() {
    let busy = "const url = URL.createObjectURL(new Blob(['for (;;);'])); for (let i = 0; i < 40; i++) new Worker(url); document.title = 'busy'";
    People::fall_stop_and_end(busy, "busy").await;
    let many = "const url = URL.createObjectURL(new Blob(['1'])); document.title = 'many';
        setInterval(() => { for (let i = 0; i < 20; i++) new Worker(url) }, 1)";
    People::fall_stop_and_end(many, "many").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_tabs_are_three() {
    let tabs =
        "setTimeout(() => { for (let i = 0; i < 10_000; i++) open('/small', `w${i}`); document.title = 'opened' })";
    let more = "setInterval(() => { for (let i = 0; i < 10; i++) open('/small', '_blank') }, 1)";
    let mut people = People::on(&[("/tabs", trap(tabs)), ("/more", trap(more))]).await;
    for path in ["/tabs", "/more"] {
        people.click_into(path).await;
        people.told("TabLimit").await;
        people.are_in_charge().await;
    }
    people.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_of_a_hundred_websites_end_with_their_page() {
    let frames = "for (let i = 0; i < 100; i++) { const frame = document.createElement('iframe');
        frame.src = `http://site${i}.localhost:${location.port}/small`; document.body.append(frame) }";
    let mut people = People::on(&[("/frames", trap(frames))]).await;
    let pod = people.pod.processes().first().copied();
    people.click_into("/frames").await;
    let (mut most, mut pace) = (0, tokio::time::interval(LOOK_EVERY));
    {
        let mut told = std::pin::pin!(people.told("PageCrashed"));
        loop {
            tokio::select! {
                () = &mut told => break,
                _ = pace.tick() => most = most.max(kinds(&below(pod), "--type=renderer").len()),
            }
        }
    }
    println!("{most} processes of pages");
    assert!(most <= PAGES, "{most} processes of pages");
    people.are_in_charge().await;
    people.end().await;
}
