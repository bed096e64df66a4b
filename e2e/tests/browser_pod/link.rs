//! The test as operator and session-api of one pod: enrollment with the API server's word for the token, then mutual TLS.

use cobrowse_e2e::must;
use cobrowse_identity::authority::Authority;
use cobrowse_identity::name::{PeerName, PodUid};
use cobrowse_identity::{CertificateDer, ClientConfig, ServerName, enrollment, mutual};
use cobrowse_session::policy::LivePolicy;
use cobrowse_session::site::HostPattern;
use cobrowse_wire::BoundPolicy;
use cobrowse_wire::v1::enrollment_service_client::EnrollmentServiceClient;
use cobrowse_wire::v1::pod_service_client::PodServiceClient;
use cobrowse_wire::v1::{self, client_message, command, event, server_message, start_response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_rustls::TlsConnector;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;
use tonic::transport::{Channel, Endpoint};

pub(crate) const END_USER: &str = "p-user";
const SESSION: &str = "s-test";
/// How long one answer of the pod may take.
const PATIENCE: Duration = Duration::from_secs(40);
const LIFE: Duration = Duration::from_secs(3_600);

/// A connection to an enrolled pod.
pub(crate) struct Link {
    client: PodServiceClient<Channel>,
}

impl Link {
    /// Enrolls the pod of this address and UID, and connects as session-api.
    pub(crate) async fn enroll(address: &str, uid: &str) -> Self {
        let authority = Authority::generate(SystemTime::now()).expect("an authority");
        certify(&socket(address), &authority, &PodUid::parse(uid).expect("a uid")).await;
        Self::dial(address, uid, &authority).await
    }

    /// Connects as session-api to a pod that was enrolled under this authority.
    pub(crate) async fn dial(address: &str, uid: &str, authority: &Authority) -> Self {
        let identity = authority.issue_client(&PeerName::SessionApi, SystemTime::now(), LIFE).expect("a certificate");
        let config = mutual::client(authority.certificate(), &identity).expect("a configuration");
        let name = PeerName::Pod(PodUid::parse(uid).expect("a uid")).server_name();
        let channel = dial(&socket(address), config, name, Arc::default()).await;
        Self { client: PodServiceClient::new(channel) }
    }

    /// Gives the pod a session with one person, who may go to one site.
    pub(crate) async fn bind(&mut self, site: &str) {
        let sites = vec![HostPattern::parse(site).expect("a pattern")];
        let policy = BoundPolicy { sites, mask_selectors: Vec::new(), live: LivePolicy::default() };
        let request = v1::BindRequest {
            session_id: SESSION.into(),
            tenant: "northwind".into(),
            policy: Some(v1::Policy::from(&policy)),
            viewport: Some(v1::Viewport { width: 1_280, height: 720, scale_percent: 100, touch: false }),
            locale: "en-US".into(),
            timezone: "UTC".into(),
            participants: vec![participant(END_USER)],
        };
        self.client.bind(request).await.expect("bound");
    }

    /// Lets somebody in to a session that was bound for nobody: the end user.
    pub(crate) async fn admit(&mut self, who: &str) {
        self.client.admit(v1::AdmitRequest { participant: Some(participant(who)) }).await.expect("admitted");
    }

    /// Loads a page; how long its first picture took.
    pub(crate) async fn start(&mut self, url: &str) -> Result<Duration, String> {
        let request = v1::StartRequest { session_id: SESSION.into(), start_url: url.into(), query_follows: false };
        let started = async {
            let mut responses = self.client.start(request).await.expect("started").into_inner();
            responses.message().await.expect("an answer").expect("an outcome").outcome
        };
        match tokio::time::timeout(PATIENCE, started).await.expect("an outcome in time") {
            Some(start_response::Outcome::FirstPictureUs(micros)) => Ok(Duration::from_micros(micros)),
            Some(start_response::Outcome::Failure(reason)) => Err(reason),
            Some(start_response::Outcome::AwaitsQuery(_)) | None => Err("no outcome".into()),
        }
    }

    /// Attaches the live stream of a participant.
    pub(crate) async fn attach(&mut self, who: &str) -> Pictures {
        let (up, messages) = mpsc::channel(8);
        let codecs = vec![v1::Codec::H264.into()];
        let attach =
            v1::Attach { protocol_version: 1, participant: Some(participant(who)), codecs, ..v1::Attach::default() };
        let message = v1::ClientMessage { body: Some(client_message::Body::Attach(attach)) };
        up.send(v1::PodServiceAttachRequest { message: Some(message) }).await.expect("open");
        let down = self.client.attach(ReceiverStream::new(messages)).await.expect("attached").into_inner();
        Pictures { down, up }
    }

    /// Ends the session as its end user does.
    pub(crate) async fn end(&mut self) {
        let command = Some(v1::Command { id: 1, body: Some(command::Body::End(v1::EndCommand {})) });
        let request = v1::ExecuteRequest { participant_id: END_USER.into(), command, guidance: None };
        let result = self.client.execute(request).await.expect("executed").into_inner().result.expect("a result");
        assert!(result.ok, "{}", result.reason);
    }
}

/// What one participant sees.
pub(crate) struct Pictures {
    down: Streaming<v1::PodServiceAttachResponse>,
    /// Open as long as somebody watches.
    up: mpsc::Sender<v1::PodServiceAttachRequest>,
}

impl Pictures {
    /// What comes next. Pictures are acknowledged, as by somebody who looks.
    async fn next(&mut self) -> Option<server_message::Body> {
        let message = self.down.message().await.expect("a stream").expect("an open stream").message;
        let body = message.and_then(|message| message.body)?;
        if let Some((seq, _)) = picture(&body) {
            let ack = client_message::Body::Ack(v1::Ack { seq, decode_us: 1 });
            let message = Some(v1::ClientMessage { body: Some(ack) });
            // Behind its last picture the stream may have ended.
            let _ = self.up.send(v1::PodServiceAttachRequest { message }).await;
        }
        Some(body)
    }

    async fn until<T>(&mut self, mut wanted: impl FnMut(server_message::Body) -> Option<T>) -> T {
        let found = async {
            loop {
                if let Some(found) = self.next().await.and_then(&mut wanted) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, found).await.expect("what was waited for in time")
    }

    /// Looks for so long; how many bytes of pictures came.
    pub(crate) async fn look(&mut self, time: Duration) -> usize {
        let mut bytes = 0;
        let looking = async {
            loop {
                let body = self.next().await;
                bytes += body.as_ref().and_then(picture).map_or(0, |(_, picture)| picture.data.len());
            }
        };
        let _: Result<std::convert::Infallible, _> = tokio::time::timeout(time, looking).await;
        bytes
    }

    /// Waits until this page is there with its title, and pictures have come; gives the title.
    pub(crate) async fn until_shown(&mut self, page: &str) -> String {
        let (mut size, mut title) = (None, None);
        let seen = |body| {
            let server_message::Body::Event(v1::Event { body: Some(body), .. }) = body else { return None };
            match body {
                event::Body::Picture(picture) if picture.key => size = Some((picture.width, picture.height)),
                // What it is called may be told after it is there.
                event::Body::Navigation(there) if there.url == page && !there.loading && !there.title.is_empty() => {
                    title = Some(there.title);
                }
                _ => {}
            }
            size.zip(title.clone())
        };
        let (size, title) = self.until(seen).await;
        assert_eq!(size, (1_280, 720));
        title
    }

    /// Waits for the end of the stream, and gives the reason.
    pub(crate) async fn closed(&mut self) -> v1::EndReason {
        self.until(|body| match body {
            server_message::Body::Closed(closed) => Some(closed.end_reason()),
            _ => None,
        })
        .await
    }
}

/// The picture in a message, and its number.
fn picture(body: &server_message::Body) -> Option<(u64, &v1::Picture)> {
    match body {
        server_message::Body::Event(v1::Event { seq, body: Some(event::Body::Picture(picture)), .. }) => {
            Some((*seq, picture))
        }
        _ => None,
    }
}

/// Where a pod of this address listens.
fn socket(address: &str) -> String {
    format!("{address}:8700")
}

fn participant(id: &str) -> v1::Participant {
    let permissions = Some(v1::Permissions { view: true, point: true, act: true, clipboard: false });
    let role = v1::Role::EndUser.into();
    v1::Participant { id: id.into(), role, name: "Sam".into(), company: String::new(), permissions, connected: false }
}

/// Asks the API server whose token it is, and checks that the key to be certified is the connection's.
async fn certify(address: &str, authority: &Authority, uid: &PodUid) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let name = ServerName::try_from("pod.invalid").expect("a name");
    let channel = dial(address, enrollment::client().expect("a configuration"), name, Arc::clone(&seen)).await;
    let mut client = EnrollmentServiceClient::new(channel);
    let proof = client.enroll(v1::EnrollRequest {}).await.expect("enrolled").into_inner();
    assert_eq!(owner(&proof.token), uid.as_str());
    let certificates: Vec<CertificateDer<'static>> = seen.lock().expect("no panic while held").clone();
    enrollment::check_possession(Some(&certificates), &proof.signing_request).expect("the same key");
    let certificate = authority.issue_pod(&proof.signing_request, uid, SystemTime::now(), LIFE).expect("a certificate");
    let request = v1::CertifyRequest {
        certificates: vec![certificate.to_vec()],
        client_authority: authority.certificate().to_vec(),
        name: PeerName::Pod(uid.clone()).to_string(),
    };
    client.certify(request).await.expect("certified");
}

/// The uid of the pod whose token this is. It is good for enrollment alone.
fn owner(token: &str) -> String {
    let review = |audience: &str| -> Value {
        let object = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview",
            "spec": {"token": token, "audiences": [audience]}});
        let said = must(&["create", "-f", "-", "-o", "json"], &object.to_string()).expect("a review");
        serde_json::from_str(&said).expect("JSON")
    };
    assert_ne!(review("https://kubernetes.default.svc.cluster.local")["status"]["authenticated"], true);
    let review = review("cobrowse-enroll");
    assert_eq!(review["status"]["authenticated"], true, "the token is not the API server's");
    let extra = &review["status"]["user"]["extra"]["authentication.kubernetes.io/pod-uid"][0];
    extra.as_str().expect("a pod's uid").to_owned()
}

/// Dials, and notes the certificates of the other end.
async fn dial(
    address: &str,
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
    seen: Arc<Mutex<Vec<CertificateDer<'static>>>>,
) -> Channel {
    let (address, connector) = (address.to_owned(), TlsConnector::from(config));
    let connect = tower::service_fn(move |_| {
        let (address, connector, name, seen) = (address.clone(), connector.clone(), name.clone(), Arc::clone(&seen));
        async move {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let stream = connector.connect(name, stream).await?;
            let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default();
            *seen.lock().expect("no panic while held") =
                certificates.iter().map(|certificate| certificate.clone().into_owned()).collect();
            Ok::<_, std::io::Error>(TokioIo::new(stream))
        }
    });
    Endpoint::from_static("http://pod").connect_with_connector(connect).await.expect("TLS")
}
