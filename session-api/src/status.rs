//! The one place that makes gRPC errors.

use crate::refusal::Refusal;
use cobrowse_wire::v1::Closed;
use http::HeaderMap;
use std::collections::HashMap;
use std::time::Duration;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// The domain of every `google.rpc.ErrorInfo` of ours.
pub const DOMAIN: &str = "cobrowse.dev";

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        Status::from(&refusal)
    }
}

impl From<&Refusal> for Status {
    fn from(refusal: &Refusal) -> Self {
        let details = ErrorDetails::with_error_info(refusal.reason(), DOMAIN, metadata(refusal));
        Status::with_error_details(code(refusal), refusal.to_string(), details)
    }
}

/// Errors that the gRPC library makes itself, of bytes that are no message, say neither whose they are nor what to do. They
/// become refusals like all others; which one, for the metrics.
pub fn explain(headers: &mut HeaderMap) -> Option<Refusal> {
    let status = Status::from_header_map(headers)?;
    if status.code() == Code::Ok || !status.details().is_empty() {
        return None;
    }
    let refusal = match status.code() {
        Code::OutOfRange | Code::ResourceExhausted => Refusal::TooLarge,
        Code::Unimplemented => Refusal::UnknownEncoding,
        _ => Refusal::Malformed,
    };
    tracing::debug!(code = ?status.code(), reason = refusal.reason(), "a message could not be read");
    let explained = Status::from(&refusal);
    // Its own texts always fit into headers.
    explained.add_header(headers).ok().map(|()| refusal)
}

/// The end of a live stream by gRPC, for the reason in its last message; none when the session itself ended.
pub fn of_closed(closed: &Closed) -> Option<Status> {
    let code = match (closed.reason.as_str(), closed.retry) {
        ("Ended", _) => return None,
        (_, true) => Code::Unavailable,
        ("Malformed", _) => Code::InvalidArgument,
        ("TicketInvalid" | "Denied", _) => Code::PermissionDenied,
        _ => Code::Aborted,
    };
    let details = ErrorDetails::with_error_info(&closed.reason, DOMAIN, HashMap::new());
    Some(Status::with_error_details(code, "the stream was closed", details))
}

fn code(refusal: &Refusal) -> Code {
    match refusal {
        Refusal::Unauthenticated | Refusal::SignInFailed => Code::Unauthenticated,
        Refusal::PermissionDenied | Refusal::TicketInvalid | Refusal::Denied => Code::PermissionDenied,
        Refusal::UnknownMethod | Refusal::UnknownEncoding => Code::Unimplemented,
        Refusal::Invalid { .. } | Refusal::Malformed => Code::InvalidArgument,
        Refusal::EmailTaken => Code::AlreadyExists,
        Refusal::SiteNotSupported
        | Refusal::SessionNotFound
        | Refusal::AccountNotFound
        | Refusal::ParticipantNotFound
        | Refusal::PinInvalid
        | Refusal::InvitationInvalid => Code::NotFound,
        Refusal::PinLocked(_)
        | Refusal::RateLimited(_)
        | Refusal::TooManyWaiting
        | Refusal::NoCapacity
        | Refusal::TooLarge
        | Refusal::LimitReached(_) => Code::ResourceExhausted,
        Refusal::WrongPhase(_) | Refusal::SessionEnded | Refusal::NotReady | Refusal::CommandRefused(_) => {
            Code::FailedPrecondition
        }
        Refusal::Conflict => Code::Aborted,
        Refusal::PodUnreachable | Refusal::StoreUnavailable | Refusal::Draining => Code::Unavailable,
        Refusal::Internal => Code::Internal,
    }
}

fn metadata(refusal: &Refusal) -> HashMap<String, String> {
    let entry = match refusal {
        Refusal::PinLocked(wait) | Refusal::RateLimited(wait) => Some(("retry_after_seconds", seconds(*wait))),
        Refusal::Invalid { field, .. } => Some(("field", (*field).to_owned())),
        Refusal::WrongPhase(rule) | Refusal::LimitReached(rule) => Some(("rule", (*rule).to_owned())),
        Refusal::CommandRefused(reason) => Some(("command_reason", reason.clone())),
        _ => None,
    };
    entry.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Whole seconds, rounded up, so that a caller who waits that long is not early.
fn seconds(wait: Duration) -> String {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_carries_reason_domain_and_wait() {
        let status = Status::from(Refusal::RateLimited(Duration::from_millis(2500)));
        let details = status.get_error_details();
        let info = details.error_info().expect("every refusal has it");
        assert_eq!((info.reason.as_str(), info.domain.as_str()), ("RateLimited", DOMAIN));
        assert_eq!(info.metadata.get("retry_after_seconds").map(String::as_str), Some("3"));
        assert_eq!(status.code(), Code::ResourceExhausted);
    }
}
