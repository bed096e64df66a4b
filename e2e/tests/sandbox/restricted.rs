//! That a browser pod is as restricted as its specification says: by what the node's kernel shows of its processes, mounts and
//! groups, and by which weaker ones an API server refuses.

use super::cluster::{Image, manifest};
use cobrowse_e2e::node::processes;
use cobrowse_e2e::{kubectl, must};
use serde_json::{Value, json};
use std::fs;

/// Users of the two sides, as their containers have them.
const AGENT: u32 = 10_001;
const BROWSER: u32 = 10_002;
/// File systems that a pod of ours may see. All but the image's are of the kernel or in memory.
const FILE_SYSTEMS: [&str; 8] = ["overlay", "proc", "tmpfs", "devpts", "mqueue", "sysfs", "cgroup", "cgroup2"];
/// Files that a kubelet puts into every container from the node's disk.
const OF_THE_KUBELET: [&str; 4] = ["/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/dev/termination-log"];
/// Processes and threads of one pod at most: the kubelet's podPidsLimit.
const PROCESSES_MAX: u64 = 4_096;

fn file(pid: u32, name: &str) -> String {
    fs::read_to_string(format!("/proc/{pid}/{name}")).unwrap_or_default()
}

fn field(pid: u32, name: &str) -> String {
    let status = file(pid, "status");
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap_or_default().trim().to_owned()
}

/// What the node's kernel shows, from outside of the pod.
pub(crate) fn seen_by_the_node(pod: &str, chrome: u32, agent: u32) {
    let all = processes(pod);
    assert!(all.len() > 5, "a whole browser");
    for pid in all.into_iter().filter(|pid| !file(*pid, "cmdline").starts_with("/pause")) {
        // A page's process that is inside of its own user namespace has there what is nothing outside.
        for name in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].iter().filter(|_| pid == chrome || pid == agent)
        {
            assert_eq!(field(pid, name), "0000000000000000", "{name} of {pid}");
        }
        if !field(pid, "NoNewPrivs").is_empty() {
            assert_eq!((field(pid, "NoNewPrivs"), field(pid, "Seccomp")), ("1".to_owned(), "2".to_owned()), "{pid}");
        }
    }
    assert_eq!((user(chrome), user(agent)), (BROWSER, AGENT));
    let namespaces = |pid: u32, kind: &str| fs::read_link(format!("/proc/{pid}/ns/{kind}")).expect("a namespace");
    for kind in ["pid", "mnt"] {
        assert_ne!(namespaces(chrome, kind), namespaces(agent, kind), "both sides see one {kind} namespace");
    }
    for pid in [chrome, agent] {
        mounts(pid);
        assert!(limit(pid) <= PROCESSES_MAX, "no limit of processes: {}", file(pid, "cgroup"));
        let environment = file(pid, "environ");
        let services = environment.split('\0').filter(|one| one.contains("_SERVICE_HOST="));
        assert!(services.clone().all(|one| one.starts_with("KUBERNETES_")), "{:?}", services.collect::<Vec<_>>());
        let token = format!("/proc/{pid}/root/var/run/secrets/kubernetes.io");
        assert!(fs::metadata(&token).is_err(), "{token} is there");
    }
    let enrollment = |pid: u32| fs::metadata(format!("/proc/{pid}/root/run/secrets/cobrowse/token")).is_ok();
    assert!(enrollment(agent) && !enrollment(chrome), "the token is the agent side's alone");
    assert_ne!(device(chrome, "/dev/shm"), device(agent, "/dev/shm"), "shared memory is no side's own");
    assert_eq!(device(chrome, "/run/cobrowse"), device(agent, "/run/cobrowse"), "they meet in one folder");
    let left = fs::read_dir(format!("/proc/{chrome}/root/run/cobrowse")).expect("the folder").count();
    assert_eq!(left, 0, "after the sides met, nobody can join them");
}

/// The user of a process as its own user namespace has it.
fn user(pid: u32) -> u32 {
    let outside: u32 = field(pid, "Uid").split_whitespace().next().and_then(|id| id.parse().ok()).expect("a uid");
    let map = file(pid, "uid_map");
    let numbers: Vec<u32> = map.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    let [inside, begin, _] = numbers[..] else { panic!("another map: {map}") };
    inside + (outside - begin)
}

/// Devices that every container has.
const OF_THE_RUNTIME: [&str; 6] = ["/dev/full", "/dev/null", "/dev/random", "/dev/tty", "/dev/urandom", "/dev/zero"];

/// One mount: its place, its device, its options, and the kind of its file system.
fn all_mounts(pid: u32) -> Vec<(String, String, String, String)> {
    let text = file(pid, "mountinfo");
    let read = |line: &str| {
        let (mount, system) = line.split_once(" - ")?;
        let fields: Vec<&str> = mount.split(' ').collect();
        let part = |at: usize| fields.get(at).map(|text| (*text).to_owned());
        Some((part(4)?, part(2)?, part(5)?, system.split(' ').next()?.to_owned()))
    };
    text.lines().filter_map(read).collect()
}

fn device(pid: u32, place: &str) -> Option<String> {
    all_mounts(pid).into_iter().find(|(at, ..)| at == place).map(|(_, device, ..)| device)
}

/// Its root is read only, and what can be written is in memory and the pod's.
fn mounts(pid: u32) {
    let all = all_mounts(pid);
    let root = all.iter().find(|(place, ..)| place == "/").expect("a root");
    assert!(root.2.split(',').any(|option| option == "ro"), "the root can be written to: {root:?}");
    for (place, _, options, kind) in all {
        if OF_THE_KUBELET.contains(&place.as_str()) {
            continue;
        }
        // In a user namespace nobody makes devices: the container runtime binds the machine's own, each by itself, and /dev/null over what
        // it hides of /proc.
        if kind == "devtmpfs" && (OF_THE_RUNTIME.contains(&place.as_str()) || place.starts_with("/proc/")) {
            continue;
        }
        assert!(FILE_SYSTEMS.contains(&kind.as_str()), "{place} is {kind}");
        let written = options.split(',').any(|option| option == "rw");
        assert!(!written || kind != "overlay", "{place} can be written to, and is not in memory");
        if kind == "tmpfs" && place.starts_with("/run/") {
            assert!(!place.contains("kubernetes.io"), "{place}");
        }
    }
}

/// How many processes and threads its control group may have.
fn limit(pid: u32) -> u64 {
    let groups = file(pid, "cgroup");
    let folders = groups.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (kinds, group) = (parts.next()?, parts.next()?);
        match kinds {
            "pids" => Some(format!("/sys/fs/cgroup/pids{group}")),
            "" => Some(format!("/sys/fs/cgroup{group}")),
            _ => None,
        }
    });
    let limits = folders.flat_map(|folder| {
        // A kubelet's limit is the pod's, whose containers are below it.
        let above = folder.rsplit_once('/').map(|(above, _)| above.to_owned());
        [Some(folder), above].into_iter().flatten()
    });
    let read = |folder: String| fs::read_to_string(format!("{folder}/pids.max")).ok()?.trim().parse::<u64>().ok();
    limits.filter_map(read).min().unwrap_or(u64::MAX)
}

/// Each way to weaken a browser pod is refused by Pod Security; as it is, it is taken.
pub(crate) fn no_weaker_pod(namespace: &str) {
    let _ = kubectl(&["delete", "namespace", namespace, "--ignore-not-found", "--wait"], "").expect("kubectl runs");
    let objects = json!({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": {
            "pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/enforce-version": "latest"}}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "automountServiceAccountToken": false,
            "metadata": {"name": "cobrowse-browser-pod", "namespace": namespace}},
    ]});
    must(&["create", "-f", "-"], &objects.to_string()).expect("a namespace");
    let ask = |change: &dyn Fn(&mut Value)| {
        let mut pod = manifest(namespace, Image::Shipped, true);
        change(&mut pod);
        kubectl(&["create", "--dry-run=server", "-f", "-"], &pod.to_string()).expect("kubectl runs")
    };
    let taken = ask(&|_| ());
    assert!(taken.ok, "as it is: {}", taken.err);
    for (pointer, value) in weaker() {
        let said = ask(&|pod| put(pod, pointer, value.clone()));
        // A privileged one an API server refuses by a rule of its own before that.
        let refused =
            ["violates PodSecurity", "disallowed by cluster policy"].iter().any(|word| said.err.contains(word));
        assert!(!said.ok && refused, "{pointer} = {value}: {}{}", said.out, said.err);
    }
    must(&["delete", "namespace", namespace, "--wait=false"], "").expect("the namespace goes");
}

/// Fields of a pod, and what would weaken it.
fn weaker() -> Vec<(&'static str, Value)> {
    vec![
        ("/spec/hostNetwork", json!(true)),
        ("/spec/hostPID", json!(true)),
        ("/spec/hostIPC", json!(true)),
        ("/spec/containers/1/securityContext", json!({"privileged": true})),
        ("/spec/containers/1/securityContext/allowPrivilegeEscalation", json!(true)),
        ("/spec/containers/1/securityContext/runAsUser", json!(0)),
        ("/spec/containers/1/securityContext/runAsNonRoot", json!(false)),
        ("/spec/containers/1/securityContext/capabilities", json!({"drop": ["ALL"], "add": ["NET_ADMIN"]})),
        ("/spec/containers/1/securityContext/capabilities", json!({"drop": ["NET_RAW"]})),
        ("/spec/containers/1/securityContext/seccompProfile", json!({"type": "Unconfined"})),
        ("/spec/containers/0/ports/0/hostPort", json!(8_700)),
        ("/spec/volumes/0", json!({"name": "socket", "hostPath": {"path": "/"}})),
    ]
}

/// Writes to a place that may not be there yet, below one that is.
fn put(pod: &mut Value, pointer: &str, value: Value) {
    let (above, name) = pointer.rsplit_once('/').expect("a pointer");
    match pod.pointer_mut(above).expect("a place") {
        Value::Array(items) => items[name.parse::<usize>().expect("a number")] = value,
        other => other[name] = value,
    }
}
