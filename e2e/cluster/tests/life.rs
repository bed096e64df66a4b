//! The life of a cluster, from outside: up, used, killed at its root, down, and down again. It takes the machine's one cluster.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// As the README promises for a second start; the programs are built already.
const UP_LIMIT: Duration = Duration::from_secs(60);
const DOWN_LIMIT: Duration = Duration::from_secs(10);
/// After its death, with all that is asked of it meanwhile.
const BACK_LIMIT: Duration = Duration::from_secs(30);
const NAMESPACES: [&str; 2] = ["cobrowse-cluster", "cobrowse-world"];

fn cluster(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cluster")).args(arguments).output().expect("the program runs")
}

fn must(arguments: &[&str]) -> String {
    let output = cluster(arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

fn namespace(name: &str) -> PathBuf {
    Path::new("/run/netns").join(name)
}

fn run_folder() -> PathBuf {
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let base = base.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
    base.expect("a cache").join("cobrowse/cluster/run")
}

/// Processes of this machine in one of the cluster's network namespaces.
fn processes() -> Vec<String> {
    let of = |path: PathBuf| {
        use std::os::unix::fs::MetadataExt as _;
        fs::metadata(path).map(|found| (found.dev(), found.ino())).ok()
    };
    let wanted: Vec<_> = NAMESPACES.iter().filter_map(|name| of(namespace(name))).collect();
    let all = fs::read_dir("/proc").expect("a process table").flatten();
    let inside = all.filter(|entry| of(entry.path().join("ns/net")).is_some_and(|its| wanted.contains(&its)));
    inside.map(|entry| fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default()).collect()
}

fn nothing_is_left() {
    for name in NAMESPACES {
        assert!(!namespace(name).exists(), "{name} is left");
    }
    assert!(!run_folder().exists(), "the folder of the run is left");
    let programs = Command::new("bpftool").args(["prog", "show"]).output().expect("bpftool runs");
    let programs = String::from_utf8_lossy(&programs.stdout).into_owned();
    assert!(!programs.contains("name cil_"), "programs are left in the kernel: {programs}");
    let mounts = fs::read_to_string("/proc/self/mountinfo").expect("mounts");
    assert!(!mounts.contains("cobrowse/cluster/run"), "mounts are left: {mounts}");
}

#[expect(clippy::print_stderr, reason = "how long it took is for the reader of the run")]
fn timed(what: &str, limit: Duration, act: impl FnOnce()) {
    let began = Instant::now();
    act();
    let took = began.elapsed();
    eprintln!("{what}: {:.1} s", took.as_secs_f32());
    assert!(took < limit, "{what} took {took:?}");
}

/// Only from inside, where a number means the process that it was given to.
fn control_plane_dies_and_is_back() {
    for part in ["etcd", "apiserver"] {
        let refused = cluster(&["crash", part]);
        assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("cluster inside"));
        timed(&format!("{part} is back"), BACK_LIMIT, || {
            must(&["inside", env!("CARGO_BIN_EXE_cluster"), "crash", part]);
            let began = Instant::now();
            while !cluster(&["inside", "kubectl", "get", "--raw", "/readyz"]).status.success() {
                assert!(began.elapsed() < BACK_LIMIT, "{part} stays away");
            }
        });
    }
}

/// Ends the cluster whatever comes.
struct Down;

impl Drop for Down {
    fn drop(&mut self) {
        cluster(&["down"]);
    }
}

#[test]
fn a_cluster_comes_up_runs_pods_and_goes_whatever_happened_to_it() {
    let _down = Down;
    must(&["down"]);
    must(&["build", "--profile", "policy"]);
    nothing_is_left();

    timed("up", UP_LIMIT, || drop(must(&["up", "--profile", "policy"])));
    let ready = r#"jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}"#;
    assert!(must(&["inside", "kubectl", "get", "nodes", "-o", ready]).contains("True"));
    let pods =
        ["inside", "kubectl", "get", "pods", "--namespace", "kube-system", "-o", "jsonpath={.items[*].status.phase}"];
    assert!(must(&pods).contains("Running"));
    let outside = cluster(&["inside", "ip", "-4", "-o", "route", "get", "1.1.1.1"]);
    let route = String::from_utf8_lossy(&outside.stdout).into_owned();
    assert!(route.contains("via 172.18.0.1"), "the way out is not the world's: {route}");

    control_plane_dies_and_is_back();

    // With the first process of the namespaces all others end.
    let first = fs::read_to_string(run_folder().join("first")).expect("a first process");
    let killed = Command::new("kill").args(["-9", first.trim()]).status().expect("kill runs");
    assert!(killed.success());
    let began = Instant::now();
    while processes().iter().any(|command| command.contains("kubelet") || command.contains("etcd")) {
        assert!(began.elapsed() < DOWN_LIMIT, "these outlive the first process: {:?}", processes());
    }
    let dead = cluster(&["inside", "true"]);
    assert!(!dead.status.success() && String::from_utf8_lossy(&dead.stderr).contains("cluster-up"));

    timed("down after a crash", DOWN_LIMIT, || drop(must(&["down"])));
    nothing_is_left();
    timed("down again", DOWN_LIMIT, || drop(must(&["down"])));

    timed("up again", UP_LIMIT, || drop(must(&["up", "--profile", "policy"])));
    timed("down", DOWN_LIMIT, || drop(must(&["down"])));
    nothing_is_left();
}
