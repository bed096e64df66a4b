//! Reads single fields of an object that a cluster handed over. The definitions refuse all of this before; an object from
//! before them, or from a cluster without them, is refused here.

use std::time::Duration;

use cobrowse_session::site::{HostPattern, PageUrl, PatternError, UrlError};

use crate::duration;

/// Why an object cannot be gone by.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// A name.
    #[error("failed to read {field}")]
    Name {
        /// Where.
        field: &'static str,
        /// Why.
        source: cobrowse_session::id::Error,
    },
    /// A host pattern.
    #[error("failed to read {field}")]
    Pattern {
        /// Where.
        field: &'static str,
        /// Why.
        source: PatternError,
    },
    /// An address.
    #[error("failed to read {field}")]
    Address {
        /// Where.
        field: &'static str,
        /// Why.
        source: UrlError,
    },
    /// An address on another site.
    #[error("failed to read {field}: it is not on the site {site}, write an address on that site")]
    Elsewhere {
        /// Where.
        field: &'static str,
        /// The site.
        site: String,
    },
    /// A duration.
    #[error("failed to read {field}: write whole numbers with units, for example 2h, 15m or 1m30s")]
    Duration {
        /// Where.
        field: &'static str,
    },
    /// A number below nothing.
    #[error("failed to read {field}: it is {value}, write 0 or more")]
    Count {
        /// Where.
        field: &'static str,
        /// Found.
        value: i32,
    },
    /// A pool whose numbers contradict each other.
    #[error("failed to read spec: minWarm must not be more than maxWarm, nor maxWarm more than maxTotal")]
    Order,
}

pub(crate) fn id<T>(
    field: &'static str,
    text: &str,
    parse: impl Fn(&str) -> Result<T, cobrowse_session::id::Error>,
) -> Result<T, Error> {
    parse(text).map_err(|source| Error::Name { field, source })
}

pub(crate) fn pattern(field: &'static str, text: &str) -> Result<HostPattern, Error> {
    HostPattern::parse(text).map_err(|source| Error::Pattern { field, source })
}

pub(crate) fn address(field: &'static str, text: &str, site: &HostPattern) -> Result<PageUrl, Error> {
    let url = PageUrl::parse(text).map_err(|source| Error::Address { field, source })?;
    if site.matches(url.origin()) { Ok(url) } else { Err(Error::Elsewhere { field, site: site.to_string() }) }
}

pub(crate) fn lasting(field: &'static str, text: &str) -> Result<Duration, Error> {
    duration::parse(text).map_err(|_| Error::Duration { field })
}

pub(crate) fn count(field: &'static str, value: i32) -> Result<u32, Error> {
    u32::try_from(value).map_err(|_| Error::Count { field, value })
}
