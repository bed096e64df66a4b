//! A tenant as sessions go by it, or why its object cannot be gone by.

use super::Known;
use crate::{chain, seen};
use cobrowse_crds::claims::Claims;

/// Reads a tenant's object.
pub fn validate(tenant: &seen::Tenant, claims: &Claims) -> Known {
    let parsed = cobrowse_crds::Tenant::parse(&tenant.object).map_err(|error| chain(&error));
    Known { parsed, owned: claims.owned.clone() }
}
