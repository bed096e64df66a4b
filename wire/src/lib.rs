//! The contract `cobrowse.v1` as Rust types: generated code in `gen`, conversions to and from `session` beside it.
//! It holds no rule and does no I/O.

mod convert;

pub use convert::{BoundPolicy, Error, moment, rule_command, timestamp, waiting_ids};

/// Generated from `proto/cobrowse/v1` by `make gen`.
#[allow(missing_docs, clippy::all, clippy::pedantic, reason = "generated code")]
#[path = "gen/cobrowse.v1.rs"]
pub mod v1;

/// The descriptor set of `cobrowse.v1`, for gRPC reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!("gen/cobrowse.v1.bin");

/// The version of the live stream that this code speaks, as in `Attach.protocol_version`.
pub const PROTOCOL_VERSION: u32 = 1;
