//! The console's files. Which page a path shows is the console's own business: `/`, `/start`, `/agent` and `/setup`
//! all get index.html.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::borrow::Cow;

#[derive(RustEmbed)]
#[folder = "../console/dist"]
struct Console;

/// Paths that the console draws itself.
const ROUTES: [&str; 5] = ["/", "/start", "/agent", "/setup", "/index.html"];
/// Built files with a hash in their name never change.
const FOREVER: &str = "public, max-age=31536000, immutable";
const NO_CONSOLE: &str = include_str!("pages/no_console.html");
const NOT_FOUND: &str = include_str!("pages/not_found.html");

/// Answers a request for a page or a file of the console.
pub async fn serve(request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = request.uri().path();
    if ROUTES.contains(&path) {
        return match Console::get("index.html") {
            Some(file) => found("index.html", &file, &request),
            None => html(StatusCode::OK, NO_CONSOLE),
        };
    }
    let name = path.trim_start_matches('/');
    match Console::get(name) {
        Some(file) => found(name, &file, &request),
        None => missing(&request),
    }
}

/// People get the console's own page, in their language; programs that ask for a file get a short answer.
fn missing(request: &Request) -> Response {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match Console::get("index.html").filter(|_| accept.contains("text/html")) {
        Some(EmbeddedFile { data: Cow::Borrowed(page), .. }) => html(StatusCode::NOT_FOUND, page),
        Some(EmbeddedFile { data: Cow::Owned(page), .. }) => html(StatusCode::NOT_FOUND, page),
        None => html(StatusCode::NOT_FOUND, NOT_FOUND),
    }
}

fn found(name: &str, file: &EmbeddedFile, request: &Request) -> Response {
    let tag = format!("\"{}\"", crate::hex::encode(&file.metadata.sha256_hash()[..16]));
    let known = request.headers().get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    // The program's own bytes are not copied: whoever asks for all files at once and reads none of them would fill memory.
    let body = match &file.data {
        _ if known => Bytes::new(),
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::copy_from_slice(bytes),
    };
    let mut response = body.into_response();
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    let cache = if name.starts_with("assets/") { FOREVER } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(mime) = HeaderValue::try_from(with_charset(file.metadata.mimetype())) {
        headers.insert(header::CONTENT_TYPE, mime);
    }
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

fn with_charset(mime: &str) -> String {
    match mime.starts_with("text/") {
        true => format!("{mime}; charset=utf-8"),
        false => mime.to_owned(),
    }
}

fn html(status: StatusCode, text: impl IntoResponse) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, text).into_response()
}
