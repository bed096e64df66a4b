//! The live stream as a WebSocket: one protobuf message per binary frame.

use super::{Deliver, Gone, Receive, Relay, Up};
use crate::{gate, traces};
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{FromRequestParts, Request, State};
use axum::response::{IntoResponse, Response};
use cobrowse_wire::v1::{ClientMessage, ServerMessage};
use futures::future::{BoxFuture, FutureExt};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use http::StatusCode;
use prost::Message as _;
use std::time::Duration;

/// Bytes of one message up. Input and commands are small; a pasted text is at most 256 KiB.
const UP_BYTES: usize = 1024 * 1024;
/// Bytes that wait in this process for the socket, beyond the message being written.
const WAITING_BYTES: usize = 64 * 1024;
/// A viewer that takes nothing for this long is cut.
const SLOW: Duration = Duration::from_secs(15);

pub(super) struct UpHalf(SplitStream<WebSocket>);
pub(super) struct DownHalf(SplitSink<WebSocket, Message>);

impl Relay {
    /// Answers `/v1/attach`.
    pub async fn attach_websocket(State(relay): State<Self>, request: Request) -> Response {
        let (mut parts, _) = request.into_parts();
        if !relay.gate.is_own_origin(&parts) {
            return (StatusCode::FORBIDDEN, "this origin may not open streams\n").into_response();
        }
        let prefix = gate::prefix(&parts);
        if relay.gate.take_call(prefix).is_err() {
            return StatusCode::TOO_MANY_REQUESTS.into_response();
        }
        if relay.draining.is_cancelled() {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
            Ok(upgrade) => upgrade,
            Err(rejection) => return rejection.into_response(),
        };
        bounded(upgrade).on_upgrade(move |socket| {
            let (up, down) = halves(socket);
            let streams = relay.streams.clone();
            streams.track_future(relay.serve(up, down, prefix, traces::here()))
        })
    }
}

/// Sets what a viewer may send and what may wait for it.
pub(super) fn bounded(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .max_message_size(UP_BYTES)
        .max_frame_size(UP_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(WAITING_BYTES + 16 * 1024 * 1024)
}

/// The two ways of a viewer's link.
pub(super) fn halves(socket: WebSocket) -> (UpHalf, DownHalf) {
    let (down, up) = socket.split();
    (UpHalf(up), DownHalf(down))
}

impl Receive for UpHalf {
    fn receive(&mut self) -> BoxFuture<'_, Up> {
        async move {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Binary(bytes))) => {
                        return ClientMessage::decode(bytes).map_or(Up::Malformed, |m| Up::Message(Box::new(m)));
                    }
                    // Answered by the WebSocket layer itself.
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Text(_))) => return Up::Malformed,
                    Some(Ok(Message::Close(_))) | None => return Up::Gone,
                    // Too large, or no WebSocket any more.
                    Some(Err(_)) => return Up::Malformed,
                }
            }
        }
        .boxed()
    }
}

impl Deliver for DownHalf {
    fn deliver(&mut self, message: ServerMessage) -> BoxFuture<'_, Result<(), Gone>> {
        async move {
            let last = matches!(message.body, Some(cobrowse_wire::v1::server_message::Body::Closed(_)));
            let bytes = message.encode_to_vec().into();
            let sent = tokio::time::timeout(SLOW, self.0.send(Message::Binary(bytes))).await;
            if last {
                let frame = CloseFrame { code: close_code::NORMAL, reason: "".into() };
                let close = async {
                    let _ = self.0.send(Message::Close(Some(frame))).await;
                    let _ = self.0.close().await;
                };
                let _ = tokio::time::timeout(Duration::from_secs(1), close).await;
            }
            match sent {
                Ok(Ok(())) => Ok(()),
                _ => Err(Gone),
            }
        }
        .boxed()
    }
}
