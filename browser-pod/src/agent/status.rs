//! The gRPC errors of the pod, each with `google.rpc.ErrorInfo`.

use std::collections::HashMap;

use cobrowse_session::live::Refusal;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

const DOMAIN: &str = "cobrowse.dev";

fn status(code: Code, reason: &str, message: &str) -> Status {
    Status::with_error_details(code, message, ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new()))
}

/// Before Bind.
pub(super) fn not_bound() -> Status {
    status(Code::FailedPrecondition, "NotBound", "the pod has no session yet: call Bind first")
}

/// Grant, where nobody would look at it.
pub(super) fn no_gateway() -> Status {
    status(Code::FailedPrecondition, "NoGateway", "the pod was started without an egress gateway: give it --gateway")
}

/// Bind for another session, or Start of one.
pub(super) fn other_session() -> Status {
    status(Code::PermissionDenied, "OtherSession", "the pod is bound to another session, for ever")
}

/// A field that cannot be read.
pub(super) fn invalid(field: &str) -> Status {
    status(Code::InvalidArgument, "Malformed", &format!("{field} is missing or malformed"))
}

/// The rules refuse.
pub(super) fn refused(refusal: Refusal) -> Status {
    let code = match refusal {
        Refusal::Ended => Code::FailedPrecondition,
        Refusal::SessionFull => Code::ResourceExhausted,
        _ => Code::PermissionDenied,
    };
    status(code, refusal.reason(), &refusal.to_string())
}

/// The page did not do it.
pub(super) fn failed(reason: &str) -> Status {
    status(Code::FailedPrecondition, reason, "the page could not do this")
}

/// The peer's certificate is not session-api's or the operator's.
pub(super) fn wrong_peer() -> Status {
    status(Code::PermissionDenied, "WrongPeer", "only session-api and the operator are served")
}

/// The owner is gone.
pub(super) fn ended() -> Status {
    status(Code::Unavailable, "Ended", "the session has ended")
}

/// The stream's first message did not come in time or was not Attach.
pub(super) fn no_attach() -> Status {
    status(Code::InvalidArgument, "Malformed", "the first message of the stream must be Attach, within 5 s")
}
