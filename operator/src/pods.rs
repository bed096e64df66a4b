//! Browser pods as the operator talks to them: it dials in, enrolls, binds and starts. A pod never calls the operator.

pub mod calls;
pub mod dial;
pub mod enroll;

/// Why a pod did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The connection or its TLS failed.
    #[error("failed to dial the pod")]
    Dial(#[source] std::io::Error),
    /// The channel failed.
    #[error("failed to reach the pod")]
    Channel(#[source] tonic::transport::Error),
    /// The pod refused a call.
    #[error("failed to call the pod")]
    Call(#[source] Box<tonic::Status>),
    /// It took too long.
    #[error("failed to get the pod's answer in time")]
    Slow,
    /// It has no address yet.
    #[error("failed to find the pod's address")]
    NoAddress,
    /// Certificates.
    #[error("failed to certify the pod")]
    Identity(#[source] cobrowse_identity::Error),
    /// The API server could not be asked about the token.
    #[error("failed to have the pod's token reviewed")]
    Review(#[source] Box<kube::Error>),
    /// The token is another pod's, or none.
    #[error("failed to recognise the pod: {0}")]
    Impostor(&'static str),
}
