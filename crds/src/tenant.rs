//! A tenant as the code here goes by it: a company, its sites, what is masked there, and the limits of its sessions. Parsed
//! from `kind::CoBrowseTenant`, the one description of what can be written.

mod egress;
mod invitation;
mod policy;

pub use egress::TenantEgress;
pub use policy::Defaults;

use std::sync::LazyLock;

use cobrowse_session::TenantId;
use cobrowse_session::participant::{NameError, PersonName};
use cobrowse_session::permission::AdministratorInvitation;
use cobrowse_session::policy::SessionPolicy;
use cobrowse_session::site::{HostPattern, PageUrl, PatternError, UrlError};
use thiserror::Error;

use crate::kind::tenant::{Site, TenantSpec};
use crate::kind::{self, API_VERSION, CoBrowseTenant};
use crate::unknown;

const KIND: &str = "CoBrowseTenant";
static SCHEMA: LazyLock<serde_json::Value> = LazyLock::new(kind::schema::<CoBrowseTenant>);
const SITES_MAX: usize = 100;
const SELECTORS_MAX: usize = 100;
const SELECTOR_BYTES_MAX: usize = 512;

/// Why a text is no tenant. Each message, with its source, says where and how to mend it.
#[derive(Debug, Error)]
pub enum Error {
    /// Not YAML, a field that is missing, or of another type.
    #[error("failed to read a {KIND}")]
    Yaml(#[source] serde_norway::Error),
    /// A field that the kind does not have.
    #[error("failed to read a {KIND}")]
    Unknown(#[source] unknown::Error),
    /// A field that only a cluster can honour. To read over it would promise what nobody keeps.
    #[error("failed to read {field}: embedded mode has no such thing, take it away")]
    ClusterOnly {
        /// Where.
        field: &'static str,
    },
    /// No name.
    #[error("failed to read metadata.name: there is none, write the tenant's name")]
    Nameless,
    /// Another group or version.
    #[error("failed to read a {KIND}: apiVersion is {0:?}, write {API_VERSION:?}")]
    ApiVersion(String),
    /// Another kind.
    #[error("failed to read a {KIND}: kind is {0:?}, write {KIND:?}")]
    Kind(String),
    /// The name is no DNS label.
    #[error("failed to read metadata.name {name:?}")]
    Name {
        /// As found.
        name: String,
        /// Why.
        source: cobrowse_session::id::Error,
    },
    /// The company's name.
    #[error("failed to read {field}")]
    DisplayName {
        /// Where.
        field: String,
        /// Why.
        source: NameError,
    },
    /// A host pattern.
    #[error("failed to read {field} {text:?}")]
    Pattern {
        /// Where.
        field: String,
        /// As found.
        text: String,
        /// Why.
        source: PatternError,
    },
    /// A start page's address.
    #[error("failed to read {field}")]
    StartUrl {
        /// Where.
        field: String,
        /// Why.
        source: UrlError,
    },
    /// A start page that is on none of the tenant's sites.
    #[error("failed to read {field}: it is not on a site of pattern {pattern}, write an address on that site")]
    StartUrlElsewhere {
        /// Where.
        field: String,
        /// The pattern it should match.
        pattern: String,
    },
    /// Fewer or more of something than allowed.
    #[error("failed to read {field}: it has {count} entries, write {least} to {most}")]
    Count {
        /// Where.
        field: &'static str,
        /// Found.
        count: usize,
        /// Least.
        least: usize,
        /// Most.
        most: usize,
    },
    /// A selector that is empty, too long, or could end the style rule it stands in.
    #[error(
        "failed to read {field}: write one CSS selector of 1 to {SELECTOR_BYTES_MAX} bytes without braces, semicolons, comments or control characters"
    )]
    Selector {
        /// Where.
        field: String,
    },
    /// A duration that is none.
    #[error("failed to read {field} {text:?}: write whole numbers with units, for example 2h, 15m or 1m30s")]
    Duration {
        /// Where.
        field: &'static str,
        /// As found.
        text: String,
    },
    /// A value outside its range.
    #[error("failed to read {field}: it is {value}, write {least} to {most}")]
    Range {
        /// Where.
        field: &'static str,
        /// Found.
        value: String,
        /// Least.
        least: String,
        /// Most.
        most: String,
    },
    /// A warning that would come before there is anything to warn of.
    #[error(
        "failed to read spec.session.warning: it is {warning}, write less than spec.session.{limit}, which is {value}"
    )]
    WarningTooLong {
        /// The warning.
        warning: String,
        /// The limit's field.
        limit: &'static str,
        /// The limit.
        value: String,
    },
}

/// One tenant, whole and right.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// The object's name.
    pub id: TenantId,
    /// The company, as end users read it.
    pub display_name: PersonName,
    /// Its sites.
    pub sites: Vec<HostPattern>,
    /// Where end users without an address can start.
    pub start_pages: Vec<StartPage>,
    /// CSS selectors of further fields to mask.
    pub mask_selectors: Vec<String>,
    /// The limits of its sessions.
    pub policy: SessionPolicy,
    /// What its sessions get that ask for nothing.
    pub defaults: Defaults,
    /// Where its browsers may connect to, where an egress gateway holds it.
    pub egress: TenantEgress,
    /// Sessions that may have a pod at once; none: no limit of its own.
    pub max_concurrent_sessions: Option<u32>,
    /// Whether demo accounts are made for it at the first start.
    pub demo: bool,
    /// The last invitation of an administrator, on a cluster.
    pub invitation: Option<AdministratorInvitation>,
}

/// A page to start on.
#[derive(Clone, Debug)]
pub struct StartPage {
    /// What people read, for example "Northwind shop".
    pub title: PersonName,
    /// Its address, on one of the tenant's sites.
    pub url: PageUrl,
}

impl Tenant {
    /// Reads one object from YAML, for embedded mode. Fields that are unknown, or that only a cluster honours, are refused.
    pub fn from_yaml(text: &str) -> Result<Self, Error> {
        let head: Head = serde_norway::from_str(text).map_err(Error::Yaml)?;
        if head.api_version != API_VERSION {
            return Err(Error::ApiVersion(head.api_version));
        }
        if head.kind != KIND {
            return Err(Error::Kind(head.kind));
        }
        unknown::check(&SCHEMA, &head.rest).map_err(Error::Unknown)?;
        let object: CoBrowseTenant = serde_norway::from_str(text).map_err(Error::Yaml)?;
        let name = object.metadata.name.ok_or(Error::Nameless)?;
        let id = TenantId::parse(&name).map_err(|source| Error::Name { name, source })?;
        check_embedded(&object.spec)?;
        Self::from_spec(id, &object.spec)
    }

    /// Reads an object of a cluster.
    pub fn parse(object: &CoBrowseTenant) -> Result<Self, Error> {
        let name = object.metadata.name.clone().ok_or(Error::Nameless)?;
        let id = TenantId::parse(&name).map_err(|source| Error::Name { name, source })?;
        let invitation = object.status.as_ref().and_then(|status| invitation::read(&id, status.invitation.as_ref()?));
        Ok(Self { invitation, ..Self::from_spec(id, &object.spec)? })
    }

    /// The same, with those of its sites that its status says it owns and that nobody else does.
    pub(crate) fn parse_owned(object: &CoBrowseTenant, settled: &[HostPattern]) -> Result<Self, Error> {
        let mut tenant = Self::parse(object)?;
        let said = object.status.iter().flat_map(|status| &status.owned);
        let owned: Vec<HostPattern> = said.filter_map(|text| HostPattern::parse(text).ok()).collect();
        tenant.sites.retain(|site| owned.contains(site) && settled.contains(site));
        let sites = &tenant.sites;
        tenant.start_pages.retain(|page| sites.iter().any(|site| site.matches(page.url.origin())));
        Ok(tenant)
    }

    fn from_spec(id: TenantId, spec: &TenantSpec) -> Result<Self, Error> {
        let display_name = parse_name("spec.displayName", &spec.display_name)?;
        check_count("spec.sites", spec.sites.len(), 1, SITES_MAX)?;
        let mut sites = Vec::new();
        let mut start_pages = Vec::new();
        for (index, site) in spec.sites.iter().enumerate() {
            let (pattern, page) = parse_site(&format!("spec.sites[{index}]"), site, &display_name)?;
            sites.push(pattern);
            start_pages.extend(page);
        }
        let mask_selectors = parse_selectors(spec.masking.clone().unwrap_or_default().selectors)?;
        let policy = policy::parse(&spec.session.clone().unwrap_or_default())?;
        let defaults = policy::defaults(&spec.session_defaults.clone().unwrap_or_default())?;
        let egress = egress::parse(&spec.egress.clone().unwrap_or_default())?;
        let max_concurrent_sessions = policy::concurrent(&spec.limits.clone().unwrap_or_default())?;
        let demo = spec.demo;
        Ok(Self {
            id,
            display_name,
            sites,
            start_pages,
            mask_selectors,
            policy,
            defaults,
            egress,
            max_concurrent_sessions,
            demo,
            invitation: None,
        })
    }
}

/// What says how to read the rest.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object with apiVersion, kind, metadata and spec")]
struct Head {
    api_version: String,
    kind: String,
    #[serde(flatten)]
    rest: serde_json::Map<String, serde_json::Value>,
}

/// Refuses what embedded mode would have to break: it has one source address, no recording and local accounts alone.
fn check_embedded(spec: &TenantSpec) -> Result<(), Error> {
    let fields = [
        ("spec.egress.addressClass", spec.egress.as_ref().is_some_and(|egress| egress.address_class.is_some())),
        ("spec.sessionDefaults", spec.session_defaults.is_some()),
        ("spec.limits", spec.limits.is_some()),
        ("spec.recording", spec.recording.is_some()),
        ("spec.signIn", spec.sign_in.is_some()),
        ("spec.region", spec.region.is_some()),
        ("spec.branding", spec.branding.is_some()),
        ("spec.documents", spec.documents.is_some()),
        ("spec.webhooks", !spec.webhooks.is_empty()),
    ];
    match fields.into_iter().find(|(_, written)| *written) {
        Some((field, _)) => Err(Error::ClusterOnly { field }),
        None => Ok(()),
    }
}

fn parse_site(field: &str, site: &Site, company: &PersonName) -> Result<(HostPattern, Option<StartPage>), Error> {
    let pattern = HostPattern::parse(&site.pattern).map_err(|source| Error::Pattern {
        field: format!("{field}.pattern"),
        text: site.pattern.clone(),
        source,
    })?;
    let title = match &site.title {
        Some(title) => parse_name(&format!("{field}.title"), title)?,
        None => company.clone(),
    };
    let page = site.start_url.as_deref().map(|text| parse_start_url(field, text, &pattern)).transpose()?;
    Ok((pattern, page.map(|url| StartPage { title, url })))
}

fn parse_start_url(field: &str, text: &str, pattern: &HostPattern) -> Result<PageUrl, Error> {
    let field = format!("{field}.startUrl");
    let url = PageUrl::parse(text).map_err(|source| Error::StartUrl { field: field.clone(), source })?;
    if pattern.matches(url.origin()) {
        return Ok(url);
    }
    Err(Error::StartUrlElsewhere { field, pattern: pattern.to_string() })
}

fn parse_name(field: &str, text: &str) -> Result<PersonName, Error> {
    PersonName::parse(text).map_err(|source| Error::DisplayName { field: field.to_owned(), source })
}

fn parse_selectors(selectors: Vec<String>) -> Result<Vec<String>, Error> {
    check_count("spec.masking.selectors", selectors.len(), 0, SELECTORS_MAX)?;
    match selectors.iter().position(|selector| !is_selector(selector)) {
        Some(index) => Err(Error::Selector { field: format!("spec.masking.selectors[{index}]") }),
        None => Ok(selectors),
    }
}

fn is_selector(text: &str) -> bool {
    let escapes = |c: char| c.is_control() || matches!(c, '{' | '}' | ';');
    !text.trim().is_empty() && text.len() <= SELECTOR_BYTES_MAX && !text.contains(escapes) && !text.contains("/*")
}

fn check_count(field: &'static str, count: usize, least: usize, most: usize) -> Result<(), Error> {
    if (least..=most).contains(&count) { Ok(()) } else { Err(Error::Count { field, count, least, most }) }
}
