//! All tenants of an installation: names are unique, and each site belongs to exactly one.

use cobrowse_session::TenantId;
use cobrowse_session::site::{Origin, Overlap, SiteOwner, SiteTable};
use thiserror::Error;

use crate::tenant::Tenant;

/// Why these tenants do not go together.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum TenantsError {
    /// No tenant at all.
    #[error("failed to set up tenants: there is none, write at least one CoBrowseTenant")]
    None,
    /// The same name twice.
    #[error("failed to set up tenants: two have the name {0}, rename one")]
    SameName(TenantId),
    /// Two tenants claim the same site.
    #[error("failed to set up tenants")]
    Overlap(#[source] Overlap),
}

/// The tenants of an installation, at least one.
#[derive(Clone, Debug)]
pub struct Tenants {
    tenants: Vec<Tenant>,
    sites: SiteTable,
}

impl Tenants {
    /// Puts tenants together.
    pub fn new(tenants: Vec<Tenant>) -> Result<Self, TenantsError> {
        if tenants.is_empty() {
            return Err(TenantsError::None);
        }
        for (index, tenant) in tenants.iter().enumerate() {
            if tenants[..index].iter().any(|other| other.id == tenant.id) {
                return Err(TenantsError::SameName(tenant.id.clone()));
            }
        }
        let rows = tenants.iter().map(|tenant| (tenant.id.clone(), tenant.sites.clone())).collect();
        let sites = SiteTable::new(rows).map_err(TenantsError::Overlap)?;
        Ok(Self { tenants, sites })
    }

    /// The tenant with this name.
    pub fn get(&self, id: &TenantId) -> Option<&Tenant> {
        self.tenants.iter().find(|tenant| tenant.id == *id)
    }

    /// The tenant that owns this origin, and the proof of it for `TenantScope::of_site_owner`.
    pub fn owner_of(&self, origin: &Origin) -> Option<(&Tenant, SiteOwner<'_>)> {
        let owner = self.sites.owner_of(origin)?;
        self.get(owner.tenant()).map(|tenant| (tenant, owner))
    }

    /// All of them, in the order given, each with the proof for `TenantScope::of_site_owner`.
    pub fn iter(&self) -> impl Iterator<Item = (&Tenant, SiteOwner<'_>)> {
        self.tenants.iter().zip(self.sites.owners())
    }
}
