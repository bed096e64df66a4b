//! The calls of a claim, and those of a pod's life. What a refusal means for the claim is told here, once.

use super::Error;
use super::dial::Dialer;
use crate::seen;
use crate::traces::carry;
use cobrowse_session::claim::Outcome;
use cobrowse_wire::v1::pod_service_client::PodServiceClient;
use cobrowse_wire::v1::{AdjustRequest, AdjustResponse, BindRequest, GrantRequest, StartRequest, start_response};
use std::time::Duration;
use tonic::Code;

/// `Bind` loads nothing and takes a moment. After three that were not answered another pod is tried beside this one, so that a short
/// wait costs a healthy pod nothing.
const BIND: Duration = Duration::from_secs(1);
/// `Adjust` takes a moment, and is tried again.
const ADJUST: Duration = Duration::from_secs(2);
/// `Grant` takes a moment, and is tried again.
const GRANT: Duration = Duration::from_secs(3);
/// The first picture of a slow website. The pod gives up before.
const START: Duration = Duration::from_secs(75);

/// What a pod said to `Start`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Started {
    /// From `Start` to the first picture; none when there is none yet.
    pub first_picture: Option<Duration>,
    /// Why there will be none, a stable CamelCase word.
    pub failure: Option<String>,
}

/// Tells a pod whose it is.
pub async fn bind(dialer: &Dialer, pod: &seen::Pod, request: BindRequest) -> (Outcome, Option<Error>) {
    let called = async {
        let mut client = PodServiceClient::new(dialer.channel(pod).await?);
        client.bind(carry(request)).await.map_err(|status| Error::Call(Box::new(status)))
    };
    let answered = tokio::time::timeout(BIND, called).await.map_err(|_| Error::Slow).and_then(|answer| answer);
    match answered {
        Ok(_) => (Outcome::Done, None),
        Err(error) => {
            dialer.forget(pod.uid);
            (outcome(&error), Some(error))
        }
    }
}

/// Tells a pod what an administrator changed. None: it is of an image that has no such call.
pub async fn adjust(dialer: &Dialer, pod: &seen::Pod, request: AdjustRequest) -> Result<Option<AdjustResponse>, Error> {
    let called = async {
        let mut client = PodServiceClient::new(dialer.channel(pod).await?);
        client.adjust(carry(request)).await.map_err(|status| Error::Call(Box::new(status)))
    };
    let answered = tokio::time::timeout(ADJUST, called).await.map_err(|_| Error::Slow).and_then(|answer| answer);
    dialer.forget(pod.uid);
    match answered {
        Ok(answer) => Ok(Some(answer.into_inner())),
        Err(Error::Call(status)) if status.code() == Code::Unimplemented => Ok(None),
        Err(error) => Err(error),
    }
}

/// Renews the grant of a pod that lives.
pub async fn grant(dialer: &Dialer, pod: &seen::Pod, request: GrantRequest) -> Result<(), Error> {
    let called = async {
        let mut client = PodServiceClient::new(dialer.channel(pod).await?);
        client.grant(request).await.map_err(|status| Error::Call(Box::new(status)))
    };
    let answered = tokio::time::timeout(GRANT, called).await.map_err(|_| Error::Slow).and_then(|answer| answer);
    dialer.forget(pod.uid);
    answered.map(drop)
}

/// Has a pod load the start page, and waits for its first picture. Before, it is told where it may connect to, if it has a gateway.
pub async fn start(
    dialer: &Dialer,
    pod: &seen::Pod,
    grant: Option<GrantRequest>,
    request: StartRequest,
) -> (Outcome, Result<Started, Error>) {
    let called = async {
        let mut client = PodServiceClient::new(dialer.channel(pod).await?);
        let call = |status| Error::Call(Box::new(status));
        if let Some(grant) = grant {
            client.grant(carry(grant)).await.map_err(call)?;
        }
        let mut answers = client.start(carry(request)).await.map_err(call)?.into_inner();
        answers.message().await.map_err(call)
    };
    let answered = tokio::time::timeout(START, called).await.map_err(|_| Error::Slow).and_then(|answer| answer);
    dialer.forget(pod.uid);
    match answered {
        Ok(answer) => match answer.and_then(|answer| answer.outcome) {
            Some(start_response::Outcome::Failure(why)) => {
                (Outcome::Refused, Ok(Started { failure: Some(why), ..Started::default() }))
            }
            Some(start_response::Outcome::FirstPictureUs(micros)) => {
                (Outcome::Done, Ok(Started { first_picture: Some(Duration::from_micros(micros)), failure: None }))
            }
            // The page is not loaded yet: session-api brings its whole address.
            Some(start_response::Outcome::AwaitsQuery(_)) | None => (Outcome::Done, Ok(Started::default())),
        },
        Err(error) => (outcome(&error), Err(error)),
    }
}

/// Only a pod that says so is another session's; everything else may be different the next time.
fn outcome(error: &Error) -> Outcome {
    match error {
        Error::Call(status) if status.code() == Code::PermissionDenied => Outcome::Refused,
        _ => Outcome::Unavailable,
    }
}
