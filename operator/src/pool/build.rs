//! What a pool is made of: its pods and their network policy. What isolates a pod stands here and nowhere else.

pub mod containers;
pub mod pod;
pub mod policy;
pub mod volumes;
