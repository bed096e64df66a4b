//! One module for each target.

pub mod calls;
pub mod certificates;
pub mod configuration;
pub mod devtools;
pub mod egress;
pub mod files;
pub mod handover;
pub mod live;
pub mod manifest;
pub mod masking;
pub mod names;
pub mod relay;
pub mod segment;
pub mod tenant;
pub mod wayland;
pub mod websocket;
pub mod wire;
