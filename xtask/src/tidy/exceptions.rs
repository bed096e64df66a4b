//! Exceptions from the rules, each with its reason, in `xtask/tidy-exceptions.toml`. One that nothing needs is a fault.

use super::Fault;
use anyhow::{Context, Result};
use serde::Deserialize;

const FILE: &str = "xtask/tidy-exceptions.toml";

/// All exceptions.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exceptions {
    #[serde(default)]
    exception: Vec<Exception>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    rule: String,
    place: String,
    reason: String,
}

/// Reads the file of exceptions.
pub(crate) fn load() -> Result<Exceptions> {
    let text = std::fs::read_to_string(FILE).with_context(|| format!("failed to read {FILE}"))?;
    toml::from_str(&text).with_context(|| format!("failed to understand {FILE}"))
}

impl Exceptions {
    /// The faults that no exception covers, and the faults of the exceptions themselves.
    pub(crate) fn apply(&self, faults: Vec<Fault>) -> Vec<Fault> {
        let mut own: Vec<Fault> = self.exception.iter().filter_map(|one| one.fault(&faults)).collect();
        own.extend(faults.into_iter().filter(|fault| !self.exception.iter().any(|one| one.covers(fault))));
        own
    }
}

impl Exception {
    fn covers(&self, fault: &Fault) -> bool {
        self.rule == fault.rule && self.place == fault.place
    }

    fn fault(&self, faults: &[Fault]) -> Option<Fault> {
        let about = format!("exception `{}` for {}", self.rule, self.place);
        if self.reason.trim().is_empty() {
            return Some(Fault::new("exception", FILE, format!("{about} has no reason: write it, or mend the fault")));
        }
        if !faults.iter().any(|fault| self.covers(fault)) {
            return Some(Fault::new("exception", FILE, format!("{about} covers nothing: remove it")));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exceptions(reason: &str) -> Exceptions {
        let text = format!("[[exception]]\nrule = \"size\"\nplace = \"a.rs\"\nreason = \"{reason}\"\n");
        toml::from_str(&text).expect("the text above is an exceptions file")
    }

    #[test]
    fn an_exception_covers_its_fault_alone() {
        let (covered, other) = (Fault::new("size", "a.rs", "long"), Fault::new("size", "b.rs", "long"));
        assert_eq!(exceptions("one table").apply(vec![covered, other.clone()]), [other]);
    }

    #[test]
    fn an_exception_needs_a_reason_and_a_fault() {
        assert_eq!(exceptions("").apply(vec![Fault::new("size", "a.rs", "long")]).len(), 1);
        assert_eq!(exceptions("one table").apply(Vec::new()).len(), 1);
    }
}
