//! TLS towards a database server: its certificate must be of one of the given authorities and name the host that was asked for.

use crate::policy::{self, Side};
use crate::{Error, door, mutual};
use rustls::ClientConfig;
use std::sync::Arc;

/// A client that trusts these authorities (PEM, one or more) and no other. The host's name is checked in the handshake, against
/// the `ServerName` that it is given.
pub fn client(authorities: &str) -> Result<Arc<ClientConfig>, Error> {
    let roots = mutual::roots(door::read_certificates(authorities)?)?;
    let config = policy::client(Side::Outside)?.with_root_certificates(roots).with_no_client_auth();
    Ok(policy::dialling(config, Side::Outside, &[]))
}
