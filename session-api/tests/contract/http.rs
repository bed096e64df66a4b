//! Pages, headers, gRPC-Web, health, reflection, metrics.

use crate::door::TestDoor;
use crate::people::{agent, with};
use cobrowse_wire::v1::*;
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{ServerReflectionRequest, ServerReflectionResponse};

async fn raw(door: &TestDoor, request: &[u8]) -> String {
    let mut stream = door.connect("http/1.1").await;
    stream.write_all(request).await.expect("sent");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn get(door: &TestDoor, path: &str, host: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    raw(door, request.as_bytes()).await
}

#[tokio::test]
async fn pages_carry_the_headers() {
    let door = TestDoor::open().await;
    for path in ["/", "/start", "/agent", "/nothing-here", "/cobrowse.v1.SessionService/GetSession"] {
        let answer = get(&door, path, "localhost:1").await.to_lowercase();
        for wanted in [
            "content-security-policy: default-src 'none'; script-src 'self'",
            "frame-ancestors 'none'",
            "wss://localhost:1",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cross-origin-opener-policy: same-origin",
            "permissions-policy: camera=()",
        ] {
            assert!(answer.contains(wanted), "{path} lacks {wanted}: {answer}");
        }
        assert!(!answer.contains("strict-transport-security"), "{path}: none for localhost");
        assert!(!answer.contains("unsafe-"), "{path}");
    }
    let public = get(&door, "/", "help.example.com").await.to_lowercase();
    assert!(public.contains("strict-transport-security: max-age=31536000"));
    assert!(get(&door, "/nothing-here", "localhost").await.starts_with("HTTP/1.1 404"));
    assert!(get(&door, "/../../etc/passwd", "localhost").await.starts_with("HTTP/1.1 404"));
    door.running.stop().await;
}

#[tokio::test]
async fn headers_are_limited() {
    let door = TestDoor::open().await;
    let request = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "a".repeat(100_000));
    let answer = raw(&door, request.as_bytes()).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    door.running.stop().await;
}

#[tokio::test]
async fn browsers_call_by_grpc_web_with_the_cookie() {
    let door = TestDoor::open().await;
    let request =
        SignInRequest { email: "sam@northwind.example".to_owned(), password: door.password("sam@northwind.example") };
    let origin = format!("https://localhost:{}", door.running.address.port());
    let answer = grpc_web(&door, "AccountService/SignIn", &request.encode_to_vec(), &origin, "").await;
    let cookie = answer.lines().find(|line| line.to_lowercase().starts_with("set-cookie: ")).expect("a cookie");
    for wanted in ["__Host-cobrowse=", "HttpOnly", "Secure", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(wanted), "{cookie} lacks {wanted}");
    }
    let pair = cookie.split_once(": ").and_then(|(_, rest)| rest.split(';').next()).expect("a pair").to_owned();
    let own = grpc_web(&door, "AccountService/GetAccount", &[], &origin, &pair).await;
    assert!(own.contains("Sam de Vries"), "{own}");
    let foreign = grpc_web(&door, "AccountService/GetAccount", &[], "https://evil.example", &pair).await;
    assert!(!foreign.contains("Sam de Vries") && foreign.contains("grpc-status"), "{foreign}");
    let out = grpc_web(&door, "AccountService/SignOut", &[], &origin, &pair).await;
    assert!(out.contains("Max-Age=0"), "{out}");
    let after = grpc_web(&door, "AccountService/GetAccount", &[], &origin, &pair).await;
    assert!(!after.contains("Sam de Vries"), "{after}");
    let nobody = grpc_web(&door, "SessionService/NoSuchCall", &[], &origin, "").await;
    assert!(nobody.to_lowercase().contains("grpc-status: 12") || nobody.contains("grpc-status:12"), "{nobody}");
    door.running.stop().await;
}

async fn grpc_web(door: &TestDoor, method: &str, message: &[u8], origin: &str, cookie: &str) -> String {
    let port = door.running.address.port();
    let mut body = vec![0];
    body.extend(u32::try_from(message.len()).expect("small").to_be_bytes());
    body.extend(message);
    let head = format!(
        "POST /cobrowse.v1.{method} HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: {origin}\r\nCookie: {cookie}\r\n\
         Content-Type: application/grpc-web+proto\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    raw(door, &[head.as_bytes(), &body].concat()).await
}

#[tokio::test]
async fn health_and_metrics_answer() {
    let door = TestDoor::open().await;
    let mut health = HealthClient::new(door.channel().await);
    health.check(HealthCheckRequest { service: String::new() }).await.expect("serves");
    let _sam = agent(&door, "sam@northwind.example").await;
    let mut sessions = door.sessions().await;
    let stranger = sessions.join_session(with("nothing", JoinSessionRequest { pin: "000000".to_owned() })).await;
    stranger.expect_err("nobody");
    let admin = |path: &'static str| {
        let address = door.running.admin_address;
        async move {
            let mut stream = tokio::net::TcpStream::connect(address).await.expect("listens");
            let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await.expect("sent");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.expect("text");
            answer
        }
    };
    assert!(admin("/healthz").await.starts_with("HTTP/1.1 200"));
    assert!(admin("/readyz").await.contains("ready"));
    let metrics = admin("/metrics").await;
    assert!(metrics.contains("cobrowse_refusals_total{reason=\"Unauthenticated\"} 1"), "{metrics}");
    door.running.stop().await;
}

/// Asks reflection one thing.
async fn reflect(door: &TestDoor, ask: MessageRequest) -> Result<MessageResponse, tonic::Status> {
    let request = ServerReflectionRequest { host: String::new(), message_request: Some(ask) };
    let mut client = ServerReflectionClient::new(door.channel().await);
    let asked = client.server_reflection_info(futures::stream::iter([request])).await;
    let answer = asked.expect("is served").into_inner().message().await?;
    let ServerReflectionResponse { message_response, .. } = answer.expect("one answer");
    Ok(message_response.expect("an answer"))
}

#[tokio::test]
async fn reflection_names_what_is_served_and_nothing_else() {
    let door = TestDoor::open().await;
    let all = reflect(&door, MessageRequest::ListServices(String::new())).await;
    let Ok(MessageResponse::ListServicesResponse(list)) = all else { panic!("no list: {all:?}") };
    let mut names: Vec<_> = list.service.iter().map(|service| service.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["cobrowse.v1.AccountService", "cobrowse.v1.SessionService", "grpc.health.v1.Health"]);
    for symbol in ["cobrowse.v1.SessionService", "cobrowse.v1.AccountService.SignIn", "grpc.health.v1.Health"] {
        let asked = reflect(&door, MessageRequest::FileContainingSymbol(symbol.to_owned())).await;
        let Ok(MessageResponse::FileDescriptorResponse(files)) = asked else {
            panic!("no file of {symbol}: {asked:?}")
        };
        let file = files.file_descriptor_proto.first().expect("a file").as_slice();
        let file = prost_types::FileDescriptorProto::decode(file).expect("a description");
        assert!(symbol.starts_with(file.package()), "{symbol} is in {}", file.name());
    }
    let unknown = reflect(&door, MessageRequest::FileContainingSymbol("cobrowse.v1.Nothing".to_owned())).await;
    assert_eq!(unknown.expect_err("there is none").code(), tonic::Code::NotFound);
    door.running.stop().await;
}
