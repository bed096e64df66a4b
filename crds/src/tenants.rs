//! All tenants of an installation: names are unique, and each site belongs to exactly one.

use cobrowse_session::TenantId;
use cobrowse_session::site::{Origin, Overlap, SiteOwner, SiteTable};
use thiserror::Error;

use crate::claims;
use crate::kind::CoBrowseTenant;
use crate::tenant::{self, Tenant};

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

/// The tenants of an installation.
#[derive(Clone, Debug, Default)]
pub struct Tenants {
    tenants: Vec<Tenant>,
    sites: SiteTable,
}

impl Tenants {
    /// Puts tenants together, at least one.
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

    /// The tenants of a cluster, of one namespace. Each has the sites that the operator says it owns, and no others; should the
    /// operator's words for two of them overlap because they were read at different moments, who was made first has the site.
    /// With those that cannot be read, by name and reason.
    pub fn of_cluster(objects: &[CoBrowseTenant]) -> (Self, Vec<(String, tenant::Error)>) {
        let (mut tenants, mut refused) = (Vec::new(), Vec::new());
        for (object, claims) in objects.iter().zip(claims::settle(objects)) {
            match Tenant::parse_owned(object, &claims.owned) {
                Ok(tenant) => tenants.push(tenant),
                Err(error) => refused.push((object.metadata.name.clone().unwrap_or_default(), error)),
            }
        }
        let rows = tenants.iter().map(|tenant| (tenant.id.clone(), tenant.sites.clone())).collect();
        // What was settled does not overlap.
        let sites = SiteTable::new(rows).unwrap_or_default();
        (Self { tenants, sites }, refused)
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
