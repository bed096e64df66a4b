//! Writes a tenant's status.

use crate::cluster::{Failure, answer};
use cobrowse_crds::kind::CoBrowseTenant;
use cobrowse_crds::kind::tenant::TenantStatus;
use kube::api::{Api, Patch, PatchParams};
use serde_json::json;

/// Writes it. What it no longer says is taken away; the invitation, which others write too, is left alone.
pub async fn write(
    tenants: &Api<CoBrowseTenant>,
    name: &str,
    status: &TenantStatus,
) -> Result<CoBrowseTenant, Failure> {
    let mut status = json!(status);
    for list in ["owned", "conflicts"] {
        if status[list].is_null() {
            status[list] = json!([]);
        }
    }
    if let Some(fields) = status.as_object_mut() {
        fields.retain(|field, _| !["invitation", "invitationSecret"].contains(&field.as_str()));
    }
    answer(tenants.patch_status(name, &PatchParams::default(), &Patch::Merge(json!({ "status": status })))).await
}
