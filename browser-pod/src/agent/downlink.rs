//! The way down to one viewer: urgent messages first, pictures of before a Blank dropped, a keepalive whatever happens.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cobrowse_session::participant::EndReason;
use cobrowse_wire::v1::{self, server_message::Body};
use futures::Stream;
use tokio::sync::mpsc;
use tokio::time::{Interval, MissedTickBehavior};
use tonic::Status;

/// Messages waiting for one viewer's connection, apart from the log.
const QUEUE: usize = 32;
/// Urgent ones; a viewer that lets so many pile up is closed.
const URGENT: usize = 256;
/// How often something comes down at least.
pub(super) const KEEPALIVE: Duration = Duration::from_millis(250);

/// The owner's end.
#[derive(Clone, Debug)]
pub(super) struct Outbox {
    events: mpsc::Sender<Item>,
    urgent: mpsc::Sender<Body>,
    blanks: Arc<AtomicU32>,
}

/// The connection's end.
#[derive(Debug)]
pub(super) struct Downlink {
    events: mpsc::Receiver<Item>,
    urgent: mpsc::Receiver<Body>,
    blanks: Arc<AtomicU32>,
    keepalive: Interval,
    closed: bool,
}

#[derive(Debug)]
struct Item {
    body: Body,
    /// Blanks sent before it, when it is a picture.
    picture: Option<u32>,
}

/// Both ends of a new way down.
pub(super) fn pair() -> (Outbox, Downlink) {
    let (events, events_end) = mpsc::channel(QUEUE);
    let (urgent, urgent_end) = mpsc::channel(URGENT);
    let blanks = Arc::new(AtomicU32::new(0));
    let mut keepalive = tokio::time::interval(KEEPALIVE);
    keepalive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let outbox = Outbox { events, urgent, blanks: Arc::clone(&blanks) };
    (outbox, Downlink { events: events_end, urgent: urgent_end, blanks, keepalive, closed: false })
}

impl Outbox {
    /// Whether an event can be handed over now.
    pub(super) fn has_room(&self) -> bool {
        self.events.capacity() > 0 && !self.events.is_closed()
    }

    /// Hands over an event of the log. Ask for room first.
    pub(super) fn event(&self, event: &v1::Event) {
        let is_picture = matches!(event.body, Some(v1::event::Body::Picture(_)));
        let picture = is_picture.then(|| self.blanks.load(Ordering::SeqCst));
        // Without room the viewer is closing.
        let _ = self.events.try_send(Item { body: Body::Event(event.clone()), picture });
    }

    /// Tells the viewer to show nothing, before everything else that waits.
    pub(super) fn blank(&self, pause_epoch: u32) {
        self.blanks.fetch_add(1, Ordering::SeqCst);
        self.send(Body::Blank(v1::Blank { pause_epoch }));
    }

    /// Sends a message outside the log. False when the viewer takes nothing any more.
    pub(super) fn send(&self, body: Body) -> bool {
        self.urgent.try_send(body).is_ok()
    }

    /// Ends the stream behind what waits already.
    pub(super) fn close(&self, reason: &str, end_reason: EndReason) {
        let end_reason = v1::EndReason::from(end_reason).into();
        self.close_with(v1::Closed { reason: reason.to_owned(), end_reason, retry: false });
    }

    /// Ends the stream behind what waits already.
    pub(super) fn close_with(&self, closed: v1::Closed) {
        let item = Item { body: Body::Closed(closed), picture: None };
        if let Err(mpsc::error::TrySendError::Full(item)) = self.events.try_send(item) {
            // Behind nothing, then.
            self.send(item.body);
        }
    }
}

impl Downlink {
    /// As a stream of gRPC responses.
    pub(super) fn into_stream(
        self,
    ) -> Pin<Box<dyn Stream<Item = Result<v1::PodServiceAttachResponse, Status>> + Send>> {
        Box::pin(futures::stream::unfold(self, |mut downlink| async move {
            let body = downlink.next().await?;
            let message = Some(v1::ServerMessage { body: Some(body) });
            Some((Ok(v1::PodServiceAttachResponse { message }), downlink))
        }))
    }

    /// The next message; none after Closed or when the owner let go.
    pub(super) async fn next(&mut self) -> Option<Body> {
        if self.closed {
            return None;
        }
        loop {
            let body = tokio::select! {
                biased;
                Some(body) = self.urgent.recv() => body,
                item = self.events.recv() => {
                    let item = item?;
                    if item.picture.is_some_and(|blanks| blanks != self.blanks.load(Ordering::SeqCst)) {
                        continue;
                    }
                    item.body
                }
                _ = self.keepalive.tick() => Body::Keepalive(v1::Keepalive { sent_us: 0 }),
            };
            self.closed = matches!(body, Body::Closed(_));
            return Some(body);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(picture: bool) -> v1::Event {
        let body = match picture {
            true => v1::event::Body::Picture(v1::Picture::default()),
            false => v1::event::Body::Roster(v1::Roster::default()),
        };
        v1::Event { body: Some(body), ..v1::Event::default() }
    }

    async fn next(downlink: &mut Downlink) -> Body {
        loop {
            match downlink.next().await.expect("a message") {
                Body::Keepalive(_) => {}
                body => return body,
            }
        }
    }

    #[tokio::test]
    async fn a_blank_comes_first_and_drops_pictures_that_wait() {
        let (outbox, mut downlink) = pair();
        outbox.event(&event(true));
        outbox.event(&event(false));
        outbox.blank(1);
        outbox.event(&event(true));
        assert!(matches!(next(&mut downlink).await, Body::Blank(v1::Blank { pause_epoch: 1 })));
        assert!(
            matches!(next(&mut downlink).await, Body::Event(event) if matches!(event.body, Some(v1::event::Body::Roster(_))))
        );
        assert!(
            matches!(next(&mut downlink).await, Body::Event(event) if matches!(event.body, Some(v1::event::Body::Picture(_))))
        );
    }

    #[tokio::test]
    async fn keepalives_come_while_nothing_else_does() {
        let (_outbox, mut downlink) = pair();
        let begun = tokio::time::Instant::now();
        for _ in 0..3 {
            assert!(matches!(downlink.next().await, Some(Body::Keepalive(_))));
        }
        assert!(begun.elapsed() >= KEEPALIVE * 2);
    }

    #[tokio::test]
    async fn nothing_follows_closed() {
        let (outbox, mut downlink) = pair();
        outbox.close("Ended", EndReason::EndUser);
        outbox.event(&event(false));
        assert!(matches!(next(&mut downlink).await, Body::Closed(closed) if closed.reason == "Ended"));
        assert!(downlink.next().await.is_none());
    }

    #[tokio::test]
    async fn there_is_no_room_for_a_viewer_that_never_reads() {
        let (outbox, _downlink) = pair();
        for _ in 0..QUEUE {
            assert!(outbox.has_room());
            outbox.event(&event(false));
        }
        assert!(!outbox.has_room());
    }
}
