//! Calls of people's browsers and programs at the door: paths, headers and bodies of gRPC and gRPC-Web, through all that the
//! port serves. Each gets an answer, none is an error of ours, and what is refused changes nothing.

use std::net::SocketAddr;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use cobrowse_session_api::config::{self, Config};
use cobrowse_session_api::door::Peer;
use cobrowse_session_api::pods::{self, PodRunner};
use cobrowse_session_api::serve::{self, Running};
use cobrowse_wire::v1;
use futures::StreamExt;
use futures::future::{BoxFuture, FutureExt};
use http::{HeaderValue, Request, Response, header};
use prost::Message;
use tokio::runtime::Runtime;
use tower::ServiceExt;

use crate::script::Script;

/// In a body, in the place of the session's id: a text of the same length.
const SESSION: &[u8] = b"s-session-session-session-session-";
const ORIGIN: &str = "https://localhost:8443";
/// Bytes of an answer that are looked at.
const ANSWER_BYTES: usize = 1 << 20;

const METHODS: [&str; 24] = [
    "SessionService/ResolveSite",
    "SessionService/StartSession",
    "SessionService/RenewPin",
    "SessionService/JoinSession",
    "SessionService/AllowParticipant",
    "SessionService/DenyParticipant",
    "SessionService/GetSession",
    "SessionService/WatchSession",
    "SessionService/CreateTicket",
    "SessionService/CreateInvitation",
    "SessionService/AcceptInvitation",
    "SessionService/Attach",
    "SessionService/PauseSession",
    "SessionService/ResumeSession",
    "SessionService/EndSession",
    "SessionService/Navigate",
    "SessionService/SendGuidance",
    "SessionService/UploadFile",
    "SessionService/DownloadFile",
    "AccountService/SignOut",
    "AccountService/GetAccount",
    "AccountService/ListReports",
    "AccountService/NoSuchMethod",
    "PodService/Bind",
];

const CONTENT: [&str; 6] = [
    "application/grpc",
    "application/grpc+proto",
    "application/grpc-web",
    "application/grpc-web+proto",
    "application/grpc-web-text",
    "text/plain",
];

/// Whose calls are fuzzed, and whose prepare them: limits are per address.
const STRANGER: ([u8; 4], u16) = ([127, 0, 0, 1], 1);
const OWN: ([u8; 4], u16) = ([127, 0, 0, 2], 1);
/// A session's PIN lives longer than this.
const FRESH: Duration = Duration::from_secs(300);

/// The program, with one session and one agent.
struct Door {
    runtime: Runtime,
    routes: Router,
    running: Running,
    session: Mutex<Session>,
    cookie: String,
    _folder: tempfile::TempDir,
}

/// A session that waits for its agent.
#[derive(Clone)]
struct Session {
    id: String,
    token: String,
    since: Instant,
}

static DOOR: LazyLock<Door> = LazyLock::new(open);

/// Bytes that choose method, kind of content and caller; a byte of flags; headers if wanted; the body.
pub fn target(bytes: &[u8]) {
    let door = &*DOOR;
    let mut script = Script::new(bytes);
    let session = door.session();
    let Some(request) = request(door, &session, &mut script) else { return };
    // These may end it.
    let ends = ["/EndSession", "/RenewPin", "/DenyParticipant"].iter().any(|end| request.uri().path().ends_with(end))
        && request.headers().contains_key(header::AUTHORIZATION);
    door.runtime.block_on(async {
        let response = door.routes.clone().oneshot(request).await.expect("routes never fail");
        check(response);
        door.running.sessions.parts().store.ready().await.expect("the store answers");
    });
    if ends || session.since.elapsed() > FRESH {
        let next = door.runtime.block_on(async {
            end(&door.routes, session).await;
            start(&door.routes).await
        });
        *door.session.lock().unwrap_or_else(PoisonError::into_inner) = next;
    }
}

impl Door {
    fn session(&self) -> Session {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn request(door: &Door, session: &Session, script: &mut Script<'_>) -> Option<Request<Body>> {
    let (method, content, caller, flags) = (script.byte(), script.byte(), script.byte(), script.byte());
    let path = match flags & 8 {
        0 => format!("/cobrowse.v1.{}", METHODS[usize::from(method) % METHODS.len()]),
        _ => script.text(),
    };
    let content = CONTENT[usize::from(content) % CONTENT.len()];
    // Who signs out is nobody for the inputs after this one.
    let caller = if path.ends_with("SignOut") { 0 } else { caller % 4 };
    let mut request = Request::post(path).header(header::CONTENT_TYPE, content).header(header::HOST, "localhost:8443");
    request = match caller {
        0 => request,
        1 => request.header(header::AUTHORIZATION, format!("Bearer {}", session.token)),
        2 => request.header(header::COOKIE, &door.cookie).header(header::ORIGIN, ORIGIN),
        _ => request.header(header::AUTHORIZATION, HeaderValue::from_bytes(script.text().as_bytes()).ok()?),
    };
    if flags & 16 != 0 {
        let name = header::HeaderName::from_bytes(script.text().to_ascii_lowercase().as_bytes()).ok()?;
        request = request.header(name, HeaderValue::from_bytes(script.text().as_bytes()).ok()?);
    }
    let body = body(session, script.rest(), flags);
    let body = if content.ends_with("text") && flags & 4 == 0 { encoded(&body) } else { body };
    request.extension(Peer(SocketAddr::from(STRANGER))).body(Body::from(body)).ok()
}

/// Framed as gRPC does it, unless the flags say that the bytes have their frame.
fn body(session: &Session, bytes: &[u8], flags: u8) -> Vec<u8> {
    let mut message = bytes.to_vec();
    while let Some(at) = message.windows(SESSION.len()).position(|part| part == SESSION) {
        message.splice(at..at + SESSION.len(), session.id.bytes());
    }
    if flags & 1 != 0 {
        return message;
    }
    let mut body = vec![flags >> 1 & 1];
    body.extend(u32::try_from(message.len()).unwrap_or(0).to_be_bytes());
    body.extend(message);
    body
}

fn encoded(bytes: &[u8]) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes).into_bytes()
}

fn check(response: Response<Body>) {
    let (parts, body) = response.into_parts();
    assert!(!parts.status.is_server_error(), "{}", parts.status);
    assert!(parts.headers.contains_key("content-security-policy"), "every answer has the door's headers");
    let said = |value: Option<&HeaderValue>| value.and_then(|value| value.to_str().ok()?.parse::<u32>().ok());
    let mut status = said(parts.headers.get("grpc-status"));
    let mut details = parts.headers.contains_key("grpc-status-details-bin");
    let mut body = http_body_frames(body);
    let mut bytes = 0;
    // Streams of a session go on for as long as it does.
    while let Some(frame) = body.next().now_or_never().flatten() {
        match frame {
            Frame::Data(count) => bytes += count,
            Frame::Trailers(trailers) => {
                status = status.or(said(trailers.get("grpc-status")));
                details |= trailers.contains_key("grpc-status-details-bin");
            }
        }
        if bytes > ANSWER_BYTES {
            break;
        }
    }
    // Unknown, internal and data loss would be ours. Without details they are gRPC's own word for a broken frame.
    assert!(!details || !matches!(status, Some(2 | 13 | 15)), "status {status:?}");
}

enum Frame {
    Data(usize),
    Trailers(http::HeaderMap),
}

fn http_body_frames(body: Body) -> impl futures::Stream<Item = Frame> + Unpin {
    Box::pin(futures::stream::unfold(body, |mut body| async move {
        let frame =
            std::future::poll_fn(|context| hyper::body::Body::poll_frame(std::pin::Pin::new(&mut body), context));
        let frame = frame.await?.ok()?;
        let frame = match frame.into_data() {
            Ok(data) => Frame::Data(data.len()),
            Err(frame) => Frame::Trailers(frame.into_trailers().ok()?),
        };
        Some((frame, body))
    }))
}

/// No pods: sessions wait for one.
struct FakeRunner;

impl PodRunner for FakeRunner {
    fn start(&self, _: Option<std::net::SocketAddr>) -> BoxFuture<'_, Result<pods::Running, pods::Error>> {
        async { Err(pods::Error::Full) }.boxed()
    }
}

fn open() -> Door {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let config = configured(folder.path());
    let running = runtime.block_on(serve::start(&config, Box::new(FakeRunner))).expect("it starts");
    let routes = running.routes.clone();
    let session = Mutex::new(runtime.block_on(start(&routes)));
    let shown = running.demo.first().expect("a demo account");
    let request = v1::SignInRequest { email: shown.email.clone(), password: shown.password.to_string() };
    let cookie = runtime.block_on(sign_in(&routes, &request));
    Door { runtime, routes, running, session, cookie, _folder: folder }
}

fn configured(folder: &std::path::Path) -> Config {
    let tenants = folder.join("tenants");
    std::fs::create_dir(&tenants).expect("a folder");
    std::fs::write(tenants.join("one.yaml"), TENANT).expect("written");
    let any = "127.0.0.1:0".parse().expect("an address");
    let settings = cobrowse_session_api::args::Settings {
        data_dir: Some(folder.join("data")),
        tenants: Some(tenants),
        listen: Some(any),
        admin_listen: Some(any),
        warm_pods: Some(0),
        demo: Some(true),
        calls_per_second: Some(1_000_000),
        starts_per_address: Some(1_000_000),
        starts_per_site: Some(1_000_000),
        starts_per_tenant: Some(1_000_000),
        ..Default::default()
    };
    config::check(settings).expect("right settings")
}

const TENANT: &str = "apiVersion: cobrowse.dev/v1alpha1
kind: CoBrowseTenant
metadata:
  name: one
spec:
  displayName: One
  demo: true
  sites:
    - pattern: shop.example
      startUrl: https://shop.example/
";

async fn start(routes: &Router) -> Session {
    let viewport = Some(v1::Viewport { width: 1_280, height: 720, scale_percent: 100, touch: false });
    let start_url = "https://shop.example/".into();
    let request = v1::StartSessionRequest { start_url, viewport, ..Default::default() };
    let answer = call(routes, "SessionService/StartSession", "", &request).await.0;
    let answer = v1::StartSessionResponse::decode(answer.as_slice()).expect("a session");
    let session = answer.session.expect("a session");
    assert_eq!(session.id.len(), SESSION.len());
    Session { id: session.id, token: answer.token, since: Instant::now() }
}

/// Ends a session, if it goes on still.
async fn end(routes: &Router, session: Session) {
    let request = v1::EndSessionRequest { session_id: session.id };
    call(routes, "SessionService/EndSession", &session.token, &request).await;
}

async fn sign_in(routes: &Router, request: &v1::SignInRequest) -> String {
    let (_, headers) = call(routes, "AccountService/SignIn", "", request).await;
    let cookie = headers.get(header::SET_COOKIE).and_then(|value| value.to_str().ok()).expect("a cookie");
    cookie.split(';').next().unwrap_or_default().to_owned()
}

async fn call(routes: &Router, method: &str, token: &str, message: &impl Message) -> (Vec<u8>, http::HeaderMap) {
    let mut body = vec![0];
    let bytes = message.encode_to_vec();
    body.extend(u32::try_from(bytes.len()).expect("short").to_be_bytes());
    body.extend(bytes);
    let request = Request::post(format!("/cobrowse.v1.{method}"))
        .header(header::CONTENT_TYPE, "application/grpc-web+proto")
        .header(header::HOST, "localhost:8443")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .extension(Peer(SocketAddr::from(OWN)))
        .body(Body::from(body))
        .expect("a request");
    let response = routes.clone().oneshot(request).await.expect("an answer");
    let headers = response.headers().clone();
    let bytes = axum::body::to_bytes(response.into_body(), ANSWER_BYTES).await.expect("a body");
    let length = bytes.get(1..5).and_then(|length| length.try_into().ok()).map_or(0, u32::from_be_bytes);
    let message = bytes.get(5..5 + length as usize).unwrap_or_default();
    (message.to_vec(), headers)
}
