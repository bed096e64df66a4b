//! Names in certificates. One certificate has exactly one of them.

use crate::Error;
use rustls_pki_types::{CertificateDer, ServerName};
use std::fmt;
use webpki::EndEntityCert;

const POD_SUFFIX: &str = ".pod.cobrowse.internal";
const SESSION_API: &str = "session-api.cobrowse.internal";
const OPERATOR: &str = "operator.cobrowse.internal";
const EGRESS_GATEWAY: &str = "egress-gateway.cobrowse.internal";

/// A pod's uid: one lower-case DNS label, so that it can stand in a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PodUid(String);

impl PodUid {
    /// Accepts 1 to 63 letters a-z, digits and inner hyphens (RFC 1123 label).
    pub fn parse(text: &str) -> Result<Self, Error> {
        let label = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let edges = text.starts_with('-') || text.ends_with('-');
        if text.is_empty() || text.len() > 63 || edges || !text.chars().all(label) {
            return Err(Error::PodUid);
        }
        Ok(Self(text.to_owned()))
    }

    /// The label.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who is at the other end of a mutual TLS connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerName {
    /// One browser pod.
    Pod(PodUid),
    /// A replica of session-api.
    SessionApi,
    /// The operator.
    Operator,
    /// A replica of the egress gateway.
    EgressGateway,
}

impl PeerName {
    /// Reads the name of a verified peer from its certificates, leaf first. Whether the chain is trusted is rustls's to say,
    /// in the handshake.
    pub fn of_peer(certificates: Option<&[CertificateDer<'_>]>) -> Result<Self, Error> {
        let leaf = certificates.and_then(<[_]>::first).ok_or(Error::NoCertificate)?;
        let leaf = EndEntityCert::try_from(leaf).map_err(Error::Certificate)?;
        let mut names = leaf.valid_dns_names();
        match (names.next(), names.next()) {
            (Some(name), None) => Self::parse(name),
            _ => Err(Error::UnknownPeer),
        }
    }

    /// Reads a DNS name.
    pub fn parse(name: &str) -> Result<Self, Error> {
        match name {
            SESSION_API => Ok(Self::SessionApi),
            OPERATOR => Ok(Self::Operator),
            EGRESS_GATEWAY => Ok(Self::EgressGateway),
            _ => {
                let uid = name.strip_suffix(POD_SUFFIX).ok_or(Error::UnknownPeer)?;
                PodUid::parse(uid).map(Self::Pod)
            }
        }
    }

    /// The name as TLS clients ask for it.
    pub fn server_name(&self) -> ServerName<'static> {
        ServerName::try_from(self.to_string()).expect("our names are DNS names by construction")
    }
}

impl fmt::Display for PeerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pod(uid) => write!(f, "{}{POD_SUFFIX}", uid.0),
            Self::SessionApi => f.write_str(SESSION_API),
            Self::Operator => f.write_str(OPERATOR),
            Self::EgressGateway => f.write_str(EGRESS_GATEWAY),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for name in ["0f3a-9.pod.cobrowse.internal", SESSION_API, OPERATOR, EGRESS_GATEWAY] {
            assert_eq!(PeerName::parse(name).expect(name).to_string(), name);
        }
    }

    #[test]
    fn other_names_are_refused() {
        for name in [
            "",
            "pod.cobrowse.internal",
            ".pod.cobrowse.internal",
            "a.b.pod.cobrowse.internal",
            "A.pod.cobrowse.internal",
        ] {
            assert!(PeerName::parse(name).is_err(), "{name} was accepted");
        }
    }

    #[test]
    fn a_uid_is_one_label() {
        for bad in ["", "-a", "a-", "a.b", "a_b", &"a".repeat(64)] {
            assert!(PodUid::parse(bad).is_err(), "{bad} was accepted");
        }
    }
}
