//! The front door: pages, calls and live streams on one HTTPS port; accounts, audit, reports; the browsers of embedded mode, and those of a cluster.
//! It relays and keeps; what may happen in a session, `session` decides: waiting sessions here, live ones in their pods.

pub mod accounts;
pub mod admin;
pub mod adopt;
pub mod announce;
pub mod args;
pub mod caller;
pub mod clock;
pub mod cluster;
pub mod config;
pub mod data_dir;
pub mod door;
pub mod drive;
pub mod gate;
pub mod hex;
pub mod hub;
pub mod journal;
pub mod logs;
pub mod pages;
pub mod pods;
pub mod preflight;
pub mod refusal;
pub mod relay;
pub mod replicas;
pub mod seal;
pub mod serve;
pub mod sessions;
pub mod status;
pub mod store;
pub mod tenants;
pub mod traces;

/// An error with all its sources on one line, for the place where it is handled.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
