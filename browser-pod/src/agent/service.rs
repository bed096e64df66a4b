//! `PodService`: each call becomes a message to the owner. It decides nothing but who the peer is.

use std::pin::Pin;
use std::time::Duration;

use cobrowse_identity::name::PeerName;
use cobrowse_session::live::Act;
use cobrowse_wire::v1::{self, client_message, command, pod_service_server::PodService, start_response};
use futures::{Stream, StreamExt};
use tokio::sync::{oneshot, watch};
use tonic::{Request, Response, Status, Streaming};

use super::downlink::{self, Outbox};
use super::owner::{Begun, Mailbox, Message};
use super::page::Page;
use super::serve::Peer;
use super::status;
use crate::egress::{Egress, GRANT_BYTES_MAX};
use crate::stream::ViewerId;

/// How long a stream's first message may take.
const FIRST_MESSAGE: Duration = Duration::from_secs(5);
/// How long a start page waits for its grant.
const GRANT: Duration = Duration::from_secs(10);
/// Bytes of one part of an upload.
const PART_BYTES: usize = 256 << 10;

/// A stream of responses.
type Responses<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// The service of one pod.
pub(super) struct Service {
    pub(super) mailbox: Mailbox,
    pub(super) told: watch::Receiver<v1::WatchResponse>,
    pub(super) page: std::sync::Arc<dyn Page>,
    /// The way out, where this pod has one.
    pub(super) egress: Option<Egress>,
}

impl Service {
    /// Where there is a gateway, no page is loaded before there is a grant: who brings its whole address may be faster than who
    /// brings the grant. One that does not come in time is a page that says so.
    async fn has_its_grant(&self, request: &v1::StartRequest) {
        if let Some(egress) = self.egress.as_ref().filter(|_| !request.query_follows) {
            let _ = tokio::time::timeout(GRANT, egress.granted()).await;
        }
    }

    /// Asks the owner and waits for the answer.
    async fn ask<T>(&self, message: impl FnOnce(oneshot::Sender<Result<T, Status>>) -> Message) -> Result<T, Status> {
        let (reply, answer) = oneshot::channel();
        self.mailbox.urgent.send(message(reply)).await.map_err(|_| status::ended())?;
        answer.await.map_err(|_| status::ended())?
    }
}

/// Refuses all peers but session-api and the operator.
fn check_peer<T>(request: &Request<T>) -> Result<(), Status> {
    match request.extensions().get::<Peer>() {
        Some(Peer(Some(PeerName::SessionApi | PeerName::Operator))) => Ok(()),
        _ => Err(status::wrong_peer()),
    }
}

/// What is an administrator's, the operator alone brings.
fn check_operator<T>(request: &Request<T>) -> Result<(), Status> {
    match request.extensions().get::<Peer>() {
        Some(Peer(Some(PeerName::Operator))) => Ok(()),
        _ => Err(status::wrong_peer()),
    }
}

#[tonic::async_trait]
impl PodService for Service {
    type StartStream = Responses<v1::StartResponse>;
    type AttachStream = Responses<v1::PodServiceAttachResponse>;
    type WatchStream = Responses<v1::WatchResponse>;
    type DownloadStream = Responses<v1::DownloadResponse>;

    async fn bind(&self, request: Request<v1::BindRequest>) -> Result<Response<v1::BindResponse>, Status> {
        check_peer(&request)?;
        let request = request.into_inner();
        self.ask(|reply| Message::Bind(request, reply)).await?;
        Ok(Response::new(v1::BindResponse {}))
    }

    async fn start(&self, request: Request<v1::StartRequest>) -> Result<Response<Self::StartStream>, Status> {
        check_peer(&request)?;
        let request = request.into_inner();
        self.has_its_grant(&request).await;
        let outcome = match self.ask(|reply| Message::Start(request, reply)).await? {
            Ok(Begun::FirstPicture(us)) => start_response::Outcome::FirstPictureUs(us),
            Ok(Begun::AwaitsQuery) => start_response::Outcome::AwaitsQuery(true),
            Err(reason) => start_response::Outcome::Failure(reason.to_owned()),
        };
        let response = v1::StartResponse { outcome: Some(outcome) };
        Ok(Response::new(Box::pin(futures::stream::iter([Ok(response)]))))
    }

    async fn admit(&self, request: Request<v1::AdmitRequest>) -> Result<Response<v1::AdmitResponse>, Status> {
        check_peer(&request)?;
        let participant = request.into_inner().participant.ok_or_else(|| status::invalid("participant"))?;
        self.ask(|reply| Message::Admit(participant, reply)).await?;
        Ok(Response::new(v1::AdmitResponse {}))
    }

    async fn adjust(&self, request: Request<v1::AdjustRequest>) -> Result<Response<v1::AdjustResponse>, Status> {
        check_operator(&request)?;
        let request = request.into_inner();
        self.ask(|reply| Message::Adjust(request, reply)).await.map(Response::new)
    }

    async fn grant(&self, request: Request<v1::GrantRequest>) -> Result<Response<v1::GrantResponse>, Status> {
        check_peer(&request)?;
        let v1::GrantRequest { session_id, grant } = request.into_inner();
        if grant.is_empty() || grant.len() > GRANT_BYTES_MAX {
            return Err(status::invalid("grant"));
        }
        self.ask(|reply| Message::Grant(session_id, reply)).await?;
        self.egress.as_ref().ok_or_else(status::no_gateway)?.grant(grant.into());
        Ok(Response::new(v1::GrantResponse {}))
    }

    async fn attach(
        &self,
        request: Request<Streaming<v1::PodServiceAttachRequest>>,
    ) -> Result<Response<Self::AttachStream>, Status> {
        check_peer(&request)?;
        let mut said = request.into_inner();
        let first = tokio::time::timeout(FIRST_MESSAGE, said.message()).await.map_err(|_| status::no_attach())??;
        let first = first.and_then(|first| first.message).and_then(|message| message.body);
        let Some(client_message::Body::Attach(attach)) = first else { return Err(status::no_attach()) };
        let (outbox, downlink) = downlink::pair();
        let viewer = self.open(attach, outbox).await?;
        tokio::spawn(listen(viewer, said, self.mailbox.clone()));
        Ok(Response::new(downlink.into_stream()))
    }

    async fn execute(&self, request: Request<v1::ExecuteRequest>) -> Result<Response<v1::ExecuteResponse>, Status> {
        check_peer(&request)?;
        let request = request.into_inner();
        let result = self.ask(|reply| Message::Execute(request, reply)).await?;
        Ok(Response::new(v1::ExecuteResponse { result: Some(result) }))
    }

    async fn watch(&self, request: Request<v1::WatchRequest>) -> Result<Response<Self::WatchStream>, Status> {
        check_peer(&request)?;
        Ok(Response::new(facts(self.told.clone())))
    }

    async fn upload(&self, request: Request<v1::UploadRequest>) -> Result<Response<v1::UploadResponse>, Status> {
        check_peer(&request)?;
        let v1::UploadRequest { participant_id, part } = request.into_inner();
        let part = part.filter(|part| part.content.len() <= PART_BYTES).ok_or_else(|| status::invalid("part"))?;
        self.ask(|reply| Message::May(participant_id, Act::Upload, reply)).await?;
        self.page.upload(part).await.map_err(status::failed)?;
        Ok(Response::new(v1::UploadResponse {}))
    }

    async fn download(&self, request: Request<v1::DownloadRequest>) -> Result<Response<Self::DownloadStream>, Status> {
        check_peer(&request)?;
        let v1::DownloadRequest { participant_id, download_id } = request.into_inner();
        self.ask(|reply| Message::May(participant_id, Act::Download, reply)).await?;
        let parts = self.page.download(download_id).await.map_err(status::failed)?;
        let parts = futures::stream::unfold(parts, |mut parts| async move { Some((parts.recv().await?, parts)) });
        Ok(Response::new(Box::pin(parts.map(|content| Ok(v1::DownloadResponse { content })))))
    }
}

impl Service {
    async fn open(&self, attach: v1::Attach, outbox: Outbox) -> Result<ViewerId, Status> {
        self.ask(|reply| Message::Attach(attach, outbox, reply)).await
    }
}

/// Passes a viewer's messages on until its stream is closed. Stop and End go before everything else that waits.
async fn listen(viewer: ViewerId, mut said: Streaming<v1::PodServiceAttachRequest>, mailbox: Mailbox) {
    while let Ok(Some(message)) = said.message().await {
        let Some(body) = message.message.and_then(|message| message.body) else { continue };
        let to = if urgent(&body) { &mailbox.urgent } else { &mailbox.ordinary };
        if to.send(Message::Said(viewer, body)).await.is_err() {
            return;
        }
    }
    // Without an owner there is nobody to tell.
    let _ = mailbox.ordinary.send(Message::Left(viewer)).await;
}

fn urgent(body: &client_message::Body) -> bool {
    matches!(
        body,
        client_message::Body::Command(v1::Command { body: Some(command::Body::Pause(_) | command::Body::End(_)), .. })
    )
}

/// The facts now and after each change, up to the end.
fn facts(told: watch::Receiver<v1::WatchResponse>) -> Responses<v1::WatchResponse> {
    let state = Some((told, true));
    Box::pin(futures::stream::unfold(state, |state| async move {
        let (mut told, first) = state?;
        // Before Bind there are no facts.
        let bound = |facts: &v1::WatchResponse| facts.phase() != v1::Phase::Unspecified;
        if !first {
            told.changed().await.ok()?;
        }
        let facts = told.wait_for(bound).await.ok()?.clone();
        let more = facts.phase() != v1::Phase::Ended;
        Some((Ok(facts), more.then_some((told, false))))
    }))
}
