//! Which of its certificates a server shows, and what a client says for that: the names of the authorities it trusts
//! (RFC 8446, 4.2.4). Verification itself is rustls's.

use crate::{Error, policy};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, DistinguishedName, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use std::sync::Arc;
use x509_parser::prelude::{FromDer, X509Certificate};

/// Certificates of a server. The first is for whoever asks for none of them.
#[derive(Debug)]
pub(super) struct ByAuthority(Vec<(Vec<Vec<u8>>, Arc<CertifiedKey>)>);

impl ByAuthority {
    /// Of chains with their keys, one at least.
    pub(super) fn new(
        pairs: impl IntoIterator<Item = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    ) -> Result<Self, Error> {
        let own = |(chain, key): (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)| {
            let issuers = chain.iter().map(issuer).collect::<Result<_, _>>()?;
            let key = CertifiedKey::from_der(chain, key, &policy::provider()).map_err(Error::Configuration)?;
            Ok((issuers, Arc::new(key)))
        };
        pairs.into_iter().map(own).collect::<Result<_, Error>>().map(Self)
    }
}

/// The name of who signed a certificate, as it stands in it.
fn issuer(certificate: &CertificateDer<'_>) -> Result<Vec<u8>, Error> {
    let (_, read) = X509Certificate::from_der(certificate).map_err(|error| Error::Pem(error.to_string()))?;
    Ok(read.issuer().as_raw().to_vec())
}

impl ResolvesServerCert for ByAuthority {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let trusted = hello.certificate_authorities().unwrap_or_default();
        let of_one =
            |issuers: &[Vec<u8>]| issuers.iter().any(|name| trusted.iter().any(|other| other.as_ref() == name));
        let wanted = self.0.iter().find(|(issuers, _)| of_one(issuers)).or(self.0.first());
        wanted.map(|(_, key)| Arc::clone(key))
    }
}

/// rustls's verifier, which also tells the server whom it trusts.
#[derive(Debug)]
pub(super) struct Hinting {
    verifier: Arc<WebPkiServerVerifier>,
    names: Vec<DistinguishedName>,
}

impl Hinting {
    /// Trusts these.
    pub(super) fn new(roots: RootCertStore) -> Result<Self, Error> {
        let names = roots.subjects();
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(policy::provider()));
        Ok(Self { verifier: verifier.build().map_err(Error::Verifier)?, names })
    }
}

impl ServerCertVerifier for Hinting {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.verifier.verify_server_cert(certificate, chain, name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }

    fn root_hint_subjects(&self) -> Option<&[DistinguishedName]> {
        Some(&self.names)
    }
}
