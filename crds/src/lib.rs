//! The kinds of group `cobrowse.dev`, read from YAML. What is read here is right: whoever holds a [`Tenant`] need not check it.
//! It reads texts, not files, and talks to no API server.

mod duration;
pub mod tenant;
mod tenants;

pub use tenant::{Error, StartPage, Tenant};
pub use tenants::{Tenants, TenantsError};

#[cfg(test)]
mod tests;
