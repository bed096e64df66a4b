//! What a cluster's network loads into the kernel, which has no namespace for it: programs go with the interfaces and cgroups that
//! they are attached to. Those of a cluster that somebody else runs on this machine are told apart by their being there before.

use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::process::Command;

/// How Cilium names its programs, and those that they go on to.
const NAMES: [&str; 2] = ["cil_", "tail_"];

/// Numbers of the programs that are loaded. Without bpftool there is no Cilium either.
pub(crate) fn programs() -> Result<BTreeSet<u64>> {
    let output = match Command::new("bpftool").args(["--json", "prog", "show"]).output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(error).context("failed to start bpftool"),
    };
    read(&output.stdout)
}

fn read(said: &[u8]) -> Result<BTreeSet<u64>> {
    let all: Vec<serde_json::Value> = serde_json::from_slice(said).context("failed to read what bpftool said")?;
    let ours =
        all.iter().filter(|one| one["name"].as_str().is_some_and(|name| NAMES.iter().any(|its| name.starts_with(its))));
    Ok(ours.filter_map(|one| one["id"].as_u64()).collect())
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn programs_are_known_by_their_names() {
        let said = br#"[{"id": 3, "type": "cgroup_device", "tag": "ab"}, {"id": 7, "type": "sched_cls", "name": "cil_from_contai"},
            {"id": 9, "type": "sched_cls", "name": "tail_handle_ipv"}, {"id": 11, "type": "kprobe", "name": "other"}]"#;
        assert_eq!(read(said).expect("JSON").into_iter().collect::<Vec<_>>(), [7, 9]);
        assert!(read(b"[]").expect("JSON").is_empty());
        assert!(read(b"").is_err());
    }
}
