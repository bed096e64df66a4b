//! Which targets and addresses pass, and what each other one is refused for.

#[path = "egress/addresses.rs"]
mod addresses;
#[path = "egress/names.rs"]
mod names;
