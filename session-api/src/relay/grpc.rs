//! The live stream as a gRPC call, for programs.

use super::{Deliver, Gone, Receive, Relay, Up};
use crate::door::Prefix;
use crate::{status, traces};
use cobrowse_wire::v1::server_message::Body;
use cobrowse_wire::v1::{AttachRequest, AttachResponse, ServerMessage};
use futures::future::{BoxFuture, FutureExt};
use futures::stream::{BoxStream, StreamExt};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

/// A viewer that takes nothing for this long is cut.
const SLOW: Duration = Duration::from_secs(15);

struct UpHalf(Streaming<AttachRequest>);
struct DownHalf(mpsc::Sender<Result<AttachResponse, Status>>);

impl Relay {
    /// Answers `Attach`.
    pub fn attach_grpc(
        &self,
        up: Streaming<AttachRequest>,
        prefix: Prefix,
    ) -> BoxStream<'static, Result<AttachResponse, Status>> {
        // One message waits; the next is read from the pod when the connection has taken it.
        let (down, stream) = mpsc::channel(1);
        self.streams.spawn(self.clone().serve(UpHalf(up), DownHalf(down), prefix, traces::here()));
        ReceiverStream::new(stream).boxed()
    }
}

impl Receive for UpHalf {
    fn receive(&mut self) -> BoxFuture<'_, Up> {
        async move {
            match self.0.message().await {
                Ok(Some(AttachRequest { message: Some(message) })) => Up::Message(Box::new(message)),
                Ok(Some(_)) => Up::Malformed,
                Ok(None) => Up::Gone,
                // A broken connection looks the same; then nobody reads the answer.
                Err(_) => Up::Malformed,
            }
        }
        .boxed()
    }
}

impl DownHalf {
    async fn send(&self, response: Result<AttachResponse, Status>) -> Result<(), Gone> {
        match tokio::time::timeout(SLOW, self.0.send(response)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Gone),
        }
    }
}

impl Deliver for DownHalf {
    fn deliver(&mut self, message: ServerMessage) -> BoxFuture<'_, Result<(), Gone>> {
        async move {
            let error = match &message.body {
                Some(Body::Closed(closed)) => status::of_closed(closed),
                _ => None,
            };
            self.send(Ok(AttachResponse { message: Some(message) })).await?;
            match error {
                Some(status) => self.send(Err(status)).await,
                None => Ok(()),
            }
        }
        .boxed()
    }
}
