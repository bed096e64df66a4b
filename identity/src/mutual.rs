//! Mutual TLS 1.3: between session-api or operator, as client, and an enrolled pod, as server; and between such a pod, as client, and the
//! egress gateway.

use crate::authority::ClientIdentity;
use crate::enrollment::PodKey;
use crate::{Error, door, provider};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;

/// What an enrolled pod serves. Clients must show a certificate of `client_authority`; which client it is, `PeerName::of_peer`
/// tells.
pub fn server(
    key: &PodKey,
    chain: Vec<CertificateDer<'static>>,
    client_authority: CertificateDer<'static>,
) -> Result<Arc<ServerConfig>, Error> {
    serve(chain, key.private()?, roots(client_authority)?)
}

/// What the egress gateway serves, from PEM: its certificates, leaf first, its key, and the authorities of pods, several while one
/// is changed for another. Which pod a client is, `PeerName::of_peer` tells.
pub fn gateway(certificates: &str, key: &str, authorities: &str) -> Result<Arc<ServerConfig>, Error> {
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|e| Error::Pem(e.to_string()))?;
    let mut roots = RootCertStore::empty();
    for authority in door::read_certificates(authorities)? {
        roots.add(authority).map_err(Error::Configuration)?;
    }
    serve(door::read_certificates(certificates)?, key, roots)
}

/// How an enrolled pod dials the egress gateway. The name to ask for is `PeerName::EgressGateway.server_name()`.
pub fn pod_client(
    key: &PodKey,
    chain: Vec<CertificateDer<'static>>,
    authority: CertificateDer<'static>,
) -> Result<Arc<ClientConfig>, Error> {
    dial(authority, chain, key.private()?)
}

fn serve(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    clients: RootCertStore,
) -> Result<Arc<ServerConfig>, Error> {
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(clients), provider()).build().map_err(Error::Verifier)?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(Error::Configuration)?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)
        .map_err(Error::Configuration)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Arc::new(config))
}

/// How to dial enrolled pods. The name to ask for is `PeerName::Pod(uid).server_name()`.
pub fn client(authority: &CertificateDer<'static>, identity: &ClientIdentity) -> Result<Arc<ClientConfig>, Error> {
    dial(authority.clone(), vec![identity.certificate.clone()], identity.key.clone_key())
}

fn dial(
    authority: CertificateDer<'static>,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ClientConfig>, Error> {
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(Error::Configuration)?
        .with_root_certificates(roots(authority)?)
        .with_client_auth_cert(chain, key)
        .map_err(Error::Configuration)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Arc::new(config))
}

pub(crate) fn roots(authority: CertificateDer<'static>) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    roots.add(authority).map_err(Error::Configuration)?;
    Ok(roots)
}
