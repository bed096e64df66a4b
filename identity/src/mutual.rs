//! Mutual TLS 1.3 between session-api or operator, as client, and an enrolled pod, as server.

use crate::authority::ClientIdentity;
use crate::enrollment::PodKey;
use crate::{Error, provider};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::CertificateDer;
use std::sync::Arc;

/// What an enrolled pod serves. Clients must show a certificate of `client_authority`; which client it is, `PeerName::of_peer`
/// tells.
pub fn server(
    key: &PodKey,
    chain: Vec<CertificateDer<'static>>,
    client_authority: CertificateDer<'static>,
) -> Result<Arc<ServerConfig>, Error> {
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots(client_authority)?), provider())
        .build()
        .map_err(Error::Verifier)?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(Error::Configuration)?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key.private()?)
        .map_err(Error::Configuration)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Arc::new(config))
}

/// How to dial enrolled pods. The name to ask for is `PeerName::Pod(uid).server_name()`.
pub fn client(authority: &CertificateDer<'static>, identity: &ClientIdentity) -> Result<Arc<ClientConfig>, Error> {
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(Error::Configuration)?
        .with_root_certificates(roots(authority.clone())?)
        .with_client_auth_cert(vec![identity.certificate.clone()], identity.key.clone_key())
        .map_err(Error::Configuration)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Arc::new(config))
}

pub(crate) fn roots(authority: CertificateDer<'static>) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    roots.add(authority).map_err(Error::Configuration)?;
    Ok(roots)
}
