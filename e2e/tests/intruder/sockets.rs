//! What two processes hold open together, as the kernel shows it.

use std::collections::BTreeSet;
use std::fs;

/// The sockets, pipes and files in memory that a process holds, by their kernel names.
fn held(pid: u32) -> BTreeSet<String> {
    let links = fs::read_dir(format!("/proc/{pid}/fd")).expect("descriptors").flatten();
    let names =
        links.filter_map(|entry| fs::read_link(entry.path()).ok()).map(|link| link.to_string_lossy().into_owned());
    names.filter(|name| name.starts_with("socket:") || name.starts_with("pipe:")).collect()
}

/// Chrome and the agent side hold the two ends of DevTools' two pipes, and no socket together: the socket between the sides is the
/// launcher's, and Chrome's screen is a connection with two ends.
pub(crate) fn only_their_pipes_are_shared(chrome: u32, agent: u32) {
    let (own, its) = (held(chrome), held(agent));
    // Where both write their logs is this test's.
    let logs = held(std::process::id());
    let shared: Vec<&String> = own.intersection(&its).filter(|name| !logs.contains(*name)).collect();
    assert_eq!(shared.len(), 2, "held by both: {shared:?}");
    assert!(shared.iter().all(|name| name.starts_with("pipe:")), "held by both: {shared:?}");
    let shown = its.iter().filter(|name| name.starts_with("socket:")).count();
    assert!(shown > 0, "the agent side holds no socket, so this says nothing");
}
