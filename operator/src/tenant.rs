//! A tenant, from its object to its status: a step in each file; all that is applied for it is its administrator's invitation. No session
//! starts for a tenant that does not stand here.

pub mod apply;
pub mod build;
pub mod dereference;
pub mod invitation;
pub mod update_status;
pub mod validate;

use cobrowse_session::site::HostPattern;

/// What sessions go by.
#[derive(Clone, Debug)]
pub struct Known {
    /// The tenant, or why its object cannot be gone by.
    pub parsed: Result<cobrowse_crds::Tenant, String>,
    /// Its sites, without those that another tenant owns.
    pub owned: Vec<HostPattern>,
}
