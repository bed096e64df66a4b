//! Workers of a page run: nobody has them wait for something that does not come.

use crate::pod::{END_USER, Pod};
use crate::site::{Page, Site};
use crate::viewer::GREEN;
use cobrowse_wire::v1;

/// Green once a worker of each kind has answered: of a file, of a text, of modules, below another one, shared, and one in a frame of
/// another website; and a worklet of sound. The title says which have not.
const PAGE: &str = "<title>workers</title><body style='margin:0;height:100vh;background:#f00'>
    <iframe src='http://other.localhost:PORT/frame' style='position:absolute;top:0'></iframe><script>
    const left = new Set(['frame']), all = [];
    const came = (name) => { left.delete(name); document.title = `left: ${[...left]}`;
      if (left.size === 0) document.body.style.background = '#0f0' };
    const text = (code) => URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    const starts = (name, init) => { left.add(name); const one = init(); one.onmessage = () => came(name); all.push(one) };
    onmessage = () => came('frame');
    starts('file', () => new Worker('/worker.js')); starts('text', () => new Worker(text('postMessage(1)')));
    starts('modules', () => new Worker('/worker.js', { type: 'module' }));
    starts('below', () => new Worker(text(`onerror = onmessage = null; new Worker('${text('postMessage(1)')}').onmessage = () => postMessage(1)`)));
    left.add('sound'); const sound = new OfflineAudioContext(1, 128, 8000);
    sound.audioWorklet.addModule(text(`registerProcessor('x', class extends AudioWorkletProcessor {
      process() { this.port.postMessage(1); return false } })`))
      .then(() => { const node = new AudioWorkletNode(sound, 'x'); node.connect(sound.destination); node.port.onmessage = () => came('sound');
        all.push(node); return sound.startRendering() });
    starts('shared', () => new SharedWorker(text('onconnect = ({ ports }) => ports[0].postMessage(1)')).port);</script>";

const FRAME: &str =
    "<script>const one = new Worker('/worker.js'); one.onmessage = () => parent.postMessage(1, '*');</script>";

#[tokio::test(flavor = "multi_thread")]
async fn workers_of_all_kinds_run() {
    let worker = Page::Kind("text/javascript", b"postMessage(1)".to_vec());
    let site = Site::start(&[("/", Page::Html(PAGE)), ("/frame", Page::Html(FRAME)), ("/worker.js", worker)]);
    let mut pod = Pod::start().await;
    pod.bind(&[site.host("shop")]).await;
    let mut end_user = pod.attach(END_USER, v1::Codec::H264).await;
    pod.open(&site.url("shop", "/")).await.expect("a first picture");
    end_user.wait_for_colour((640, 360), GREEN).await;
}
