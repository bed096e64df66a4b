//! A viewer's WebSocket from its first frame on, over a connection in memory: broken frames end it, and no message is larger
//! than the limit.

use cobrowse_session_api::relay::fuzzing::{Heard, link};
use cobrowse_wire::v1::ClientMessage;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::script::Script;

const UPGRADE: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
/// Bytes of one message.
const MESSAGE_BYTES: usize = 1 << 20;

/// Frames. The first byte says whether they are taken as they are, or built: then a byte for the head and a counted payload each.
pub fn target(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let frames = if script.bit() { script.rest().to_vec() } else { built(&mut script) };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(heard(&frames));
}

fn built(script: &mut Script<'_>) -> Vec<u8> {
    let mut frames = Vec::new();
    while !script.is_over() {
        let (head, payload) = (script.byte(), script.counted());
        // Masked with zeros, so that the payload stays readable in the corpus.
        frames.push(head);
        match u16::try_from(payload.len()) {
            Ok(short @ ..126) => frames.push(0x80 | u8::try_from(short).unwrap_or(0)),
            Ok(long) => {
                frames.push(0x80 | 126);
                frames.extend(long.to_be_bytes());
            }
            Err(_) => return frames,
        }
        frames.extend([0; 4]);
        frames.extend(payload);
    }
    frames
}

async fn heard(frames: &[u8]) {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let (mut viewer, server) = tokio::io::duplex(1 << 20);
    let service = TowerToHyperService::new(link(tell));
    let connection = hyper::server::conn::http1::Builder::new();
    let connection = connection.serve_connection(TokioIo::new(server), service).with_upgrades();
    let serving = tokio::spawn(async move { drop(connection.await) });
    viewer.write_all(UPGRADE.as_bytes()).await.expect("it fits");
    let mut answer = [0; 512];
    let count = viewer.read(&mut answer).await.expect("an answer");
    assert!(answer[..count].starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&answer[..count]));
    // The server may have hung up already.
    let _ = viewer.write_all(frames).await;
    let _ = viewer.shutdown().await;
    let mut messages = 0;
    let mut ended = false;
    while let Some(heard) = told.recv().await {
        assert!(!ended, "nothing comes after the end");
        match heard {
            Heard::Message(message) => {
                messages += 1;
                is_bounded(&message);
            }
            Heard::Malformed | Heard::Gone => ended = true,
        }
    }
    assert!(ended && messages <= frames.len());
    serving.abort();
}

fn is_bounded(message: &ClientMessage) {
    assert!(message.encoded_len() <= 2 * MESSAGE_BYTES);
}
