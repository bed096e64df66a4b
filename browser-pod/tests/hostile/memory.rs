//! Pages that fill memory, disk and the list of downloads.

use crate::people::{People, trap};
use cobrowse_wire::v1::event;

#[tokio::test(flavor = "multi_thread")]
async fn what_fills_memory_or_disk_is_left() {
    let canvas = "document.title = 'fills'; const all = []; setInterval(() => { const one = document.createElement('canvas');
        one.width = one.height = 8000; one.getContext('2d').fillRect(0, 0, 8000, 8000); document.body.append(one); all.push(one) }, 1)";
    let blobs = "document.title = 'fills'; const all = []; setInterval(() => all.push(new Blob([new Uint8Array(16 << 20).fill(all.length)])), 1)";
    let disk = "document.title = 'fills'; const kept = await caches.open('x'); const big = new Uint8Array(16 << 20);
        for (let i = 0; i < 400; i++) await kept.put(`/${i}`, new Response(big)).catch(() => {}); document.title = 'full'";
    let mut people = People::on(&[("/canvas", trap(canvas)), ("/blobs", trap(blobs)), ("/disk", trap(disk))]).await;
    for path in ["/canvas", "/blobs", "/disk"] {
        people.fall_into(path, "f").await;
        people.end_user.pictures_within(std::time::Duration::from_secs(3)).await;
        people.are_in_charge().await;
    }
    people.pod.has_bounded_memory(2 << 30);
    people.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn downloads_without_end_are_twenty() {
    let downloads = "const url = URL.createObjectURL(new Blob([new Uint8Array(1e6)])); let n = 0;
        setInterval(() => { const link = document.createElement('a'); link.href = url; link.download = `f${n++}.bin`; link.click() }, 1)";
    let mut people = People::on(&[("/downloads", trap(downloads))]).await;
    people.click_into("/downloads").await;
    let mut seen = std::collections::BTreeSet::new();
    people
        .end_user
        .fact(|body| match body {
            event::Body::Download(download) => {
                seen.insert(download.id.clone());
                (seen.len() == 20).then_some(())
            }
            _ => None,
        })
        .await;
    people.are_in_charge().await;
    people.open("/").await;
    people
        .end_user
        .fact(|body| {
            if let event::Body::Download(download) = body {
                seen.insert(download.id.clone());
            }
            matches!(body, event::Body::Navigation(now) if now.title == "home").then_some(())
        })
        .await;
    assert_eq!(seen.len(), 20);
    people.end().await;
}
