//! Who may connect at all, and with which grant.

use crate::pod::{Pod, identity, refused};
use crate::website::{browse, echoes, shop};
use crate::world::{HOUR, POD, SOON, World, grant};
use bytes::Bytes;
use cobrowse_egress_gateway::gateway::Times;
use cobrowse_identity::authority::Authority;
use cobrowse_identity::grant::{Grant, GrantKey};
use cobrowse_identity::name::{PeerName, PodUid};
use cobrowse_identity::{door, mutual};
use http::{Method, Request};
use http_body_util::Full;
use std::time::{Duration, SystemTime};

const TARGET: &str = "shop.example.com:443";

/// Whether the gateway answers a request of this connection.
async fn is_served(pod: std::io::Result<Pod>) -> bool {
    match pod {
        // TLS 1.3 tells a client only afterwards that its certificate was refused.
        Ok(pod) => pod.show(b"").await != Err(refused(0, "the connection ended")),
        Err(_) => false,
    }
}

#[tokio::test]
async fn only_pods_of_the_installation_are_served() {
    let world = World::new().await;
    let foreign = Authority::generate(SystemTime::now()).expect("an authority");
    assert!(is_served(Pod::dial(&world, POD).await).await);
    let stranger = identity(&foreign, &world.authority, POD);
    assert!(!is_served(Pod::dial_as(world.address, stranger).await).await);
    for name in [PeerName::SessionApi, PeerName::Operator, PeerName::EgressGateway] {
        let client = world.authority.issue_client(&name, SystemTime::now(), HOUR).expect("a certificate");
        let tls = mutual::client(world.authority.certificate(), &client).expect("a configuration");
        assert!(!is_served(Pod::dial_as(world.address, tls).await).await, "{name}");
    }
    let old = SystemTime::now() - 24 * HOUR;
    let name = PeerName::Pod(PodUid::parse(POD).expect("a uid"));
    let expired = world.authority.issue_client(&name, old, HOUR).expect("a certificate");
    let tls = mutual::client(world.authority.certificate(), &expired).expect("a configuration");
    assert!(!is_served(Pod::dial_as(world.address, tls).await).await, "an expired certificate");
    let nobody = door::client(&world.authority.to_pem().0, &["h2"]).expect("a configuration");
    assert!(!is_served(Pod::dial_as(world.address, nobody).await).await, "without a certificate");
    assert!(world.metrics().contains("cobrowse_egress_handshake_failures_total 6"), "{}", world.metrics());
}

#[tokio::test]
async fn without_a_good_grant_nothing_is_opened() {
    let world = World::new().await;
    let _website = shop(&world, &["shop.example.com"], "93.184.216.34:443").await;
    let pod = world.pod().await;
    let good = world.key.sign(&grant()).expect("a grant");
    let other = Grant { pod: PodUid::parse("00000000-0000-0000-0000-000000000007").expect("a uid"), ..grant() };
    let hour_ago = |time: SystemTime| time - HOUR;
    let expired = Grant { issued_at: hour_ago(grant().issued_at), expires_at: hour_ago(grant().expires_at), ..grant() };
    let ahead = Grant { issued_at: grant().issued_at + HOUR, expires_at: grant().expires_at + HOUR, ..grant() };
    let useless = Grant { sites: vec!["*.com".to_owned()], ..grant() };
    let nothing = Grant { limits: cobrowse_identity::grant::GrantLimits { bytes: 0, ..grant().limits }, ..grant() };
    let mut forged = good.clone();
    forged[40] ^= 1;
    let unknown = [&good[..1], &[2], &good[2..]].concat();
    let sign = |grant: &Grant| world.key.sign(grant).expect("a grant");
    let foreign = GrantKey::generate().expect("a key").sign(&grant()).expect("a grant");
    let cases = [
        (Vec::new(), "GrantCut"),
        (good[..good.len() - 1].to_vec(), "GrantForged"),
        (vec![b'x'; 100], "GrantVersion"),
        (vec![1; 200 << 10], "GrantTooLong"),
        (unknown, "GrantAlgorithm"),
        (foreign, "GrantKeyUnknown"),
        (forged, "GrantForged"),
        (sign(&other), "GrantOfOtherPod"),
        (sign(&expired), "GrantExpired"),
        (sign(&ahead), "GrantNotYet"),
        (sign(&useless), "GrantMalformed"),
        (sign(&nothing), "GrantMalformed"),
    ];
    for (bytes, word) in cases {
        assert_eq!(pod.show(&bytes).await, Err(refused(407, word)), "{word}");
        assert_eq!(pod.connect(TARGET).await.map(|_| ()), Err(refused(407, "GrantMissing")), "{word}");
    }
    assert_eq!(pod.show(&good).await, Ok(()));
    assert!(pod.connect(TARGET).await.is_ok());
    // Another pod that got hold of it has no use of it.
    let thief = Pod::dial(&world, "00000000-0000-0000-0000-000000000007").await.expect("a connection");
    assert_eq!(thief.show(&good).await, Err(refused(407, "GrantOfOtherPod")));
    assert_eq!(thief.connect(TARGET).await.map(|_| ()), Err(refused(407, "GrantMissing")));
}

#[tokio::test]
async fn a_bad_renewal_leaves_the_good_grant_and_another_session_s_is_none() {
    let world = World::new().await;
    let _website = shop(&world, &["shop.example.com"], "93.184.216.34:443").await;
    let pod = world.granted(grant()).await;
    assert_eq!(pod.show(b"nonsense").await, Err(refused(407, "GrantCut")));
    for other in [Grant { session: "s-2".to_owned(), ..grant() }, Grant { tenant: "contoso".to_owned(), ..grant() }] {
        let shown = pod.show(&world.key.sign(&other).expect("a grant")).await;
        assert_eq!(shown, Err(refused(407, "GrantOfOtherSession")));
    }
    assert!(pod.connect(TARGET).await.is_ok());
    // A renewal counts at once, also when it opens less.
    let less = Grant { sites: Vec::new(), listed: Vec::new(), ..grant() };
    assert_eq!(pod.show(&world.key.sign(&less).expect("a grant")).await, Ok(()));
    assert_eq!(pod.connect(TARGET).await.map(|_| ()), Err(refused(403, "HostNotAllowed")));
}

/// One that is good for two seconds yet.
fn brief() -> Grant {
    let part = Duration::from_secs(298);
    Grant { issued_at: grant().issued_at - part, expires_at: grant().expires_at - part, ..grant() }
}

#[tokio::test]
async fn a_grant_that_is_over_opens_nothing_and_ends_what_is_open_after_a_grace() {
    let times = Times { grace: Duration::from_millis(500), ..Times::default() };
    let world = World::with(times, SOON).await;
    let website = shop(&world, &["shop.example.com"], "93.184.216.34:443").await;
    let pod = world.granted(brief()).await;
    let tunnel = pod.connect(TARGET).await.expect("a tunnel");
    let mut page = browse(&website, tunnel, "shop.example.com").await.expect("a page");
    while pod.connect(TARGET).await.is_ok() {}
    assert_eq!(pod.connect(TARGET).await.map(|_| ()), Err(refused(407, "GrantExpired")));
    echoes(&mut page, b"what is open has its grace").await.expect("an echo");
    let _ = crate::website::rest(&mut page).await;
    assert!(world.metrics().contains("reason=\"GrantExpired\"} 1"), "{}", world.metrics());
    assert_eq!(pod.show(&world.key.sign(&grant()).expect("a grant")).await, Ok(()));
    assert!(pod.connect(TARGET).await.is_ok());
}

#[tokio::test]
async fn nothing_else_is_served() {
    let world = World::new().await;
    let pod = world.granted(grant()).await;
    for (method, path) in
        [(Method::GET, "/v1/grant"), (Method::POST, "/v1/grant"), (Method::GET, "/metrics"), (Method::PUT, "/")]
    {
        let request =
            Request::builder().method(method).uri(format!("https://gateway{path}")).body(Full::<Bytes>::default());
        let answer = pod.ask(request.expect("a request")).await.map(|_| ());
        assert_eq!(answer, Err(refused(404, "UnknownRequest")));
    }
}
