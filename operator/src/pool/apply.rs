//! Writes what was built: the policy by server-side apply, pods one by one.

use crate::cluster::{Failure, answer};
use crate::names;
use crate::pool::build::policy::Change;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::networking::v1::NetworkPolicy;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams};

/// Makes a pool's network policies as they are to be, one after the other.
pub async fn policies(policies: &Api<NetworkPolicy>, changes: &[Change]) -> Result<(), Failure> {
    for change in changes {
        match change {
            Change::Apply(one) => policy(policies, one).await?,
            Change::Delete(name) => delete(policies, name).await?,
        }
    }
    Ok(())
}

async fn policy(policies: &Api<NetworkPolicy>, policy: &NetworkPolicy) -> Result<(), Failure> {
    let name = policy.metadata.name.as_deref().unwrap_or_default();
    let parameters = PatchParams::apply(names::MANAGER).force();
    answer(policies.patch(name, &parameters, &Patch::Apply(policy))).await.map(drop)
}

/// Names of the pools that have a policy.
pub async fn pools_with_policies(policies: &Api<NetworkPolicy>) -> Result<Vec<String>, Failure> {
    let ours = ListParams::default().labels(&format!("{}={},{}", names::MANAGED_BY, names::MANAGER, names::POOL));
    let list = answer(policies.list(&ours)).await?;
    Ok(list.items.into_iter().filter_map(|policy| policy.metadata.labels?.remove(names::POOL)).collect())
}

/// Deletes the policies of a pool that is gone, with its last pod.
pub async fn no_policy(policies: &Api<NetworkPolicy>, pool: &str) -> Result<(), Failure> {
    delete(policies, &names::policy_of_old(pool)).await?;
    delete(policies, &names::policy(pool)).await
}

async fn delete(policies: &Api<NetworkPolicy>, name: &str) -> Result<(), Failure> {
    match answer(policies.delete(name, &DeleteParams::default())).await {
        Err(failure) if failure.code() != 404 => Err(failure),
        _ => Ok(()),
    }
}

/// Creates a pod.
pub async fn pod(pods: &Api<Pod>, pod: &Pod) -> Result<Pod, Failure> {
    answer(pods.create(&PostParams::default(), pod)).await
}
