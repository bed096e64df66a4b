//! TLS of the door that people's browsers see, and of clients that trust one given certificate.

use crate::authority::{named, params};
use crate::policy::{self, Side};
use crate::{Error, mutual, strength};
use rcgen::{ExtendedKeyUsagePurpose, KeyPair, SanType};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};
use zeroize::Zeroizing;

/// Browsers refuse server certificates that are valid for longer than 398 days (CA/Browser Forum, ballot SC-022).
const DOOR_LIFE: Duration = Duration::from_secs(397 * 24 * 3600);

/// Makes a self-signed certificate and its key, as PEM, for host names and addresses. For trying out; a real installation
/// brings its own.
pub fn self_signed(hosts: &[&str], now: SystemTime) -> Result<(String, Zeroizing<String>), Error> {
    let key = KeyPair::generate().map_err(Error::Make)?;
    let mut params = params(now, DOOR_LIFE)?;
    params.distinguished_name = named("CoBrowse, self-signed");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.subject_alt_names = hosts.iter().map(|host| alternative_name(host)).collect::<Result<_, _>>()?;
    let certificate = params.self_signed(&key).map_err(Error::Make)?;
    Ok((certificate.pem(), Zeroizing::new(key.serialize_pem())))
}

/// The door's certificate and key. They may be replaced while the door is open: new connections go by the new ones.
#[derive(Debug)]
pub struct Certificate(RwLock<Arc<CertifiedKey>>);

impl Certificate {
    /// From PEM: a chain, leaf first, and its key.
    pub fn new(certificates: &str, key: &str) -> Result<Self, Error> {
        certified(certificates, key).map(|certified| Self(RwLock::new(certified)))
    }

    /// Puts others in its place, or leaves it where those cannot be gone by.
    pub fn replace(&self, certificates: &str, key: &str) -> Result<(), Error> {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = certified(certificates, key)?;
        Ok(())
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

fn certified(certificates: &str, key: &str) -> Result<Arc<CertifiedKey>, Error> {
    let chain = read_certificates(certificates)?;
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|e| Error::Pem(e.to_string()))?;
    CertifiedKey::from_der(chain, key, &policy::provider()).map(Arc::new).map_err(Error::Configuration)
}

/// What the door serves: TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1.
pub fn server(certificates: &str, key: &str) -> Result<Arc<ServerConfig>, Error> {
    server_with(Arc::new(Certificate::new(certificates, key)?))
}

/// The same with a certificate that its holder may replace.
pub fn server_with(certificate: Arc<Certificate>) -> Result<Arc<ServerConfig>, Error> {
    let config = policy::server(Side::Outside)?.with_no_client_auth().with_cert_resolver(certificate);
    Ok(policy::serving(config, Side::Outside, &["h2", "http/1.1"]))
}

/// A client that trusts the first of these certificates and nothing else, speaking the given protocols (`h2`, `http/1.1`).
pub fn client(certificates: &str, protocols: &[&str]) -> Result<Arc<ClientConfig>, Error> {
    let first = read_certificates(certificates)?.swap_remove(0);
    let config = policy::client(Side::Outside)?.with_root_certificates(mutual::roots([first])?).with_no_client_auth();
    Ok(policy::dialling(config, Side::Outside, protocols))
}

/// Reads one certificate or more, each as strong as the policy asks.
pub(crate) fn read_certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let certificates = read.map_err(|error| Error::Pem(error.to_string()))?;
    if certificates.is_empty() {
        return Err(Error::Pem("no certificate in it".to_owned()));
    }
    certificates.iter().try_for_each(strength::check)?;
    Ok(certificates)
}

fn alternative_name(host: &str) -> Result<SanType, Error> {
    match host.parse::<IpAddr>() {
        Ok(address) => Ok(SanType::IpAddress(address)),
        Err(_) => Ok(SanType::DnsName(host.try_into().map_err(Error::Make)?)),
    }
}
