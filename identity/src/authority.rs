//! The authority that signs pods' and our programs' certificates. It signs names that its caller decided on, never names
//! that a signing request asks for.

use crate::name::{PeerName, PodUid};
use crate::{Error, strength};
use aws_lc_rs::digest::{SHA256, digest};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PublicKeyData, SanType,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateSigningRequestDer, PrivateKeyDer};
use std::fmt::Write;
use std::time::{Duration, SystemTime};
use x509_parser::prelude::{FromDer, X509Certificate};
use zeroize::Zeroizing;

/// How long an authority is valid: ten years. It is changed for another by hand, see `authorities`.
const AUTHORITY_LIFE: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
/// How far a certificate's start lies in the past, against clocks that differ.
const BACKDATE: Duration = Duration::from_secs(300);

/// A key that signs certificates, and its own certificate.
pub struct Authority {
    certificate: CertificateDer<'static>,
    certificate_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its key, for a program of ours as client.
pub struct ClientIdentity {
    pub(crate) certificate: CertificateDer<'static>,
    pub(crate) key: PrivateKeyDer<'static>,
}

impl Authority {
    /// Makes a new authority (ECDSA P-256). No two have the same name.
    pub fn generate(now: SystemTime) -> Result<Self, Error> {
        let key = KeyPair::generate().map_err(Error::Make)?;
        let mut params = params(now, AUTHORITY_LIFE)?;
        params.distinguished_name = named(&format!("CoBrowse authority {}", tag(&key)));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let certificate = params.self_signed(&key).map_err(Error::Make)?;
        let certificate_pem = certificate.pem();
        Ok(Self { certificate: certificate.der().clone(), certificate_pem, issuer: Issuer::new(params, key) })
    }

    /// Reads what `to_pem` wrote, or what another program made. It must be an authority, as strong as the policy asks, and the
    /// key its own.
    pub fn from_pem(certificate: &str, key: &str) -> Result<Self, Error> {
        let certificate_pem = certificate.to_owned();
        let certificate =
            CertificateDer::from_pem_slice(certificate.as_bytes()).map_err(|e| Error::Pem(e.to_string()))?;
        strength::check(&certificate)?;
        let key = KeyPair::from_pem(key).map_err(Error::Make)?;
        check_pair(&certificate, &key)?;
        let issuer = Issuer::from_ca_cert_der(&certificate, key).map_err(Error::Make)?;
        Ok(Self { certificate, certificate_pem, issuer })
    }

    /// Certificate and key as PEM. The key is a secret.
    pub fn to_pem(&self) -> (String, Zeroizing<String>) {
        (self.certificate_pem.clone(), Zeroizing::new(self.issuer.key().serialize_pem()))
    }

    /// Eight digits by which people, and pools, tell authorities apart. It is of the key: a certificate may be renewed.
    pub fn tag(&self) -> String {
        tag(self.issuer.key())
    }

    /// The certificate that peers trust.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// Signs a pod's key for its name alone: to be dialled, and to dial the egress gateway. Of the request only the key is used.
    pub fn issue_pod(
        &self,
        signing_request: &[u8],
        uid: &PodUid,
        now: SystemTime,
        life: Duration,
    ) -> Result<CertificateDer<'static>, Error> {
        let request = CertificateSigningRequestDer::from(signing_request);
        let request = CertificateSigningRequestParams::from_der(&request).map_err(Error::SigningRequest)?;
        strength::check_public(&request.public_key.subject_public_key_info()).map_err(Error::WeakRequest)?;
        let both = [ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(&request.public_key, &PeerName::Pod(uid.clone()), now, life, &both)
    }

    /// Makes a key and certificate for a program that dials pods.
    pub fn issue_client(&self, name: &PeerName, now: SystemTime, life: Duration) -> Result<ClientIdentity, Error> {
        let key = KeyPair::generate().map_err(Error::Make)?;
        let certificate = self.sign(&key, name, now, life, &[ExtendedKeyUsagePurpose::ClientAuth])?;
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(|e| Error::Pem(e.to_owned()))?;
        Ok(ClientIdentity { certificate, key })
    }

    /// Makes the egress gateway's certificate and key, as PEM. The key is a secret.
    pub fn issue_gateway(&self, now: SystemTime, life: Duration) -> Result<(String, Zeroizing<String>), Error> {
        let key = KeyPair::generate().map_err(Error::Make)?;
        let usage = [ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = self.issue(&key, &PeerName::EgressGateway, now, life, &usage)?;
        Ok((certificate.pem(), Zeroizing::new(key.serialize_pem())))
    }

    fn sign(
        &self,
        key: &impl PublicKeyData,
        name: &PeerName,
        now: SystemTime,
        life: Duration,
        usages: &[ExtendedKeyUsagePurpose],
    ) -> Result<CertificateDer<'static>, Error> {
        Ok(self.issue(key, name, now, life, usages)?.der().clone())
    }

    fn issue(
        &self,
        key: &impl PublicKeyData,
        name: &PeerName,
        now: SystemTime,
        life: Duration,
        usages: &[ExtendedKeyUsagePurpose],
    ) -> Result<Certificate, Error> {
        let mut params = params(now, life)?;
        params.subject_alt_names = vec![SanType::DnsName(name.to_string().try_into().map_err(Error::Make)?)];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = usages.to_vec();
        params.signed_by(key, &self.issuer).map_err(Error::Make)
    }
}

/// Whether this is an authority's certificate and its own key.
fn check_pair(certificate: &CertificateDer<'_>, key: &KeyPair) -> Result<(), Error> {
    let (_, read) = X509Certificate::from_der(certificate).map_err(|error| Error::Pem(error.to_string()))?;
    let usage = read.key_usage().ok().flatten();
    if !read.is_ca() || usage.is_some_and(|usage| !usage.value.key_cert_sign()) {
        return Err(Error::NoAuthority);
    }
    if read.public_key().raw == key.subject_public_key_info() { Ok(()) } else { Err(Error::OtherKey) }
}

fn tag(key: &KeyPair) -> String {
    digest(&SHA256, key.public_key_raw()).as_ref().iter().take(4).fold(String::new(), |mut tag, byte| {
        // A text takes all.
        let _ = write!(tag, "{byte:02x}");
        tag
    })
}

/// Parameters valid from a little before `now` for `life`.
pub(crate) fn params(now: SystemTime, life: Duration) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.not_before = now.checked_sub(BACKDATE).ok_or(Error::Time)?.into();
    params.not_after = now.checked_add(life).ok_or(Error::Time)?.into();
    Ok(params)
}

pub(crate) fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}
