//! The format of a recording: what the agent saw, in encrypted segments, and a manifest that tells whether they are all there.
//! Pure: keys in, bytes out. It does no I/O, reads no clock, draws no randomness and knows no protobuf. How a stranger reads it is
//! in `docs/recording-format.md`; who records, keeps and destroys is `session-api`'s.

mod cbor;
pub mod cutter;
pub mod entry;
pub mod id;
pub mod key;
pub mod manifest;
pub mod object;
pub mod reader;
pub mod record;
pub mod segment;

pub use cbor::Malformed;
