//! Whether a session may start: its site is its tenant's, and there is a page to start on.

use super::dereference::{self, Found};
use cobrowse_session::site::{HostPattern, PageUrl};

/// Why it may not. Each message says the mend.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// A reference leads nowhere.
    #[error(transparent)]
    Reference(#[from] dereference::Error),
    /// The tenant's object cannot be gone by.
    #[error("failed to go by the tenant: {0}")]
    Tenant(String),
    /// The site is not among the tenant's.
    #[error("failed to start on {0}: it is not one of the tenant's spec.sites, write it as it stands there")]
    NotTheTenants(String),
    /// The site is another tenant's.
    #[error("failed to start on {0}: another tenant owns that site, see the conflicts in the tenant's status")]
    Conflict(String),
    /// Whoever leads has not looked up the way out yet.
    #[error("failed to find the egress gateway's key in time")]
    WayOut,
    /// No page to start on.
    #[error("failed to find a page to start on: the site {0} has a star, write spec.startUrl")]
    NoPage(String),
}

impl Error {
    /// The stable word for conditions and metrics.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Reference(dereference::Error::Wish(_)) => "Malformed",
            Self::Reference(dereference::Error::NoTenant(_)) => "TenantNotFound",
            Self::Reference(dereference::Error::NoPool(_)) => "PoolNotFound",
            Self::Tenant(_) => "TenantMalformed",
            Self::NotTheTenants(_) => "SiteUnknown",
            Self::Conflict(_) => "SiteNotOwned",
            Self::WayOut => "NoWayOut",
            Self::NoPage(_) => "NoStartPage",
        }
    }
}

/// The page that a session starts on.
pub fn validate(found: &Found<'_>) -> Result<PageUrl, Error> {
    let tenant = found.tenant.parsed.as_ref().map_err(|error| Error::Tenant(error.clone()))?;
    let site = &found.wish.site;
    if !tenant.sites.contains(site) {
        return Err(Error::NotTheTenants(site.to_string()));
    }
    if !found.tenant.owned.contains(site) {
        return Err(Error::Conflict(site.to_string()));
    }
    let pages = tenant.start_pages.iter().find(|page| site.matches(page.url.origin()));
    let own = found.wish.start_url.clone().or_else(|| pages.map(|page| page.url.clone()));
    own.or_else(|| front_page(site)).ok_or_else(|| Error::NoPage(site.to_string()))
}

/// A site without a star is an origin, and an origin has a front page.
fn front_page(site: &HostPattern) -> Option<PageUrl> {
    PageUrl::parse(&format!("{site}/")).ok()
}
