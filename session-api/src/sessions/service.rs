//! `SessionService` as gRPC: finds the caller that the gate let in, and hands on.

use super::Sessions;
use crate::admin::metrics::Metrics;
use crate::caller::Caller;
use crate::refusal::Refusal;
use crate::relay::Relay;
use cobrowse_wire::v1::session_service_server::SessionService;
use cobrowse_wire::v1::*;
use futures::stream::BoxStream;
use tonic::{Request, Response, Status, Streaming};

type Down<T> = BoxStream<'static, Result<T, Status>>;

/// The service.
pub struct Service {
    sessions: Sessions,
    relay: Relay,
}

impl Service {
    /// Of all sessions.
    pub fn new(sessions: Sessions, relay: Relay) -> Self {
        Self { sessions, relay }
    }

    fn answer<T, U>(&self, result: Result<T, Refusal>, shape: impl FnOnce(T) -> U) -> Result<Response<U>, Status> {
        match result {
            Ok(value) => Ok(Response::new(shape(value))),
            Err(refusal) => {
                Metrics::count(&self.sessions.parts.metrics.refusals, refusal.reason());
                Err(refusal.into())
            }
        }
    }
}

/// The caller and the message. Without the gate in front there is no caller, and then nothing is answered.
pub(crate) fn open<T>(request: Request<T>) -> Result<(Caller, T), Status> {
    let caller = request.extensions().get::<Caller>().cloned().ok_or(Refusal::Unauthenticated)?;
    Ok((caller, request.into_inner()))
}

#[tonic::async_trait]
impl SessionService for Service {
    async fn resolve_site(&self, r: Request<ResolveSiteRequest>) -> Result<Response<ResolveSiteResponse>, Status> {
        let (_, request) = open(r)?;
        self.answer(self.sessions.resolve_site(&request), |answer| answer)
    }

    async fn start_session(&self, r: Request<StartSessionRequest>) -> Result<Response<StartSessionResponse>, Status> {
        let (caller, request) = open(r)?;
        self.answer(self.sessions.start(&caller, request).await, |answer| answer)
    }

    async fn renew_pin(&self, r: Request<RenewPinRequest>) -> Result<Response<RenewPinResponse>, Status> {
        let (caller, request) = open(r)?;
        self.answer(self.sessions.renew_pin(&caller, request).await, |answer| answer)
    }

    async fn join_session(&self, r: Request<JoinSessionRequest>) -> Result<Response<JoinSessionResponse>, Status> {
        let (caller, request) = open(r)?;
        let joined = self.sessions.join(&caller, &request).await;
        self.answer(joined, |session| JoinSessionResponse { session: Some(session) })
    }

    async fn allow_participant(
        &self,
        r: Request<AllowParticipantRequest>,
    ) -> Result<Response<AllowParticipantResponse>, Status> {
        let (caller, request) = open(r)?;
        let allowed = self.sessions.allow(&caller, request).await;
        self.answer(allowed, |session| AllowParticipantResponse { session: Some(session) })
    }

    async fn deny_participant(
        &self,
        r: Request<DenyParticipantRequest>,
    ) -> Result<Response<DenyParticipantResponse>, Status> {
        let (caller, request) = open(r)?;
        let denied = self.sessions.deny(&caller, request).await;
        self.answer(denied, |session| DenyParticipantResponse { session: Some(session) })
    }

    async fn get_session(&self, r: Request<GetSessionRequest>) -> Result<Response<GetSessionResponse>, Status> {
        let (caller, request) = open(r)?;
        let found = self.sessions.get(&caller, &request.session_id).await;
        self.answer(found, |session| GetSessionResponse { session: Some(session) })
    }

    type WatchSessionStream = Down<WatchSessionResponse>;

    async fn watch_session(
        &self,
        r: Request<WatchSessionRequest>,
    ) -> Result<Response<Self::WatchSessionStream>, Status> {
        let (caller, request) = open(r)?;
        self.answer(self.sessions.watch(caller, &request.session_id).await, |stream| stream)
    }

    async fn create_ticket(&self, r: Request<CreateTicketRequest>) -> Result<Response<CreateTicketResponse>, Status> {
        let (caller, request) = open(r)?;
        self.answer(self.sessions.create_ticket(&caller, request).await, |answer| answer)
    }

    async fn create_invitation(
        &self,
        r: Request<CreateInvitationRequest>,
    ) -> Result<Response<CreateInvitationResponse>, Status> {
        let (caller, request) = open(r)?;
        self.answer(self.sessions.invite(&caller, request).await, |answer| answer)
    }

    async fn accept_invitation(
        &self,
        r: Request<AcceptInvitationRequest>,
    ) -> Result<Response<AcceptInvitationResponse>, Status> {
        let (caller, request) = open(r)?;
        let accepted = self.sessions.accept(&caller, &request).await;
        self.answer(accepted, |(session, token)| AcceptInvitationResponse { session: Some(session), token })
    }

    type AttachStream = Down<AttachResponse>;

    async fn attach(&self, r: Request<Streaming<AttachRequest>>) -> Result<Response<Self::AttachStream>, Status> {
        let (caller, up) = open(r)?;
        Ok(Response::new(self.relay.attach_grpc(up, caller.prefix)))
    }

    async fn pause_session(&self, r: Request<PauseSessionRequest>) -> Result<Response<PauseSessionResponse>, Status> {
        let (caller, request) = open(r)?;
        self.answer(self.sessions.pause(&caller, &request.session_id).await, |()| PauseSessionResponse {})
    }

    async fn resume_session(
        &self,
        r: Request<ResumeSessionRequest>,
    ) -> Result<Response<ResumeSessionResponse>, Status> {
        let (caller, request) = open(r)?;
        self.answer(self.sessions.resume(&caller, &request.session_id).await, |()| ResumeSessionResponse {})
    }

    async fn end_session(&self, r: Request<EndSessionRequest>) -> Result<Response<EndSessionResponse>, Status> {
        let (caller, request) = open(r)?;
        self.answer(self.sessions.end(&caller, &request.session_id).await, |()| EndSessionResponse {})
    }

    async fn navigate(&self, r: Request<NavigateRequest>) -> Result<Response<NavigateResponse>, Status> {
        let (caller, request) = open(r)?;
        self.answer(self.sessions.navigate(&caller, request).await, |()| NavigateResponse {})
    }

    async fn send_guidance(&self, r: Request<SendGuidanceRequest>) -> Result<Response<SendGuidanceResponse>, Status> {
        let (caller, request) = open(r)?;
        self.answer(self.sessions.guide(&caller, request).await, |()| SendGuidanceResponse {})
    }

    async fn upload_file(&self, r: Request<UploadFileRequest>) -> Result<Response<UploadFileResponse>, Status> {
        let (caller, request) = open(r)?;
        self.answer(self.sessions.upload(&caller, request).await, |()| UploadFileResponse {})
    }

    type DownloadFileStream = Down<DownloadFileResponse>;

    async fn download_file(
        &self,
        r: Request<DownloadFileRequest>,
    ) -> Result<Response<Self::DownloadFileStream>, Status> {
        let (caller, request) = open(r)?;
        self.answer(self.sessions.download(&caller, request).await, |stream| stream)
    }
}
