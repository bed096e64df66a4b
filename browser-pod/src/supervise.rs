//! Starts both sides, sandboxed, and ends them together.
