//! Writes an invitation: the Secret first, under a name of its own, then the status that names it, in the version of the tenant that
//! was seen. Of two leaders one is refused, and takes its Secret back. The operator may make and delete Secrets, and read none.

use super::invitation::LIFE;
use crate::cluster::{Failure, answer};
use crate::{names, seen};
use aws_lc_rs::rand;
use cobrowse_crds::kind::CoBrowseTenant;
use cobrowse_session::Timestamp;
use cobrowse_session::random::RandomFailed;
use cobrowse_session::secret::{Purpose, Secret};
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
use k8s_openapi::jiff;
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What an invitation is made of, besides chance.
#[derive(Clone, Debug)]
pub struct Issue {
    /// The word that asked for it.
    pub asked: Option<String>,
    /// The Secret of the last one.
    pub before: Option<String>,
    /// Where people reach the console, for a whole link.
    pub public_origin: Option<String>,
}

/// Makes an invitation and tells it in the tenant's status.
pub async fn issue(
    (tenants, secrets): (&Api<CoBrowseTenant>, &Api<core::Secret>),
    tenant: &seen::Tenant,
    issue: &Issue,
    now: Timestamp,
) -> Result<CoBrowseTenant, Failure> {
    if let Some(before) = &issue.before {
        delete(secrets, before).await?;
    }
    let secret = Secret::mint(&mut random).map_err(|_| Failure::NoChance)?;
    let object = build(tenant, &secret, issue, now);
    let name = object.metadata.name.clone().unwrap_or_default();
    answer(secrets.create(&PostParams::default(), &object)).await?;
    let told = json!({"hash": secret.hash(Purpose::Administrator).to_hex(), "expiresAt": time(now + LIFE),
        "asked": issue.asked, "usedAt": null});
    let written = write(tenants, tenant, json!({"invitation": told, "invitationSecret": name})).await;
    // Without an answer it may have been written all the same, and the Secret stays.
    if written.as_ref().is_err_and(|failure| failure.code() != 0) {
        let _ = delete(secrets, &name).await;
    }
    written
}

/// Takes the Secret of an invitation away that is over.
pub async fn withdraw(
    (tenants, secrets): (&Api<CoBrowseTenant>, &Api<core::Secret>),
    tenant: &seen::Tenant,
    secret: &str,
) -> Result<CoBrowseTenant, Failure> {
    delete(secrets, secret).await?;
    write(tenants, tenant, json!({"invitationSecret": null})).await
}

/// In the version that was seen.
async fn write(tenants: &Api<CoBrowseTenant>, tenant: &seen::Tenant, status: Value) -> Result<CoBrowseTenant, Failure> {
    let patch = json!({"metadata": {"resourceVersion": tenant.version.to_string()}, "status": status});
    answer(tenants.patch_status(tenant.name(), &PatchParams::default(), &Patch::Merge(patch))).await
}

async fn delete(secrets: &Api<core::Secret>, name: &str) -> Result<(), Failure> {
    match answer(secrets.delete(name, &DeleteParams::default())).await {
        Err(failure) if failure.code() != 404 => Err(failure),
        _ => Ok(()),
    }
}

/// It goes with its tenant: who makes the tenant again is invited again.
fn build(tenant: &seen::Tenant, secret: &Secret, issue: &Issue, now: Timestamp) -> core::Secret {
    let invitation = format!("{}.{}", tenant.name(), secret.expose());
    let link = issue.public_origin.as_ref().map(|origin| format!("{origin}/setup#invitation={invitation}"));
    let hash = secret.hash(Purpose::Administrator).to_hex();
    let owner_uid = tenant.object.metadata.uid.clone().unwrap_or_default();
    let data = [("invitation", Some(invitation)), ("link", link)];
    let data = data.into_iter().filter_map(|(key, text)| Some((key.to_owned(), ByteString(text?.into_bytes()))));
    core::Secret {
        metadata: ObjectMeta {
            // What is told anyway makes the name one of its own.
            name: Some(format!("{}{}-{}", names::INVITATION, tenant.name(), &hash[..8])),
            labels: Some(BTreeMap::from([(names::MANAGED_BY.to_owned(), names::MANAGER.to_owned())])),
            annotations: Some(BTreeMap::from([("cobrowse.dev/expires".to_owned(), time(now + LIFE).0.to_string())])),
            owner_references: Some(vec![crate::pool::build::pod::owned_by(
                "CoBrowseTenant",
                tenant.name(),
                &owner_uid,
            )]),
            ..ObjectMeta::default()
        },
        type_: Some(names::INVITATION_TYPE.to_owned()),
        immutable: Some(true),
        data: Some(data.collect()),
        string_data: None,
    }
}

fn time(at: Timestamp) -> Time {
    let seconds = i64::try_from(at.as_millis() / 1000).unwrap_or(i64::MAX);
    Time(jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH))
}

fn random(bytes: &mut [u8]) -> Result<(), RandomFailed> {
    rand::fill(bytes).map_err(|_| RandomFailed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(origin: Option<&str>) -> (core::Secret, Secret) {
        let object = json!({
            "apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowseTenant",
            "metadata": {"name": "shop", "namespace": "cobrowse", "resourceVersion": "1",
                "uid": "00000000-0000-0000-0000-000000000001"},
            "spec": {"displayName": "Shop", "sites": []}});
        let tenant = seen::Tenant::read(serde_json::from_value(object).expect("a tenant")).expect("readable");
        let secret = Secret::mint(&mut random).expect("chance");
        let issue = Issue { asked: None, before: None, public_origin: origin.map(str::to_owned) };
        (build(&tenant, &secret, &issue, Timestamp::from_millis(1_767_225_600_000)), secret)
    }

    #[test]
    fn the_secret_has_the_invitation_and_no_other_place_has_it() {
        let (object, secret) = built(Some("https://help.example.com"));
        let data = object.data.clone().expect("data");
        let text = |key: &str| String::from_utf8(data[key].0.clone()).expect("text");
        assert_eq!(text("invitation"), format!("shop.{}", secret.expose()));
        assert_eq!(text("link"), format!("https://help.example.com/setup#invitation=shop.{}", secret.expose()));
        assert!(!json!(object.metadata).to_string().contains(secret.expose()));
        let owner = &object.metadata.owner_references.expect("an owner")[0];
        assert_eq!((owner.kind.as_str(), owner.name.as_str()), ("CoBrowseTenant", "shop"));
        assert_eq!(object.metadata.annotations.expect("one")["cobrowse.dev/expires"], "2026-01-04T00:00:00Z");
        assert!(built(None).0.data.is_some_and(|data| !data.contains_key("link")));
    }

    #[test]
    fn no_two_are_alike() {
        let ((first, one), (second, other)) = (built(None), built(None));
        assert_ne!(one.expose(), other.expose());
        assert_ne!(first.metadata.name, second.metadata.name);
    }
}
