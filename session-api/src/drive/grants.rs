//! What a child's pod shows the gateway: handed over before it loads anything, and renewed while the session lasts. On a cluster the
//! operator does so.

use super::{AGAIN, Drive};
use crate::pods::grants;
use crate::pods::warm::Pods;
use crate::traces::carry;
use cobrowse_identity::grant::RENEW_AFTER;
use cobrowse_identity::name::PodUid;
use cobrowse_wire::v1::GrantRequest;
use cobrowse_wire::v1::pod_service_client::PodServiceClient;
use std::time::SystemTime;
use tonic::transport::Channel;

type Client = PodServiceClient<Channel>;

impl Drive {
    /// Hands the pod a grant, where there is a gateway. The failure is a stable CamelCase reason.
    pub(super) async fn grant(&self, pods: &Pods, pod: &PodUid, mut client: Client) -> Result<(), &'static str> {
        let Some(gateway) = pods.gateway() else { return Ok(()) };
        let tenants = self.sessions.parts().tenants.now();
        let tenant = tenants.get(self.scope.tenant()).ok_or("TenantGone")?;
        let grant = grants::grant(tenant, &self.id, pod, SystemTime::now());
        let grant = gateway.key().sign(&grant).map_err(|error| {
            tracing::error!(session_id = %self.id, error = %crate::chain(&error), "a grant cannot be signed");
            "GrantUnsigned"
        })?;
        let granted = client.grant(carry(GrantRequest { session_id: self.id.to_string(), grant })).await;
        granted.map(drop).map_err(|status| {
            tracing::error!(session_id = %self.id, code = ?status.code(), "a pod did not take its grant");
            "GrantRefused"
        })
    }

    /// Renews the pod's grant until this is dropped.
    pub(super) async fn keep_granted(self, pods: Pods, pod: PodUid, client: Client) {
        if pods.gateway().is_none() {
            return;
        }
        loop {
            tokio::time::sleep(RENEW_AFTER).await;
            // The last one is good for a while yet.
            while self.grant(&pods, &pod, client.clone()).await.is_err() {
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}
