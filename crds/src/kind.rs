//! The kinds of group `cobrowse.dev` as they travel and are kept: what a platform team writes, with a description of every
//! field. Nothing read here is believed before it was parsed, into [`crate::Tenant`] or the operator's own terms.

mod definition;
pub mod pool;
pub mod reference;
mod rules;
pub mod session;
pub mod tenant;

pub use definition::{Definition, definitions, schema};
pub use pool::CoBrowsePool;
pub use rules::Rules;
pub use session::CoBrowseSession;
pub use tenant::CoBrowseTenant;

/// The group of the kinds.
pub const GROUP: &str = "cobrowse.dev";
/// Group and version, as `apiVersion` has them.
pub const API_VERSION: &str = "cobrowse.dev/v1alpha1";

#[cfg(test)]
mod tests;
