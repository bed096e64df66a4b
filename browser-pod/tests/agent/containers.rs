//! The two sides as in two containers: nobody starts both, each is a user of its own and the first of its own processes, and
//! all they share is a folder with a socket. No kubelet, no image, and no filter of system calls but Chrome's.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use cobrowse_wire::v1::{self, command};
use rustix::net::{AddressFamily, RecvFlags, SocketAddrUnix, SocketType};
use rustix::process::Signal;
use tokio::process::{Child, Command};

use crate::pod::{END_USER, PATIENCE, Pod, Started, TOKEN};
use crate::processes::{arguments, below, chrome, signal, wait_until_gone};
use crate::site::{Page, Site};
use crate::viewer::RED;

/// The users of the two sides, as root; otherwise both are this user.
const AGENT_UID: u32 = 220_001;
const BROWSER_UID: u32 = 220_002;

/// The folders of a pod.
struct Folders {
    root: tempfile::TempDir,
}

impl Folders {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        std::fs::set_permissions(root.path(), std::fs::Permissions::from_mode(0o777)).expect("open to both");
        std::fs::write(root.path().join("token"), TOKEN).expect("written");
        std::fs::write(root.path().join("end"), "").expect("written");
        std::fs::set_permissions(root.path().join("end"), std::fs::Permissions::from_mode(0o666)).expect("open");
        Self { root }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// What a kubelet would read.
    fn told(&self) -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(self.path("end")).expect("there")).expect("JSON")
    }
}

/// A command in a process namespace of its own, as this user.
fn contained(uid: u32) -> Command {
    let mut command = Command::new("unshare");
    if is_root() {
        let id = uid.to_string();
        command.args(["--pid", "--fork", "--kill-child", "--mount-proc", "setpriv", "--reuid", &id, "--regid", &id]);
        command.args(["--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]);
    } else {
        command.args(["--user", "--map-current-user", "--pid", "--fork", "--kill-child", "--mount-proc"]);
    }
    command.arg(env!("CARGO_BIN_EXE_browser-pod")).stdin(Stdio::null()).kill_on_drop(true);
    command
}

fn is_root() -> bool {
    rustix::process::getuid().is_root()
}

fn uids() -> (u32, u32) {
    let own = rustix::process::getuid().as_raw();
    if is_root() { (AGENT_UID, BROWSER_UID) } else { (own, own) }
}

async fn agent(folders: &Folders, log: Stdio) -> Started {
    agent_with(folders, log, &[]).await
}

async fn agent_with(folders: &Folders, log: Stdio, more: &[&str]) -> Started {
    let (own, other) = uids();
    let mut command = contained(own);
    command.args(["agent", "--listen", "[::]:0", "--peer-uid", &other.to_string(), "--socket"]);
    command.arg(folders.path("side.sock")).arg("--token-file").arg(folders.path("token"));
    command.args(more).arg("--termination-log").arg(folders.path("end")).stdout(Stdio::piped()).stderr(log);
    Started::of(command.spawn().expect("an agent side")).await
}

fn browser(folders: &Folders) -> Child {
    let (other, own) = uids();
    let mut command = contained(own);
    command.args(["browser", "--peer-uid", &other.to_string(), "--socket"]).arg(folders.path("side.sock"));
    command.arg("--folder").arg(folders.path("browser")).spawn().expect("a browser side")
}

/// The program of a side: the first process of its namespace. Only root may ask what a closed process runs.
fn program(all: &[u32]) -> Option<u32> {
    let is = |pid: &u32| arguments(*pid).split('\0').next().is_some_and(|program| program.ends_with("/browser-pod"));
    all.iter().copied().find(is)
}

/// The same of one that was just started.
async fn program_below(child: &Child) -> u32 {
    let began = Instant::now();
    loop {
        if let Some(found) = program(&below(child.id())) {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "it never started");
        tokio::task::yield_now().await;
    }
}

/// What the probe says in the namespace of this process.
async fn probe(pid: u32, arguments: &[&str]) -> Result<(), String> {
    let mut command = Command::new("nsenter");
    command.args(["--target", &pid.to_string(), "--mount", "--pid"]);
    if is_root() {
        let id = BROWSER_UID.to_string();
        command.args(["setpriv", "--reuid", &id, "--regid", &id, "--clear-groups", "--bounding-set=-all"]);
    } else {
        command.args(["--user", "--preserve-credentials"]);
    }
    command.arg(env!("CARGO_BIN_EXE_browser-pod")).arg("probe").args(arguments);
    let output = command.output().await.expect("a probe");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// Probes until Chrome is up.
async fn until_up(pid: u32) {
    let began = Instant::now();
    while let Err(why) = probe(pid, &["--chrome"]).await {
        assert!(began.elapsed() < PATIENCE, "never up: {why}");
    }
}

/// Connects to the agent side as somebody else, who is sent away.
fn intrude(path: &Path) {
    let own: OwnedFd = rustix::net::socket(AddressFamily::UNIX, SocketType::SEQPACKET, None).expect("a socket");
    rustix::net::connect(&own, &SocketAddrUnix::new(path).expect("an address")).expect("connected");
    let mut bytes = [0_u8; 8];
    let (got, _) = rustix::net::recv(&own, &mut bytes, RecvFlags::empty()).expect("closed");
    assert_eq!(got, 0, "the stranger was told something");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_containers_serve_a_session_and_end_when_told() {
    let (folders, site) = (Folders::new(), red());
    let started = agent(&folders, Stdio::inherit()).await;
    if is_root() {
        intrude(&folders.path("side.sock"));
    }
    assert_eq!(folders.told(), serde_json::json!({"reason": "PodLost", "lastSeq": 0}));
    let agent = program(&started.processes()).expect("the agent side");
    probe(agent, &["--listen-port", &started.port()]).await.expect("somebody listens");
    let none = probe(agent, &["--listen-port", "9"]).await.expect_err("nobody listens");
    assert!(none.contains("port 9"), "{none}");

    let browser = browser(&folders);
    let mut pod = Pod::of(started).await;
    let side = program_below(&browser).await;
    until_up(side).await;
    pod.bind(&[site.host("shop")]).await;
    let mut end_user = pod.attach(END_USER, v1::Codec::H264).await;
    pod.open(&site.url("shop", "/")).await.expect("a first picture");
    end_user.wait_for_colour((640, 360), RED).await;
    assert!(probe(side, &["--chrome"]).await.is_ok());
    assert!(!folders.path("side.sock").exists(), "a third side could come");

    let left = below(browser.id());
    signal(agent, Signal::TERM);
    assert_eq!(end_user.closed().await.end_reason(), v1::EndReason::PodLost);
    pod.ended("END_REASON_POD_LOST").await;
    wait_until_gone(&left).await;
    let told = folders.told();
    assert!(told["reason"] == "PodLost" && told["lastSeq"].as_u64().is_some_and(|seq| seq > 0), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reason_of_the_end_is_left_for_the_kubelet() {
    let (folders, site) = (Folders::new(), red());
    // The browser side may be there first.
    let browser = browser(&folders);
    let mut pod = Pod::of(agent(&folders, Stdio::inherit()).await).await;
    pod.bind(&[site.host("shop")]).await;
    let mut end_user = pod.attach(END_USER, v1::Codec::H264).await;
    pod.open(&site.url("shop", "/")).await.expect("a first picture");
    assert!(end_user.command(command::Body::End(v1::EndCommand {})).await.ok);
    let left = below(browser.id());
    pod.ended("END_REASON_END_USER").await;
    wait_until_gone(&left).await;
    assert_eq!(folders.told()["reason"], "EndUser");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chrome_that_dies_is_told_to_the_kubelet() {
    let folders = Folders::new();
    let mut started = agent(&folders, Stdio::piped()).await;
    let browser = browser(&folders);
    started.until_chrome_is_taken_over().await;
    let all = below(browser.id());
    for pid in chrome(&all) {
        signal(pid, Signal::KILL);
    }
    started.ended("END_REASON_BROWSER_CRASHED").await;
    wait_until_gone(&all).await;
    assert_eq!(folders.told(), serde_json::json!({"reason": "BrowserCrashed", "lastSeq": 0}));
}

/// A browser side whose node allows no further user namespaces.
fn browser_without_namespaces(folders: &Folders) -> Child {
    let (mut other, own) = uids();
    let mut command = Command::new("unshare");
    if is_root() {
        let id = own.to_string();
        command = Command::new("setpriv");
        command.args(["--reuid", &id, "--regid", &id, "--clear-groups", "--no-new-privs", "unshare"]);
        // Whom this user namespace does not know, it calls so.
        other = 65_534;
    }
    // How many there may be is a user namespace's own, and only who has rights there may lower it. They are given up before the program.
    command.args(["--user", "--map-current-user", "--keep-caps", "--pid", "--fork", "--kill-child", "--mount-proc"]);
    let script =
        "echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --ambient-caps=-all --inh-caps=-all \"$@\"";
    command.args(["sh", "-c", script, "sh", env!("CARGO_BIN_EXE_browser-pod"), "browser", "--socket"]);
    command.arg(folders.path("side.sock")).args(["--peer-uid", &other.to_string()]);
    command.arg("--folder").arg(folders.path("browser")).stdin(Stdio::null()).kill_on_drop(true);
    command.spawn().expect("a browser side")
}

/// The agent side's end, when nobody has enrolled it.
async fn never_ready(folders: &Folders, agent: &mut Started) -> serde_json::Value {
    agent.failed("END_REASON_BROWSER_CRASHED").await;
    folders.told()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_user_namespaces_never_has_a_ready_pod_and_says_why() {
    let folders = Folders::new();
    let mut agent = agent(&folders, Stdio::inherit()).await;
    let _browser = browser_without_namespaces(&folders);
    let told = never_ready(&folders, &mut agent).await;
    let wanted = serde_json::json!({"reason": "BrowserCrashed", "lastSeq": 0, "trouble": "SandboxUnavailable"});
    assert_eq!(told, wanted);
}

/// A program that has a page's process as Chrome has it, but in no sandbox.
const UNSANDBOXED: &str = "#!/bin/sh\nsh -c 'sleep 600; :' page --type=renderer &\nwait\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_page_outside_of_the_sandbox_keeps_a_pod_from_being_ready() {
    let folders = Folders::new();
    let program = folders.path("chromium");
    std::fs::write(&program, UNSANDBOXED).expect("written");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("a program");
    let mut agent = agent(&folders, Stdio::inherit()).await;
    let (other, own) = uids();
    let mut command = contained(own);
    command.args(["browser", "--peer-uid", &other.to_string(), "--socket"]).arg(folders.path("side.sock"));
    command.arg("--folder").arg(folders.path("browser")).arg("--chromium").arg(&program);
    let _browser = command.spawn().expect("a browser side");
    let told = never_ready(&folders, &mut agent).await;
    let wanted = serde_json::json!({"reason": "BrowserCrashed", "lastSeq": 0, "trouble": "NotSandboxed:Processes"});
    assert_eq!(told, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_that_reaches_what_it_must_not_serves_nobody_and_says_what_it_was() {
    let folders = Folders::new();
    let open = TcpListener::bind("127.0.0.1:0").expect("a port");
    let place = |listener: &TcpListener| listener.local_addr().expect("an address").to_string();
    let (server, closed) = (place(&open), place(&TcpListener::bind("127.0.0.1:0").expect("a port")));
    let forbidden = format!("ApiServer={server},Metadata={closed}");
    let mut started = agent_with(&folders, Stdio::inherit(), &["--forbidden", &forbidden]).await;
    let mut browser = browser(&folders);
    started.ended("END_REASON_NETWORK_NOT_ENFORCED").await;
    tokio::time::timeout(PATIENCE, browser.wait()).await.expect("Chrome's side ends, too").expect("an exit");
    let told = serde_json::json!({"reason": "NetworkNotEnforced", "lastSeq": 0, "reached": ["ApiServer"]});
    assert_eq!(folders.told(), told);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_serves_once_it_reaches_nothing_of_what_it_must_not() {
    let (folders, site) = (Folders::new(), red());
    let late = TcpListener::bind("127.0.0.1:0").expect("a port");
    let place = late.local_addr().expect("an address").to_string();
    let started = agent_with(&folders, Stdio::inherit(), &["--forbidden", &format!("Pod={place}")]).await;
    let browser = browser(&folders);
    // The policy comes after its first try, as it may on a node that has much to do.
    let late = tokio::task::spawn_blocking(move || late.accept().map(drop));
    late.await.expect("waited for").expect("a try");
    let mut pod = Pod::of(started).await;
    pod.bind(&[site.host("shop")]).await;
    let mut end_user = pod.attach(END_USER, v1::Codec::H264).await;
    pod.open(&site.url("shop", "/")).await.expect("a first picture");
    end_user.wait_for_colour((640, 360), RED).await;
    let left = below(browser.id());
    assert!(end_user.command(command::Body::End(v1::EndCommand {})).await.ok);
    pod.ended("END_REASON_END_USER").await;
    wait_until_gone(&left).await;
}

fn red() -> Site {
    Site::start(&[("/", Page::Html("<body style='margin:0;height:100vh;background:#f00'>"))])
}
