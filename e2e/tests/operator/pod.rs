//! A browser pod without a browser, as the operator meets it: real TLS, real enrollment with a token of the API server, `Bind` and
//! `Start`. It counts what a real one would load.

use cobrowse_identity::CertificateDer;
use cobrowse_identity::ServerConfig;
use cobrowse_identity::enrollment::{self, PodKey};
use cobrowse_identity::mutual;
use cobrowse_wire::v1::enrollment_service_server::{EnrollmentService, EnrollmentServiceServer};
use cobrowse_wire::v1::pod_service_server::{PodService, PodServiceServer};
use cobrowse_wire::v1::*;
use futures::stream::BoxStream;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::{Request, Response, Status, Streaming};

/// What all pods of one test loaded: by session, how often the start page was fetched.
pub(crate) type Loads = Arc<Mutex<BTreeMap<String, u32>>>;

/// What happens in a pod.
pub(crate) struct Inside {
    key: PodKey,
    token: String,
    certified: Mutex<Option<Arc<ServerConfig>>>,
    pub(crate) bound: Mutex<Option<BindRequest>>,
    started: AtomicBool,
    /// The grants that it got, in order.
    pub(crate) granted: Mutex<Vec<Vec<u8>>>,
    /// What administrators wished, in order.
    pub(crate) adjusted: Mutex<Vec<AdjustRequest>>,
    /// A pod that answers nothing: its node is cut off.
    pub(crate) frozen: AtomicBool,
    loads: Loads,
    stop: CancellationToken,
}

impl Inside {
    /// With this token, until stopped. Somebody gives it its connections.
    pub(crate) fn new(token: String, loads: Loads, stop: CancellationToken) -> anyhow::Result<Arc<Self>> {
        Ok(Arc::new(Self {
            key: PodKey::generate()?,
            token,
            certified: Mutex::default(),
            bound: Mutex::default(),
            started: AtomicBool::new(false),
            granted: Mutex::default(),
            adjusted: Mutex::default(),
            frozen: AtomicBool::new(false),
            loads,
            stop,
        }))
    }

    /// Serves at an address of its own.
    pub(crate) fn begin(
        address: SocketAddr,
        token: String,
        loads: Loads,
        stop: CancellationToken,
    ) -> anyhow::Result<Arc<Self>> {
        let inside = Self::new(token, loads, stop)?;
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let listener = socket.listen(64)?;
        tokio::spawn(inside.clone().accept(listener));
        Ok(inside)
    }

    /// Whether it has a certificate.
    #[allow(dead_code, reason = "the operator's tests alone ask")]
    pub(crate) fn is_certified(&self) -> bool {
        self.certified.lock().expect("no panic holds it").is_some()
    }

    async fn accept(self: Arc<Self>, listener: TcpListener) {
        let stop = self.stop.clone();
        let accepting = async {
            while let Ok((stream, _)) = listener.accept().await {
                self.take(stream);
            }
        };
        tokio::select! {
            () = accepting => {}
            () = stop.cancelled() => {}
        }
    }

    /// Takes one connection.
    pub(crate) fn take(self: &Arc<Self>, stream: TcpStream) {
        if self.frozen.load(Ordering::Relaxed) {
            // Held open and never answered.
            let stop = self.stop.clone();
            tokio::spawn(async move {
                stop.cancelled().await;
                drop(stream);
            });
            return;
        }
        tokio::spawn(self.clone().serve(stream));
    }

    async fn serve(self: Arc<Self>, stream: TcpStream) {
        let mutual = self.certified.lock().expect("no panic holds it").clone();
        let (config, routes) = match mutual {
            Some(config) => (config, Routes::new(PodServiceServer::from_arc(self.clone()))),
            None => {
                let config = enrollment::server(&self.key, SystemTime::now()).expect("a configuration");
                (config, Routes::new(EnrollmentServiceServer::from_arc(self.clone())))
            }
        };
        let Ok(stream) = TlsAcceptor::from(config).accept(stream).await else { return };
        let service = TowerToHyperService::new(routes.prepare());
        let http = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        tokio::select! {
            _ = http.serve_connection(TokioIo::new(stream), service) => {}
            () = self.stop.cancelled() => {}
        }
    }
}

#[tonic::async_trait]
impl EnrollmentService for Inside {
    async fn enroll(&self, _: Request<EnrollRequest>) -> Result<Response<EnrollResponse>, Status> {
        let signing_request = self.key.signing_request().map_err(|error| Status::internal(error.to_string()))?;
        Ok(Response::new(EnrollResponse { token: self.token.clone(), signing_request }))
    }

    async fn certify(&self, request: Request<CertifyRequest>) -> Result<Response<CertifyResponse>, Status> {
        let request = request.into_inner();
        let chain = request.certificates.into_iter().map(CertificateDer::from).collect();
        let config = mutual::server(&self.key, chain, CertificateDer::from(request.client_authority));
        let config = config.map_err(|error| Status::invalid_argument(error.to_string()))?;
        *self.certified.lock().expect("no panic holds it") = Some(config);
        Ok(Response::new(CertifyResponse {}))
    }
}

#[tonic::async_trait]
impl PodService for Inside {
    type StartStream = BoxStream<'static, Result<StartResponse, Status>>;
    type AttachStream = BoxStream<'static, Result<PodServiceAttachResponse, Status>>;
    type WatchStream = BoxStream<'static, Result<WatchResponse, Status>>;
    type DownloadStream = BoxStream<'static, Result<DownloadResponse, Status>>;

    async fn bind(&self, request: Request<BindRequest>) -> Result<Response<BindResponse>, Status> {
        let request = request.into_inner();
        let mut bound = self.bound.lock().expect("no panic holds it");
        match bound.as_ref() {
            Some(other) if other.session_id != request.session_id => {
                Err(Status::permission_denied("another session's"))
            }
            _ => {
                bound.get_or_insert(request);
                Ok(Response::new(BindResponse {}))
            }
        }
    }

    async fn start(&self, request: Request<StartRequest>) -> Result<Response<Self::StartStream>, Status> {
        let request = request.into_inner();
        let bound = self.bound.lock().expect("no panic holds it").clone();
        if bound.is_none_or(|bound| bound.session_id != request.session_id) {
            return Err(Status::permission_denied("another session's"));
        }
        let outcome = if request.query_follows {
            start_response::Outcome::AwaitsQuery(true)
        } else {
            if !self.started.swap(true, Ordering::SeqCst) {
                *self.loads.lock().expect("no panic holds it").entry(request.session_id).or_default() += 1;
            }
            start_response::Outcome::FirstPictureUs(20_000)
        };
        let response = StartResponse { outcome: Some(outcome) };
        Ok(Response::new(Box::pin(futures::stream::iter([Ok(response)]))))
    }

    async fn admit(&self, _: Request<AdmitRequest>) -> Result<Response<AdmitResponse>, Status> {
        Err(Status::unimplemented("no people"))
    }

    async fn adjust(&self, request: Request<AdjustRequest>) -> Result<Response<AdjustResponse>, Status> {
        let request = request.into_inner();
        let bound = self.bound.lock().expect("no panic holds it").clone();
        if bound.is_none_or(|bound| bound.session_id != request.session_id) {
            return Err(Status::permission_denied("another session's"));
        }
        self.adjusted.lock().expect("no panic holds it").push(request);
        Ok(Response::new(AdjustResponse { expires_at: None }))
    }

    async fn grant(&self, request: Request<GrantRequest>) -> Result<Response<GrantResponse>, Status> {
        let GrantRequest { session_id, grant } = request.into_inner();
        let bound = self.bound.lock().expect("no panic holds it").clone();
        if bound.is_none_or(|bound| bound.session_id != session_id) {
            return Err(Status::permission_denied("another session's"));
        }
        self.granted.lock().expect("no panic holds it").push(grant);
        Ok(Response::new(GrantResponse {}))
    }

    async fn attach(
        &self,
        _: Request<Streaming<PodServiceAttachRequest>>,
    ) -> Result<Response<Self::AttachStream>, Status> {
        Err(Status::unimplemented("no people"))
    }

    async fn execute(&self, _: Request<ExecuteRequest>) -> Result<Response<ExecuteResponse>, Status> {
        Err(Status::unimplemented("no people"))
    }

    async fn watch(&self, _: Request<WatchRequest>) -> Result<Response<Self::WatchStream>, Status> {
        Err(Status::unimplemented("no people"))
    }

    async fn upload(&self, _: Request<UploadRequest>) -> Result<Response<UploadResponse>, Status> {
        Err(Status::unimplemented("no people"))
    }

    async fn download(&self, _: Request<DownloadRequest>) -> Result<Response<Self::DownloadStream>, Status> {
        Err(Status::unimplemented("no people"))
    }
}
