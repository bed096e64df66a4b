//! Pages that make much of what each costs: frames, workers, tabs.

use crate::people::{People, trap};

#[tokio::test(flavor = "multi_thread")]
async fn frames_without_end_are_bounded() {
    let foreign = "for (let i = 0; i < 120; i++) { const frame = document.createElement('iframe');
        frame.src = `http://f${i}.localhost:${location.port}/small`; document.body.append(frame) } document.title = 'frames'";
    People::fall_stop_and_end(foreign, "frames").await;
    let churn = "const go = () => { for (let i = 0; i < 10; i++) { const frame = document.createElement('iframe'); document.body.append(frame);
        setTimeout(() => frame.remove(), 50) } setTimeout(go) }; go(); document.title = 'churn'";
    People::fall_stop_and_end(churn, "churn").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_frames_of_ones_own_are_left() {
    let own = "for (let i = 0; i < 600; i++) { const frame = document.createElement('iframe'); frame.src = '/small'; document.body.append(frame) }
        document.title = 'made'";
    let mut people = People::on(&[("/own", trap(own))]).await;
    people.fall_into("/own", "made").await;
    people.are_in_charge().await;
    people.end().await;
}

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
