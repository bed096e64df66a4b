//! The operator: it makes a cluster match the kinds of group `cobrowse.dev`. One task decides by what is seen and by the rules of
//! `session::pool` and `session::claim`; workers carry out what it decided, and tell it what came of it. It decides no rule itself.

pub mod admin;
pub mod args;
pub mod authority;
pub mod chores;
pub mod cluster;
pub mod decide;
pub mod egress;
pub mod events;
pub mod lease;
pub mod logs;
pub mod metrics;
pub mod mirror;
pub mod names;
pub mod pods;
pub mod pool;
pub mod requests;
pub mod run;
pub mod seen;
pub mod session;
pub mod tenant;
pub mod traces;
pub mod watch;
pub mod work;

use cobrowse_session::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// An error with all its sources on one line, for the place where it is handled.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        // Some of what others wrote repeats its source.
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        source = error.source();
    }
    text
}

/// The time by this machine's clock.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
