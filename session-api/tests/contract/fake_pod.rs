//! A pod without a browser: enrolls, binds, and streams what a test tells it to. Its TLS is the real one.

use cobrowse_identity::CertificateDer;
use cobrowse_identity::enrollment::{self, PodKey};
use cobrowse_identity::mutual;
use cobrowse_session_api::pods::{Ended, Error, PodRunner, Running};
use cobrowse_wire::v1::client_message::Body as Up;
use cobrowse_wire::v1::command::Body as Act;
use cobrowse_wire::v1::enrollment_service_server::{EnrollmentService, EnrollmentServiceServer};
use cobrowse_wire::v1::pod_service_server::{PodService, PodServiceServer};
use cobrowse_wire::v1::server_message::Body as Down;
use cobrowse_wire::v1::*;
use futures::future::{BoxFuture, FutureExt};
use futures::stream::{BoxStream, StreamExt};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;
use tokio::net::TcpListener;
use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::{ReceiverStream, WatchStream};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::{Request, Response, Status, Streaming};
use zeroize::Zeroizing;

#[path = "fake_viewer.rs"]
mod viewer;
use viewer::{say, serve_viewer};

/// The page a fake session is on at its end.
pub(crate) const LAST_URL: &str = "http://shop.localhost:8300/order?id=private-query";

/// One fake pod.
pub(crate) struct FakePod {
    key: PodKey,
    token: String,
    certified: Mutex<Option<Arc<cobrowse_identity::ServerConfig>>>,
    pub(crate) bound: Mutex<Option<BindRequest>>,
    pub(crate) started: Mutex<Vec<StartRequest>>,
    facts: watch::Sender<WatchResponse>,
    events: broadcast::Sender<Event>,
    /// All that came up from viewers, Attach excluded.
    pub(crate) up: Mutex<Vec<(String, Up)>>,
    up_count: watch::Sender<usize>,
    /// `traceparent` of every call that had one.
    pub(crate) traceparents: Mutex<Vec<String>>,
    /// A frozen pod answers nothing and sends nothing.
    pub(crate) frozen: AtomicBool,
    /// Pictures that the transport took from a flood.
    pub(crate) flooded: AtomicU64,
    /// Sends pictures to every viewer as fast as they are taken.
    pub(crate) flood: AtomicBool,
    /// Viewers that were here and are gone.
    left: watch::Sender<usize>,
    seq: AtomicU64,
    stop: CancellationToken,
}

/// Starts fake pods and remembers them.
#[derive(Clone, Default)]
pub(crate) struct FakeRunner {
    /// Never finishes a pod; `asked` tells when one was asked for.
    pub(crate) hangs: bool,
    pub(crate) asked: Arc<Notify>,
    pub(crate) pods: Arc<Mutex<Vec<Arc<FakePod>>>>,
}

impl FakeRunner {
    /// The pod that is bound to a session.
    pub(crate) fn pod_of(&self, session: &str) -> Arc<FakePod> {
        let pods = self.pods.lock().expect("no test panics while it holds this");
        let bound = |pod: &&Arc<FakePod>| {
            let bound = pod.bound.lock().expect("no test panics while it holds this");
            bound.as_ref().is_some_and(|bound| bound.session_id == session)
        };
        pods.iter().find(bound).expect("a pod was bound to the session").clone()
    }
}

impl PodRunner for FakeRunner {
    fn start(&self, _: Option<std::net::SocketAddr>) -> BoxFuture<'_, Result<Running, Error>> {
        async move {
            self.asked.notify_one();
            if self.hangs {
                std::future::pending::<()>().await;
            }
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
            let address = listener.local_addr().expect("it listens");
            let (facts, _) = watch::channel(WatchResponse::default());
            let stop = CancellationToken::new();
            let pod = Arc::new(FakePod {
                key: PodKey::generate().expect("a key"),
                token: cobrowse_session_api::hex::encode(&cobrowse_session_api::clock::random::<16>()),
                certified: Mutex::new(None),
                bound: Mutex::new(None),
                started: Mutex::new(Vec::new()),
                facts,
                events: broadcast::channel(1024).0,
                up: Mutex::new(Vec::new()),
                up_count: watch::channel(0).0,
                traceparents: Mutex::default(),
                frozen: AtomicBool::new(false),
                flooded: AtomicU64::new(0),
                flood: AtomicBool::new(false),
                left: watch::channel(0).0,
                seq: AtomicU64::new(0),
                stop: stop.clone(),
            });
            let token = Zeroizing::new(pod.token.clone());
            self.pods.lock().expect("not poisoned").push(pod.clone());
            let (tell, ended) = watch::channel(None);
            tokio::spawn(async move {
                tokio::select! {
                    () = accept(pod.clone(), listener) => {}
                    () = pod.stop.cancelled() => {}
                }
                let _ = tell.send(Some(Ended { reason: None }));
            });
            Ok(Running { address, token, stop, ended })
        }
        .boxed()
    }
}

async fn accept(pod: Arc<FakePod>, listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        // As a real pod does: a small answer waits for nothing.
        let _ = stream.set_nodelay(true);
        let certified = pod.certified.lock().expect("not poisoned").clone();
        let (tls, routes) = match certified {
            Some(tls) => (tls, Routes::new(PodServiceServer::new(Served(pod.clone())))),
            None => {
                let tls = enrollment::server(&pod.key, SystemTime::now()).expect("enrollment TLS");
                (tls, Routes::new(EnrollmentServiceServer::new(Served(pod.clone()))))
            }
        };
        let stop = pod.stop.clone();
        tokio::spawn(async move {
            let Ok(stream) = TlsAcceptor::from(tls).accept(stream).await else { return };
            let service = TowerToHyperService::new(routes.into_axum_router());
            let builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
            let connection = builder.serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                _ = connection => {}
                () = stop.cancelled() => {}
            }
        });
    }
}

impl FakePod {
    /// Shows a picture to every viewer that is attached.
    pub(crate) fn show(&self, data: &'static [u8]) -> u64 {
        let picture =
            Picture { codec: Codec::H264.into(), key: true, width: 1, height: 1, data: data.into(), area: None };
        self.send(event::Body::Picture(picture), Audience::All)
    }

    pub(crate) fn send(&self, body: event::Body, audience: Audience) -> u64 {
        let seq = self.seq.fetch_add(1, Ordering::SeqCst) + 1;
        let event = Event {
            seq,
            t_us: seq,
            pause_epoch: self.facts.borrow().pause_epoch,
            audience: audience.into(),
            track: Track::Picture.into(),
            body: Some(body),
        };
        // Without a viewer nobody gets it.
        let _ = self.events.send(event);
        seq
    }

    /// Waits until this many messages came up, and returns them.
    pub(crate) async fn came_up(&self, count: usize) -> Vec<(String, Up)> {
        let mut seen = self.up_count.subscribe();
        seen.wait_for(|n| *n >= count).await.expect("the pod lives");
        self.up.lock().expect("not poisoned").clone()
    }

    /// Waits until this many viewers are gone.
    pub(crate) async fn left(&self, count: usize) {
        self.left.subscribe().wait_for(|n| *n >= count).await.expect("the pod lives");
    }

    pub(crate) fn pause_epoch(&self) -> u32 {
        self.facts.borrow().pause_epoch
    }

    /// The pod dies.
    pub(crate) fn die(&self) {
        self.stop.cancel();
    }

    fn traced<T>(&self, request: &Request<T>) {
        let parent = request.metadata().get("traceparent").and_then(|value| value.to_str().ok());
        self.traceparents.lock().expect("not poisoned").extend(parent.map(str::to_owned));
    }

    fn heard(&self, participant: &str, body: Up) {
        self.up.lock().expect("not poisoned").push((participant.to_owned(), body));
        self.up_count.send_modify(|n| *n += 1);
    }

    fn role(&self, participant: &str) -> Option<Role> {
        let facts = self.facts.borrow();
        facts.participants.iter().find(|p| p.id == participant).map(Participant::role)
    }

    fn act(&self, participant: &str, command: Command) -> CommandResult {
        let is_end_user = self.role(participant) == Some(Role::EndUser);
        let refused = |reason: &str| CommandResult { id: command.id, ok: false, reason: reason.to_owned() };
        match command.body {
            Some(Act::Pause(_)) if is_end_user => self.facts.send_modify(|fact| {
                if fact.phase() != Phase::Paused {
                    fact.set_phase(Phase::Paused);
                    fact.pause_epoch += 1;
                }
            }),
            Some(Act::Resume(_)) if is_end_user => self.facts.send_modify(|fact| fact.set_phase(Phase::Live)),
            Some(Act::End(_)) => {
                let reason = if is_end_user { EndReason::EndUser } else { EndReason::Agent };
                let _ = self.send(event::Body::End(End { reason: reason.into() }), Audience::All);
                self.facts.send_modify(|fact| {
                    fact.set_phase(Phase::Ended);
                    fact.set_end_reason(reason);
                    fact.last_url = LAST_URL.to_owned();
                });
            }
            Some(Act::Navigate(_)) => {}
            _ => return refused("NotAllowed"),
        }
        CommandResult { id: command.id, ok: true, reason: String::new() }
    }

    async fn thaw(&self) {
        if self.frozen.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
    }
}

struct Served(Arc<FakePod>);

#[tonic::async_trait]
impl EnrollmentService for Served {
    async fn enroll(&self, _: Request<EnrollRequest>) -> Result<Response<EnrollResponse>, Status> {
        let signing_request = self.0.key.signing_request().expect("a request");
        Ok(Response::new(EnrollResponse { token: self.0.token.clone(), signing_request }))
    }

    async fn certify(&self, request: Request<CertifyRequest>) -> Result<Response<CertifyResponse>, Status> {
        let request = request.into_inner();
        let chain = request.certificates.into_iter().map(CertificateDer::from).collect();
        let authority = CertificateDer::from(request.client_authority);
        let tls = mutual::server(&self.0.key, chain, authority).expect("mutual TLS");
        *self.0.certified.lock().expect("not poisoned") = Some(tls);
        Ok(Response::new(CertifyResponse {}))
    }
}

type Stream<T> = BoxStream<'static, Result<T, Status>>;

#[tonic::async_trait]
impl PodService for Served {
    async fn bind(&self, request: Request<BindRequest>) -> Result<Response<BindResponse>, Status> {
        self.0.traced(&request);
        let request = request.into_inner();
        self.0.facts.send_modify(|fact| fact.participants = request.participants.clone());
        *self.0.bound.lock().expect("not poisoned") = Some(request);
        Ok(Response::new(BindResponse {}))
    }

    type StartStream = Stream<StartResponse>;

    async fn start(&self, request: Request<StartRequest>) -> Result<Response<Self::StartStream>, Status> {
        self.0.traced(&request);
        self.0.started.lock().expect("not poisoned").push(request.into_inner());
        self.0.facts.send_modify(|fact| fact.set_phase(Phase::Live));
        let outcome = start_response::Outcome::FirstPictureUs(1000);
        let first = StartResponse { outcome: Some(outcome) };
        Ok(Response::new(futures::stream::iter([Ok(first)]).boxed()))
    }

    async fn admit(&self, request: Request<AdmitRequest>) -> Result<Response<AdmitResponse>, Status> {
        self.0.traced(&request);
        let participant = request.into_inner().participant.expect("a participant");
        self.0.facts.send_modify(|fact| {
            fact.participants.retain(|other| other.id != participant.id);
            fact.participants.push(participant);
        });
        Ok(Response::new(AdmitResponse {}))
    }

    async fn adjust(&self, _: Request<AdjustRequest>) -> Result<Response<AdjustResponse>, Status> {
        Err(Status::permission_denied("the operator's alone"))
    }

    async fn grant(&self, _: Request<GrantRequest>) -> Result<Response<GrantResponse>, Status> {
        Err(Status::failed_precondition("started without a gateway"))
    }

    type AttachStream = Stream<PodServiceAttachResponse>;

    async fn attach(
        &self,
        request: Request<Streaming<PodServiceAttachRequest>>,
    ) -> Result<Response<Self::AttachStream>, Status> {
        self.0.traced(&request);
        let mut up = request.into_inner();
        let first = up.message().await?.and_then(|m| m.message).and_then(|m| m.body);
        let Some(Up::Attach(attach)) = first else { return Err(Status::invalid_argument("no attach")) };
        assert!(attach.ticket.is_empty(), "a ticket must not reach a pod");
        let id = attach.participant.expect("session-api says who it is").id;
        let (down, stream) = mpsc::channel(1);
        let attached =
            Attached { protocol_version: 1, participant_id: id.clone(), keepalive_ms: 250, ..Attached::default() };
        let _ = down.send(say(Down::Attached(attached))).await;
        let pod = self.0.clone();
        tokio::spawn(async move {
            serve_viewer(pod.clone(), id, up, down).await;
            pod.left.send_modify(|n| *n += 1);
        });
        Ok(Response::new(ReceiverStream::new(stream).boxed()))
    }

    async fn execute(&self, request: Request<ExecuteRequest>) -> Result<Response<ExecuteResponse>, Status> {
        self.0.traced(&request);
        self.0.thaw().await;
        let request = request.into_inner();
        if let Some(guidance) = request.guidance {
            self.0.heard(&request.participant_id, Up::Guidance(guidance));
        }
        let result = request.command.map(|command| self.0.act(&request.participant_id, command));
        Ok(Response::new(ExecuteResponse { result }))
    }

    type WatchStream = Stream<WatchResponse>;

    async fn watch(&self, _: Request<WatchRequest>) -> Result<Response<Self::WatchStream>, Status> {
        let pod = self.0.clone();
        let facts = WatchStream::new(pod.facts.subscribe()).filter(move |_| {
            let frozen = pod.frozen.load(Ordering::SeqCst);
            async move { !frozen }
        });
        Ok(Response::new(facts.map(Ok).boxed()))
    }

    async fn upload(&self, _: Request<UploadRequest>) -> Result<Response<UploadResponse>, Status> {
        Ok(Response::new(UploadResponse {}))
    }

    type DownloadStream = Stream<DownloadResponse>;

    async fn download(&self, _: Request<DownloadRequest>) -> Result<Response<Self::DownloadStream>, Status> {
        let part = DownloadResponse { content: "a file".into() };
        Ok(Response::new(futures::stream::iter([Ok(part)]).boxed()))
    }
}
