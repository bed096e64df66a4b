//! The crypto policy as peers meet it: what clients offer, what is refused at load, and that nothing comes before the handshake. What
//! servers pick, `listener/scan.rs` finds out of the programs themselves.

use ::aws_lc_rs::encoding::{AsDer, EcPrivateKeyRfc5915Der};
use ::aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use cobrowse_identity::authorities::{Authorities, PodClients};
use cobrowse_identity::authority::Authority;
use cobrowse_identity::enrollment::{self, PodKey};
use cobrowse_identity::name::{PeerName, PodUid};
use cobrowse_identity::policy::{self, Side};
use cobrowse_identity::strength::Weakness;
use cobrowse_identity::{CertificateDer, Error, database, door, mutual};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::{ClientConfig, ClientConnection, HandshakeKind, ServerConfig, ServerConnection};
use rustls_pki_types::ServerName;
use rustls_pki_types::pem::PemObject;
use std::error::Error as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const HOUR: Duration = Duration::from_secs(3600);
/// Certificates that openssl made: whose key or signature is too weak, and the words that say so.
const WEAK: [(&str, &str, &str); 5] = [
    ("rsa-1024", include_str!("weak/rsa-1024.crt"), "its RSA key has 1024 bits"),
    ("p-224", include_str!("weak/p-224.crt"), "its key is of the curve 1.3.132.0.33"),
    ("secp256k1", include_str!("weak/secp256k1.crt"), "its key is of the curve 1.3.132.0.10"),
    ("dsa-2048", include_str!("weak/dsa-2048.crt"), "its key is of the algorithm 1.2.840.10040.4.1"),
    ("sha-1", include_str!("weak/sha-1.crt"), "its signature is of the algorithm 1.2.840.10045.4.1"),
];
const RSA_2048: &str = include_str!("weak/rsa-2048.crt");

fn authority() -> Authority {
    Authority::generate(SystemTime::now()).expect("an authority")
}

/// A pod with its certificate.
fn pod(authority: &Authority) -> (PodKey, Vec<CertificateDer<'static>>) {
    let (key, uid) = (PodKey::generate().expect("a key"), PodUid::parse("pod-1").expect("a uid"));
    let request = key.signing_request().expect("a request");
    let leaf = authority.issue_pod(&request, &uid, SystemTime::now(), HOUR).expect("a certificate");
    (key, vec![leaf])
}

/// An error with its sources.
fn whole(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

/// Both ends after a handshake and what follows it, or the first error of either.
fn shake(
    client: &Arc<ClientConfig>,
    server: &Arc<ServerConfig>,
    name: &str,
) -> Result<(ClientConnection, ServerConnection), rustls::Error> {
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let mut client = ClientConnection::new(client.clone(), name)?;
    let mut server = ServerConnection::new(server.clone())?;
    while client.wants_write() || server.wants_write() {
        let mut bytes = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut bytes).expect("memory takes all");
        }
        server.read_tls(&mut bytes.as_slice()).expect("memory gives all");
        server.process_new_packets()?;
        bytes.clear();
        while server.wants_write() {
            server.write_tls(&mut bytes).expect("memory takes all");
        }
        client.read_tls(&mut bytes.as_slice()).expect("memory gives all");
        client.process_new_packets()?;
    }
    Ok((client, server))
}

#[test]
fn every_client_offers_what_the_policy_says_and_nothing_else() {
    let (authority, own) = (authority(), door::self_signed(&["localhost"], SystemTime::now()).expect("made").0);
    let (key, chain) = pod(&authority);
    let both = Authorities::new(authority, None).expect("one");
    let program = PodClients::new(&both, &PeerName::SessionApi, SystemTime::now(), HOUR).expect("made");
    let all = [
        (Side::Outside, door::client(&own, &["h2"]).expect("made")),
        (Side::Outside, database::client(&own).expect("made")),
        (Side::Inside, enrollment::client().expect("made")),
        (Side::Inside, program.each().next().expect("one").clone()),
        (Side::Inside, mutual::pod_client(&key, chain, both.signing().certificate().clone()).expect("made")),
    ];
    for (number, (side, client)) in all.iter().enumerate() {
        let provider = client.crypto_provider();
        let suites: Vec<u16> = provider.cipher_suites.iter().map(|suite| suite.suite().into()).collect();
        assert_eq!(suites, [0x1302, 0x1303, 0xc02c, 0xc030, 0xcca9, 0xcca8], "{number}");
        let groups: Vec<u16> = provider.kx_groups.iter().map(|group| group.name().into()).collect();
        assert_eq!(groups, [0x11ec, 0x001d, 0x0017, 0x0018], "{number}");
        assert!(!client.enable_early_data, "{number}");
        // A server that speaks only the older version is none of ours.
        let old = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let old = old.with_protocol_versions(&[&rustls::version::TLS12]).expect("a version").with_no_client_auth();
        let (certificate, key) = door::self_signed(&["localhost"], SystemTime::now()).expect("made");
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).expect("PEM")];
        let key = rustls_pki_types::PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("PEM");
        let old = Arc::new(old.with_single_cert(chain, key).expect("a server"));
        let refused = shake(client, &old, "localhost").map(drop).expect_err("no authority of its");
        let by_version = matches!(refused, rustls::Error::PeerIncompatible(_) | rustls::Error::AlertReceived(_));
        assert_eq!(by_version, *side == Side::Inside, "{number}: {refused}");
    }
    assert_eq!((policy::VERSION, policy::RSA_BITS_LEAST), (1, 2048), "a change of the policy has another number");
}

#[test]
fn the_policy_holds_for_libraries_that_build_their_own() {
    policy::install();
    policy::install();
    let provider = CryptoProvider::get_default().expect("was installed");
    assert_eq!((provider.cipher_suites.len(), provider.kx_groups.len()), (6, 4));
    assert!(provider.cipher_suites.iter().all(|suite| !format!("{suite:?}").contains("AES_128")));
}

#[test]
fn weak_certificates_are_refused_at_load_with_whose_and_why() {
    let authority = authority();
    let (certificate, key) = door::self_signed(&["localhost"], SystemTime::now()).expect("made");
    let roots = authority.to_pem().0;
    let (pod_key, chain) = pod(&authority);
    for (name, pem, words) in WEAK {
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).expect("PEM");
        let refusals = [
            door::server(pem, &key).map(drop),
            door::server(&format!("{certificate}{pem}"), &key).map(drop),
            door::client(pem, &[]).map(drop),
            database::client(pem).map(drop),
            database::client(&format!("{roots}{pem}")).map(drop),
            mutual::gateway(pem, &key, &roots).map(drop),
            mutual::gateway(&certificate, &key, pem).map(drop),
            mutual::gateway_of_two((&certificate, &key), Some((pem, &key)), &roots).map(drop),
            mutual::server(&pod_key, vec![der.clone()], authority.certificate().clone()).map(drop),
            mutual::server(&pod_key, chain.clone(), der.clone()).map(drop),
            mutual::pod_client(&pod_key, chain.clone(), der.clone()).map(drop),
            Authority::from_pem(pem, &key).map(drop),
        ];
        for (number, refused) in refusals.into_iter().enumerate() {
            let said = whole(&refused.expect_err(name));
            assert!(said.contains(words) && said.contains(&format!("CN={name}")), "{number}: {said}");
            assert!(said.contains("crypto policy 1 takes") && !said.contains("PRIVATE"), "{number}: {said}");
        }
    }
    database::client(RSA_2048).expect("is enough");
}

#[test]
fn weak_keys_are_not_certified() {
    let (authority, uid) = (authority(), PodUid::parse("pod-1").expect("a uid"));
    for request in [&include_bytes!("weak/rsa-1024.csr")[..], include_bytes!("weak/p-224.csr")] {
        let refused = authority.issue_pod(request, &uid, SystemTime::now(), HOUR).map(drop).expect_err("is weak");
        let weak = matches!(&refused, Error::WeakRequest(Weakness::Rsa(1024)) | Error::SigningRequest(_));
        assert!(weak, "{}", whole(&refused));
    }
}

#[test]
fn an_authority_is_one_and_has_its_own_key() {
    let (one, other) = (authority().to_pem(), authority().to_pem());
    assert!(matches!(Authority::from_pem(&one.0, &other.1), Err(Error::OtherKey)));
    let (leaf, key) = door::self_signed(&["localhost"], SystemTime::now()).expect("made");
    assert!(matches!(Authority::from_pem(&leaf, &key), Err(Error::NoAuthority)));
    Authority::from_pem(&one.0, &one.1).expect("its own");
    let leaf = pem("CERTIFICATE", &pod(&authority()).1[0]);
    assert!(matches!(Authority::from_pem(&leaf, &one.1), Err(Error::NoAuthority)), "a pod's signs nobody");
}

/// Helm, and openssl with some arguments, write keys so (RFC 5915).
#[test]
fn an_authoritys_key_may_be_in_the_older_form() {
    let (certificate, key) = authority().to_pem();
    let key = rustls_pki_types::PrivatePkcs8KeyDer::from_pem_slice(key.as_bytes()).expect("PEM");
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.secret_pkcs8_der()).expect("a key");
    let older: EcPrivateKeyRfc5915Der<'_> = pair.private_key().as_der().expect("a key");
    Authority::from_pem(&certificate, &pem("EC PRIVATE KEY", older.as_ref())).expect("the same key");
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", base64(der))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let word = group.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = (word >> (18 - 6 * place) & 63) as usize;
            text.push(if place <= group.len() { char::from(DIGITS[digit]) } else { '=' });
        }
    }
    text
}

#[test]
fn inside_nothing_is_taken_from_an_earlier_connection_and_outside_no_data_comes_early() {
    let authority = authority();
    let (key, chain) = pod(&authority);
    let inside = mutual::server(&key, chain, authority.certificate().clone()).expect("made");
    let identity = authority.issue_client(&PeerName::Operator, SystemTime::now(), HOUR).expect("made");
    let client = mutual::client(authority.certificate(), &identity).expect("made");
    // Also not for a client that would.
    let mut eager = ClientConfig::clone(&client);
    eager.resumption = rustls::client::Resumption::in_memory_sessions(8);
    eager.enable_early_data = true;
    for client in [client, Arc::new(eager)] {
        for _ in 0..2 {
            let (client, _) = shake(&client, &inside, "pod-1.pod.cobrowse.internal").expect("a handshake");
            assert_eq!((client.handshake_kind(), client.tls13_tickets_received()), (Some(HandshakeKind::Full), 0));
        }
    }
    let (certificate, key) = door::self_signed(&["localhost"], SystemTime::now()).expect("made");
    let door = door::server(&certificate, &key).expect("made");
    assert_eq!(door.max_early_data_size, 0);
    let mut eager = ClientConfig::clone(&door::client(&certificate, &["h2"]).expect("made"));
    eager.enable_early_data = true;
    let eager = Arc::new(eager);
    let (first, _) = shake(&eager, &door, "localhost").expect("a handshake");
    assert!(first.tls13_tickets_received() > 0, "browsers come again with less work");
    let name = ServerName::try_from("localhost").expect("a name");
    let mut again = ClientConnection::new(eager.clone(), name).expect("a client");
    assert!(again.early_data().is_none(), "the ticket allows none");
    let (again, _) = shake(&eager, &door, "localhost").expect("a handshake");
    assert_eq!(again.handshake_kind(), Some(HandshakeKind::Resumed));
}
