//! The kinds of group `cobrowse.dev`, and what was read from them. [`kind`] is what people write and a cluster keeps; whoever
//! holds a [`Tenant`] need not check it any more. This crate reads texts, not files, and talks to no API server.

mod duration;
#[expect(unreachable_pub, reason = "kube's derive copies each public type into a function")]
pub mod kind;
mod rule;
pub mod tenant;
mod tenants;
pub mod unknown;
mod value;

pub use tenant::{Error, StartPage, Tenant};
pub use tenants::{Tenants, TenantsError};

#[cfg(test)]
mod tests;
