//! The two places of the relay that read foreign bytes, for fuzz targets: a viewer's WebSocket, and what a pod sends for a
//! viewer. The product does not use it.

use super::filter::{Filter, Verdict};
use super::{Receive, Up, websocket};
use crate::hub::Known;
use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::routing::get;
use cobrowse_session::Role;
use cobrowse_session::waiting::Row;
use cobrowse_wire::v1::{ClientMessage, ServerMessage};
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;

/// What came up from a viewer.
#[derive(Debug)]
pub enum Heard {
    /// A message.
    Message(Box<ClientMessage>),
    /// Bytes that are no message. The relay closes the link.
    Malformed,
    /// The viewer is gone.
    Gone,
}

/// A viewer's link at `/`, as `/v1/attach` reads it; all that is heard is told.
pub fn link(tell: UnboundedSender<Heard>) -> Router {
    let open = async move |upgrade: WebSocketUpgrade| {
        websocket::bounded(upgrade).on_upgrade(async move |socket| {
            let (mut up, _down) = websocket::halves(socket);
            loop {
                let heard = match up.receive().await {
                    Up::Message(message) => Heard::Message(message),
                    Up::Malformed => Heard::Malformed,
                    Up::Gone => Heard::Gone,
                };
                let more = matches!(heard, Heard::Message(_));
                if tell.send(heard).is_err() || !more {
                    return;
                }
            }
        })
    };
    Router::new().route("/", get(open))
}

/// One viewer's filter.
pub struct Judge {
    filter: Filter,
    row: Row,
}

impl Judge {
    /// For a viewer of this role in the session of this row.
    pub fn new(role: Role, row: Row) -> Self {
        let filter = Filter::new(role, &Known { row: Arc::new(row.clone()), stop_epoch: 0 });
        Self { filter, row }
    }

    /// The store says: stopped or not, for the `epoch`th time.
    pub fn know(&mut self, paused: bool, epoch: u32) {
        self.row = Row { paused, pause_epoch: epoch, ..self.row.clone() };
        self.filter.update(&Known { row: Arc::new(self.row.clone()), stop_epoch: 0 });
    }

    /// Whether this message of the pod goes down.
    pub fn passes(&mut self, message: &ServerMessage) -> bool {
        self.filter.judge(message) == Verdict::Pass
    }
}
