//! The canary of a browser pod: what it tries that must fail, and what follows when it does not. A network that holds no policies
//! looks like one that does, so each pod finds out for itself, before it serves anybody and every minute after. The pod opens the
//! connections; here nothing is opened.

mod reached;
mod target;
mod watch;

pub use reached::{Forbidden, Reached};
pub use target::{TARGETS_MAX, Target, TargetError, Transport};
pub use watch::{Canary, Stage, Verdict};
