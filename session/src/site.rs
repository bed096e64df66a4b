//! Which addresses belong to which tenant: strict origins and page addresses, host patterns, and the table of who owns what.
//! What Chrome and this parser could read differently is refused.

mod origin;
mod pattern;
mod table;

pub use origin::{Host, Origin, PageUrl, Scheme, URL_BYTES_MAX, UrlError};
pub use pattern::{HostPattern, PatternError};
pub use table::{Overlap, SiteOwner, SiteTable};

#[cfg(test)]
mod tests;
