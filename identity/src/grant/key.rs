//! The keys of grants: the operator's, which signs, and the gateway's set, which checks. A set has several while keys are changed.

use super::{Error, GRANT_BYTES_MAX, Grant, payload};
use crate::name::PodUid;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use rcgen::{KeyPair, PKCS_ED25519, SigningKey};
use rustls_pki_types::SubjectPublicKeyInfoDer;
use rustls_pki_types::pem::PemObject;
use std::time::SystemTime;
use zeroize::Zeroizing;

/// Goes before what is signed, so that no signature for another purpose is one of a grant.
const DOMAIN: &[u8] = b"cobrowse egress grant\0";
const VERSION: u8 = 1;
/// Ed25519 (RFC 8032). Another algorithm gets another number.
const ED25519_NUMBER: u8 = 1;
const KEY_ID_BYTES: usize = 8;
const SIGNATURE_BYTES: usize = 64;
const HEAD_BYTES: usize = 2 + KEY_ID_BYTES;
const PUBLIC_BYTES: usize = 32;
/// What stands before the 32 bytes of an Ed25519 public key in its PEM (RFC 8410).
const PUBLIC_HEAD: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

type KeyId = [u8; KEY_ID_BYTES];

/// The key that signs grants. A secret.
pub struct GrantKey {
    pair: KeyPair,
    id: KeyId,
}

impl GrantKey {
    /// Makes a key.
    pub fn generate() -> Result<Self, Error> {
        KeyPair::generate_for(&PKCS_ED25519).map_err(Error::Sign).and_then(Self::new)
    }

    /// Reads a PKCS #8 key, PEM, of Ed25519.
    pub fn from_pem(pem: &str) -> Result<Self, Error> {
        KeyPair::from_pem(pem).map_err(|error| Error::Key(error.to_string())).and_then(Self::new)
    }

    /// The key as PEM: a secret.
    pub fn to_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(self.pair.serialize_pem())
    }

    /// The public half as PEM, for the gateway.
    pub fn public_pem(&self) -> String {
        self.pair.public_key_pem()
    }

    /// Signs a grant. Fails on fields that no gateway would read.
    pub fn sign(&self, grant: &Grant) -> Result<Vec<u8>, Error> {
        let mut bytes = vec![VERSION, ED25519_NUMBER];
        bytes.extend(self.id);
        bytes.extend(payload::write(grant)?);
        let signature = self.pair.sign(&signed(&bytes)).map_err(Error::Sign)?;
        bytes.extend(signature);
        if bytes.len() > GRANT_BYTES_MAX { Err(Error::TooLong) } else { Ok(bytes) }
    }

    fn new(pair: KeyPair) -> Result<Self, Error> {
        if !pair.is_compatible(&PKCS_ED25519) {
            return Err(Error::Key("it is no Ed25519 key".to_owned()));
        }
        let id = id_of(pair.public_key_raw());
        Ok(Self { pair, id })
    }
}

/// Public keys whose grants are accepted.
#[derive(Clone, Debug)]
pub struct GrantKeys(Vec<(KeyId, [u8; PUBLIC_BYTES])>);

impl GrantKeys {
    /// Reads one or more public keys, PEM, one after the other.
    pub fn from_pem(pem: &str) -> Result<Self, Error> {
        let malformed = |error: rustls_pki_types::pem::Error| Error::Key(error.to_string());
        let keys = SubjectPublicKeyInfoDer::pem_slice_iter(pem.as_bytes());
        let keys: Vec<_> = keys.map(|key| public(&key.map_err(malformed)?)).collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(Error::Key("no public key in it".to_owned())) } else { Ok(Self(keys)) }
    }

    /// Whether it accepts what this key signs.
    pub fn has(&self, key: &GrantKey) -> bool {
        self.0.iter().any(|(id, public)| *id == key.id && *public == key.pair.public_key_raw())
    }

    /// Reads a grant that a pod of this UID shows at this time. Nothing of it is looked at before its signature is found right.
    pub fn verify(&self, bytes: &[u8], pod: &PodUid, now: SystemTime) -> Result<Grant, Error> {
        let grant = payload::read(self.payload(bytes)?)?;
        grant.check(pod, now)?;
        Ok(grant)
    }

    fn payload<'a>(&self, bytes: &'a [u8]) -> Result<&'a [u8], Error> {
        if bytes.len() > GRANT_BYTES_MAX {
            return Err(Error::TooLong);
        }
        let (head, _) = bytes.split_first_chunk::<HEAD_BYTES>().ok_or(Error::Cut)?;
        let [version, algorithm, id @ ..] = head;
        if *version != VERSION {
            return Err(Error::Version(*version));
        }
        if *algorithm != ED25519_NUMBER {
            return Err(Error::Algorithm(*algorithm));
        }
        let (body, signature) = bytes.split_last_chunk::<SIGNATURE_BYTES>().ok_or(Error::Cut)?;
        let payload = body.get(HEAD_BYTES..).ok_or(Error::Cut)?;
        let (_, public) = self.0.iter().find(|(known, _)| known == id).ok_or(Error::UnknownKey)?;
        let key = UnparsedPublicKey::new(&ED25519, public);
        key.verify(&signed(body), signature).map_err(|_| Error::Signature)?;
        Ok(payload)
    }
}

fn signed(bytes: &[u8]) -> Vec<u8> {
    [DOMAIN, bytes].concat()
}

fn id_of(public: &[u8]) -> KeyId {
    let mut id = [0; KEY_ID_BYTES];
    id.copy_from_slice(&digest(&SHA256, public).as_ref()[..KEY_ID_BYTES]);
    id
}

fn public(key: &[u8]) -> Result<(KeyId, [u8; PUBLIC_BYTES]), Error> {
    let bytes = key.strip_prefix(&PUBLIC_HEAD).and_then(|bytes| bytes.try_into().ok());
    let bytes: [u8; PUBLIC_BYTES] = bytes.ok_or_else(|| Error::Key("it is no Ed25519 key".to_owned()))?;
    Ok((id_of(&bytes), bytes))
}
