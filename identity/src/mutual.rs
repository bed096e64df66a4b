//! Mutual TLS 1.3: between session-api or operator, as client, and an enrolled pod, as server; and between such a pod, as client, and the
//! egress gateway. A pod trusts one authority, the one that signed it; a gateway may have a certificate of each of two.

mod by_authority;

use crate::authority::ClientIdentity;
use crate::enrollment::PodKey;
use crate::policy::{self, Side};
use crate::{Error, door, strength};
use by_authority::{ByAuthority, Hinting};
use rustls::server::{ResolvesServerCert, WebPkiClientVerifier};
use rustls::{CertificateError, ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::io;
use std::sync::Arc;

/// What all of this speaks.
const PROTOCOLS: [&str; 1] = ["h2"];

/// What an enrolled pod serves. Clients must show a certificate of `client_authority`; which client it is, `PeerName::of_peer`
/// tells.
pub fn server(
    key: &PodKey,
    chain: Vec<CertificateDer<'static>>,
    client_authority: CertificateDer<'static>,
) -> Result<Arc<ServerConfig>, Error> {
    let own = ByAuthority::new([(checked(chain)?, key.private()?)])?;
    serve(own, roots(checked(vec![client_authority])?)?)
}

/// What the egress gateway serves, from PEM: its certificates, leaf first, its key, and the authorities of pods, several while one
/// is changed for another. Which pod a client is, `PeerName::of_peer` tells.
pub fn gateway(certificates: &str, key: &str, authorities: &str) -> Result<Arc<ServerConfig>, Error> {
    gateway_of_two((certificates, key), None, authorities)
}

/// The same while the authority is changed for another: with a second certificate and its key, for pods of the other authority.
/// A pod that knows neither gets the first, and leaves.
pub fn gateway_of_two(
    first: (&str, &str),
    second: Option<(&str, &str)>,
    authorities: &str,
) -> Result<Arc<ServerConfig>, Error> {
    let read = |(certificates, key): (&str, &str)| {
        let chain = door::read_certificates(certificates)?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|e| Error::Pem(e.to_string()))?;
        Ok((chain, key))
    };
    let pairs = [Some(first), second].into_iter().flatten().map(read).collect::<Result<Vec<_>, Error>>()?;
    serve(ByAuthority::new(pairs)?, roots(door::read_certificates(authorities)?)?)
}

/// How an enrolled pod dials the egress gateway. The name to ask for is `PeerName::EgressGateway.server_name()`.
pub fn pod_client(
    key: &PodKey,
    chain: Vec<CertificateDer<'static>>,
    authority: CertificateDer<'static>,
) -> Result<Arc<ClientConfig>, Error> {
    dial(authority, checked(chain)?, key.private()?)
}

fn serve(own: impl ResolvesServerCert + 'static, clients: RootCertStore) -> Result<Arc<ServerConfig>, Error> {
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(clients), Arc::new(policy::provider()));
    let verifier = verifier.build().map_err(Error::Verifier)?;
    let config = policy::server(Side::Inside)?.with_client_cert_verifier(verifier).with_cert_resolver(Arc::new(own));
    Ok(policy::serving(config, Side::Inside, &PROTOCOLS))
}

/// How to dial enrolled pods. The name to ask for is `PeerName::Pod(uid).server_name()`.
pub fn client(authority: &CertificateDer<'static>, identity: &ClientIdentity) -> Result<Arc<ClientConfig>, Error> {
    dial(authority.clone(), vec![identity.certificate.clone()], identity.key.clone_key())
}

/// Whether a dial failed because the other end is of another authority than the configuration's, or of none.
pub fn is_of_another_authority(error: &io::Error) -> bool {
    let error = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let foreign =
        |error: &CertificateError| matches!(error, CertificateError::UnknownIssuer | CertificateError::BadSignature);
    matches!(error, Some(rustls::Error::InvalidCertificate(error)) if foreign(error))
}

fn dial(
    authority: CertificateDer<'static>,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ClientConfig>, Error> {
    let verifier = Hinting::new(roots(checked(vec![authority])?)?)?;
    let config = policy::client(Side::Inside)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_client_auth_cert(chain, key)
        .map_err(Error::Configuration)?;
    Ok(policy::dialling(config, Side::Inside, &PROTOCOLS))
}

fn checked(certificates: Vec<CertificateDer<'static>>) -> Result<Vec<CertificateDer<'static>>, Error> {
    certificates.iter().try_for_each(strength::check)?;
    Ok(certificates)
}

pub(crate) fn roots(authorities: impl IntoIterator<Item = CertificateDer<'static>>) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots.add(authority).map_err(Error::Configuration)?;
    }
    Ok(roots)
}
