//! Who is refused, by real handshakes in memory: each row is a certificate that somebody could show, at each listener and to each
//! dialler of ours. Tokens, replays and calls are refused elsewhere: `browser-pod/tests/agent/impostors.rs` and
//! `e2e/tests/operator/impostors.rs`.

use cobrowse_identity::authority::Authority;
use cobrowse_identity::enrollment::{self, PodKey};
use cobrowse_identity::mutual;
use cobrowse_identity::name::{PeerName, PodUid};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose as Usage, Issuer, KeyPair, SanType};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, ServerConfig, ServerConnection, SignatureScheme};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const HOUR: Duration = Duration::from_secs(3600);
const POD: &str = "pod-1.pod.cobrowse.internal";
const OTHER_POD: &str = "pod-2.pod.cobrowse.internal";
const SESSION_API: &str = "session-api.cobrowse.internal";
const OPERATOR: &str = "operator.cobrowse.internal";
const GATEWAY: &str = "egress-gateway.cobrowse.internal";

/// A chain and the key that its holder has.
struct Shown {
    chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
}

/// Whose certificates are made here, as our own authority or as anybody.
struct Maker(Issuer<'static, KeyPair>, CertificateDer<'static>);

impl Maker {
    fn of(authority: &Authority) -> Self {
        let (certificate, key) = authority.to_pem();
        let issuer =
            Issuer::from_ca_cert_pem(&certificate, KeyPair::from_pem(&key).expect("a key")).expect("an issuer");
        Self(issuer, authority.certificate().clone())
    }

    /// A leaf with these names and usages, valid from and to so many hours from now.
    fn leaf(&self, names: &[&str], usages: &[Usage], (from, to): (i64, i64)) -> Shown {
        let key = KeyPair::generate().expect("a key");
        let leaf = params(names, usages, (from, to)).signed_by(&key, &self.0).expect("a certificate");
        Shown { chain: vec![leaf.der().clone()], key }
    }

    fn good(&self, name: &str, usages: &[Usage]) -> Shown {
        self.leaf(&[name], usages, (-1, 1))
    }

    /// A leaf that the holder of one of our leaves signed.
    fn below(&self, name: &str, usages: &[Usage]) -> Shown {
        let above = self.good(POD, &[Usage::ServerAuth, Usage::ClientAuth]);
        let (certificate, params) = (above.chain[0].clone(), params(&[POD], &[], (-1, 1)));
        let mut below = Self(Issuer::new(params, above.key), certificate.clone()).good(name, usages);
        below.chain.push(certificate);
        below
    }
}

fn params(names: &[&str], usages: &[Usage], (from, to): (i64, i64)) -> CertificateParams {
    let at = |hours: i64| {
        let distance = HOUR * u32::try_from(hours.unsigned_abs()).expect("few");
        if hours < 0 { SystemTime::now() - distance } else { SystemTime::now() + distance }
    };
    let mut params = CertificateParams::default();
    params.distinguished_name.push(rcgen::DnType::CommonName, names.first().copied().unwrap_or(SESSION_API));
    params.subject_alt_names = names.iter().map(|name| SanType::DnsName((*name).try_into().expect("a name"))).collect();
    params.extended_key_usages = usages.to_vec();
    (params.not_before, params.not_after) = (at(from).into(), at(to).into());
    params
}

fn self_made(name: &str, usages: &[Usage]) -> Shown {
    let key = KeyPair::generate().expect("a key");
    let leaf = params(&[name], usages, (-1, 1)).self_signed(&key).expect("a certificate");
    Shown { chain: vec![leaf.der().clone()], key }
}

/// Somebody's certificate in the hands of somebody else.
fn stolen(shown: Shown) -> Shown {
    Shown { key: KeyPair::generate().expect("a key"), ..shown }
}

impl Shown {
    /// What signs with the key that is there, whether it fits or not.
    fn signer(&self) -> Arc<SingleCertAndKey> {
        let key = PrivateKeyDer::try_from(self.key.serialize_der()).expect("a key");
        let key = aws_lc_rs::sign::any_supported_type(&key).expect("a key");
        Arc::new(SingleCertAndKey::from(CertifiedKey::new(self.chain.clone(), key)))
    }
}

/// Takes every server: whoever attacks does not care whom he attacks.
#[derive(Debug)]
struct Anybody(CryptoProvider);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// A client of the attacker's, with this certificate or none.
fn attacker(shown: Option<&Shown>) -> Arc<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("versions").dangerous();
    let builder = builder.with_custom_certificate_verifier(Arc::new(Anybody(aws_lc_rs::default_provider())));
    Arc::new(match shown {
        Some(shown) => builder.with_client_cert_resolver(shown.signer()),
        None => builder.with_no_client_auth(),
    })
}

/// A server of the attacker's, which takes every client.
fn trap(shown: &Shown) -> Arc<ServerConfig> {
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
    Arc::new(builder.with_cert_resolver(shown.signer()))
}

/// Both ends after a handshake, or the first error of either.
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

/// Whom a server takes its client for.
fn taken_for(client: &Arc<ClientConfig>, server: &Arc<ServerConfig>, name: &str) -> Option<PeerName> {
    let (_, server) = shake(client, server, name).ok()?;
    PeerName::of_peer(server.peer_certificates()).ok()
}

fn authority() -> Authority {
    Authority::generate(SystemTime::now()).expect("an authority")
}

/// What an enrolled pod serves.
fn pod(authority: &Authority) -> Arc<ServerConfig> {
    let (key, chain) = enrolled(authority);
    mutual::server(&key, chain, authority.certificate().clone()).expect("a configuration")
}

fn enrolled(authority: &Authority) -> (PodKey, Vec<CertificateDer<'static>>) {
    let (key, uid) = (PodKey::generate().expect("a key"), PodUid::parse("pod-1").expect("a uid"));
    let request = key.signing_request().expect("a request");
    let leaf = authority.issue_pod(&request, &uid, SystemTime::now(), HOUR).expect("a certificate");
    (key, vec![leaf])
}

#[test]
fn nobody_but_session_api_and_operator_is_taken_for_them_by_a_pod() {
    let (ours, theirs) = (authority(), authority());
    let (own, foreign) = (Maker::of(&ours), Maker::of(&theirs));
    let (client, server, both) = ([Usage::ClientAuth], [Usage::ServerAuth], [Usage::ServerAuth, Usage::ClientAuth]);
    let pod = pod(&ours);
    for name in [SESSION_API, OPERATOR] {
        let good = attacker(Some(&own.good(name, &client)));
        assert_eq!(taken_for(&good, &pod, POD), Some(PeerName::parse(name).expect("ours")), "an open control");
    }
    let rows = [
        ("none", None),
        ("self-made", Some(self_made(SESSION_API, &client))),
        ("of another authority", Some(foreign.good(SESSION_API, &client))),
        ("of another authority, the operator's", Some(foreign.good(OPERATOR, &client))),
        ("expired", Some(own.leaf(&[SESSION_API], &client, (-3, -1)))),
        ("not yet valid", Some(own.leaf(&[SESSION_API], &client, (1, 3)))),
        ("for servers alone", Some(own.good(SESSION_API, &server))),
        ("another pod's", Some(own.good(OTHER_POD, &both))),
        ("the pod's own", Some(own.good(POD, &both))),
        ("the gateway's", Some(own.good(GATEWAY, &both))),
        ("two names", Some(own.leaf(&[SESSION_API, OPERATOR], &client, (-1, 1)))),
        ("a pod's name besides", Some(own.leaf(&[SESSION_API, POD], &client, (-1, 1)))),
        ("no name but the common one", Some(own.leaf(&[], &client, (-1, 1)))),
        ("every name", Some(own.leaf(&["*.cobrowse.internal"], &client, (-1, 1)))),
        ("a name around ours", Some(own.good("session-api.cobrowse.internal.example.com", &client))),
        ("a name below ours", Some(own.good("x.session-api.cobrowse.internal", &client))),
        ("signed by a pod", Some(own.below(SESSION_API, &client))),
        ("stolen, without its key", Some(stolen(own.good(SESSION_API, &client)))),
        (
            "the authority's own, without its key",
            Some(stolen(Shown { chain: vec![own.1.clone()], ..self_made(POD, &[]) })),
        ),
    ];
    for (row, shown) in rows {
        let taken = taken_for(&attacker(shown.as_ref()), &pod, POD);
        assert!(!matches!(taken, Some(PeerName::SessionApi | PeerName::Operator)), "{row}: {taken:?}");
    }
}

#[test]
fn nobody_but_a_pod_is_taken_for_one_by_the_gateway() {
    let (ours, theirs) = (authority(), authority());
    let (own, foreign) = (Maker::of(&ours), Maker::of(&theirs));
    let (client, server, both) = ([Usage::ClientAuth], [Usage::ServerAuth], [Usage::ServerAuth, Usage::ClientAuth]);
    let (certificate, key) = ours.issue_gateway(SystemTime::now(), HOUR).expect("a certificate");
    let gateway = mutual::gateway(&certificate, &key, &ours.to_pem().0).expect("a configuration");
    let good = attacker(Some(&own.good(POD, &both)));
    assert_eq!(taken_for(&good, &gateway, GATEWAY), Some(PeerName::parse(POD).expect("ours")), "an open control");
    let rows = [
        ("none", None),
        ("self-made, as before its enrollment", Some(self_made(POD, &both))),
        ("of another authority", Some(foreign.good(POD, &both))),
        ("expired", Some(own.leaf(&[POD], &both, (-3, -1)))),
        ("not yet valid", Some(own.leaf(&[POD], &both, (1, 3)))),
        ("for servers alone", Some(own.good(POD, &server))),
        ("session-api's", Some(own.good(SESSION_API, &client))),
        ("the operator's", Some(own.good(OPERATOR, &client))),
        ("the gateway's own", Some(own.good(GATEWAY, &server))),
        ("two pods'", Some(own.leaf(&[POD, OTHER_POD], &both, (-1, 1)))),
        ("every pod's", Some(own.leaf(&["*.pod.cobrowse.internal"], &both, (-1, 1)))),
        ("signed by a pod", Some(own.below(OTHER_POD, &both))),
        ("stolen, without its key", Some(stolen(own.good(POD, &both)))),
    ];
    for (row, shown) in rows {
        let taken = taken_for(&attacker(shown.as_ref()), &gateway, GATEWAY);
        assert!(!matches!(taken, Some(PeerName::Pod(_))), "{row}: {taken:?}");
    }
}

#[test]
fn no_other_server_is_dialled_for_a_pod_or_for_the_gateway() {
    let (ours, theirs) = (authority(), authority());
    let (own, foreign) = (Maker::of(&ours), Maker::of(&theirs));
    let (client, server, both) = ([Usage::ClientAuth], [Usage::ServerAuth], [Usage::ServerAuth, Usage::ClientAuth]);
    let identity = ours.issue_client(&PeerName::SessionApi, SystemTime::now(), HOUR).expect("a certificate");
    let program = mutual::client(ours.certificate(), &identity).expect("a configuration");
    let (key, chain) = enrolled(&ours);
    let from_pod = mutual::pod_client(&key, chain, ours.certificate().clone()).expect("a configuration");
    assert!(shake(&program, &trap(&own.good(POD, &both)), POD).is_ok(), "an open control");
    assert!(shake(&from_pod, &trap(&own.good(GATEWAY, &server)), GATEWAY).is_ok(), "an open control");
    for (dialler, name, other) in [(&program, POD, OTHER_POD), (&from_pod, GATEWAY, POD)] {
        let rows = [
            ("self-made", self_made(name, &both)),
            ("of another authority", foreign.good(name, &both)),
            ("expired", own.leaf(&[name], &both, (-3, -1))),
            ("not yet valid", own.leaf(&[name], &both, (1, 3))),
            ("for clients alone", own.good(name, &client)),
            ("another one's", own.good(other, &both)),
            ("session-api's", own.good(SESSION_API, &client)),
            ("no name but the common one", own.leaf(&[], &both, (-1, 1))),
            ("signed by a pod", own.below(name, &both)),
            ("stolen, without its key", stolen(own.good(name, &both))),
        ];
        for (row, shown) in rows {
            assert!(shake(dialler, &trap(&shown), name).is_err(), "{row}, for {name}");
        }
    }
    let fresh = enrollment::server(&PodKey::generate().expect("a key"), SystemTime::now()).expect("a configuration");
    assert!(shake(&program, &fresh, POD).is_err(), "a pod that is not enrolled");
}
