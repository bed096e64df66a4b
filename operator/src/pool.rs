//! A pool, from its object to what is applied: five steps, a file each. How many pods there are, `session::pool` plans.

pub mod apply;
pub mod build;
pub mod canary;
pub mod dereference;
pub mod update_status;
pub mod validate;
