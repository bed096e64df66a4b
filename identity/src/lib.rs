//! The only place that builds rustls configurations, issues certificates and checks peer names. It makes keys, but opens no
//! socket, reads no file and no clock: the time comes in as a parameter.
//!
//! All TLS is by one *policy*, which has a number. Four kinds of it: the *door* that people's browsers see, the *enrollment* of a new pod, *mutual* TLS between session-api
//! or operator and a pod and between a pod and the egress gateway, and that towards a *database*. Each pod has a key that never leaves its
//! memory and a certificate for it alone. Besides, the *grants* that tell the gateway what a pod may reach.

pub mod authorities;
pub mod authority;
pub mod database;
pub mod door;
pub mod enrollment;
pub mod grant;
pub mod mutual;
pub mod name;
pub mod policy;
pub mod strength;

/// The types that come out of this crate, so that no other crate names rustls.
pub use rustls::pki_types::{CertificateDer, ServerName};
pub use rustls::{ClientConfig, ServerConfig};

/// Why a certificate or a configuration could not be made or accepted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Key or certificate generation failed.
    #[error("failed to make a certificate")]
    Make(#[source] rcgen::Error),
    /// A signing request is malformed or asks with a key of an unknown kind.
    #[error("failed to read the signing request")]
    SigningRequest(#[source] rcgen::Error),
    /// PEM text holds no certificate or no key, or not well-formed ones.
    #[error("failed to read PEM: {0}")]
    Pem(String),
    /// A certificate is weaker than the policy asks.
    #[error("failed to accept a certificate")]
    Weak(#[from] strength::Weak),
    /// A signing request's key is weaker than the policy asks.
    #[error("failed to accept the signing request's key")]
    WeakRequest(#[source] strength::Weakness),
    /// It signs no certificates.
    #[error("failed to take the certificate for an authority: it says CA:FALSE, or may not sign certificates")]
    NoAuthority,
    /// Certificate and key are of two pairs.
    #[error("failed to match the authority's key with its certificate: give the two of one pair")]
    OtherKey,
    /// Two authorities with one name.
    #[error(
        "failed to tell the two authorities apart: they have different keys and the same name, so make one with another name"
    )]
    SameName,
    /// rustls refused a certificate or key.
    #[error("failed to build the TLS configuration")]
    Configuration(#[source] rustls::Error),
    /// The authority's certificate cannot anchor trust.
    #[error("failed to build the client verifier")]
    Verifier(#[source] rustls::server::VerifierBuilderError),
    /// A certificate is not readable.
    #[error("failed to read the peer's certificate")]
    Certificate(#[source] webpki::Error),
    /// The peer showed no certificate.
    #[error("failed to find a peer certificate")]
    NoCertificate,
    /// The certificate's names are not exactly one of ours.
    #[error("failed to recognise the peer's name")]
    UnknownPeer,
    /// The signing request's key is not the key of the connection it came over.
    #[error("failed to match the signing request with the connection's key")]
    KeyMismatch,
    /// A pod's uid has characters that a DNS label cannot have, or is too long.
    #[error("failed to accept the pod uid: 1 to 63 letters a-z, digits and inner hyphens")]
    PodUid,
    /// The point in time lies outside what certificates can say.
    #[error("failed to express the time in a certificate")]
    Time,
}
