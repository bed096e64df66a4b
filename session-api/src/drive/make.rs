//! From claim to a bound pod. Nothing is loaded before the store knows which pod it is.

use super::Drive;
use crate::pods::warm::{Pod, Pods};
use crate::pods::{self, dial::Dialer};
use crate::sessions::links::{self, Place};
use crate::store::Stored;
use crate::traces::carry;
use cobrowse_session::waiting::{Event, Row};
use cobrowse_wire::BoundPolicy;
use cobrowse_wire::v1::pod_service_client::PodServiceClient;
use cobrowse_wire::v1::{BindRequest, Participant, Policy, Viewport};
use std::time::Duration;
use tonic::transport::Channel;

/// How often the claim is renewed while a browser is made: a few times in its lease.
const RENEW: Duration = Duration::from_secs(8);
/// A certified pod brings its service up on the same port; so often and so far apart it is tried.
const DIALS: usize = 40;
const DIAL_PAUSE: Duration = Duration::from_millis(50);

/// A pod that knows its session.
pub(super) struct Made {
    pub(super) pod: Pod,
    pub(super) client: PodServiceClient<Channel>,
}

impl Drive {
    /// Makes the browser. The failure is a stable CamelCase reason.
    pub(super) async fn make(&self, pods: &Pods, claimed: &Stored) -> Result<Made, &'static str> {
        let made = self.bind(pods, claimed);
        tokio::pin!(made);
        loop {
            tokio::select! {
                made = &mut made => return made,
                () = tokio::time::sleep(RENEW) => {
                    let by = self.sessions.parts().replica.clone();
                    self.change(Event::ClaimStarted { by }).await.map_err(|refusal| refusal.reason())?;
                }
                () = self.stop.cancelled() => return Err("Draining"),
            }
        }
    }

    async fn bind(&self, pods: &Pods, claimed: &Stored) -> Result<Made, &'static str> {
        let parts = self.sessions.parts();
        let pod = pods.take().await.map_err(|error| {
            tracing::error!(session_id = %self.id, error = %crate::chain(&error), "there is no pod");
            reason(&error)
        })?;
        let place = Place { address: pod.enrolled.running.address, uid: pod.enrolled.uid.clone() };
        let channel = dial(parts.links.dialer(), &place).await.map_err(|error| {
            tracing::error!(session_id = %self.id, error = %crate::chain(&error), "a pod cannot be dialled");
            reason(&error)
        })?;
        let mut client = links::client(channel.clone());
        client.bind(carry(self.request(claimed)?)).await.map_err(|status| {
            tracing::error!(session_id = %self.id, code = ?status.code(), "a pod refused its session");
            "BindRefused"
        })?;
        self.grant(pods, &place.uid, client.clone()).await?;
        parts.links.keep(&self.id, channel);
        let bound = Event::ClaimBound { by: parts.replica.clone(), pod: place.to_text() };
        self.change(bound).await.map_err(|refusal| refusal.reason())?;
        Ok(Made { pod, client })
    }

    fn request(&self, claimed: &Stored) -> Result<BindRequest, &'static str> {
        let (row, start) = (&claimed.row, &claimed.start);
        let tenants = self.sessions.parts().tenants.now();
        let tenant = tenants.get(&row.tenant).ok_or("TenantGone")?;
        let policy = BoundPolicy {
            sites: tenant.sites.clone(),
            mask_selectors: tenant.mask_selectors.clone(),
            live: tenant.policy.live(start.touch),
        };
        Ok(BindRequest {
            session_id: row.id.to_string(),
            tenant: row.tenant.to_string(),
            policy: Some(Policy::from(&policy)),
            viewport: Some(Viewport {
                width: start.width,
                height: start.height,
                scale_percent: start.scale_percent,
                touch: start.touch,
            }),
            locale: start.locale.clone(),
            timezone: start.timezone.clone(),
            participants: allowed(row),
        })
    }
}

fn allowed(row: &Row) -> Vec<Participant> {
    row.allowed().map(|person| Participant::from(&person.participant)).collect()
}

pub(super) async fn dial(dialer: &Dialer, place: &Place) -> Result<Channel, pods::Error> {
    let mut last = pods::Error::Slow;
    for _ in 0..DIALS {
        match dialer.dial(place.address, &place.uid).await {
            Ok(channel) => return Ok(channel),
            Err(error) => last = error,
        }
        tokio::time::sleep(DIAL_PAUSE).await;
    }
    Err(last)
}

pub(super) fn reason(error: &pods::Error) -> &'static str {
    match error {
        pods::Error::Full => "NoRoom",
        pods::Error::Draining => "Draining",
        pods::Error::Spawn { .. } | pods::Error::NoAddress(_) => "BrowserNotStarted",
        pods::Error::Slow => "BrowserSlow",
        _ => "BrowserUnreachable",
    }
}
