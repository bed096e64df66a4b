//! The DevTools messages in use, as types. Generated; what is used is listed in `browser-pod/protocol/wanted.txt`.

#[allow(dead_code, reason = "answers have fields that nobody reads")]
#[path = "protocol/gen/cdp.rs"]
mod cdp;

pub(crate) use cdp::*;
