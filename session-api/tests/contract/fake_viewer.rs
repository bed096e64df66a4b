//! One viewer of a fake pod: gets what a test tells, is answered, and is listened to.

use super::FakePod;
use cobrowse_wire::v1::client_message::Body as Up;
use cobrowse_wire::v1::server_message::Body as Down;
use cobrowse_wire::v1::*;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::mpsc;
use tonic::{Status, Streaming};

/// Until the viewer or the session is gone.
pub(super) async fn serve_viewer(
    pod: Arc<FakePod>,
    id: String,
    mut up: Streaming<PodServiceAttachRequest>,
    down: mpsc::Sender<Result<PodServiceAttachResponse, Status>>,
) {
    let mut events = pod.events.subscribe();
    let is_end_user = pod.role(&id) == Some(Role::EndUser);
    loop {
        pod.thaw().await;
        if pod.flood.load(Ordering::SeqCst) {
            let picture = Picture { data: vec![7; 64 * 1024].into(), key: true, ..Picture::default() };
            let event = Event { body: Some(event::Body::Picture(picture)), audience: 1, ..Event::default() };
            if down.send(say(Down::Event(event))).await.is_err() {
                return;
            }
            pod.flooded.fetch_add(1, Ordering::SeqCst);
            continue;
        }
        tokio::select! {
            event = events.recv() => {
                let Ok(event) = event else { return };
                if event.audience() == Audience::EndUser && !is_end_user {
                    continue;
                }
                let is_end = matches!(event.body, Some(event::Body::End(_)));
                if down.send(say(Down::Event(event))).await.is_err() {
                    return;
                }
                if is_end {
                    let closed = Closed { reason: "Ended".to_owned(), ..Closed::default() };
                    let _ = down.send(say(Down::Closed(closed))).await;
                    return;
                }
            }
            message = up.message() => {
                let Ok(Some(PodServiceAttachRequest { message: Some(ClientMessage { body: Some(body) }) })) = message else {
                    return;
                };
                let answer = match body.clone() {
                    Up::Command(command) => Some(Down::Result(pod.act(&id, command))),
                    Up::Keepalive(keepalive) => Some(Down::Keepalive(keepalive)),
                    _ => None,
                };
                pod.heard(&id, body);
                if let Some(answer) = answer && down.send(say(answer)).await.is_err() {
                    return;
                }
            }
            () = down.closed() => return,
        }
    }
}

pub(super) fn say(body: Down) -> Result<PodServiceAttachResponse, Status> {
    Ok(PodServiceAttachResponse { message: Some(ServerMessage { body: Some(body) }) })
}
