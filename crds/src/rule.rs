//! How rules that span fields are written in CEL. Rules are ratcheting: an object that was accepted once can be changed in
//! every other part, also when a later version asks for more. What one value may be is `value`'s.

use kube::core::Rule;

/// The longest name of an object. With what the operator appends, names of pods and labels stay below Kubernetes' 63.
pub(crate) const NAME_LONGEST: usize = 52;

/// The grammar of durations, with no more digits than any limit needs, so that `duration()` never overflows.
pub(crate) const DURATION: &str = "^([0-9]{1,4}h)?([0-9]{1,5}m)?([0-9]{1,6}s)?([0-9]{1,8}ms)?$";

/// A DNS label.
pub(crate) const LABEL: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

/// The name's length. Asked for when the object is made, and never again.
pub(crate) fn short_name() -> Rule {
    let rule = format!("oldSelf.hasValue() || size(self.metadata.name) <= {NAME_LONGEST}");
    Rule::new(rule)
        .message(format!("metadata.name is too long: write at most {NAME_LONGEST} characters").as_str())
        .optional_old_self(true)
}

/// The name's letters. Asked for when the object is made, and never again.
pub(crate) fn plain_name() -> Rule {
    Rule::new(format!("oldSelf.hasValue() || self.metadata.name.matches('{LABEL}')"))
        .message("metadata.name is no DNS label: write a-z, 0-9 and, not first or last, -; no dots")
        .optional_old_self(true)
}

/// A rule over several fields of `self`. It is asked when the object is made, and when one of these fields changes.
pub(crate) fn over(fields: &[&str], rule: &str, message: &str) -> Rule {
    let same: Vec<String> = fields.iter().map(|field| same(field, "oldSelf.value()")).collect();
    Rule::new(format!("(oldSelf.hasValue() && {}) || ({rule})", same.join(" && ")))
        .message(message)
        .optional_old_self(true)
}

/// A field that keeps the value it was made with.
pub(crate) fn fixed(field: &str, mend: &str) -> Rule {
    Rule::new(same(field, "oldSelf")).message(format!("{field} never changes: {mend}").as_str())
}

/// A field that is empty at first and keeps the value it is given.
pub(crate) fn written_once(field: &str) -> Rule {
    Rule::new(format!("!has(oldSelf.{field}) || ({})", same(field, "oldSelf")))
        .message(format!("{field} is written once: leave it as it is").as_str())
}

/// Whether a field is as it was, also when it was not there.
fn same(field: &str, old: &str) -> String {
    format!("has(self.{field}) == has({old}.{field}) && (!has(self.{field}) || self.{field} == {old}.{field})")
}

/// The duration at `path`, such as `self.session.maxDuration`, or `default` when it is not there or malformed.
pub(crate) fn lasts(path: &str, default: &str) -> String {
    let mut there = String::new();
    // `has` fails when what holds the field is not there, so each step is asked for in turn.
    for (at, _) in path.match_indices('.').skip(1).chain([(path.len(), "")]) {
        there.push_str(&format!("has({}) && ", &path[..at]));
    }
    format!("({there}{path} != '' && {path}.matches('{DURATION}') ? duration({path}) : duration('{default}'))")
}

/// That an address, where there is one, is on the site of a pattern.
pub(crate) fn on_site(pattern: &str, address: &str) -> String {
    let name = format!("{pattern}.replace('https://', '').replace('http://', '')");
    let host = format!("{address}.split('/')[2]");
    format!(
        "!has({address}) || !{address}.contains('://') || ({address}.startsWith('http://') == {pattern}.startsWith('http://') \
         && ({name}.startsWith('*.') ? {host}.endsWith({name}.substring(1)) : {host} == {name}))"
    )
}
