//! The rules of the house that no other tool checks. Each fault says where it is and how to mend it.

mod edges;
mod exceptions;
mod functions;
mod fuzzing;
mod generated;
mod hardening;
mod headers;
mod layers;
mod names;
mod places;
mod sandbox;
mod scopes;
mod sizes;
mod sleeps;
mod source;
mod threats;
mod tls;

use anyhow::{Result, bail};
use source::Source;

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The rule's name, as in the exceptions file.
    rule: &'static str,
    /// The file or crate.
    place: String,
    /// What is wrong, and the mend.
    text: String,
}

impl Fault {
    fn new(rule: &'static str, place: impl Into<String>, text: impl Into<String>) -> Self {
        Self { rule, place: place.into(), text: text.into() }
    }
}

/// A rule that reads one file at a time.
type Rule = fn(&Source) -> Vec<Fault>;

const RULES: [Rule; 11] = [
    sizes::check,
    functions::check,
    headers::check,
    layers::check,
    names::check,
    sleeps::check,
    places::check,
    sandbox::check,
    tls::check,
    scopes::check,
    fuzzing::check,
];

/// Checks the repository in the current folder.
#[expect(clippy::print_stderr, reason = "a chore talks to the person who runs it")]
pub(crate) fn run() -> Result<()> {
    let sources = source::all()?;
    let mut faults: Vec<Fault> = sources.iter().flat_map(|file| RULES.iter().flat_map(|rule| rule(file))).collect();
    faults.extend(edges::check()?);
    faults.extend(generated::check()?);
    faults.extend(hardening::check()?);
    faults.extend(threats::check(&sources));
    let faults = exceptions::load()?.apply(faults);
    for fault in &faults {
        eprintln!("{}: [{}] {}", fault.place, fault.rule, fault.text);
    }
    if !faults.is_empty() {
        bail!("tidy found {} fault(s)", faults.len());
    }
    eprintln!("tidy: {} files, no fault", sources.len());
    Ok(())
}
