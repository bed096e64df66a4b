//! Fuzz targets: everything that reads foreign bytes, each as one function of bytes that asserts what must hold whatever they
//! are. `tests/replay.rs` runs them on the corpora; `explore/` lets an engine look for new inputs. No rule of the product is
//! here, and nothing of the product imports this.

mod script;
mod targets;

pub use targets::*;

/// A target. It panics when something does not hold.
pub type Target = fn(&[u8]);

/// All targets by name; the corpus of each is the folder of that name in `corpora/`.
pub const TARGETS: &[(&str, Target)] = &[
    ("calls", calls::target),
    ("certificates", certificates::target),
    ("configuration", configuration::target),
    ("devtools", devtools::target),
    ("egress", egress::target),
    ("files", files::target),
    ("handover", handover::target),
    ("live", live::target),
    ("manifest", manifest::target),
    ("masking", masking::target),
    ("names", names::target),
    ("relay", relay::target),
    ("segment", segment::target),
    ("tenant", tenant::target),
    ("wayland", wayland::target),
    ("websocket", websocket::target),
    ("wire", wire::target),
];

/// The target of this name.
pub fn find(name: &str) -> Option<Target> {
    TARGETS.iter().find(|(known, _)| *known == name).map(|(_, target)| *target)
}
