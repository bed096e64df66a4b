//! Pages that draw, or want to, without end.

use crate::people::{People, trap};

/// Asks for contexts of all kinds, in pages and workers, and goes on with it.
const CONTEXTS: &str = "const kinds = ['webgl', 'webgl2'], kept = []; let given = 0, asked = 0;
    const ask = (canvas) => { kept.push(canvas); for (const kind of kinds) { asked++; const one = canvas.getContext(kind);
      if (one !== null) { given++; one.getExtension('WEBGL_lose_context')?.loseContext() } } };
    const many = (count) => { for (let i = 0; i < count; i++) {
      ask(Object.assign(document.createElement('canvas'), { width: 16_384, height: 16_384 })); ask(new OffscreenCanvas(16_384, 16_384)) } };
    many(250);
    const code = `let given = 0; for (let i = 0; i < 250; i++) for (const kind of ${JSON.stringify(kinds)})
      if (new OffscreenCanvas(16_384, 16_384).getContext(kind) !== null) given++;
      const adapter = self.navigator.gpu?.requestAdapter().catch(() => null); Promise.resolve(adapter).then((one) => postMessage(given + (one ? 1 : 0)))`;
    const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    given += await new Promise((done) => (new Worker(url).onmessage = ({ data }) => done(data)));
    for (let i = 0; i < 50; i++) if (await navigator.gpu?.requestAdapter({ forceFallbackAdapter: i % 2 === 1 }).catch(() => null)) given++;
    setInterval(() => { many(5); new Worker(url); kept.length = 0 }, 20); document.title = `given ${given} of ${asked}`";

/// Layers, filters and canvases that change all the time.
const DRAWN: &str = "document.title = 'draws'; const code = `onmessage = ({ data }) => { const drawn = data.getContext('2d'); let n = 0;
      const draw = () => { drawn.filter = 'blur(40px)'; drawn.fillStyle = 'hsl(' + n++ + ' 90% 50%)'; drawn.fillRect(0, 0, 4000, 4000);
        requestAnimationFrame(draw) }; draw() }`;
    const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    for (let i = 0; i < 4; i++) { const canvas = Object.assign(document.createElement('canvas'), { width: 4000, height: 4000 });
      document.body.append(canvas); const there = canvas.transferControlToOffscreen(); new Worker(url).postMessage(there, [there]) }
    for (let i = 0; i < 8; i++) { const layer = document.createElement('div'); document.body.append(layer);
      layer.style = `position:fixed;inset:-50%;will-change:transform,filter;mix-blend-mode:difference;backdrop-filter:blur(${i / 4}px);background:hsl(${i} 90% 50% / .1)`;
      layer.animate([{ transform: 'rotate3d(1,1,1,0turn) scale(1)' }, { transform: 'rotate3d(1,1,1,9turn) scale(3)', filter: 'blur(9px)' }],
        { duration: 900, iterations: Infinity }) }";

#[tokio::test(flavor = "multi_thread")]
async fn storms_of_contexts_for_a_graphics_card_get_none() {
    let mut people = People::on(&[("/contexts", trap(CONTEXTS))]).await;
    assert_eq!(people.fall_into("/contexts", "given").await, "given 0 of 1000");
    people.end_user.pictures_within(std::time::Duration::from_secs(2)).await;
    people.are_in_charge().await;
    people.pod.has_bounded_memory(2 << 30);
    people.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_draws_without_end_is_left() {
    let mut people = People::on(&[("/drawn", trap(DRAWN))]).await;
    people.fall_into("/drawn", "draws").await;
    people.end_user.pictures_within(std::time::Duration::from_secs(2)).await;
    people.are_in_charge().await;
    people.pod.has_bounded_memory(2 << 30);
    people.end().await;
}
