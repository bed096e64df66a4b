//! The kinds of group `cobrowse.dev`, and what was read from them. [`kind`] is what people write and a cluster keeps; whoever
//! holds a [`Tenant`], a [`Pool`] or a [`Session`] need not check it any more. This crate reads texts, not files, and talks to no API server.

pub mod claims;
mod duration;
#[expect(unreachable_pub, reason = "kube's derive copies each public type into a function")]
pub mod kind;
mod pool;
mod rule;
mod session;
pub mod spec;
pub mod tenant;
mod tenants;
pub mod trace;
pub mod unknown;
mod value;

pub use pool::Pool;
pub use session::Session;
pub use tenant::{Error, StartPage, Tenant};
pub use tenants::{Tenants, TenantsError};

#[cfg(test)]
mod tests;
