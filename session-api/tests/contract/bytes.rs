//! Calls made of bytes, whole or broken, by gRPC or gRPC-Web over one HTTP/2 connection.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt;
use prost::Message;
use prost_types::FileDescriptorSet;
use tonic::Status;
use tonic::transport::Channel;
use tower::{Service, ServiceExt};

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: Option<Status>,
}

/// A message with its head.
pub(crate) fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("small").to_be_bytes();
    [&[0][..], &length, message].concat()
}

fn descriptors() -> FileDescriptorSet {
    FileDescriptorSet::decode(cobrowse_wire::DESCRIPTORS).expect("our own descriptors")
}

/// The paths of all calls that this program serves.
pub(crate) fn paths() -> Vec<String> {
    let set = descriptors();
    let services = set.file.iter().flat_map(|file| file.service.iter().map(move |s| (file.package(), s)));
    let served = services.filter(|(_, service)| !["PodService", "EnrollmentService"].contains(&service.name()));
    let path = |package: &str, service: &str, method: &str| format!("/{package}.{service}/{method}");
    served.flat_map(|(p, s)| s.method.iter().map(move |m| path(p, s.name(), m.name()))).collect()
}

/// Whether this is bytes that a call may well understand: its message has no such field, or one of that kind.
pub(crate) fn takes_unknown_fields(path: &str, what: &str) -> bool {
    let set = descriptors();
    let method = path.rsplit('/').next().expect("a method");
    let mut messages = set.file.iter().flat_map(|file| &file.message_type);
    let message = messages.find(|message| message.name() == format!("{method}Request")).expect("its request");
    let first = message.field.iter().find(|field| field.number() == 1).map(|field| field.r#type());
    use prost_types::field_descriptor_proto::Type;
    match what {
        "a field of another kind" => !matches!(first, Some(Type::String | Type::Message | Type::Bytes)),
        "text that is no text" => !matches!(first, Some(Type::String)),
        _ => false,
    }
}

/// Calls with a body that may be anything.
pub(crate) async fn call(channel: &Channel, path: &str, kind: &str, token: &str, body: Vec<u8>) -> Answer {
    let body = if kind.ends_with("-text") { STANDARD.encode(body).into_bytes() } else { body };
    let request = ::http::Request::post(format!("http://localhost{path}"))
        .header("content-type", kind)
        .header("accept", kind)
        .header("te", "trailers")
        .header("authorization", format!("Bearer {token}"))
        .body(tonic::body::Body::new(axum::body::Body::from(body)))
        .expect("a request");
    let mut channel = channel.clone();
    let response = channel.ready().await.expect("is connected").call(request).await.expect("is answered");
    assert_eq!(response.status(), 200, "gRPC errors are in the headers");
    if let Some(status) = Status::from_header_map(response.headers()) {
        return Answer { status: Some(status) };
    }
    let whole = response.into_body().collect();
    let whole = tokio::time::timeout(crate::people::PATIENCE, whole).await.expect("it ends").expect("it is whole");
    match whole.trailers().cloned() {
        Some(trailers) => Answer { status: Status::from_header_map(&trailers) },
        None => Answer { status: web_status(kind, &whole.to_bytes()) },
    }
}

/// The status in the last frame of a gRPC-Web answer.
fn web_status(kind: &str, body: &[u8]) -> Option<Status> {
    let decoded = match kind.ends_with("-text") {
        true => decode_parts(body),
        false => body.to_vec(),
    };
    let mut rest = decoded.as_slice();
    while let [flag, a, b, c, d, tail @ ..] = rest {
        let length = usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).ok()?;
        let (frame, after) = tail.split_at_checked(length)?;
        if flag & 0x80 != 0 {
            let mut headers = ::http::HeaderMap::new();
            for line in std::str::from_utf8(frame).ok()?.lines() {
                let (name, value) = line.split_once(':')?;
                headers.insert(::http::HeaderName::try_from(name.trim()).ok()?, value.trim().parse().ok()?);
            }
            return Status::from_header_map(&headers);
        }
        rest = after;
    }
    None
}

/// Every frame of the text form is encoded and padded by itself.
fn decode_parts(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut part = Vec::new();
    for four in text.chunks(4) {
        part.extend_from_slice(four);
        if four.ends_with(b"=") {
            out.extend(STANDARD.decode(&part).expect("base64"));
            part.clear();
        }
    }
    out.extend(STANDARD.decode(&part).expect("base64"));
    out
}
