//! Why a page's connection is not made, as an answer to Chrome: a status, the word in a header, and a page in plain words.

mod page;
mod recent;

pub(super) use page::Language;
pub use recent::Recent;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::{Either, Full};
use hyper::body::Incoming;

/// The header that says why, by a word of CamelCase. The gateway's and ours.
pub const REASON: HeaderName = HeaderName::from_static("cobrowse-reason");

/// Letters of a word.
const WORD_BYTES: usize = 40;

/// A body of the website's, or ours.
pub(super) type Body = Either<Incoming, Full<Bytes>>;

/// Why nothing is connected: a status for Chrome, and a word that stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    reason: HeaderValue,
}

impl Refusal {
    /// The gateway cannot be reached.
    pub(super) const GATEWAY_AWAY: Self = Self::own(StatusCode::BAD_GATEWAY, "GatewayAway");
    /// The replica ends; another one connects.
    pub(super) const DRAINING: Self = Self::own(StatusCode::SERVICE_UNAVAILABLE, "Draining");
    /// No grant was given to this pod yet.
    pub(super) const GRANT_MISSING: Self = Self::own(StatusCode::SERVICE_UNAVAILABLE, "GrantMissing");
    /// Nothing that a proxy does.
    pub(super) const UNKNOWN_REQUEST: Self = Self::own(StatusCode::BAD_REQUEST, "UnknownRequest");
    /// The website broke off.
    pub(super) const NOT_REACHED: Self = Self::own(StatusCode::BAD_GATEWAY, "NotReached");

    const fn own(status: StatusCode, word: &'static str) -> Self {
        Self { status, reason: HeaderValue::from_static(word) }
    }

    /// What the gateway answered.
    pub(super) fn of(answer: &Response<Incoming>) -> Self {
        let word = |reason: &&HeaderValue| {
            reason.len() <= WORD_BYTES && reason.as_bytes().iter().all(u8::is_ascii_alphanumeric)
        };
        let reason = answer.headers().get(REASON).filter(word);
        let reason = reason.cloned().unwrap_or(HeaderValue::from_static("UnknownRequest"));
        let status = match answer.status() {
            // Chrome would ask people for a name and a password.
            StatusCode::PROXY_AUTHENTICATION_REQUIRED => StatusCode::SERVICE_UNAVAILABLE,
            status if status.is_client_error() || status.is_server_error() => status,
            _ => StatusCode::BAD_GATEWAY,
        };
        Self { status, reason }
    }

    /// The word.
    pub(super) fn word(&self) -> &str {
        self.reason.to_str().unwrap_or_default()
    }

    /// The answer to Chrome, in the language that it asks for. Of a CONNECT's it shows nothing; [`Recent`] is for those.
    pub(super) fn response(&self, language: Language) -> Response<Body> {
        let page = page::html(self.word(), language);
        let mut response = Response::new(Either::Right(Full::from(page)));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(REASON, self.reason.clone());
        headers.extend(page::HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_has_no_script_and_says_the_word() {
        let response = Refusal::GATEWAY_AWAY.response(Language::English);
        assert_eq!(response.headers()[REASON], "GatewayAway");
        let policy = response.headers()[http::header::CONTENT_SECURITY_POLICY].to_str();
        assert!(policy.is_ok_and(|policy| policy.contains("'none'")));
        let Either::Right(body) = response.into_body() else { panic!("our own page") };
        let page = format!("{body:?}");
        assert!(page.contains("interrupted") && !page.contains("<script"), "{page}");
    }
}
