//! Pages that say, change or ask for something as often as they can.

use crate::people::{People, trap};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_writes_without_end_disturbs_nobody() {
    let console = "const much = 'x'.repeat(40e6); console.log(much); Promise.reject(much); document.title = 'said';
        const flood = () => { for (let i = 0; i < 20; i++) console.log(much.slice(0, 1e5) + i); setTimeout(flood, 20) }; flood()";
    let mut people = People::on(&[("/console", trap(console))]).await;
    people.fall_into("/console", "said").await;
    people.are_in_charge().await;
    people.end().await;
    let titles = "let n = 0; const flood = () => { document.title = `title ${n++} ${'t'.repeat(5e3)}`; setTimeout(flood) }; flood()";
    People::fall_stop_and_end(titles, "title").await;
    let history = "let n = 0; document.title = 'pushes'; setInterval(() => { for (let i = 0; i < 50; i++)
        try { history.pushState('x'.repeat(1e3), '', `?${n++}`) } catch { location.hash = n++ } }, 1)";
    People::fall_stop_and_end(history, "pushes").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_has_told_to_people_is_bounded() {
    let away = "document.title = 'away'; setInterval(() => { location = `http://evil.localhost:${location.port}/${Math.random()}` }, 1)";
    People::fall_stop_and_end(away, "away").await;
    let copies = "const text = 'y'.repeat(200_000); let n = 0; const flood = async () => {
        await navigator.clipboard.writeText(text + n++).catch((error) => (document.title = `refused ${error}`)); setTimeout(flood) };
        document.title = 'copies'; flood()";
    People::fall_stop_and_end(copies, "copies").await;
    let cursors = "const canvas = new OffscreenCanvas(64, 64), drawn = canvas.getContext('2d'); let n = 0;
        const flood = async () => { drawn.fillStyle = `hsl(${n++} 90% 50%)`; drawn.fillRect(0, 0, 64, 64);
          const url = URL.createObjectURL(await canvas.convertToBlob()); document.body.style.cursor = `url(${url}) 0 0, auto`; setTimeout(flood, 4) };
        document.title = 'cursors'; flood()";
    People::fall_stop_and_end(cursors, "cursors").await;
}
