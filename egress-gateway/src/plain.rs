//! Plain HTTP to the outside: each request of a connection is read, must be for the host that was asked for, and is written again, so
//! that both ends read the same. Bodies pass through; after an upgrade all bytes do.

use crate::metered::{BACK, CHUNK, Metered};
use crate::refusal::Refusal;
use crate::tunnel::{Bounds, End};
use bytes::Bytes;
use cobrowse_session::egress::Target;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::{OnUpgrade, on};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex as Kept, PoisonError};
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional_with_sizes};
use tokio::sync::Mutex;

/// Bytes of a request's or an answer's head: what common servers take.
const HEAD_MAX: usize = 64 << 10;

type Body = Either<Incoming, Full<Bytes>>;

/// What the requests of one connection share.
struct Exchange {
    target: Target,
    outside: Mutex<SendRequest<Incoming>>,
    /// Both ends of an upgrade that the website agreed to.
    upgraded: Kept<Option<(OnUpgrade, OnUpgrade)>>,
    mismatch: Kept<bool>,
}

/// Carries requests between a pod and the outside until the end.
pub(crate) async fn carry(
    pod: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    outside: Metered,
    bounds: &Bounds,
) -> End {
    let client = hyper::client::conn::http1::Builder::new()
        .preserve_header_case(true)
        .max_buf_size(HEAD_MAX)
        .handshake(TokioIo::new(outside));
    let Ok((sender, connection)) = client.await else { return End::Broken };
    let exchange = Arc::new(Exchange {
        target: bounds.target.clone(),
        outside: Mutex::new(sender),
        upgraded: Kept::default(),
        mismatch: Kept::default(),
    });
    let answers = exchange.clone();
    let service = service_fn(move |request| {
        let exchange = answers.clone();
        async move { Ok::<_, Infallible>(exchange.answer(request).await) }
    });
    let mut server = pin!(
        http1::Builder::new()
            .preserve_header_case(true)
            .max_buf_size(HEAD_MAX)
            .timer(TokioTimer::new())
            .header_read_timeout(bounds.times.idle)
            .serve_connection(TokioIo::new(pod), service)
            .with_upgrades()
    );
    let mut connection = pin!(connection.with_upgrades());
    let mut connected = true;
    let served = loop {
        tokio::select! {
            served = &mut server => break served,
            ended = &mut connection, if connected => {
                connected = false;
                if ended.as_ref().is_err_and(is_spent) {
                    return End::TooManyBytes;
                }
                server.as_mut().graceful_shutdown();
            }
        }
    };
    if *kept(&exchange.mismatch) {
        return End::NameMismatch;
    }
    let upgraded = kept(&exchange.upgraded).take();
    match (served, upgraded) {
        (Ok(()), Some(ends)) => pass(ends).await,
        (Ok(()), None) => End::Closed,
        (Err(_), _) => End::Broken,
    }
}

impl Exchange {
    async fn answer(&self, mut request: Request<Incoming>) -> Response<Body> {
        if !is_for(&request, &self.target) {
            *kept(&self.mismatch) = true;
            return refuse(Refusal::HostMismatch);
        }
        let pod = request.headers().contains_key(header::UPGRADE).then(|| on(&mut request));
        let mut outside = self.outside.lock().await;
        let answered = match outside.ready().await {
            Ok(()) => outside.send_request(request).await,
            Err(error) => Err(error),
        };
        let Ok(mut answer) = answered else { return refuse(Refusal::NotReached) };
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            let Some(pod) = pod else { return refuse(Refusal::NotReached) };
            *kept(&self.upgraded) = Some((pod, on(&mut answer)));
        }
        answer.map(Either::Left)
    }
}

/// Whether a request names the host and port of the connection, once, and in the form for a website rather than a proxy.
fn is_for(request: &Request<Incoming>, target: &Target) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let name = target.host().as_str();
    let host = host.as_bytes();
    let named = host.eq_ignore_ascii_case(target.to_string().as_bytes())
        || (target.port() == 80 && host.eq_ignore_ascii_case(name.as_bytes()));
    named && request.method() != Method::CONNECT && request.uri().authority().is_none()
}

fn refuse(refusal: Refusal) -> Response<Body> {
    let mut response = refusal.response().map(Either::Right);
    // Whatever else was sent on this connection is not read.
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// Passes all bytes after an upgrade.
async fn pass((pod, outside): (OnUpgrade, OnUpgrade)) -> End {
    let (Ok(pod), Ok(outside)) = (pod.await, outside.await) else { return End::Broken };
    let (mut pod, mut outside) = (TokioIo::new(pod), TokioIo::new(outside));
    match copy_bidirectional_with_sizes(&mut pod, &mut outside, CHUNK, BACK).await {
        Ok(_) => End::Closed,
        Err(error) => End::of(&error),
    }
}

fn is_spent(error: &hyper::Error) -> bool {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<io::Error>());
    source.is_some_and(|error| End::of(error) == End::TooManyBytes)
}

fn kept<T>(kept: &Kept<T>) -> std::sync::MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
