//! Stands between one operator and the API server, counts its writes, and does to one of them what a test asks for.

use anyhow::Context as _;
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use kube::Client;
use kube::client::Body;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// What becomes of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It never arrives, and its sender is to be killed.
    KilledBefore,
    /// It is done, and its sender is to be killed before it has the answer.
    KilledAfter,
    /// It arrives when the test says so, long after its sender has given it up.
    Late,
}

/// One write that passed.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) method: Method,
    pub(crate) path: String,
}

/// The proxy of one operator.
pub(crate) struct Proxy {
    client: Client,
    pub(crate) kubeconfig: PathBuf,
    writes: Mutex<Vec<Write>>,
    armed: Mutex<Option<(usize, Fate)>>,
    late: Mutex<Vec<Request<Body>>>,
    /// The write that was asked for has come.
    pub(crate) struck: Notify,
    stop: CancellationToken,
}

impl Proxy {
    /// Listens, and writes a kubeconfig that leads there.
    pub(crate) async fn begin(client: Client, folder: &Path, stop: CancellationToken) -> anyhow::Result<Arc<Self>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let kubeconfig = folder.join(format!("proxy-{}.yaml", address.port()));
        let text = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: test\n\
             clusters: [{{name: test, cluster: {{server: \"http://{address}\"}}}}]\n\
             contexts: [{{name: test, context: {{cluster: test, user: test}}}}]\nusers: [{{name: test, user: {{}}}}]\n"
        );
        std::fs::write(&kubeconfig, text).context("a kubeconfig")?;
        let proxy = Arc::new(Self {
            client,
            kubeconfig,
            writes: Mutex::default(),
            armed: Mutex::default(),
            late: Mutex::default(),
            struck: Notify::new(),
            stop,
        });
        tokio::spawn(proxy.clone().accept(listener));
        Ok(proxy)
    }

    /// Does this to the n-th write from now on, the first being 1.
    pub(crate) fn arm(&self, number: usize, fate: Fate) {
        *self.armed.lock().expect("no panic holds it") = Some((number, fate));
    }

    /// Does nothing any more. Says whether what was asked for has come.
    pub(crate) fn disarm(&self) -> bool {
        self.armed.lock().expect("no panic holds it").take().is_none()
    }

    /// The writes so far.
    pub(crate) fn writes(&self) -> Vec<Write> {
        self.writes.lock().expect("no panic holds it").clone()
    }

    /// What was held back arrives now.
    pub(crate) async fn deliver(&self) -> Vec<StatusCode> {
        let late = std::mem::take(&mut *self.late.lock().expect("no panic holds it"));
        let mut codes = Vec::new();
        for request in late {
            codes.extend(self.client.send(request).await.ok().map(|answer| answer.status()));
        }
        codes
    }

    async fn accept(self: Arc<Self>, listener: TcpListener) {
        loop {
            let stream = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    Err(_) => return,
                },
                () = self.stop.cancelled() => return,
            };
            let proxy = self.clone();
            tokio::spawn(async move {
                let passing = hyper::service::service_fn(|request| proxy.pass(request));
                let http = hyper::server::conn::http1::Builder::new();
                let _ = http.serve_connection(TokioIo::new(stream), passing).await;
            });
        }
    }

    async fn pass(&self, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        let (mut parts, body) = request.into_parts();
        let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        parts.headers.remove(http::header::HOST);
        let fate = self.count(&parts.method, parts.uri.path());
        let request = Request::from_parts(parts, Body::from(body.to_vec()));
        match fate {
            None => Ok(self.send(request).await),
            Some(Fate::KilledAfter) => {
                let _ = self.send(request).await;
                self.never().await
            }
            Some(Fate::KilledBefore) => self.never().await,
            Some(Fate::Late) => {
                self.late.lock().expect("no panic holds it").push(request);
                self.never().await
            }
        }
    }

    async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.client.send(request).await.unwrap_or_else(|_| {
            let mut failed = Response::new(Body::from(Vec::new()));
            *failed.status_mut() = StatusCode::BAD_GATEWAY;
            failed
        })
    }

    async fn never(&self) -> Result<Response<Body>, Infallible> {
        self.struck.notify_one();
        std::future::pending().await
    }

    /// Counts writes of pods and sessions: all that a claim is made of.
    fn count(&self, method: &Method, path: &str) -> Option<Fate> {
        let parts: Vec<&str> = path.split('/').collect();
        let about = parts.iter().any(|part| matches!(*part, "pods" | "cobrowsesessions"));
        if !about || *method == Method::GET {
            return None;
        }
        self.writes.lock().expect("no panic holds it").push(Write { method: method.clone(), path: path.to_owned() });
        let mut armed = self.armed.lock().expect("no panic holds it");
        match armed.take() {
            Some((1, fate)) => Some(fate),
            Some((number, fate)) => {
                *armed = Some((number - 1, fate));
                None
            }
            None => None,
        }
    }
}
