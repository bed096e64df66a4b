//! Between the contract's messages and the rules' types. Into messages never fails; out of them fails with the field's name.

mod command;
mod participant;
mod policy;
mod state;

pub use command::rule_command;
pub use policy::BoundPolicy;
pub use state::{moment, timestamp, waiting_ids};

use cobrowse_session::id;
use cobrowse_session::participant::NameError;
use cobrowse_session::site::PatternError;
use thiserror::Error;

/// Why a message cannot be understood. The field is named, its content is not repeated.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// A message that has to be there is not.
    #[error("failed to read {0}: it is missing")]
    Missing(&'static str),
    /// An enum's value that this version does not know, or the unspecified one.
    #[error("failed to read {field}: there is no value {value}")]
    Value {
        /// Which field.
        field: &'static str,
        /// As found.
        value: i32,
    },
    /// An id that is none.
    #[error("failed to read {field}")]
    Id {
        /// Which field.
        field: &'static str,
        /// Why.
        source: id::Error,
    },
    /// A name that is none.
    #[error("failed to read {field}")]
    Name {
        /// Which field.
        field: &'static str,
        /// Why.
        source: NameError,
    },
    /// A host pattern that is none.
    #[error("failed to read {field}")]
    Pattern {
        /// Which field.
        field: &'static str,
        /// Why.
        source: PatternError,
    },
    /// A limit of zero, or one that makes no sense.
    #[error("failed to read {0}: it is out of range")]
    Range(&'static str),
}

impl Error {
    /// The field that is wrong, as in the contract.
    pub const fn field(&self) -> &'static str {
        match self {
            Error::Missing(field)
            | Error::Range(field)
            | Error::Value { field, .. }
            | Error::Id { field, .. }
            | Error::Name { field, .. }
            | Error::Pattern { field, .. } => field,
        }
    }
}

#[cfg(test)]
mod tests;
