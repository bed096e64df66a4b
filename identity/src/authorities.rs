//! The authorities of an installation's pods: one, and a second while one is changed for the other. A pod, whoever dials it and the
//! gateway's certificate that it sees are always of one authority, so that pods of the old one are reached until they end.
//!
//! The change goes in three steps, each when all programs have taken the one before: the new one as second; the new one as first, the
//! old one as second; the old one away, when its last pod is gone.

use crate::authority::Authority;
use crate::name::PeerName;
use crate::{Error, mutual};
use rustls::ClientConfig;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use x509_parser::prelude::{FromDer, X509Certificate};

/// The authority that signs, and maybe a second one that is known beside it.
pub struct Authorities {
    first: Authority,
    second: Option<Authority>,
}

impl Authorities {
    /// Two that have different keys have different names, or nobody could say which is meant.
    pub fn new(first: Authority, second: Option<Authority>) -> Result<Self, Error> {
        if let Some(second) = &second {
            let (one, other) = (name_and_key(&first)?, name_and_key(second)?);
            if one.0 == other.0 && one.1 != other.1 {
                return Err(Error::SameName);
            }
        }
        Ok(Self { first, second })
    }

    /// Certificate and key of the first and of the second, PEM.
    pub fn from_pem(first: (&str, &str), second: Option<(&str, &str)>) -> Result<Self, Error> {
        let read = |(certificate, key): (&str, &str)| Authority::from_pem(certificate, key);
        Self::new(read(first)?, second.map(read).transpose()?)
    }

    /// The one that signs new pods.
    pub fn signing(&self) -> &Authority {
        &self.first
    }

    /// All, the one that signs first.
    pub fn all(&self) -> impl Iterator<Item = &Authority> {
        std::iter::once(&self.first).chain(&self.second)
    }
}

fn name_and_key(authority: &Authority) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let read = X509Certificate::from_der(authority.certificate());
    let (_, read) = read.map_err(|error| Error::Pem(error.to_string()))?;
    Ok((read.subject().as_raw().to_vec(), read.public_key().raw.to_vec()))
}

/// How enrolled pods are dialled: by one configuration for each authority. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PodClients(Arc<[Arc<ClientConfig>]>);

impl PodClients {
    /// As the program of this name, with a fresh certificate of each authority.
    pub fn new(authorities: &Authorities, name: &PeerName, now: SystemTime, life: Duration) -> Result<Self, Error> {
        let client = |authority: &Authority| {
            let identity = authority.issue_client(name, now, life)?;
            mutual::client(authority.certificate(), &identity)
        };
        authorities.all().map(client).collect::<Result<_, _>>().map(Self)
    }

    /// The configurations, that of the signing authority first. Where one fails by `mutual::is_of_another_authority`, the next counts.
    pub fn each(&self) -> impl Iterator<Item = &Arc<ClientConfig>> {
        self.0.iter()
    }
}
