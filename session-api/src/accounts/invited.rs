//! Tells the cluster which administrators' invitations are over, so that the operator takes their Secrets away: those that were used
//! here or at another replica, and those that came with a tenant which has an administrator already.

use crate::clock;
use crate::cluster::Cluster;
use crate::refusal::Refusal;
use crate::store::Store;
use crate::tenants::Current;
use cobrowse_session::permission::{AdministratorInvitation, TenantScope};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Between two looks at the store, so that many changes of tenants at once cost one look.
const REST: Duration = Duration::from_secs(1);
/// What could not be told is told again.
const AGAIN: Duration = Duration::from_secs(30);

/// Looks when a tenant changes and when `used` says so, until `stop`.
pub async fn follow(store: Store, tenants: Current, cluster: Cluster, used: Arc<Notify>, stop: CancellationToken) {
    let mut changes = tenants.changes();
    loop {
        let now = changes.borrow_and_update().clone();
        let mut all_told = true;
        for (tenant, owner) in now.iter() {
            let open = tenant.invitation.as_ref().filter(|invitation| invitation.counts(clock::now()));
            let Some(invitation) = open else { continue };
            all_told &= tell(&store, &cluster, &TenantScope::of_site_owner(&owner), invitation).await;
        }
        let news = async {
            tokio::time::sleep(REST).await;
            tokio::select! {
                _ = changes.changed() => {}
                () = used.notified() => {}
                () = tokio::time::sleep(AGAIN), if !all_told => {}
            }
        };
        if stop.run_until_cancelled(news).await.is_none() {
            return;
        }
    }
}

/// False when it is to be tried again.
async fn tell(store: &Store, cluster: &Cluster, scope: &TenantScope, invitation: &AdministratorInvitation) -> bool {
    match is_over(store, scope, invitation).await {
        Ok(false) => true,
        Ok(true) => match cluster.tell_used(invitation, clock::now()).await {
            Ok(()) => true,
            Err(failure) => {
                tracing::warn!(tenant = %scope.tenant(), failure = failure.reason(), "a used invitation was not told");
                false
            }
        },
        // The store is away; its own lines say so.
        Err(_) => false,
    }
}

async fn is_over(store: &Store, scope: &TenantScope, invitation: &AdministratorInvitation) -> Result<bool, Refusal> {
    let needless = !invitation.asked && store.has_administrator(scope).await?;
    Ok(needless || store.is_used(scope, &invitation.hash).await?)
}
