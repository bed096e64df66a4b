//! What Helm makes of the chart: refusals, network policies, rights, arguments, and how hard the pods are. No cluster is asked.

#[path = "rendered/admission.rs"]
mod admission;
#[path = "rendered/arguments.rs"]
mod arguments;
#[path = "rendered/authority.rs"]
mod authority;
#[path = "rendered/hardening.rs"]
mod hardening;
#[path = "rendered/network.rs"]
mod network;
#[path = "rendered/outside.rs"]
mod outside;
#[path = "rendered/refused.rs"]
mod refused;
#[path = "rendered/rights.rs"]
mod rights;
#[path = "rendered/whole.rs"]
mod whole;
