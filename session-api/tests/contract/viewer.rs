//! A viewer on a WebSocket.

use crate::door::TestDoor;
use crate::people::PATIENCE;
use cobrowse_wire::v1::client_message::Body as Up;
use cobrowse_wire::v1::server_message::Body as Down;
use cobrowse_wire::v1::*;
use futures::{SinkExt, StreamExt};
use prost::Message as _;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// The socket.
pub(crate) struct Viewer {
    pub(crate) socket: WebSocketStream<TlsStream<TcpStream>>,
}

pub(crate) fn attach(ticket: &str) -> Up {
    let codecs = vec![Codec::H264.into()];
    Up::Attach(Attach { protocol_version: 1, ticket: ticket.to_owned(), codecs, ..Attach::default() })
}

/// The design's bar for an agent's blank picture.
pub(crate) const BAR: Duration = Duration::from_millis(200);

impl Viewer {
    /// Presses Stop, as the first command, and waits until the other is blank, which must be within the bar.
    pub(crate) async fn stops_in_time(&mut self, sees: &mut Viewer) {
        let pressed = Instant::now();
        self.send(Up::Command(Command { id: 1, body: Some(command::Body::Pause(PauseCommand {})) })).await;
        sees.find(|down| matches!(down, Down::Blank(_)).then_some(())).await;
        assert!(pressed.elapsed() < BAR, "{:?}", pressed.elapsed());
    }

    /// Opens a socket from the door's own page.
    pub(crate) async fn open(door: &TestDoor) -> Self {
        let origin = format!("https://localhost:{}", door.running.address.port());
        Self::from_origin(door, &origin).await.expect("the own origin may open sockets")
    }

    pub(crate) async fn from_origin(
        door: &TestDoor,
        origin: &str,
    ) -> Result<Self, tokio_tungstenite::tungstenite::Error> {
        let url = format!("wss://localhost:{}/v1/attach", door.running.address.port());
        let mut request = url.into_client_request().expect("an address");
        request.headers_mut().insert("origin", origin.parse().expect("a header"));
        let stream = door.connect("http/1.1").await;
        let (socket, _) = tokio_tungstenite::client_async(request, stream).await?;
        Ok(Self { socket })
    }

    /// Opens a socket and attaches with a ticket.
    pub(crate) async fn attached(door: &TestDoor, ticket: &str) -> Self {
        let mut viewer = Self::open(door).await;
        viewer.send(attach(ticket)).await;
        match viewer.next().await {
            Down::Attached(_) => viewer,
            other => panic!("not attached but {other:?}"),
        }
    }

    pub(crate) async fn send(&mut self, body: Up) {
        let bytes = ClientMessage { body: Some(body) }.encode_to_vec();
        self.raw(Message::Binary(bytes.into())).await;
    }

    pub(crate) async fn raw(&mut self, message: Message) {
        self.socket.send(message).await.expect("the socket is open");
    }

    /// The next message.
    pub(crate) async fn next(&mut self) -> Down {
        let next = tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("something comes");
        match next.expect("the socket is open").expect("the socket is whole") {
            Message::Binary(bytes) => ServerMessage::decode(bytes).expect("a message").body.expect("a body"),
            other => panic!("not a message but {other:?}"),
        }
    }

    /// The next message that is wanted.
    pub(crate) async fn find<T>(&mut self, mut wanted: impl FnMut(Down) -> Option<T>) -> T {
        for _ in 0..1000 {
            if let Some(found) = wanted(self.next().await) {
                return found;
            }
        }
        panic!("it did not come in a thousand messages")
    }

    /// The bytes of the next picture.
    pub(crate) async fn picture(&mut self) -> Vec<u8> {
        self.find(|down| match down {
            Down::Event(Event { body: Some(event::Body::Picture(picture)), .. }) => Some(picture.data.to_vec()),
            _ => None,
        })
        .await
    }

    /// The last message.
    pub(crate) async fn closed(&mut self) -> Closed {
        self.find(|down| match down {
            Down::Closed(closed) => Some(closed),
            _ => None,
        })
        .await
    }
}
