//! The one place that makes gRPC errors.

use crate::refusal::Refusal;
use std::collections::HashMap;
use std::time::Duration;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// The domain of every `google.rpc.ErrorInfo` of ours.
pub const DOMAIN: &str = "cobrowse.dev";

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        let details = ErrorDetails::with_error_info(refusal.reason(), DOMAIN, metadata(&refusal));
        Status::with_error_details(code(&refusal), refusal.to_string(), details)
    }
}

fn code(refusal: &Refusal) -> Code {
    match refusal {
        Refusal::Unauthenticated | Refusal::SignInFailed => Code::Unauthenticated,
        Refusal::PermissionDenied | Refusal::TicketInvalid | Refusal::Denied => Code::PermissionDenied,
        Refusal::UnknownMethod => Code::Unimplemented,
        Refusal::Invalid { .. } => Code::InvalidArgument,
        Refusal::SiteNotSupported
        | Refusal::SessionNotFound
        | Refusal::ParticipantNotFound
        | Refusal::PinInvalid
        | Refusal::InvitationInvalid => Code::NotFound,
        Refusal::PinLocked(_)
        | Refusal::RateLimited(_)
        | Refusal::TooManyWaiting
        | Refusal::NoCapacity
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
