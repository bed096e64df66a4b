//! A pod without a browser, as operator and session-api meet it: real TLS, real enrollment with a token of the API server. It takes
//! the end user first, loads its page once, and says what a test tells it to.

use cobrowse_identity::enrollment::{self, PodKey};
use cobrowse_identity::{CertificateDer, ServerConfig, mutual};
use cobrowse_wire::v1::client_message::Body as Up;
use cobrowse_wire::v1::command::Body as Act;
use cobrowse_wire::v1::enrollment_service_server::{EnrollmentService, EnrollmentServiceServer};
use cobrowse_wire::v1::pod_service_server::{PodService, PodServiceServer};
use cobrowse_wire::v1::server_message::Body as Down;
use cobrowse_wire::v1::start_response::Outcome;
use cobrowse_wire::v1::*;
use futures::stream::{BoxStream, StreamExt};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{broadcast, mpsc, watch};
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::{ReceiverStream, WatchStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::service::Routes;
use tonic::{Request, Response, Status, Streaming};

/// The page a fake session is on at its end.
pub(crate) const LAST_URL: &str = "http://shop.localhost:8300/order?id=private-query";

/// What all pods of one test loaded: by session, how often the start page was fetched.
pub(crate) type Loads = Arc<Mutex<BTreeMap<String, u32>>>;

/// What happens in a pod.
pub(crate) struct Inside {
    key: PodKey,
    token: String,
    certified: Mutex<Option<Arc<ServerConfig>>>,
    /// Whose clients it serves: the authority that signed it.
    authority: Mutex<Vec<u8>>,
    pub(crate) bound: Mutex<Option<BindRequest>>,
    loads: Loads,
    said: Arc<Said>,
    /// Addresses that were loaded, and calls that asked for one to be.
    pub(crate) loaded: Mutex<Vec<String>>,
    pub(crate) asked: Mutex<Vec<String>>,
    /// Who was let in, in order.
    pub(crate) admitted: Mutex<Vec<Role>>,
    /// The W3C `traceparent` of calls of `Bind` and `Start`, where they had one.
    pub(crate) parents: Mutex<Vec<String>>,
    /// What administrators wished, in order.
    pub(crate) adjusted: Mutex<Vec<AdjustRequest>>,
    connections: TaskTracker,
    stop: CancellationToken,
}

/// What it says to those who watch and look.
struct Said {
    facts: watch::Sender<WatchResponse>,
    events: broadcast::Sender<Event>,
    seq: AtomicU64,
}

impl Inside {
    /// Serves at this address until stopped.
    pub(crate) fn begin(
        address: SocketAddr,
        token: String,
        loads: Loads,
        stop: CancellationToken,
    ) -> anyhow::Result<Arc<Self>> {
        let inside = Arc::new(Self {
            key: PodKey::generate()?,
            token,
            certified: Mutex::default(),
            authority: Mutex::default(),
            bound: Mutex::default(),
            loads,
            said: Arc::new(Said {
                facts: watch::Sender::default(),
                events: broadcast::channel(1024).0,
                seq: AtomicU64::new(0),
            }),
            loaded: Mutex::default(),
            asked: Mutex::default(),
            admitted: Mutex::default(),
            parents: Mutex::default(),
            adjusted: Mutex::default(),
            connections: TaskTracker::new(),
            stop,
        });
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let listener = socket.listen(64)?;
        let (served, stop) = (inside.clone(), inside.stop.clone());
        tokio::spawn(async move { stop.run_until_cancelled(served.accept(listener)).await });
        Ok(inside)
    }

    async fn accept(self: Arc<Self>, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            let (served, stop) = (self.clone(), self.stop.clone());
            self.connections.spawn(async move { stop.run_until_cancelled(served.serve(stream)).await });
        }
    }

    async fn serve(self: Arc<Self>, stream: tokio::net::TcpStream) {
        let said = self.said.clone();
        let certified = self.certified.lock().expect("not poisoned").clone();
        let (tls, routes) = match certified {
            Some(tls) => (tls, Routes::new(PodServiceServer::from_arc(self))),
            None => {
                let tls = enrollment::server(&self.key, SystemTime::now()).expect("a configuration");
                (tls, Routes::new(EnrollmentServiceServer::from_arc(self)))
            }
        };
        let Ok(stream) = TlsAcceptor::from(tls).accept(stream).await else { return };
        let service = TowerToHyperService::new(routes.into_axum_router());
        let builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
        let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
        tokio::select! {
            _ = connection.as_mut() => {}
            _ = said.ended() => {
                connection.as_mut().graceful_shutdown();
                let _ = connection.await;
            }
        }
    }

    fn note<T>(&self, request: &Request<T>) {
        let parent = request.metadata().get("traceparent").and_then(|value| value.to_str().ok());
        self.parents.lock().expect("not poisoned").extend(parent.map(str::to_owned));
    }

    /// Whether this authority signed it.
    #[allow(dead_code, reason = "the test of a changed authority asks")]
    pub(crate) fn is_of(&self, authority: &CertificateDer<'_>) -> bool {
        *self.authority.lock().expect("not poisoned") == authority.as_ref()
    }

    /// The pod ends its session by a rule of its own, and says so.
    pub(crate) fn end(&self, reason: EndReason) {
        self.said.end(reason);
    }

    /// Waits for the session's end, and gives the reason.
    pub(crate) async fn ended(&self) -> EndReason {
        self.said.ended().await
    }

    /// Waits until all who were connected at the session's end have heard of it, as a real pod does before it exits.
    pub(crate) async fn drained(&self) {
        self.connections.close();
        self.connections.wait().await;
    }

    /// Tells every viewer that is attached something.
    pub(crate) fn tell(&self, body: event::Body) {
        self.said.send(body);
    }

    /// Shows a picture to every viewer that is attached.
    pub(crate) fn show(&self, data: &'static [u8]) {
        let picture =
            Picture { codec: Codec::H264.into(), key: true, width: 1, height: 1, data: data.into(), area: None };
        self.said.send(event::Body::Picture(picture));
    }
}

impl Said {
    async fn ended(&self) -> EndReason {
        let mut facts = self.facts.subscribe();
        let ended = facts.wait_for(|fact| fact.phase() == Phase::Ended).await.expect("the pod lives");
        ended.end_reason()
    }

    fn send(&self, body: event::Body) {
        let seq = self.seq.fetch_add(1, Ordering::SeqCst) + 1;
        let pause_epoch = self.facts.borrow().pause_epoch;
        let (audience, track, body) = (Audience::All.into(), Track::Picture.into(), Some(body));
        // Without a viewer nobody gets it.
        let _ = self.events.send(Event { seq, t_us: seq, pause_epoch, audience, track, body });
    }

    fn end(&self, reason: EndReason) {
        self.send(event::Body::End(End { reason: reason.into() }));
        self.facts.send_modify(|fact| {
            fact.set_phase(Phase::Ended);
            fact.set_end_reason(reason);
            LAST_URL.clone_into(&mut fact.last_url);
        });
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

type Stream<T> = BoxStream<'static, Result<T, Status>>;

fn say(body: Down) -> Result<PodServiceAttachResponse, Status> {
    Ok(PodServiceAttachResponse { message: Some(ServerMessage { body: Some(body) }) })
}

#[tonic::async_trait]
impl EnrollmentService for Inside {
    async fn enroll(&self, _: Request<EnrollRequest>) -> Result<Response<EnrollResponse>, Status> {
        let signing_request = self.key.signing_request().expect("a request");
        Ok(Response::new(EnrollResponse { token: self.token.clone(), signing_request }))
    }

    async fn certify(&self, request: Request<CertifyRequest>) -> Result<Response<CertifyResponse>, Status> {
        let request = request.into_inner();
        let chain = request.certificates.into_iter().map(CertificateDer::from).collect();
        self.authority.lock().expect("not poisoned").clone_from(&request.client_authority);
        let tls = mutual::server(&self.key, chain, CertificateDer::from(request.client_authority));
        *self.certified.lock().expect("not poisoned") = Some(tls.expect("mutual TLS"));
        Ok(Response::new(CertifyResponse {}))
    }
}

#[tonic::async_trait]
impl PodService for Inside {
    async fn bind(&self, request: Request<BindRequest>) -> Result<Response<BindResponse>, Status> {
        self.note(&request);
        let request = request.into_inner();
        if !request.participants.is_empty() {
            return Err(Status::invalid_argument("the operator knows nobody"));
        }
        let mut bound = self.bound.lock().expect("not poisoned");
        if bound.as_ref().is_some_and(|other| other.session_id != request.session_id) {
            return Err(Status::permission_denied("another session's"));
        }
        bound.get_or_insert(request);
        self.said.facts.send_if_modified(|fact| {
            let new = fact.phase() == Phase::Unspecified;
            if new {
                fact.set_phase(Phase::Live);
            }
            new
        });
        Ok(Response::new(BindResponse {}))
    }

    type StartStream = Stream<StartResponse>;

    async fn start(&self, request: Request<StartRequest>) -> Result<Response<Self::StartStream>, Status> {
        self.note(&request);
        let StartRequest { session_id, start_url, query_follows } = request.into_inner();
        let bound = self.bound.lock().expect("not poisoned").as_ref().map(|bound| bound.session_id.clone());
        if bound.as_ref() != Some(&session_id) {
            return Err(Status::permission_denied("another session's"));
        }
        let mut loaded = self.loaded.lock().expect("not poisoned");
        let outcome = if query_follows && loaded.is_empty() {
            Outcome::AwaitsQuery(true)
        } else {
            if !query_follows {
                self.asked.lock().expect("not poisoned").push(start_url.clone());
            }
            if loaded.is_empty() {
                loaded.push(start_url);
                *self.loads.lock().expect("not poisoned").entry(session_id).or_default() += 1;
            }
            Outcome::FirstPictureUs(1)
        };
        let response = StartResponse { outcome: Some(outcome) };
        Ok(Response::new(futures::stream::iter([Ok(response)]).boxed()))
    }

    async fn admit(&self, request: Request<AdmitRequest>) -> Result<Response<AdmitResponse>, Status> {
        let participant = request.into_inner().participant.expect("a participant");
        let mut admitted = self.admitted.lock().expect("not poisoned");
        if admitted.is_empty() && participant.role() != Role::EndUser {
            return Err(Status::permission_denied("the end user comes first"));
        }
        let known = self.said.facts.borrow().participants.iter().any(|other| other.id == participant.id);
        if !known {
            admitted.push(participant.role());
            self.said.facts.send_modify(|fact| fact.participants.push(participant));
        }
        Ok(Response::new(AdmitResponse {}))
    }

    async fn adjust(&self, request: Request<AdjustRequest>) -> Result<Response<AdjustResponse>, Status> {
        self.adjusted.lock().expect("not poisoned").push(request.into_inner());
        Ok(Response::new(AdjustResponse { expires_at: None }))
    }

    async fn grant(&self, _: Request<GrantRequest>) -> Result<Response<GrantResponse>, Status> {
        Ok(Response::new(GrantResponse {}))
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
        // From now on it misses nothing.
        let events = self.said.events.subscribe();
        let attached =
            Attached { protocol_version: 1, participant_id: id.clone(), keepalive_ms: 250, ..Attached::default() };
        let _ = down.send(say(Down::Attached(attached))).await;
        tokio::spawn(serve_viewer((self.said.clone(), events), id, up, down));
        Ok(Response::new(ReceiverStream::new(stream).boxed()))
    }

    async fn execute(&self, request: Request<ExecuteRequest>) -> Result<Response<ExecuteResponse>, Status> {
        let request = request.into_inner();
        let result = request.command.map(|command| self.said.act(&request.participant_id, &command));
        Ok(Response::new(ExecuteResponse { result }))
    }

    type WatchStream = Stream<WatchResponse>;

    async fn watch(&self, _: Request<WatchRequest>) -> Result<Response<Self::WatchStream>, Status> {
        let more = |fact: &WatchResponse| fact.phase() != Phase::Ended;
        let facts = WatchStream::new(self.said.facts.subscribe()).scan(true, move |goes_on, fact| {
            let fact = goes_on.then_some(fact);
            *goes_on = fact.as_ref().is_some_and(more);
            std::future::ready(fact.map(Ok))
        });
        Ok(Response::new(facts.boxed()))
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
    (said, mut events): (Arc<Said>, broadcast::Receiver<Event>),
    id: String,
    mut up: Streaming<PodServiceAttachRequest>,
    down: mpsc::Sender<Result<PodServiceAttachResponse, Status>>,
) {
    loop {
        let answer = tokio::select! {
            event = events.recv() => match event {
                Ok(event) => Some(Down::Event(event)),
                Err(_) => return,
            },
            message = up.message() => match message {
                Ok(Some(message)) => match message.message.and_then(|message| message.body) {
                    Some(Up::Command(command)) => Some(Down::Result(said.act(&id, &command))),
                    Some(Up::Keepalive(keepalive)) => Some(Down::Keepalive(keepalive)),
                    _ => None,
                },
                Ok(None) | Err(_) => return,
            },
            () = down.closed() => return,
        };
        let is_last = matches!(&answer, Some(Down::Event(Event { body: Some(event::Body::End(_)), .. })));
        if let Some(answer) = answer
            && (down.send(say(answer)).await.is_err() || is_last)
        {
            return;
        }
    }
}
