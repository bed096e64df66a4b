//! What pods and their node use, as the kernel counts it: by a pod's cgroup, of the first version or the second.

use cobrowse_e2e::figures::Spread;
use cobrowse_e2e::node::processes;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::Instant;

const MIB: f64 = 1024.0 * 1024.0;
/// The kernel's unit of processor time; it is a hundredth of a second on every machine that Linux runs on today.
const TICK: Duration = Duration::from_millis(10);
/// A node is quiet that used no more than half of its cores for so long.
const QUIET: Duration = Duration::from_millis(250);
/// One that is not quiet after this has other things to do, and is taken as it is.
const QUIET_LIMIT: Duration = Duration::from_secs(5);

/// What pods use while nobody does anything.
pub(crate) struct Still {
    /// MiB of a pod: what its cgroup is charged with, without files that the kernel may drop.
    pub(crate) memory: Spread,
    /// Hundredths of a core that a pod used.
    pub(crate) processor: Spread,
    /// MiB that the node has less than before the first pod, for each pod.
    pub(crate) node_memory: f64,
    /// Cores that the node used, everything on it.
    pub(crate) node_processor: f64,
}

impl Still {
    /// Of these pods, as long as something takes, and what came of that. The node had so many bytes available before.
    pub(crate) async fn of<T>(pods: &[String], free: u64, meanwhile: impl Future<Output = T>) -> (Self, T) {
        let groups: Vec<Group> = pods.iter().map(|pod| Group::of(pod)).collect();
        let used = || groups.iter().map(Group::processor).collect::<Vec<_>>();
        let (begun, before, node_before) = (Instant::now(), used(), busy());
        let came = meanwhile.await;
        let (time, after, node_after) = (begun.elapsed(), used(), busy());
        let share = |before: Duration, after: Duration| (after - before).as_secs_f64() / time.as_secs_f64();
        let still = Self {
            memory: Spread::over(groups.iter().map(|group| group.memory() as f64 / MIB)),
            processor: Spread::over(before.iter().zip(&after).map(|(before, after)| 100.0 * share(*before, *after))),
            node_memory: free.saturating_sub(available()) as f64 / MIB / pods.len() as f64,
            node_processor: share(node_before, node_after),
        };
        (still, came)
    }
}

/// The cgroup of one pod.
struct Group {
    memory: PathBuf,
    processor: PathBuf,
    second: bool,
}

impl Group {
    /// Of the pod of this UID, which runs here.
    fn of(pod: &str) -> Self {
        let first = processes(pod).first().copied().expect("the pod runs on this node");
        let groups = fs::read_to_string(format!("/proc/{first}/cgroup")).expect("its cgroups");
        let find = |controller: &str| {
            groups.lines().find_map(|line| {
                let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
                let own = controllers.split(',').any(|one| one == controller);
                own.then(|| Path::new("/sys/fs/cgroup").join(controller).join(pod_s(path, pod)))
            })
        };
        match (find("memory"), find("cpuacct")) {
            (Some(memory), Some(processor)) => Self { memory, processor, second: false },
            _ => {
                let whole = find("").expect("a cgroup of the second version");
                Self { memory: whole.clone(), processor: whole, second: true }
            }
        }
    }

    /// Bytes in use, as kubelets count them: without what the kernel may drop at any time.
    fn memory(&self) -> u64 {
        let (usage, droppable) = if self.second {
            ("memory.current", "inactive_file")
        } else {
            ("memory.usage_in_bytes", "total_inactive_file")
        };
        let stat = read(&self.memory.join("memory.stat"));
        number(&read(&self.memory.join(usage))).saturating_sub(field(&stat, droppable))
    }

    /// Processor time so far.
    fn processor(&self) -> Duration {
        if self.second {
            return Duration::from_micros(field(&read(&self.processor.join("cpu.stat")), "usage_usec"));
        }
        Duration::from_nanos(number(&read(&self.processor.join("cpuacct.usage"))))
    }
}

/// The part of a container's cgroup that is its pod's, below the hierarchy's root.
fn pod_s(path: &str, pod: &str) -> PathBuf {
    let other = pod.replace('-', "_");
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let own = parts.iter().position(|part| part.contains(pod) || part.contains(&other)).expect("the pod's cgroup");
    parts[..=own].iter().collect()
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("failed to read {}: {error}", file.display()))
}

fn number(text: &str) -> u64 {
    text.trim().parse().expect("a number")
}

fn field(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix([' ', ':']));
    number(line.unwrap_or_else(|| panic!("no {name} in {text}")).trim_end_matches(" kB"))
}

/// Bytes that the node can still give.
pub(crate) fn available() -> u64 {
    field(&read(Path::new("/proc/meminfo")), "MemAvailable") * 1024
}

/// Processor time of the node so far, of whatever runs on it.
fn busy() -> Duration {
    let stat = read(Path::new("/proc/stat"));
    let all = stat.lines().next().and_then(|line| line.strip_prefix("cpu ")).expect("a sum of all cores");
    let ticks: Vec<u64> = all.split_whitespace().map(number).collect();
    // User, nice, system; not idle, not waiting; interrupts, soft ones, stolen. What follows is counted already.
    let used: u64 =
        ticks.iter().take(8).enumerate().filter(|(at, _)| !matches!(at, 3 | 4)).map(|(_, ticks)| ticks).sum();
    TICK * u32::try_from(used).expect("less than a year and a half")
}

/// Waits until the node is quiet.
pub(crate) async fn quiet() {
    let (begun, half) =
        (Instant::now(), std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as f64 / 2.0);
    while begun.elapsed() < QUIET_LIMIT {
        let (since, before) = (Instant::now(), busy());
        passes(QUIET).await;
        if (busy() - before).as_secs_f64() <= half * since.elapsed().as_secs_f64() {
            return;
        }
    }
}

/// Lets time pass in which something is measured.
pub(crate) async fn passes(time: Duration) {
    let _ = tokio::time::timeout(time, std::future::pending::<()>()).await;
}
