//! What a tenant's object refers to: the other tenants, with whom it shares no site, and Secrets by name.

use crate::seen;
use cobrowse_crds::claims::{Claims, settle};
use cobrowse_crds::kind::CoBrowseTenant;

/// Who owns what, for each tenant in the order given.
pub fn claims(tenants: &[&seen::Tenant]) -> Vec<Claims> {
    let objects: Vec<CoBrowseTenant> = tenants.iter().map(|tenant| tenant.object.as_ref().clone()).collect();
    settle(&objects)
}
