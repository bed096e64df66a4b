//! The chart on a real API server: installed, upgraded, refused an uninstall, uninstalled; and what its admission policies let
//! through. There is no node: what a kubelet would do, the tests do.

#[path = "served/admitted.rs"]
mod admitted;
#[path = "served/authority.rs"]
mod authority;
#[path = "served/installed.rs"]
mod installed;
#[path = "served/place.rs"]
mod place;
