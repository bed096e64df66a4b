//! A session, from its object to a live pod: five steps, a file each. In which order, and who gets which pod, `session::claim` says.

pub mod adjust;
pub mod apply;
pub mod build;
pub mod dereference;
pub mod end;
pub mod grant;
pub mod read;
pub mod update_status;
pub mod validate;
