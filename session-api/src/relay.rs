//! Live streams between people and pods. The relay decides nothing about the session but one thing: a Stop that the store or
//! this replica heard of holds back pictures at once, whatever the pod does.

mod acts;
mod admission;
mod filter;
pub mod fuzzing;
mod grpc;
mod pace;
mod pump;
mod replaced;
mod websocket;

use crate::admin::metrics::Metrics;
use crate::door::Prefix;
use crate::gate::Gate;
use crate::sessions::Sessions;
use crate::{trace_span, traces};
use cobrowse_session::EndReason;
use cobrowse_wire::v1;
use cobrowse_wire::v1::server_message::Body;
use cobrowse_wire::v1::{ClientMessage, ServerMessage};
use futures::future::BoxFuture;
use opentelemetry::Context;
use replaced::Replaced;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

/// What came up from a viewer.
pub(crate) enum Up {
    /// A message.
    Message(Box<ClientMessage>),
    /// Bytes that are no message.
    Malformed,
    /// The viewer is gone.
    Gone,
}

/// The viewer's link is gone, or too slow.
pub(crate) struct Gone;

/// A viewer's link, up.
pub(crate) trait Receive: Send + 'static {
    /// The next message.
    fn receive(&mut self) -> BoxFuture<'_, Up>;
}

/// A viewer's link, down. It returns when the link has taken the message, so that nothing queues here.
pub(crate) trait Deliver: Send + 'static {
    /// Sends one message.
    fn deliver(&mut self, message: ServerMessage) -> BoxFuture<'_, Result<(), Gone>>;
}

/// Relays live streams. Cheap to clone.
#[derive(Clone)]
pub struct Relay {
    sessions: Sessions,
    gate: Gate,
    replaced: Replaced,
    draining: CancellationToken,
    streams: TaskTracker,
}

/// Why a stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    reason: &'static str,
    end_reason: Option<EndReason>,
    retry: bool,
}

impl Ending {
    const MALFORMED: Self = Self::of("Malformed", false);
    /// A link that lost its first message. Its ticket was not spent, and its person can come again.
    const SILENT: Self = Self::of("Silent", true);
    const TICKET: Self = Self::of("TicketInvalid", false);
    const REPLACED: Self = Self::of("Replaced", false);
    const DRAINING: Self = Self::of("Draining", true);
    const POD_LOST: Self = Self::of("PodLost", true);
    const NOT_READY: Self = Self::of("NotReady", true);
    const DENIED: Self = Self::of("Denied", false);

    const fn of(reason: &'static str, retry: bool) -> Self {
        Self { reason, end_reason: None, retry }
    }

    fn ended(end_reason: Option<EndReason>) -> Self {
        Self { reason: "Ended", end_reason, retry: false }
    }

    fn message(self) -> ServerMessage {
        let end_reason = self.end_reason.map_or(v1::EndReason::Unspecified, v1::EndReason::from).into();
        let closed = v1::Closed { reason: self.reason.to_owned(), end_reason, retry: self.retry };
        ServerMessage { body: Some(Body::Closed(closed)) }
    }
}

impl Relay {
    /// Of all sessions. When `draining` is cancelled, viewers are told to come back elsewhere.
    pub fn new(sessions: Sessions, gate: Gate, draining: CancellationToken) -> Self {
        Self { sessions, gate, replaced: Replaced::default(), draining, streams: TaskTracker::new() }
    }

    /// Waits until every viewer was told to come back.
    pub async fn drained(&self) {
        self.streams.close();
        self.streams.wait().await;
    }

    /// Serves one viewer's link until its end.
    async fn serve(self, up: impl Receive, down: impl Deliver, prefix: Prefix, from: Context) {
        let empty = tracing::field::Empty;
        let span = trace_span!("stream", session_id = empty, role = empty, ending = empty);
        traces::follow(&span, from);
        self.carry(up, down, prefix).instrument(span).await;
    }

    async fn carry(self, mut up: impl Receive, mut down: impl Deliver, prefix: Prefix) {
        let ending = match self.admit(&mut up, prefix).await {
            Ok(admission) => {
                self.metrics().streams.inc();
                let ending = self.pump(admission, &mut up, &mut down).await;
                self.metrics().streams.dec();
                ending
            }
            Err(ending) => Some(ending),
        };
        let ended = ending.map_or("ViewerGone", |ending| ending.reason);
        tracing::Span::current().record("ending", ended);
        if let Some(ending) = ending {
            tracing::debug!(reason = ending.reason, "a stream was closed");
            let _ = down.deliver(ending.message()).await;
        }
    }

    fn metrics(&self) -> &Metrics {
        &self.sessions.parts().metrics
    }
}
