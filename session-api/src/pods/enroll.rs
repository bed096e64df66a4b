//! A new pod proves that it is the one that was started, and gets a certificate for itself alone.

use super::dial::{connect, endpoint};
use super::{Enrolled, Error, Running};
use cobrowse_identity::CertificateDer;
use cobrowse_identity::authority::Authority;
use cobrowse_identity::enrollment;
use cobrowse_identity::name::{PeerName, PodUid};
use cobrowse_wire::v1::enrollment_service_client::EnrollmentServiceClient;
use cobrowse_wire::v1::{CertifyRequest, EnrollRequest, EnrollResponse};
use hyper_util::rt::TokioIo;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tonic::transport::Channel;

/// A pod's life at most: longer than the longest session.
const POD_LIFE: Duration = Duration::from_secs(24 * 3600);
/// The whole of the enrollment.
const PATIENCE: Duration = Duration::from_secs(10);

/// Enrolls a pod that listens.
pub async fn enroll(authority: &Authority, running: Running) -> Result<Enrolled, Error> {
    let enrolled = tokio::time::timeout(PATIENCE, certify(authority, &running)).await.map_err(|_| Error::Slow);
    match enrolled.and_then(|result| result) {
        Ok(uid) => Ok(Enrolled { uid, running }),
        Err(error) => {
            running.stop.cancel();
            Err(error)
        }
    }
}

async fn certify(authority: &Authority, running: &Running) -> Result<PodUid, Error> {
    let tls = enrollment::client().map_err(Error::Identity)?;
    let uid = PodUid::parse(&crate::hex::encode(&crate::clock::random::<16>())).map_err(Error::Identity)?;
    let name = PeerName::Pod(uid.clone());
    let stream = connect(running.address, tls, name.server_name()).await.map_err(Error::Dial)?;
    let shown: Option<Vec<CertificateDer<'static>>> =
        stream.get_ref().1.peer_certificates().map(|chain| chain.iter().map(|c| c.clone().into_owned()).collect());
    let mut client = EnrollmentServiceClient::new(channel(stream).await?);
    let proof = client.enroll(EnrollRequest {}).await.map_err(|s| Error::Call(Box::new(s)))?.into_inner();
    check(&proof, running, shown.as_deref())?;
    let leaf = authority.issue_pod(&proof.signing_request, &uid, SystemTime::now(), POD_LIFE);
    let request = CertifyRequest {
        certificates: vec![leaf.map_err(Error::Identity)?.to_vec()],
        client_authority: authority.certificate().to_vec(),
        name: name.to_string(),
    };
    client.certify(request).await.map_err(|s| Error::Call(Box::new(s)))?;
    Ok(uid)
}

fn check(proof: &EnrollResponse, running: &Running, shown: Option<&[CertificateDer<'static>]>) -> Result<(), Error> {
    enrollment::check_possession(shown, &proof.signing_request).map_err(Error::Identity)?;
    let same = aws_lc_rs::constant_time::verify_slices_are_equal(proof.token.as_bytes(), running.token.as_bytes());
    same.map_err(|_| Error::Token)
}

/// A channel over this one connection: the proof counts for it alone, so it is never opened a second time.
async fn channel(stream: TlsStream<TcpStream>) -> Result<Channel, Error> {
    let once = Mutex::new(Some(stream));
    let connector = tower::service_fn(move |_: http::Uri| {
        let stream = once.lock().ok().and_then(|mut stream| stream.take());
        std::future::ready(
            stream.map(TokioIo::new).ok_or_else(|| std::io::Error::from(std::io::ErrorKind::NotConnected)),
        )
    });
    endpoint().connect_with_connector(connector).await.map_err(Error::Channel)
}
