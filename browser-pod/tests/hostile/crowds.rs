//! Pages that make much of what each costs: workers, tabs.

use crate::people::{People, trap};

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
