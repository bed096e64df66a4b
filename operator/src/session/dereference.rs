//! What a session refers to: its tenant.

use crate::seen;
use crate::tenant::Known;
use cobrowse_session::TenantId;
use std::collections::BTreeMap;

/// Why a reference leads nowhere.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// The session's object cannot be gone by.
    #[error("failed to read the session")]
    Wish(#[source] cobrowse_crds::spec::Error),
    /// No such tenant, or it was deleted.
    #[error("failed to find the tenant {0}: it does not exist, or was deleted")]
    NoTenant(TenantId),
    /// No such pool.
    #[error("failed to find the pool {0}: it does not exist")]
    NoPool(String),
}

/// What a session is, with its tenant.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// What the session asks for.
    pub wish: &'a cobrowse_crds::Session,
    /// Whose it is.
    pub tenant: &'a Known,
}

/// Finds what a session refers to.
pub fn dereference<'a>(
    session: &'a seen::Session,
    tenants: &'a BTreeMap<TenantId, Known>,
    has_pool: bool,
) -> Result<Found<'a>, Error> {
    let wish = session.wish.as_ref().as_ref().map_err(|error| Error::Wish(error.clone()))?;
    let tenant = tenants.get(&wish.tenant).ok_or_else(|| Error::NoTenant(wish.tenant.clone()))?;
    match has_pool {
        true => Ok(Found { wish, tenant }),
        false => Err(Error::NoPool(wish.pool.clone())),
    }
}
