//! Requests for plain http addresses: each goes within a tunnel to its host, in the form for a website, and its answer comes back as it
//! is but for what is between a proxy and a browser.

use super::link::Link;
use super::refusal::{Body, REASON, Refusal};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::{Either, Full};
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::sync::Mutex;

/// Bytes of an answer's head.
const HEAD: usize = 64 << 10;
const HTTP_PORT: u16 = 80;

/// What counts between two programs that speak with each other, and nobody behind them (RFC 9110, 7.6.1).
const HOP_BY_HOP: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::UPGRADE,
    // A website does not speak in our name.
    REASON,
];

/// The plain requests of one connection of Chrome's. They come one after the other.
pub(super) struct Plain {
    link: Link,
    /// The last website, for the next request to the same.
    kept: Mutex<Option<(String, SendRequest<Body>)>>,
}

impl Plain {
    pub(super) fn new(link: Link) -> Self {
        Self { link, kept: Mutex::default() }
    }

    /// Answers one request with an absolute address.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Result<Response<Body>, Refusal> {
        let (target, mut request) = turned(request)?;
        let mut kept = self.kept.lock().await;
        if let Some((_, mut sender)) = kept.take().filter(|(to, _)| *to == target)
            && sender.ready().await.is_ok()
        {
            let again = repeated(&request);
            match (sender.try_send_request(request).await, again) {
                // The gateway's word, and no website's: there was no answer.
                (Ok(answer), Some(again)) if answer.headers().contains_key(REASON) => request = again,
                (Ok(answer), _) => {
                    *kept = Some((target, sender));
                    return Ok(cleaned(answer));
                }
                // The website closed it as it does when nothing was asked for a while: the request is still whole, or may be sent twice.
                (Err(mut error), again) => request = error.take_message().or(again).ok_or(Refusal::NOT_REACHED)?,
            }
        }
        let mut sender = self.open(&target).await?;
        let answer = sender.send_request(request).await.map_err(|_| Refusal::NOT_REACHED)?;
        *kept = Some((target, sender));
        Ok(cleaned(answer))
    }

    async fn open(&self, target: &str) -> Result<SendRequest<Body>, Refusal> {
        let tunnel = self.link.connect(target).await?;
        let shaken =
            http1::Builder::new().preserve_header_case(true).max_buf_size(HEAD).handshake(TokioIo::new(tunnel)).await;
        let (sender, driver) = shaken.map_err(|_| Refusal::NOT_REACHED)?;
        // It ends with its sender, or with the website.
        tokio::spawn(driver);
        Ok(sender)
    }
}

/// Where a request goes, and how the website sees it.
fn turned(mut request: Request<Incoming>) -> Result<(String, Request<Body>), Refusal> {
    let (target, host, path) = parts(request.uri()).ok_or(Refusal::UNKNOWN_REQUEST)?;
    *request.uri_mut() = path.into();
    let headers = request.headers_mut();
    strip(headers);
    headers.insert(header::HOST, host);
    Ok((target, request.map(Either::Left)))
}

/// The same once more, for a connection that was closed without an answer (RFC 9110, 9.2.2): only what changes nothing and has no body.
fn repeated(request: &Request<Body>) -> Option<Request<Body>> {
    let harmless = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    if !harmless || !request.body().is_end_stream() {
        return None;
    }
    let mut again = Request::new(Either::Right(Full::default()));
    again.method_mut().clone_from(request.method());
    again.uri_mut().clone_from(request.uri());
    again.headers_mut().clone_from(request.headers());
    Some(again)
}

/// Target, Host and path of an absolute http address without a user's name.
fn parts(uri: &Uri) -> Option<(String, HeaderValue, PathAndQuery)> {
    let authority = uri.authority().filter(|_| uri.scheme() == Some(&Scheme::HTTP))?;
    let host = HeaderValue::from_str(authority.as_str()).ok().filter(|_| !authority.as_str().contains('@'))?;
    let path = uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    Some((target(authority), host, path))
}

/// Host and port that a request is for.
pub(super) fn target(authority: &Authority) -> String {
    format!("{}:{}", authority.host(), authority.port_u16().unwrap_or(HTTP_PORT))
}

fn strip(headers: &mut HeaderMap) {
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}

fn cleaned(mut answer: Response<Incoming>) -> Response<Body> {
    strip(answer.headers_mut());
    if answer.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        // A website is no proxy: Chrome would ask people for a name and a password.
        *answer.status_mut() = StatusCode::BAD_GATEWAY;
    }
    answer.map(Either::Left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_absolute_addresses_are_turned() {
        let whole = |text: &str| {
            let (target, host, path) = parts(&text.parse().expect(text))?;
            Some(format!("{target} {} {path}", host.to_str().expect("text")))
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(whole("http://a.example/p?q=1"), some("a.example:80 a.example /p?q=1"));
        assert_eq!(whole("http://a.example:8080"), some("a.example:8080 a.example:8080 /"));
        for not in ["/p", "https://a.example/", "ftp://a.example/", "a.example:80", "http://u:p@a.example/", "*"] {
            assert_eq!(whole(not), None, "{not}");
        }
    }
}
