//! A new pod's first connection: TLS with a self-signed certificate of the key it made in memory. The dialler trusts nothing
//! but the proof the pod then gives; `check_possession` ties that proof to the connection.

use crate::Error;
use crate::authority::{named, params};
use crate::policy::{self, Side};
use rcgen::{CertificateParams, KeyPair, PublicKeyData, SubjectPublicKeyInfo};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::{ClientConfig, DigitallySignedStruct, ServerConfig, SignatureScheme};
use rustls_pki_types::{CertificateDer, CertificateSigningRequestDer, PrivateKeyDer, ServerName, UnixTime};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use webpki::EndEntityCert;

/// How long a self-signed enrollment certificate is valid. Warm pods are enrolled within seconds of their start.
const ENROLLMENT_LIFE: Duration = Duration::from_secs(3600);

/// A pod's key. It stays in this value's memory.
pub struct PodKey(KeyPair);

impl PodKey {
    /// Makes a key (ECDSA P-256).
    pub fn generate() -> Result<Self, Error> {
        KeyPair::generate().map(Self).map_err(Error::Make)
    }

    /// A PKCS #10 request (DER) that carries the key and asks for no name.
    pub fn signing_request(&self) -> Result<Vec<u8>, Error> {
        let request = CertificateParams::default().serialize_request(&self.0).map_err(Error::Make)?;
        Ok(request.der().to_vec())
    }

    pub(crate) fn private(&self) -> Result<PrivateKeyDer<'static>, Error> {
        PrivateKeyDer::try_from(self.0.serialize_der()).map_err(|e| Error::Pem(e.to_owned()))
    }
}

/// What a pod serves until it is certified. Clients show no certificate.
pub fn server(key: &PodKey, now: SystemTime) -> Result<Arc<ServerConfig>, Error> {
    let mut params = params(now, ENROLLMENT_LIFE)?;
    params.distinguished_name = named("CoBrowse pod, not yet enrolled");
    let certificate = params.self_signed(&key.0).map_err(Error::Make)?.der().clone();
    let config = policy::server(Side::Inside)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.private()?)
        .map_err(Error::Configuration)?;
    Ok(policy::serving(config, Side::Inside, &["h2"]))
}

/// How to dial a pod that is not enrolled. Any certificate is taken whose key signed the handshake; who it is must be
/// learned from the token it returns, and `check_possession` must pass before anything is believed.
pub fn client() -> Result<Arc<ClientConfig>, Error> {
    let config = policy::client(Side::Inside)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyKey(policy::provider())))
        .with_no_client_auth();
    Ok(policy::dialling(config, Side::Inside, &["h2"]))
}

/// Checks that the signing request has the same key as the connection it came over, so that nobody in between can have a
/// key of his own certified.
pub fn check_possession(connection: Option<&[CertificateDer<'_>]>, signing_request: &[u8]) -> Result<(), Error> {
    let leaf = connection.and_then(<[_]>::first).ok_or(Error::NoCertificate)?;
    let leaf = EndEntityCert::try_from(leaf).map_err(Error::Certificate)?;
    let leaf = SubjectPublicKeyInfo::from_der(&leaf.subject_public_key_info()).map_err(Error::Make)?;
    let request = CertificateSigningRequestDer::from(signing_request);
    let request = rcgen::CertificateSigningRequestParams::from_der(&request).map_err(Error::SigningRequest)?;
    match leaf.der_bytes() == request.public_key.der_bytes() {
        true => Ok(()),
        false => Err(Error::KeyMismatch),
    }
}

/// Accepts every certificate, but not a handshake that its key did not sign.
#[derive(Debug)]
struct AnyKey(CryptoProvider);

impl ServerCertVerifier for AnyKey {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
