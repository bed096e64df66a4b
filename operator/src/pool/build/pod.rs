//! A browser pod, warm or for one session. It passes Pod Security `restricted`, and no field of a pool can weaken it.

use super::{containers, volumes};
use crate::names;
use crate::pool::dereference::Installation;
use crate::pool::validate::longest_life;
use cobrowse_crds::kind::CoBrowsePool;
use cobrowse_crds::kind::pool::{Effect, IsolationClass, Operator, Scheduling, Spread, Toleration};
use cobrowse_session::canary::Forbidden;
use cobrowse_session::pool::{PoolSpec, Revision};
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta, OwnerReference};
use std::collections::BTreeMap;

/// Owner of the files that both sides read: the socket.
const SHARED_GROUP: i64 = 10003;
/// The pod serves its log until the recorder has it, at most 75 s, and tells its last words.
const GRACE_SECONDS: i64 = 90;
/// Counts what this file, and those beside it, make of a pool. To be raised with each change that old warm pods should not outlive.
const TEMPLATE: u32 = 3;

/// Whose pod it is from its creation on.
#[derive(Clone, Debug)]
pub enum Owner<'a> {
    /// The pool's, until a session claims it.
    Pool,
    /// A session's.
    Session {
        /// Its name.
        name: &'a str,
        /// Its UID.
        uid: cobrowse_session::SessionUid,
    },
}

/// What makes two pods of a pool differ, as a hash.
pub fn revision(object: &CoBrowsePool, installation: &Installation) -> Revision {
    let spec = &object.spec;
    // Who leads is another pod from one leader to the next; no warm pod is to go for that.
    let lasting = installation.forbidden.iter().filter(|target| target.what != Forbidden::Pod);
    let forbidden: Vec<String> = lasting.map(ToString::to_string).collect();
    let parts = serde_json::json!([
        TEMPLATE,
        spec.image,
        spec.image_pull_secrets,
        spec.resources,
        spec.display,
        spec.isolation,
        spec.scheduling,
        spec.max_session_duration,
        installation.pod_port,
        installation.authority,
        installation.host_users,
        installation.seccomp_profile,
        installation.gateways,
        installation.browser_policy,
        forbidden,
    ]);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, parts.to_string().as_bytes());
    Revision(digest.as_ref().iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte)))
}

/// One pod of a pool.
pub fn pod(object: &CoBrowsePool, spec: &PoolSpec, installation: &Installation, owner: &Owner<'_>) -> core::Pod {
    let deadline = i64::try_from(longest_life(spec).as_secs()).unwrap_or(i64::MAX);
    core::Pod {
        metadata: metadata(object, installation, owner),
        spec: Some(core::PodSpec { active_deadline_seconds: Some(deadline), ..pod_spec(object, installation) }),
        status: None,
    }
}

fn metadata(object: &CoBrowsePool, installation: &Installation, owner: &Owner<'_>) -> ObjectMeta {
    let pool = object.metadata.name.clone().unwrap_or_default();
    let mut labels = BTreeMap::from([
        (names::APP_NAME.to_owned(), names::BROWSER_POD.to_owned()),
        (names::MANAGED_BY.to_owned(), names::MANAGER.to_owned()),
        (names::POOL.to_owned(), pool.clone()),
        (names::REVISION.to_owned(), format!("{:016x}", revision(object, installation).0)),
        (names::SLOT.to_owned(), names::WARM.to_owned()),
    ]);
    if installation.gateways.is_some() {
        labels.insert(names::EGRESS.to_owned(), names::BY_GATEWAY.to_owned());
    }
    // A claim adds to the annotations, which a JSON patch can only if there are some.
    let mut annotations = BTreeMap::from([("cobrowse.dev/made-by".to_owned(), names::MANAGER.to_owned())]);
    let (name, generate_name, owner) = match owner {
        Owner::Pool => {
            let uid = object.metadata.uid.clone().unwrap_or_default();
            (None, Some(format!("{pool}-")), owned_by("CoBrowsePool", &pool, &uid))
        }
        Owner::Session { name, uid } => {
            labels.insert(names::SLOT.to_owned(), names::BOUND.to_owned());
            labels.insert(names::SESSION.to_owned(), (*name).to_owned());
            annotations.insert(names::SESSION_UID.to_owned(), uid.to_string());
            (Some(names::cold_pod(*uid)), None, owned_by("CoBrowseSession", name, &uid.to_string()))
        }
    };
    ObjectMeta {
        name,
        generate_name,
        namespace: Some(installation.namespace.clone()),
        labels: Some(labels),
        annotations: Some(annotations),
        owner_references: Some(vec![owner]),
        ..ObjectMeta::default()
    }
}

/// So that the pod goes with its owner, also while no operator is there.
pub fn owned_by(kind: &str, name: &str, uid: &str) -> OwnerReference {
    OwnerReference {
        api_version: cobrowse_crds::kind::API_VERSION.to_owned(),
        kind: kind.to_owned(),
        name: name.to_owned(),
        uid: uid.to_owned(),
        controller: Some(true),
        block_owner_deletion: Some(false),
    }
}

fn pod_spec(object: &CoBrowsePool, installation: &Installation) -> core::PodSpec {
    let spec = &object.spec;
    let scheduling = spec.scheduling.clone().unwrap_or_default();
    let secrets: Vec<_> =
        spec.image_pull_secrets.iter().map(|secret| core::LocalObjectReference { name: secret.name.clone() }).collect();
    // Other kernels bring a user namespace of their own kind.
    let host_users = (spec.isolation.class == IsolationClass::Node).then_some(installation.host_users);
    core::PodSpec {
        service_account_name: Some(names::SERVICE_ACCOUNT.to_owned()),
        automount_service_account_token: Some(false),
        enable_service_links: Some(false),
        restart_policy: Some("Never".to_owned()),
        termination_grace_period_seconds: Some(GRACE_SECONDS),
        host_users,
        runtime_class_name: spec.isolation.runtime_class_name.clone(),
        security_context: Some(core::PodSecurityContext {
            run_as_non_root: Some(true),
            fs_group: Some(SHARED_GROUP),
            seccomp_profile: Some(core::SeccompProfile { type_: "RuntimeDefault".to_owned(), localhost_profile: None }),
            ..core::PodSecurityContext::default()
        }),
        containers: vec![containers::agent(spec, installation), containers::browser(spec, installation)],
        volumes: Some(volumes::volumes(&spec.resources, installation.browser_policy.as_deref())),
        image_pull_secrets: (!secrets.is_empty()).then_some(secrets),
        node_selector: (!scheduling.node_selector.is_empty()).then(|| scheduling.node_selector.clone()),
        tolerations: Some(scheduling.tolerations.iter().map(toleration).collect()),
        topology_spread_constraints: spread(&scheduling, object.metadata.name.as_deref().unwrap_or_default()),
        priority_class_name: scheduling.priority_class_name,
        ..core::PodSpec::default()
    }
}

fn toleration(toleration: &Toleration) -> core::Toleration {
    let operator = match toleration.operator {
        Operator::Equal => "Equal",
        Operator::Exists => "Exists",
    };
    let effect = toleration.effect.map(|effect| match effect {
        Effect::NoSchedule => "NoSchedule",
        Effect::PreferNoSchedule => "PreferNoSchedule",
        Effect::NoExecute => "NoExecute",
    });
    core::Toleration {
        key: toleration.key.clone(),
        operator: Some(operator.to_owned()),
        value: toleration.value.clone(),
        effect: effect.map(str::to_owned),
        toleration_seconds: toleration.toleration_seconds.map(i64::from),
    }
}

/// Evenly, if it can be had: a pod that is less well placed serves better than none.
fn spread(scheduling: &Scheduling, pool: &str) -> Option<Vec<core::TopologySpreadConstraint>> {
    let key = match scheduling.spread {
        Spread::Nodes => "kubernetes.io/hostname",
        Spread::Zones => "topology.kubernetes.io/zone",
        Spread::None => return None,
    };
    let labels = BTreeMap::from([(names::POOL.to_owned(), pool.to_owned())]);
    Some(vec![core::TopologySpreadConstraint {
        max_skew: 1,
        topology_key: key.to_owned(),
        when_unsatisfiable: "ScheduleAnyway".to_owned(),
        label_selector: Some(LabelSelector { match_labels: Some(labels), match_expressions: None }),
        ..core::TopologySpreadConstraint::default()
    }])
}

#[cfg(test)]
mod tests;
