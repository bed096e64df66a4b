//! TLS towards a database server: its certificate must be of one of the given authorities and name the host that was asked for.

use crate::{Error, door, provider};
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;

/// A client that trusts these authorities (PEM, one or more) and no other. The host's name is checked in the handshake, against
/// the `ServerName` that it is given.
pub fn client(authorities: &str) -> Result<Arc<ClientConfig>, Error> {
    let mut roots = RootCertStore::empty();
    for certificate in door::read_certificates(authorities)? {
        roots.add(certificate).map_err(Error::Configuration)?;
    }
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(Error::Configuration)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
