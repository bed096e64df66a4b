//! The signature of a manifest: a COSE_Sign1 message (RFC 9052) by Ed25519 (RFC 8032, 9864), around the bytes that `layout` writes.
//! Nothing of them is looked at before the signature is found right.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use cobrowse_session::random::RandomBytes;
use coset::cbor::Value;
use coset::{
    CborSerializable, CoseSign1Builder, Header, HeaderBuilder, ProtectedHeader, RegisteredLabelWithPrivate,
    SignatureContext, TaggedCborSerializable, iana, sig_structure_data,
};
use zeroize::Zeroizing;

use super::{Error, MANIFEST_BYTES_MAX, Manifest};
use crate::cbor::Reader;

/// Bound into each signature, so that none for another purpose is one of a manifest.
const DOMAIN: &[u8] = b"cobrowse recording manifest";
const KEY_ID_BYTES: usize = 8;
const SIGNATURE_BYTES: usize = 64;
/// The longest header; ours has 12 bytes.
const HEADER_BYTES_MAX: usize = 128;
/// What stands around a manifest in a message.
const AROUND_BYTES: usize = HEADER_BYTES_MAX + SIGNATURE_BYTES + 16;

type KeyId = [u8; KEY_ID_BYTES];

/// The key that signs manifests. A secret; whoever has it can say of any recording that it is whole.
pub struct SealKey {
    pair: Ed25519KeyPair,
    id: KeyId,
}

impl SealKey {
    /// A new key, and its seed to keep, encrypted.
    pub fn draw(source: &mut impl RandomBytes) -> Result<(Self, Zeroizing<[u8; 32]>), Error> {
        let mut seed = Zeroizing::new([0; 32]);
        source.fill(seed.as_mut_slice())?;
        Ok((Self::from_seed(seed.as_slice())?, seed))
    }

    /// Of its seed, 32 bytes (RFC 8032, 5.1.5).
    pub fn from_seed(seed: &[u8]) -> Result<Self, Error> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| Error::Key)?;
        let id = id_of(pair.public_key().as_ref());
        Ok(Self { pair, id })
    }

    /// The public half, 32 bytes, for whoever checks.
    pub fn public(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.pair.public_key().as_ref());
        bytes
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(..)")
    }
}

impl Manifest {
    /// Seals the manifest of a recording that has ended. The same manifest and key give the same bytes.
    pub fn seal(&self, key: &SealKey) -> Result<Vec<u8>, Error> {
        if self.ending.is_none() {
            return Err(Error::Open);
        }
        let sign = |bytes: &[u8]| key.pair.try_sign(bytes).map(|signature| signature.as_ref().to_vec());
        let message = CoseSign1Builder::new().protected(header(key.id)).payload(self.write());
        let message = message.try_create_signature(DOMAIN, sign).map_err(|_| Error::Sign)?;
        message.build().to_tagged_vec().map_err(|_| Error::Sign)
    }
}

/// The keys whose signatures count. Several, while they are changed.
#[derive(Clone, Debug)]
pub struct SealKeys(Vec<(KeyId, [u8; 32])>);

impl SealKeys {
    /// Of public keys, 32 bytes each.
    pub fn new(keys: &[[u8; 32]]) -> Self {
        Self(keys.iter().map(|key| (id_of(key), *key)).collect())
    }

    /// Reads a sealed manifest, all of the bytes.
    pub fn verify(&self, bytes: &[u8]) -> Result<Manifest, Error> {
        if bytes.len() > MANIFEST_BYTES_MAX + AROUND_BYTES {
            return Err(Error::TooLong);
        }
        let mut reader = Reader::new(bytes);
        reader.tag(iana::CborTag::CoseSign1 as u64, "the tag of COSE_Sign1")?;
        reader.list(4, "a COSE_Sign1 message")?;
        let protected = reader.bytes(HEADER_BYTES_MAX, "a protected header")?;
        reader.empty_map("no header that is not protected")?;
        let payload = reader.bytes(MANIFEST_BYTES_MAX, "a manifest")?;
        let signature = reader.exactly::<SIGNATURE_BYTES>("a signature")?;
        reader.end()?;
        self.check(protected, payload, &signature)?;
        let manifest = Manifest::read(payload)?;
        if manifest.ending.is_some() { Ok(manifest) } else { Err(Error::Open) }
    }

    fn check(&self, protected: &[u8], payload: &[u8], signature: &[u8]) -> Result<(), Error> {
        let (header, id) = stated(protected)?;
        let (_, public) = self.0.iter().find(|(known, _)| *known == id).ok_or(Error::UnknownKey)?;
        let signed = sig_structure_data(SignatureContext::CoseSign1, header, None, DOMAIN, payload);
        UnparsedPublicKey::new(&ED25519, public).verify(&signed, signature).map_err(|_| Error::Signature)
    }
}

/// The header: the algorithm, and which key.
fn header(id: KeyId) -> Header {
    HeaderBuilder::new().algorithm(iana::Algorithm::Ed25519).key_id(id.to_vec()).build()
}

/// What a header says, if it is one that we write.
fn stated(protected: &[u8]) -> Result<(ProtectedHeader, KeyId), Error> {
    let wrong = crate::cbor::Malformed { at: 2, expected: "a protected header" };
    let parsed = ProtectedHeader::from_cbor_bstr(Value::Bytes(protected.to_vec())).map_err(|_| wrong)?;
    match &parsed.header.alg {
        Some(RegisteredLabelWithPrivate::Assigned(iana::Algorithm::Ed25519)) => {}
        Some(RegisteredLabelWithPrivate::Assigned(other)) => return Err(Error::Algorithm(*other as i64)),
        _ => return Err(wrong.into()),
    }
    let id = KeyId::try_from(parsed.header.key_id.as_slice()).map_err(|_| wrong)?;
    let same = header(id).to_vec().is_ok_and(|written| written == protected);
    if same { Ok((parsed, id)) } else { Err(wrong.into()) }
}

fn id_of(public: &[u8]) -> KeyId {
    let mut id = KeyId::default();
    id.copy_from_slice(&digest(&SHA256, public).as_ref()[..KEY_ID_BYTES]);
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use cobrowse_session::random::RandomFailed;

    #[test]
    fn a_key_comes_back_from_its_seed_and_is_not_shown() {
        let mut source = |out: &mut [u8]| {
            out.fill(0xee);
            Ok(())
        };
        let (key, seed) = SealKey::draw(&mut source).expect("a key");
        assert_eq!(SealKey::from_seed(seed.as_slice()).expect("its seed").public(), key.public());
        assert_eq!(format!("{key:?}"), "SealKey(..)");
        for length in [0, 31, 33, 64] {
            assert_eq!(SealKey::from_seed(&vec![1; length]).err(), Some(Error::Key), "{length}");
        }
        let mut failing = |_: &mut [u8]| Err(RandomFailed);
        assert_eq!(SealKey::draw(&mut failing).err(), Some(Error::Random(RandomFailed)));
    }
}
