//! The proxy that Chrome knows: HTTP/1.1 on loopback. CONNECT becomes a tunnel through the gateway, an absolute http address a request
//! within one. It serves nothing of its own but pages that say why not.

use super::link::Link;
use super::plain::{self, Plain};
use super::refusal::{Body, Language, Recent, Refusal};
use super::tunnel::Tunnel;
use http::{Method, Request, Response, header};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::{OnUpgrade, on};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::copy_bidirectional_with_sizes;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Connections at once. Chrome opens as many as its policy says, at most 99; further ones wait.
const CONNECTIONS: usize = 128;
/// Bytes of a request's head.
const HEAD: usize = 64 << 10;
/// Headers of a request.
const HEADERS: usize = 128;
/// How long a connection may be without a whole head. Chrome makes a new one where it kept one for longer.
const HEAD_TIME: Duration = Duration::from_secs(120);
/// Bytes that one direction of a tunnel holds.
const CHUNK: usize = 16 << 10;
/// How long to wait when the machine has no more sockets.
const BREATH: Duration = Duration::from_millis(50);

/// Serves until it is dropped, with all that is open.
pub(super) async fn serve(listener: TcpListener, link: Link, recent: Recent) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut open = JoinSet::new();
    loop {
        while open.try_join_next().is_some() {}
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(BREATH).await;
            continue;
        };
        let (link, recent) = (link.clone(), recent.clone());
        open.spawn(async move {
            connection(stream, link, recent).await;
            drop(place);
        });
    }
}

async fn connection(stream: TcpStream, link: Link, recent: Recent) {
    // A kernel that does not grant it is slower by a moment.
    let _ = stream.set_nodelay(true);
    let (tunnel_to, mut tunnel) = tokio::sync::mpsc::channel(1);
    let plain = Arc::new(Plain::new(link.clone()));
    let service = service_fn(move |request| {
        let (link, plain, tunnel_to) = (link.clone(), Arc::clone(&plain), tunnel_to.clone());
        let recent = recent.clone();
        async move {
            let language = language(&request);
            let target = request.uri().authority().map(plain::target);
            let answered = match *request.method() {
                Method::CONNECT => connect(request, &link, &tunnel_to).await,
                _ => plain.answer(request).await,
            };
            Ok::<_, Infallible>(answered.unwrap_or_else(|refusal| {
                tracing::info!(reason = refusal.word(), "a page's connection was not made");
                if let Some(target) = target {
                    recent.note(&target, &refusal);
                }
                refusal.response(language)
            }))
        }
    });
    let served = http1::Builder::new()
        .preserve_header_case(true)
        .max_buf_size(HEAD)
        .max_headers(HEADERS)
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    if served.await.is_err() {
        return;
    }
    if let Some((chrome, website)) = tunnel.recv().await {
        carry(chrome, website).await;
    }
}

/// What a page that says why not is read in.
fn language(request: &Request<Incoming>) -> Language {
    let wanted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Language::of(wanted.unwrap_or_default())
}

async fn connect(
    mut request: Request<Incoming>,
    link: &Link,
    tunnel_to: &tokio::sync::mpsc::Sender<(OnUpgrade, Tunnel)>,
) -> Result<Response<Body>, Refusal> {
    let chrome = on(&mut request);
    let target = request.uri().authority().ok_or(Refusal::UNKNOWN_REQUEST)?;
    let website = link.connect(target.as_str()).await?;
    // There is one tunnel for a connection, and it is taken when the answer is sent.
    tunnel_to.try_send((chrome, website)).map_err(|_| Refusal::UNKNOWN_REQUEST)?;
    Ok(Response::new(Either::Right(Full::default())))
}

/// Passes bytes both ways until either end is done.
async fn carry(chrome: OnUpgrade, mut website: Tunnel) {
    let Ok(chrome) = chrome.await else { return };
    let mut chrome = TokioIo::new(chrome);
    // How it ended is the page's to notice.
    let _ = copy_bidirectional_with_sizes(&mut chrome, &mut website, CHUNK, CHUNK).await;
}
