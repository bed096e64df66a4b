//! Real handshakes in memory: who gets in with which certificate, and who does not.

use cobrowse_identity::authorities::{Authorities, PodClients};
use cobrowse_identity::authority::Authority;
use cobrowse_identity::enrollment::{self, PodKey};
use cobrowse_identity::name::{PeerName, PodUid};
use cobrowse_identity::{Error, door, mutual};
use rustls::{ClientConfig, ClientConnection, ServerConfig, ServerConnection};
use rustls_pki_types::ServerName;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const HOUR: Duration = Duration::from_secs(3600);

/// Both ends after a handshake, or the first error of either.
fn shake(
    client: &Arc<ClientConfig>,
    server: &Arc<ServerConfig>,
    name: ServerName<'static>,
) -> Result<(ClientConnection, ServerConnection), rustls::Error> {
    let mut client = ClientConnection::new(client.clone(), name)?;
    let mut server = ServerConnection::new(server.clone())?;
    for _ in 0..16 {
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
        if !client.is_handshaking() && !server.is_handshaking() && !client.wants_write() && !server.wants_write() {
            return Ok((client, server));
        }
    }
    panic!("the handshake did not end in 16 rounds")
}

struct Pod {
    uid: PodUid,
    server: Arc<ServerConfig>,
}

fn pod(authority: &Authority, uid: &str) -> Pod {
    let uid = PodUid::parse(uid).expect(uid);
    let key = PodKey::generate().expect("key");
    let request = key.signing_request().expect("request");
    let leaf = authority.issue_pod(&request, &uid, SystemTime::now(), HOUR).expect("certificate");
    let server = mutual::server(&key, vec![leaf], authority.certificate().clone()).expect("configuration");
    Pod { uid, server }
}

fn dialler(authority: &Authority, trusted: &Authority) -> Arc<ClientConfig> {
    let identity = authority.issue_client(&PeerName::SessionApi, SystemTime::now(), HOUR).expect("certificate");
    mutual::client(trusted.certificate(), &identity).expect("configuration")
}

#[test]
fn session_api_and_pod_know_each_other() {
    let authority = Authority::generate(SystemTime::now()).expect("authority");
    let pod = pod(&authority, "pod-1");
    let name = PeerName::Pod(pod.uid.clone()).server_name();
    let (client, server) = shake(&dialler(&authority, &authority), &pod.server, name).expect("handshake");
    assert_eq!(PeerName::of_peer(server.peer_certificates()).expect("name"), PeerName::SessionApi);
    assert_eq!(PeerName::of_peer(client.peer_certificates()).expect("name"), PeerName::Pod(pod.uid));
}

#[test]
fn a_pod_is_not_taken_for_another() {
    let authority = Authority::generate(SystemTime::now()).expect("authority");
    let pod = pod(&authority, "pod-1");
    let other = PeerName::parse("pod-2.pod.cobrowse.internal").expect("name").server_name();
    assert!(shake(&dialler(&authority, &authority), &pod.server, other).is_err());
}

#[test]
fn a_client_of_another_authority_is_refused() {
    let authority = Authority::generate(SystemTime::now()).expect("authority");
    let foreign = Authority::generate(SystemTime::now()).expect("authority");
    let pod = pod(&authority, "pod-1");
    let name = PeerName::Pod(pod.uid.clone()).server_name();
    assert!(shake(&dialler(&foreign, &authority), &pod.server, name).is_err());
}

#[test]
fn a_pods_certificate_does_not_make_it_a_client() {
    let authority = Authority::generate(SystemTime::now()).expect("authority");
    let uid = PodUid::parse("pod-1").expect("uid");
    let identity = authority.issue_client(&PeerName::Pod(uid), SystemTime::now(), HOUR).expect("certificate");
    let client = mutual::client(authority.certificate(), &identity).expect("configuration");
    let pod = pod(&authority, "pod-1");
    let (_, server) = shake(&client, &pod.server, PeerName::Pod(pod.uid).server_name()).expect("handshake");
    assert_ne!(PeerName::of_peer(server.peer_certificates()).expect("name"), PeerName::SessionApi);
}

#[test]
fn an_expired_certificate_is_refused() {
    let authority = Authority::generate(SystemTime::now()).expect("authority");
    let past = SystemTime::now() - 24 * HOUR;
    let identity = authority.issue_client(&PeerName::SessionApi, past, HOUR).expect("certificate");
    let client = mutual::client(authority.certificate(), &identity).expect("configuration");
    let pod = pod(&authority, "pod-1");
    assert!(shake(&client, &pod.server, PeerName::Pod(pod.uid).server_name()).is_err());
}

#[test]
fn enrollment_ties_the_request_to_the_connection() {
    let key = PodKey::generate().expect("key");
    let server = enrollment::server(&key, SystemTime::now()).expect("configuration");
    let client = enrollment::client().expect("configuration");
    let name = ServerName::try_from("127.0.0.1").expect("address");
    let (client, _) = shake(&client, &server, name).expect("handshake");
    let own = key.signing_request().expect("request");
    enrollment::check_possession(client.peer_certificates(), &own).expect("the pod's own request");
    let foreign = PodKey::generate().expect("key").signing_request().expect("request");
    let refused = enrollment::check_possession(client.peer_certificates(), &foreign);
    assert!(matches!(refused, Err(Error::KeyMismatch)));
}

#[test]
fn the_authority_survives_pem() {
    let authority = Authority::generate(SystemTime::now()).expect("authority");
    let (certificate, key) = authority.to_pem();
    let again = Authority::from_pem(&certificate, &key).expect("what was written");
    let pod = pod(&again, "pod-1");
    let name = PeerName::Pod(pod.uid.clone()).server_name();
    shake(&dialler(&authority, &authority), &pod.server, name).expect("handshake");
}

#[test]
fn a_malformed_request_is_an_error() {
    let authority = Authority::generate(SystemTime::now()).expect("authority");
    let uid = PodUid::parse("pod-1").expect("uid");
    for bytes in [&b""[..], b"\x30\x82\xff\xff", &[0; 64]] {
        assert!(authority.issue_pod(bytes, &uid, SystemTime::now(), HOUR).is_err());
    }
}

#[test]
fn the_door_opens_for_its_hosts() {
    let (certificate, key) = door::self_signed(&["localhost", "127.0.0.1"], SystemTime::now()).expect("certificate");
    let server = door::server(&certificate, &key).expect("configuration");
    let client = door::client(&certificate, &["h2"]).expect("configuration");
    let (client, _) = shake(&client, &server, ServerName::try_from("localhost").expect("name")).expect("handshake");
    assert_eq!(client.alpn_protocol(), Some(&b"h2"[..]));
    let other = door::client(&certificate, &["h2"]).expect("configuration");
    assert!(shake(&other, &server, ServerName::try_from("example.test").expect("name")).is_err());
}

/// A pod with its certificate of this authority, as client of the gateway.
fn pod_dialler(authority: &Authority, trusted: &Authority, uid: &str) -> Arc<ClientConfig> {
    let key = PodKey::generate().expect("key");
    let request = key.signing_request().expect("request");
    let uid = PodUid::parse(uid).expect(uid);
    let leaf = authority.issue_pod(&request, &uid, SystemTime::now(), HOUR).expect("certificate");
    mutual::pod_client(&key, vec![leaf], trusted.certificate().clone()).expect("configuration")
}

#[test]
fn pod_and_gateway_know_each_other_also_while_the_authority_changes() {
    let (old, new) = (Authority::generate(SystemTime::now()), Authority::generate(SystemTime::now()));
    let (old, new) = (old.expect("authority"), new.expect("authority"));
    let (certificate, key) = new.issue_gateway(SystemTime::now(), HOUR).expect("certificate");
    let authorities = format!("{}{}", old.to_pem().0, new.to_pem().0);
    let gateway = mutual::gateway(&certificate, &key, &authorities).expect("configuration");
    for authority in [&old, &new] {
        let pod = pod_dialler(authority, &new, "pod-1");
        let (client, server) = shake(&pod, &gateway, PeerName::EgressGateway.server_name()).expect("handshake");
        let uid = PodUid::parse("pod-1").expect("uid");
        assert_eq!(PeerName::of_peer(server.peer_certificates()).expect("name"), PeerName::Pod(uid));
        assert_eq!(PeerName::of_peer(client.peer_certificates()).expect("name"), PeerName::EgressGateway);
    }
    let foreign = Authority::generate(SystemTime::now()).expect("authority");
    let stranger = pod_dialler(&foreign, &new, "pod-1");
    assert!(shake(&stranger, &gateway, PeerName::EgressGateway.server_name()).is_err());
}

#[test]
fn a_gateway_of_two_authorities_shows_each_pod_the_one_it_knows() {
    let made = || Authority::generate(SystemTime::now()).expect("authority");
    let (old, new, foreign) = (made(), made(), made());
    let (one, other) = (old.issue_gateway(SystemTime::now(), HOUR), new.issue_gateway(SystemTime::now(), HOUR));
    let (one, other) = (one.expect("certificate"), other.expect("certificate"));
    let authorities = format!("{}{}", old.to_pem().0, new.to_pem().0);
    for (first, second) in [(&one, &other), (&other, &one)] {
        let second = Some((second.0.as_str(), second.1.as_str()));
        let gateway = mutual::gateway_of_two((&first.0, &first.1), second, &authorities).expect("configuration");
        for authority in [&old, &new] {
            let pod = pod_dialler(authority, authority, "pod-1");
            shake(&pod, &gateway, PeerName::EgressGateway.server_name()).expect("handshake");
        }
        let stranger = pod_dialler(&old, &foreign, "pod-1");
        assert!(shake(&stranger, &gateway, PeerName::EgressGateway.server_name()).is_err());
    }
}

#[test]
fn pods_of_both_authorities_are_dialled_each_by_its_own() {
    let made = || Authority::generate(SystemTime::now()).expect("authority");
    let (old, new, foreign) = (made(), made(), made());
    let pods = [&old, &new, &foreign].map(|authority| pod(authority, "pod-1"));
    let both = Authorities::new(new, Some(old)).expect("two names");
    let clients = PodClients::new(&both, &PeerName::Operator, SystemTime::now(), HOUR).expect("certificates");
    let name = || PeerName::parse("pod-1.pod.cobrowse.internal").expect("name").server_name();
    for (number, pod) in pods.iter().enumerate() {
        let tried: Vec<_> = clients.each().map(|client| shake(client, &pod.server, name())).collect();
        let served: Vec<bool> = tried.iter().map(Result::is_ok).collect();
        assert_eq!(served, [[false, true], [true, false], [false, false]][number]);
        for error in tried.into_iter().filter_map(Result::err) {
            assert!(mutual::is_of_another_authority(&std::io::Error::new(std::io::ErrorKind::InvalidData, error)));
        }
    }
    // A pod of the same authority under another name is another pod, and no other authority is tried for it.
    let other = PeerName::parse("pod-2.pod.cobrowse.internal").expect("name").server_name();
    let refused = shake(clients.each().next().expect("one"), &pods[1].server, other).map(drop).expect_err("its name");
    assert!(!mutual::is_of_another_authority(&std::io::Error::new(std::io::ErrorKind::InvalidData, refused)));
}

#[test]
fn two_authorities_of_one_name_are_refused() {
    let made = |name: &str| {
        let key = rcgen::KeyPair::generate().expect("key");
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        (params.self_signed(&key).expect("certificate").pem(), key.serialize_pem())
    };
    let (one, same, other) = (made("pods"), made("pods"), made("pods 2"));
    let both = |one: &(String, String), other: &(String, String)| {
        Authorities::from_pem((&one.0, &one.1), Some((&other.0, &other.1)))
    };
    assert!(matches!(both(&one, &same), Err(Error::SameName)));
    assert_eq!(both(&one, &other).expect("two names").all().count(), 2);
    assert!(both(&one, &one).is_ok(), "the same, renewed");
}
