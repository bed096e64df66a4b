//! A new pod proves by a token of the API server that it is the pod that was dialled, and gets a certificate for itself alone.

use super::Error;
use super::dial::{Dialer, connect, endpoint, name_of};
use crate::authority::Holding;
use crate::{names, seen};
use cobrowse_identity::name::PodUid;
use cobrowse_identity::{CertificateDer, enrollment};
use cobrowse_wire::v1::enrollment_service_client::EnrollmentServiceClient;
use cobrowse_wire::v1::{CertifyRequest, EnrollRequest, EnrollResponse};
use hyper_util::rt::TokioIo;
use k8s_openapi::api::authentication::v1::{TokenReview, TokenReviewSpec, TokenReviewStatus};
use kube::api::{Api, PostParams};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tonic::transport::Channel;

/// The whole of an enrollment.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest token that is taken for one.
const TOKEN_BYTES_MAX: usize = 16 << 10;
/// What the API server says of a token that is bound to a pod.
const POD_UID: &str = "authentication.kubernetes.io/pod-uid";

/// Enrolls pods.
pub struct Enroller {
    holding: Holding,
    reviews: Api<TokenReview>,
    /// The user name of browser pods' tokens.
    user: String,
    /// How long a certificate is valid: the longest life of a pod.
    life: Duration,
}

impl Enroller {
    /// For pods of this namespace, with the authority that signs at each enrollment.
    pub fn new(holding: Holding, client: kube::Client, namespace: &str, life: Duration) -> Self {
        let user = format!("system:serviceaccount:{namespace}:{}", names::SERVICE_ACCOUNT);
        Self { holding, reviews: Api::all(client), user, life }
    }

    /// Enrolls a pod, or finds that it is enrolled.
    pub async fn enroll(&self, dialer: &Dialer, pod: &seen::Pod) -> Result<(), Error> {
        let enrolled = async {
            if dialer.is_enrolled(pod).await? {
                return Ok(());
            }
            self.certify(dialer, pod).await?;
            // Its service comes up on the same port; ready is who answers there.
            for _ in 0..DIALS {
                if dialer.is_enrolled(pod).await? {
                    return Ok(());
                }
                tokio::time::sleep(DIAL_PAUSE).await;
            }
            Err(Error::Slow)
        };
        tokio::time::timeout(PATIENCE, enrolled).await.map_err(|_| Error::Slow)?
    }

    async fn certify(&self, dialer: &Dialer, pod: &seen::Pod) -> Result<(), Error> {
        let name = name_of(pod.uid)?;
        let tls = enrollment::client().map_err(Error::Identity)?;
        let stream = connect(dialer.place(pod)?, tls, name.server_name()).await.map_err(Error::Dial)?;
        let shown: Option<Vec<CertificateDer<'static>>> =
            stream.get_ref().1.peer_certificates().map(|chain| chain.iter().map(|c| c.clone().into_owned()).collect());
        let mut client = EnrollmentServiceClient::new(channel(stream).await?);
        let proof = client.enroll(EnrollRequest {}).await.map_err(|s| Error::Call(Box::new(s)))?.into_inner();
        enrollment::check_possession(shown.as_deref(), &proof.signing_request).map_err(Error::Identity)?;
        self.review(&proof, pod).await?;
        let uid = PodUid::parse(&pod.uid.to_string()).map_err(Error::Identity)?;
        let held = self.holding.borrow().clone();
        let authority = held.authorities.signing();
        let leaf = authority.issue_pod(&proof.signing_request, &uid, SystemTime::now(), self.life);
        let request = CertifyRequest {
            certificates: vec![leaf.map_err(Error::Identity)?.to_vec()],
            client_authority: authority.certificate().to_vec(),
            name: name.to_string(),
        };
        client.certify(request).await.map_err(|s| Error::Call(Box::new(s)))?;
        Ok(())
    }

    /// Whose token it is, the API server says.
    async fn review(&self, proof: &EnrollResponse, pod: &seen::Pod) -> Result<(), Error> {
        if proof.token.is_empty() || proof.token.len() > TOKEN_BYTES_MAX {
            return Err(Error::Impostor("it has no token"));
        }
        let audiences = Some(vec![names::ENROLL_AUDIENCE.to_owned()]);
        let spec = TokenReviewSpec { audiences, token: Some(proof.token.clone()) };
        let review = TokenReview { spec, ..TokenReview::default() };
        let answer = self.reviews.create(&PostParams::default(), &review).await;
        let status = answer.map_err(|error| Error::Review(Box::new(error)))?.status.unwrap_or_default();
        check(&status, &self.user, &pod.uid.to_string())
    }
}

/// So often and so far apart a certified pod is dialled until its service is up.
const DIALS: usize = 40;
const DIAL_PAUSE: Duration = Duration::from_millis(50);

fn check(status: &TokenReviewStatus, user: &str, pod: &str) -> Result<(), Error> {
    let info = status.user.clone().unwrap_or_default();
    let fit = |audience: &String| audience == names::ENROLL_AUDIENCE;
    let pods = info.extra.as_ref().and_then(|extra| extra.get(POD_UID)).cloned().unwrap_or_default();
    let checks = [
        (status.authenticated == Some(true), "the token is not valid"),
        (status.audiences.iter().flatten().any(fit), "the token is for others"),
        (info.username.as_deref() == Some(user), "the token is no browser pod's"),
        (pods.len() == 1 && pods[0] == pod, "the token is another pod's"),
    ];
    match checks.into_iter().find(|(holds, _)| !holds) {
        None => Ok(()),
        Some((_, why)) => Err(Error::Impostor(why)),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const USER: &str = "system:serviceaccount:cobrowse:cobrowse-browser-pod";

    fn status(change: impl FnOnce(&mut serde_json::Value)) -> TokenReviewStatus {
        let mut status = json!({"authenticated": true, "audiences": ["cobrowse-enroll"],
            "user": {"username": USER, "extra": {POD_UID: ["a-pod"]}}});
        change(&mut status);
        serde_json::from_value(status).expect("a status")
    }

    #[test]
    fn only_the_dialled_pod_s_own_token_counts() {
        assert!(check(&status(|_| {}), USER, "a-pod").is_ok());
        let wrong: [(&str, TokenReviewStatus); 6] = [
            ("not valid", status(|status| status["authenticated"] = json!(false))),
            ("for others", status(|status| status["audiences"] = json!(["https://kubernetes.default.svc"]))),
            ("for others", status(|status| status["audiences"] = json!(null))),
            (
                "no browser pod's",
                status(|status| status["user"]["username"] = json!("system:serviceaccount:cobrowse:default")),
            ),
            ("another pod's", status(|status| status["user"]["extra"] = json!({POD_UID: ["other"]}))),
            ("another pod's", status(|status| status["user"]["extra"] = json!(null))),
        ];
        for (words, status) in wrong {
            let refused = check(&status, USER, "a-pod").expect_err(words).to_string();
            assert!(refused.contains(words), "{refused}");
        }
    }
}
