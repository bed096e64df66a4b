//! Why a pod does not get what it asked for, as an answer: a status, a word that stays, and no word of what is inside.

use bytes::Bytes;
use cobrowse_session::egress::Reason;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::Full;

/// The header that says why, by a word of CamelCase. The agent side shows people a page by it.
pub const REASON: HeaderName = HeaderName::from_static("cobrowse-reason");

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// By a rule about names, ports or addresses.
    Rule(Reason),
    /// The grant is not accepted, by identity's word.
    Grant(&'static str),
    /// No grant was shown yet.
    GrantMissing,
    /// The grant is of another session than the connection's first.
    GrantOfOtherSession,
    /// The grant's source addresses are not known here.
    AddressClassUnknown,
    /// The session has as many connections as it may.
    TooManyConnections,
    /// The session has moved as much as it may.
    TooManyBytes,
    /// The name could not be resolved.
    NameNotFound,
    /// The name was not resolved in time.
    NameTimeout,
    /// No address took the connection.
    NotReached,
    /// No address took the connection in time.
    ReachTimeout,
    /// The program ends; another replica connects.
    Draining,
    /// Neither a grant nor a CONNECT.
    UnknownRequest,
    /// A request inside of a connection is not for the host that was asked for.
    HostMismatch,
}

impl Refusal {
    /// CamelCase, stable.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rule(reason) => reason.as_str(),
            Self::Grant(word) => word,
            Self::GrantMissing => "GrantMissing",
            Self::GrantOfOtherSession => "GrantOfOtherSession",
            Self::AddressClassUnknown => "AddressClassUnknown",
            Self::TooManyConnections => "TooManyConnections",
            Self::TooManyBytes => "TooManyBytes",
            Self::NameNotFound => "NameNotFound",
            Self::NameTimeout => "NameTimeout",
            Self::NotReached => "NotReached",
            Self::ReachTimeout => "ReachTimeout",
            Self::Draining => "Draining",
            Self::UnknownRequest => "UnknownRequest",
            Self::HostMismatch => "HostMismatch",
        }
    }

    /// The status of the answer.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Rule(Reason::NoAddress) | Self::NameNotFound | Self::NotReached => StatusCode::BAD_GATEWAY,
            Self::Rule(Reason::InvalidTarget) => StatusCode::BAD_REQUEST,
            Self::Rule(_) | Self::HostMismatch | Self::AddressClassUnknown => StatusCode::FORBIDDEN,
            Self::Grant(_) | Self::GrantMissing | Self::GrantOfOtherSession => {
                StatusCode::PROXY_AUTHENTICATION_REQUIRED
            }
            Self::TooManyConnections | Self::TooManyBytes => StatusCode::TOO_MANY_REQUESTS,
            Self::NameTimeout | Self::ReachTimeout => StatusCode::GATEWAY_TIMEOUT,
            Self::Draining => StatusCode::SERVICE_UNAVAILABLE,
            Self::UnknownRequest => StatusCode::NOT_FOUND,
        }
    }

    /// The answer, with the word in its header and its body.
    pub fn response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::from(format!("Not connected: {}\n", self.word())));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(REASON, HeaderValue::from_static(self.word()));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        response
    }
}
