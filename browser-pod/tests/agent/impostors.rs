//! Who is refused by the real pod: what is certified wrongly or twice, and calls of those who are somebody else. What certificates are
//! refused in the handshake, `identity/tests/impostors.rs` tells.

use crate::pod::{Pod, Started, dial, reason};
use cobrowse_identity::ServerName;
use cobrowse_identity::authority::Authority;
use cobrowse_identity::enrollment::{self, PodKey};
use cobrowse_identity::name::{PeerName, PodUid};
use cobrowse_wire::v1;
use cobrowse_wire::v1::enrollment_service_client::EnrollmentServiceClient;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tonic::Code;
use tonic::transport::Channel;

const LIFE: Duration = Duration::from_secs(3_600);

/// Dials as if the pod were nobody yet.
async fn enrollment(address: &str) -> Result<EnrollmentServiceClient<Channel>, tonic::transport::Error> {
    let name = ServerName::try_from("pod.invalid").expect("a name");
    let config = enrollment::client().expect("a configuration");
    Ok(EnrollmentServiceClient::new(dial(address, config, name, Arc::default()).await?))
}

fn uid(text: &str) -> PodUid {
    PodUid::parse(text).expect(text)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_takes_one_certificate_of_its_own_key_and_name_and_only_once() {
    let mut started = Started::spawn(Stdio::piped(), &[]).await;
    started.until_chrome_is_taken_over().await;
    let authority = Authority::generate(SystemTime::now()).expect("an authority");
    let mut client = enrollment(started.address()).await.expect("it is nobody yet");
    let proof = client.enroll(v1::EnrollRequest {}).await.expect("enrolled").into_inner();
    let again =
        client.enroll(v1::EnrollRequest {}).await.expect("asked again, since an answer may be lost").into_inner();
    assert!(again.token == proof.token && !proof.signing_request.is_empty());
    let issue = |request: &[u8], uid: &PodUid| {
        authority.issue_pod(request, uid, SystemTime::now(), LIFE).expect("a certificate").to_vec()
    };
    let name = |text: &str| PeerName::Pod(uid(text)).to_string();
    let other = PodKey::generate().and_then(|key| key.signing_request()).expect("a request");
    let (good, foreign) = (issue(&proof.signing_request, &uid("pod-1")), issue(&other, &uid("pod-1")));
    let root = authority.certificate().to_vec();
    let rows = [
        ("another key's", vec![foreign], root.clone(), name("pod-1")),
        ("another name's", vec![good.clone()], root.clone(), name("pod-2")),
        ("the operator's name", vec![good.clone()], root.clone(), PeerName::Operator.to_string()),
        ("no name", vec![good.clone()], root.clone(), String::new()),
        ("the authority's own", vec![root.clone()], root.clone(), name("pod-1")),
        ("none", vec![], root.clone(), name("pod-1")),
        ("too many", vec![good.clone(); 5], root.clone(), name("pod-1")),
        ("no certificate", vec![b"0".to_vec()], root.clone(), name("pod-1")),
        ("no authority", vec![good.clone()], vec![], name("pod-1")),
    ];
    for (row, certificates, client_authority, name) in rows {
        let refused = client.certify(v1::CertifyRequest { certificates, client_authority, name }).await;
        assert_eq!(refused.expect_err(row).code(), Code::InvalidArgument, "{row}");
    }
    let address = started.address().to_owned();
    let certify = v1::CertifyRequest { certificates: vec![good], client_authority: root, name: name("pod-1") };
    client.certify(certify.clone()).await.expect("its own");
    assert!(client.certify(certify).await.is_err(), "certified twice");
    // Over a new one there is mutual TLS, and nobody is asked for a token.
    let replayed = match enrollment(&address).await {
        Ok(mut client) => client.enroll(v1::EnrollRequest {}).await.map(drop).is_ok(),
        Err(_) => false,
    };
    assert!(!replayed, "enrolled again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bound_pod_obeys_session_api_and_operator_alone_and_one_session_for_ever() {
    let mut pod = Pod::start().await;
    pod.bind(&["https://a.example".to_owned()]).await;
    pod.bind(&["https://a.example".to_owned()]).await;
    for _ in 0..2 {
        let other = pod.bind_as("s-other").await.expect_err("another session");
        assert_eq!((other.code(), reason(&other).as_str()), (Code::PermissionDenied, "OtherSession"));
    }
    let bind = || v1::BindRequest { session_id: "s-test".into(), ..v1::BindRequest::default() };
    for peer in [PeerName::Pod(uid("pod-1")), PeerName::Pod(uid("pod-2")), PeerName::EgressGateway] {
        let mut client = pod.as_peer(&peer).await.expect("of the same authority");
        let bound = client.bind(bind()).await.map(drop).expect_err("somebody else");
        let started = client.start(v1::StartRequest::default()).await.map(drop).expect_err("somebody else");
        let admitted = client.admit(v1::AdmitRequest::default()).await.map(drop).expect_err("somebody else");
        let told = client.execute(v1::ExecuteRequest::default()).await.map(drop).expect_err("somebody else");
        let watched = client.watch(v1::WatchRequest {}).await.map(drop).expect_err("somebody else");
        for status in [bound, started, admitted, told, watched] {
            assert_eq!(status.code(), Code::PermissionDenied, "{peer}: {status}");
        }
    }
    let mut door = pod.as_peer(&PeerName::SessionApi).await.expect("of the same authority");
    let adjusted = door.adjust(v1::AdjustRequest::default()).await.map(drop).expect_err("an administrator's wish");
    assert_eq!(adjusted.code(), Code::PermissionDenied, "{adjusted}");
    assert!(pod.try_as_stranger().await.is_err(), "of another authority");
}
