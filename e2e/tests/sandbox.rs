//! A browser pod under attack from within, on a real kubelet: a page's process and Chrome's first process are taken over by native
//! code. And that the pod is as restricted as its specification says, as the node's kernel shows it and as an API server holds it.

#[path = "intruder/attempts.rs"]
mod attempts;
#[allow(dead_code, reason = "the browser pod's own tests ask more of it")]
#[path = "browser_pod/cluster.rs"]
mod cluster;
#[allow(dead_code, reason = "the browser pod's own tests ask more of it")]
#[path = "browser_pod/kernel.rs"]
mod kernel;
#[path = "sandbox/restricted.rs"]
mod restricted;
#[path = "intruder/sockets.rs"]
mod sockets;
#[path = "intruder/verdict.rs"]
mod verdict;

use cluster::{Image, Pod};
use cobrowse_e2e::node::{command, processes};
use cobrowse_e2e::taken::Taken;
use nix::libc;
use std::time::Duration;
use verdict::{all_closed, must, number};

/// From the first container's start to both probes' success, with the image there.
const STARTED: Duration = Duration::from_secs(60);

#[expect(clippy::print_stderr, reason = "what was tried is for the reader of the run")]
fn tell(text: &str) {
    eprintln!("{text}");
}

/// The pod's process with such a command that started last.
fn find(pod: &Pod, wanted: impl Fn(&str) -> bool) -> u32 {
    let all = processes(&pod.uid);
    all.into_iter().rev().find(|pid| wanted(&command(*pid))).unwrap_or_else(|| panic!("no such process in {}", pod.uid))
}

fn is_chrome(text: &str) -> bool {
    text.starts_with("/usr/lib/chromium/chromium ") && !text.contains("--type=")
}

fn page(pod: &Pod, others: &[u32]) {
    let chrome = kernel::chrome(&pod.uid);
    kernel::renderers(&pod.uid, &chrome).iter().for_each(|page| page.must_be_sandboxed(&chrome));
    let mut taken = Taken::over(find(pod, |text| text.contains("--type=renderer"))).expect("a page taken over");
    assert!(number("a page", &mut taken) < 1_000, "a page has a process namespace of its own");
    let lists = [
        attempts::files(others),
        attempts::processes(others),
        attempts::plain_sockets(),
        attempts::odd_sockets(),
        attempts::kernel(),
        attempts::of_a_page(),
    ];
    tell(&format!("a page: {} attempts are closed", all_closed("a page", &mut taken, &lists.concat())));
}

fn browser(pod: &Pod, chrome: u32, others: &[u32]) {
    let mut taken = Taken::over(chrome).expect("Chrome taken over");
    assert!(number("Chrome", &mut taken) < 1_000, "Chrome has a process namespace of its own");
    must("Chrome", &mut taken, &attempts::open("/etc/passwd", libc::O_RDONLY));
    must("Chrome", &mut taken, &attempts::open("/tmp/intruder", libc::O_WRONLY | libc::O_CREAT));
    let sockets = attempts::UNIX.map(|at| must("Chrome", &mut taken, &attempts::plain_sockets()[at]));
    let lists = [
        attempts::files(others),
        attempts::processes(others),
        sockets.map(attempts::connections).concat(),
        attempts::odd_sockets(),
        attempts::kernel(),
    ];
    let tried = all_closed("Chrome", &mut taken, &lists.concat());
    tell(&format!("Chrome of {}: {tried} attempts are closed", pod.uid));
}

fn under_attack(namespace: &str, host_users: bool) {
    let pod = Pod::create(namespace, Image::Shipped, host_users);
    pod.until_started(STARTED);
    let (chrome, agent) = (find(&pod, is_chrome), find(&pod, |text| text.contains("/browser-pod agent ")));
    restricted::seen_by_the_node(&pod.uid, chrome, agent);
    sockets::only_their_pipes_are_shared(chrome, agent);
    let others = [agent, std::process::id()];
    page(&pod, &others);
    browser(&pod, chrome, &others);
    pod.delete();
}

#[test]
fn the_attempts_mean_something_where_nothing_is_forbidden() {
    tell(&format!("{} attempts are open to a free process", verdict::control()));
}

#[test]
fn a_page_and_a_chrome_that_were_taken_over_reach_nothing() {
    under_attack("sandbox", true);
}

#[test]
fn the_same_in_a_user_namespace_of_its_own() {
    under_attack("sandbox-users", false);
}

#[test]
fn an_api_server_takes_no_weaker_pod() {
    restricted::no_weaker_pod("sandbox-weaker");
}
