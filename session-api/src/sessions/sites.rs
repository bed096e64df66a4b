//! Which company supports a site.

use super::Sessions;
use crate::refusal::Refusal;
use cobrowse_crds::Tenant;
use cobrowse_session::site::PageUrl;
use cobrowse_wire::v1::{ResolveSiteRequest, ResolveSiteResponse, StartPage};

impl Sessions {
    /// Answers `ResolveSite`.
    pub(super) fn resolve_site(&self, request: &ResolveSiteRequest) -> Result<ResolveSiteResponse, Refusal> {
        let tenants = self.parts.tenants.now();
        if request.url.is_empty() {
            let pages = tenants.iter().flat_map(|(tenant, _)| start_pages(tenant)).collect();
            return Ok(ResolveSiteResponse { start_pages: pages, ..ResolveSiteResponse::default() });
        }
        let url = page(&request.url)?;
        let (tenant, _) = tenants.owner_of(url.origin()).ok_or(Refusal::SiteNotSupported)?;
        Ok(ResolveSiteResponse {
            tenant: tenant.id.to_string(),
            company: tenant.display_name.to_string(),
            origin: url.origin().to_string(),
            start_pages: start_pages(tenant).collect(),
        })
    }
}

/// Reads an address of a page.
pub(super) fn page(url: &str) -> Result<PageUrl, Refusal> {
    PageUrl::parse(url).map_err(|error| Refusal::invalid("url", error.to_string()))
}

fn start_pages(tenant: &Tenant) -> impl Iterator<Item = StartPage> + '_ {
    tenant.start_pages.iter().map(|page| StartPage {
        tenant: tenant.id.to_string(),
        company: tenant.display_name.to_string(),
        title: page.title.to_string(),
        url: page.url.expose(),
    })
}
