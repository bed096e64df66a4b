//! A pod without a browser, bound for nobody: takes the end user first, loads its page once, says what a test tells it to.

use cobrowse_identity::authority::Authority;
use cobrowse_identity::enrollment::PodKey;
use cobrowse_identity::mutual;
use cobrowse_identity::name::PodUid;
use cobrowse_wire::v1::client_message::Body as Up;
use cobrowse_wire::v1::command::Body as Act;
use cobrowse_wire::v1::pod_service_server::{PodService, PodServiceServer};
use cobrowse_wire::v1::server_message::Body as Down;
use cobrowse_wire::v1::start_response::Outcome;
use cobrowse_wire::v1::*;
use futures::stream::{BoxStream, StreamExt};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;
use tokio::sync::{broadcast, mpsc, watch};
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::{ReceiverStream, WatchStream};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::{Request, Response, Status, Streaming};

/// Where pods listen, each on an address of its own.
pub(crate) const PORT: u16 = 8700;
/// The page a fake session is on at its end.
pub(crate) const LAST_URL: &str = "http://shop.localhost:8300/order?id=private-query";

/// One fake pod.
pub(crate) struct FakePod {
    pub(crate) uid: String,
    pub(crate) address: IpAddr,
    session: String,
    facts: watch::Sender<WatchResponse>,
    events: broadcast::Sender<Event>,
    seq: AtomicU64,
    /// Addresses that were loaded, and calls that asked for one.
    pub(crate) loaded: Mutex<Vec<String>>,
    pub(crate) asked: Mutex<Vec<String>>,
    /// Who was let in, in order.
    pub(crate) admitted: Mutex<Vec<Role>>,
    stop: CancellationToken,
}

impl FakePod {
    /// A pod that the operator has bound to a session.
    pub(crate) async fn bound(authority: &Authority, session: &str) -> Arc<Self> {
        static NEXT: AtomicU16 = AtomicU16::new(1);
        let [high, low] = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        // All of 127.0.0.0/8 is this machine.
        let address = IpAddr::from(Ipv4Addr::new(127, 87, high, low));
        let (key, uid) = (PodKey::generate().expect("a key"), format!("{session}-{high}-{low}"));
        let (request, now) = (key.signing_request().expect("a request"), SystemTime::now());
        let named = PodUid::parse(&uid).expect("a label");
        let leaf = authority.issue_pod(&request, &named, now, Duration::from_secs(3600)).expect("a certificate");
        let tls = mutual::server(&key, vec![leaf], authority.certificate().clone()).expect("mutual TLS");
        let listener = TcpListener::bind(SocketAddr::from((address, PORT))).await.expect("a port is free");
        let mut facts = WatchResponse::default();
        facts.set_phase(Phase::Live);
        let pod = Arc::new(Self {
            uid,
            address,
            session: session.to_owned(),
            facts: watch::channel(facts).0,
            events: broadcast::channel(1024).0,
            seq: AtomicU64::new(0),
            loaded: Mutex::default(),
            asked: Mutex::default(),
            admitted: Mutex::default(),
            stop: CancellationToken::new(),
        });
        let (served, stop) = (pod.clone(), pod.stop.clone());
        tokio::spawn(async move { stop.run_until_cancelled(accept(served, listener, TlsAcceptor::from(tls))).await });
        pod
    }

    /// The pod dies without a word.
    pub(crate) fn die(&self) {
        self.stop.cancel();
    }

    /// The pod ends its session by a rule of its own, and says so.
    pub(crate) fn end(&self, reason: EndReason) {
        let _ = self.send(event::Body::End(End { reason: reason.into() }));
        self.facts.send_modify(|fact| {
            fact.set_phase(Phase::Ended);
            fact.set_end_reason(reason);
            LAST_URL.clone_into(&mut fact.last_url);
        });
    }

    /// Waits for the session's end, and gives the reason.
    pub(crate) async fn ended(&self) -> EndReason {
        let mut facts = self.facts.subscribe();
        let ended = facts.wait_for(|fact| fact.phase() == Phase::Ended).await.expect("the pod lives");
        ended.end_reason()
    }

    /// Shows a picture to every viewer that is attached.
    pub(crate) fn show(&self, data: &'static [u8]) -> u64 {
        let picture =
            Picture { codec: Codec::H264.into(), key: true, width: 1, height: 1, data: data.into(), area: None };
        self.send(event::Body::Picture(picture))
    }

    fn send(&self, body: event::Body) -> u64 {
        let seq = self.seq.fetch_add(1, Ordering::SeqCst) + 1;
        let pause_epoch = self.facts.borrow().pause_epoch;
        let (audience, track, body) = (Audience::All.into(), Track::Picture.into(), Some(body));
        // Without a viewer nobody gets it.
        let _ = self.events.send(Event { seq, t_us: seq, pause_epoch, audience, track, body });
        seq
    }

    fn act(&self, who: &str, command: &Command) -> CommandResult {
        let is_end_user = self.facts.borrow().participants.iter().any(|p| p.id == who && p.role() == Role::EndUser);
        match &command.body {
            Some(Act::Pause(_)) if is_end_user => self.facts.send_modify(|fact| {
                if fact.phase() != Phase::Paused {
                    fact.set_phase(Phase::Paused);
                    fact.pause_epoch += 1;
                }
            }),
            Some(Act::Resume(_)) if is_end_user => self.facts.send_modify(|fact| fact.set_phase(Phase::Live)),
            Some(Act::End(_)) => self.end(if is_end_user { EndReason::EndUser } else { EndReason::Agent }),
            _ => return CommandResult { id: command.id, ok: false, reason: "NotAllowed".to_owned() },
        }
        CommandResult { id: command.id, ok: true, reason: String::new() }
    }
}

async fn accept(pod: Arc<FakePod>, listener: TcpListener, tls: TlsAcceptor) {
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, stop) = (tls.clone(), pod.stop.clone());
        let service = TowerToHyperService::new(Routes::new(PodServiceServer::new(Served(pod.clone()))).into_axum_router());
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            let Ok(stream) = tls.accept(stream).await else { return };
            let builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
            let _ = stop.run_until_cancelled(builder.serve_connection(TokioIo::new(stream), service)).await;
        });
    }
}

struct Served(Arc<FakePod>);

type Stream<T> = BoxStream<'static, Result<T, Status>>;

fn say(body: Down) -> Result<PodServiceAttachResponse, Status> {
    Ok(PodServiceAttachResponse { message: Some(ServerMessage { body: Some(body) }) })
}

#[tonic::async_trait]
impl PodService for Served {
    async fn bind(&self, _: Request<BindRequest>) -> Result<Response<BindResponse>, Status> {
        Err(Status::permission_denied("session-api binds nobody"))
    }

    type StartStream = Stream<StartResponse>;

    async fn start(&self, request: Request<StartRequest>) -> Result<Response<Self::StartStream>, Status> {
        let StartRequest { session_id, start_url, query_follows } = request.into_inner();
        if session_id != self.0.session || query_follows {
            return Err(Status::permission_denied("not from session-api"));
        }
        self.0.asked.lock().expect("not poisoned").push(start_url.clone());
        let mut loaded = self.0.loaded.lock().expect("not poisoned");
        if loaded.is_empty() {
            loaded.push(start_url);
        }
        let response = StartResponse { outcome: Some(Outcome::FirstPictureUs(1)) };
        Ok(Response::new(futures::stream::iter([Ok(response)]).boxed()))
    }

    async fn admit(&self, request: Request<AdmitRequest>) -> Result<Response<AdmitResponse>, Status> {
        let participant = request.into_inner().participant.expect("a participant");
        let mut admitted = self.0.admitted.lock().expect("not poisoned");
        if admitted.is_empty() && participant.role() != Role::EndUser {
            return Err(Status::permission_denied("the end user comes first"));
        }
        let known = self.0.facts.borrow().participants.iter().any(|other| other.id == participant.id);
        if !known {
            admitted.push(participant.role());
            self.0.facts.send_modify(|fact| fact.participants.push(participant));
        }
        Ok(Response::new(AdmitResponse {}))
    }

    type AttachStream = Stream<PodServiceAttachResponse>;

    async fn attach(
        &self,
        request: Request<Streaming<PodServiceAttachRequest>>,
    ) -> Result<Response<Self::AttachStream>, Status> {
        let mut up = request.into_inner();
        let first = up.message().await?.and_then(|message| message.message).and_then(|message| message.body);
        let Some(Up::Attach(attach)) = first else { return Err(Status::invalid_argument("no attach")) };
        let id = attach.participant.expect("session-api says who it is").id;
        let (down, stream) = mpsc::channel(1);
        let attached =
            Attached { protocol_version: 1, participant_id: id.clone(), keepalive_ms: 250, ..Attached::default() };
        let _ = down.send(say(Down::Attached(attached))).await;
        tokio::spawn(serve_viewer(self.0.clone(), id, up, down));
        Ok(Response::new(ReceiverStream::new(stream).boxed()))
    }

    async fn execute(&self, request: Request<ExecuteRequest>) -> Result<Response<ExecuteResponse>, Status> {
        let request = request.into_inner();
        let result = request.command.map(|command| self.0.act(&request.participant_id, &command));
        Ok(Response::new(ExecuteResponse { result }))
    }

    type WatchStream = Stream<WatchResponse>;

    async fn watch(&self, _: Request<WatchRequest>) -> Result<Response<Self::WatchStream>, Status> {
        Ok(Response::new(WatchStream::new(self.0.facts.subscribe()).map(Ok).boxed()))
    }

    async fn upload(&self, _: Request<UploadRequest>) -> Result<Response<UploadResponse>, Status> {
        Err(Status::unimplemented("no page, no files"))
    }

    type DownloadStream = Stream<DownloadResponse>;

    async fn download(&self, _: Request<DownloadRequest>) -> Result<Response<Self::DownloadStream>, Status> {
        Err(Status::unimplemented("no page, no files"))
    }
}

/// One viewer, until it or the session is gone.
async fn serve_viewer(
    pod: Arc<FakePod>,
    id: String,
    mut up: Streaming<PodServiceAttachRequest>,
    down: mpsc::Sender<Result<PodServiceAttachResponse, Status>>,
) {
    let mut events = pod.events.subscribe();
    loop {
        let answer = tokio::select! {
            event = events.recv() => match event {
                Ok(event) => Some(Down::Event(event)),
                Err(_) => return,
            },
            message = up.message() => match message {
                Ok(Some(message)) => match message.message.and_then(|message| message.body) {
                    Some(Up::Command(command)) => Some(Down::Result(pod.act(&id, &command))),
                    Some(Up::Keepalive(keepalive)) => Some(Down::Keepalive(keepalive)),
                    _ => None,
                },
                Ok(None) | Err(_) => return,
            },
            () = down.closed() => return,
        };
        if let Some(answer) = answer && down.send(say(answer)).await.is_err() {
            return;
        }
    }
}
