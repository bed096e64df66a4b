//! The headers that every answer carries, so that a browser holds the pages to what they need.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use std::net::IpAddr;
use std::sync::Arc;

const FIXED: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), display-capture=(), \
         clipboard-read=(self), clipboard-write=(self), fullscreen=(self)",
    ),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// Pages run our own scripts only, from our own origin only. WebSockets name their scheme because `'self'` does not cover
/// them in every browser. Pictures are drawn from blobs; styles that scripts set on elements need no exception.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; \
     media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'; connect-src 'self'";

/// Builds the headers.
#[derive(Clone)]
pub struct Security {
    public_host: Option<Arc<str>>,
}

impl Security {
    /// For the given public origin, or for whatever Host people ask for.
    pub fn new(public_origin: Option<&str>) -> Self {
        Self { public_host: public_origin.and_then(|o| o.strip_prefix("https://")).map(Arc::from) }
    }

    /// Middleware for `axum::middleware::from_fn_with_state`.
    pub async fn apply(
        axum::extract::State(this): axum::extract::State<Self>,
        request: Request,
        next: Next,
    ) -> Response {
        let host = this.public_host.as_deref().map(str::to_owned).or_else(|| host(request.uri(), request.headers()));
        let mut response = next.run(request).await;
        let headers = response.headers_mut();
        for (name, value) in FIXED {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let policy = host.as_deref().and_then(|host| HeaderValue::try_from(format!("{POLICY} wss://{host}")).ok());
        headers.insert(header::CONTENT_SECURITY_POLICY, policy.unwrap_or(HeaderValue::from_static(POLICY)));
        if host.as_deref().is_some_and(is_public) {
            let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
            headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
        }
        response
    }
}

/// The Host that was asked for, when it has only characters of hosts and ports, so that it can stand in a policy.
pub(crate) fn host(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let uri = uri.authority().map(|authority| authority.as_str());
    let header = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let host = uri.or(header)?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
    (!host.is_empty() && host.len() <= 255 && host.chars().all(fits)).then(|| host.to_ascii_lowercase())
}

/// HSTS on localhost would break every other program there; on plain addresses browsers ignore it (RFC 6797, 8.1.1).
fn is_public(host: &str) -> bool {
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.chars().all(|c| c.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let local = name == "localhost" || name.ends_with(".localhost");
    !local && bare.parse::<IpAddr>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_transport_is_for_real_names_only() {
        for (host, public) in [
            ("help.example.com", true),
            ("help.example.com:8443", true),
            ("localhost:8443", false),
            ("a.localhost", false),
            ("127.0.0.1:8443", false),
            ("[::1]:8443", false),
        ] {
            assert_eq!(is_public(host), public, "{host}");
        }
    }
}
