//! The format from outside: what is written is read, what was changed is named, and what is destroyed stays so.

#[path = "recording/arbitrary.rs"]
mod arbitrary;
#[path = "recording/destroyed.rs"]
mod destroyed;
#[path = "recording/nonces.rs"]
mod nonces;
#[path = "recording/round_trip.rs"]
mod round_trip;
#[path = "recording/sample.rs"]
mod sample;
#[path = "recording/tamper.rs"]
mod tamper;
#[path = "recording/vectors.rs"]
mod vectors;
