//! The table of all tenants' host patterns. Each origin belongs to at most one tenant.

use thiserror::Error;

use super::{HostPattern, Origin};
use crate::id::TenantId;

/// Two tenants claim the same origin.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "failed to give each site one tenant: {pattern} of {tenant} and {other_pattern} of {other} overlap; take one away"
)]
pub struct Overlap {
    /// The tenant that came first.
    pub tenant: TenantId,
    /// Its pattern.
    pub pattern: String,
    /// The tenant that came second.
    pub other: TenantId,
    /// Its pattern.
    pub other_pattern: String,
}

/// Who owns which sites, in the whole installation.
#[derive(Clone, Debug, Default)]
pub struct SiteTable {
    rows: Vec<(TenantId, Vec<HostPattern>)>,
}

/// A tenant of the installation, found in the table. Nothing else makes one.
#[derive(Clone, Copy, Debug)]
pub struct SiteOwner<'a> {
    tenant: &'a TenantId,
}

impl<'a> SiteOwner<'a> {
    /// The tenant.
    pub fn tenant(&self) -> &'a TenantId {
        self.tenant
    }
}

impl SiteTable {
    /// Fails when patterns of two tenants overlap. The same tenant's may.
    pub fn new(rows: Vec<(TenantId, Vec<HostPattern>)>) -> Result<Self, Overlap> {
        for (i, (tenant, patterns)) in rows.iter().enumerate() {
            for (other, other_patterns) in &rows[..i] {
                check_apart((other, other_patterns), (tenant, patterns))?;
            }
        }
        Ok(Self { rows })
    }

    /// The tenant that owns this origin.
    pub fn owner_of(&self, origin: &Origin) -> Option<SiteOwner<'_>> {
        let owns = |patterns: &[HostPattern]| patterns.iter().any(|pattern| pattern.matches(origin));
        self.rows.iter().find(|(_, patterns)| owns(patterns)).map(|(tenant, _)| SiteOwner { tenant })
    }

    /// Every tenant of the table.
    pub fn owners(&self) -> impl Iterator<Item = SiteOwner<'_>> {
        self.rows.iter().map(|(tenant, _)| SiteOwner { tenant })
    }
}

fn check_apart(first: (&TenantId, &[HostPattern]), second: (&TenantId, &[HostPattern])) -> Result<(), Overlap> {
    let pairs = first.1.iter().flat_map(|a| second.1.iter().map(move |b| (a, b)));
    match pairs.into_iter().find(|(a, b)| first.0 != second.0 && a.overlaps(b)) {
        None => Ok(()),
        Some((a, b)) => Err(Overlap {
            tenant: first.0.clone(),
            pattern: a.to_string(),
            other: second.0.clone(),
            other_pattern: b.to_string(),
        }),
    }
}
