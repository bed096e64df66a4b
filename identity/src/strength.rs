//! Whether a certificate is as strong as the policy asks: its key, and how it was signed. It says nothing about whom to trust,
//! nor about time.

use crate::policy::{RSA_BITS_LEAST, VERSION};
use rustls_pki_types::CertificateDer;
use std::fmt;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

const RSA: &str = "1.2.840.113549.1.1.1";
const ELLIPTIC: &str = "1.2.840.10045.2.1";
const ED25519: &str = "1.3.101.112";
/// P-256, P-384, P-521.
const CURVES: [&str; 3] = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"];
/// RSA with MD2, MD5 and SHA-1, and ECDSA with SHA-1.
const WEAK_SIGNATURES: [&str; 4] =
    ["1.2.840.113549.1.1.2", "1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.2.840.10045.4.1"];

/// What the policy does not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// Too few bits.
    #[error("its RSA key has {0} bits")]
    Rsa(usize),
    /// A curve that is smaller, or that few know.
    #[error("its key is of the curve {0}")]
    Curve(String),
    /// DSA, GOST and whatever else.
    #[error("its key is of the algorithm {0}")]
    Algorithm(String),
    /// Signed by way of a hash that is broken.
    #[error("its signature is of the algorithm {0}")]
    Signature(String),
    /// No certificate or key.
    #[error("it cannot be read")]
    Unreadable,
}

/// A certificate that is refused: whose, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weak {
    /// The certificate's subject, as its maker wrote it.
    pub subject: String,
    /// What is weak.
    pub weakness: Weakness,
}

impl fmt::Display for Weak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subject, weakness } = self;
        write!(
            f,
            "the certificate of \"{subject}\" is too weak, {weakness}: crypto policy {VERSION} takes keys of P-256, P-384, P-521, \
             Ed25519 and RSA from {RSA_BITS_LEAST} bits, signed with SHA-256 or better"
        )
    }
}

impl std::error::Error for Weak {}

/// Checks a certificate. How a self-signed one is signed does not count: nobody goes by that.
pub(crate) fn check(certificate: &CertificateDer<'_>) -> Result<(), Weak> {
    let unreadable = || Weak { subject: "?".to_owned(), weakness: Weakness::Unreadable };
    let (rest, read) = X509Certificate::from_der(certificate).map_err(|_| unreadable())?;
    if !rest.is_empty() {
        return Err(unreadable());
    }
    let weak = |weakness| Weak { subject: read.subject().to_string(), weakness };
    check_key(read.public_key()).map_err(weak)?;
    let signature = read.signature_algorithm.algorithm.to_id_string();
    if WEAK_SIGNATURES.contains(&signature.as_str()) && read.subject() != read.issuer() {
        return Err(weak(Weakness::Signature(signature)));
    }
    Ok(())
}

/// Checks a key in the form in which certificates have it (SubjectPublicKeyInfo, DER).
pub(crate) fn check_public(key: &[u8]) -> Result<(), Weakness> {
    let (_, key) = SubjectPublicKeyInfo::from_der(key).map_err(|_| Weakness::Unreadable)?;
    check_key(&key)
}

fn check_key(key: &SubjectPublicKeyInfo<'_>) -> Result<(), Weakness> {
    let algorithm = key.algorithm.algorithm.to_id_string();
    match algorithm.as_str() {
        ED25519 => Ok(()),
        RSA => match key.parsed() {
            Ok(PublicKey::RSA(key)) if key.key_size() >= RSA_BITS_LEAST => Ok(()),
            Ok(PublicKey::RSA(key)) => Err(Weakness::Rsa(key.key_size())),
            _ => Err(Weakness::Unreadable),
        },
        ELLIPTIC => {
            let curve = key.algorithm.parameters.as_ref().and_then(|curve| curve.as_oid().ok());
            let curve = curve.map_or_else(|| "?".to_owned(), |curve| curve.to_id_string());
            if CURVES.contains(&curve.as_str()) { Ok(()) } else { Err(Weakness::Curve(curve)) }
        }
        _ => Err(Weakness::Algorithm(algorithm)),
    }
}
