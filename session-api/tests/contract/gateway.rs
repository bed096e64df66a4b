//! The gateway of embedded mode: the real program as a child, in its sandbox. It greets pods of our authority, comes again at its port
//! when it dies, and is gone after the end.

use cobrowse_identity::authority::Authority;
use cobrowse_identity::enrollment::PodKey;
use cobrowse_identity::mutual;
use cobrowse_identity::name::{PeerName, PodUid};
use cobrowse_session_api::config;
use cobrowse_session_api::pods::gateway::Gateway;
use rustix::process::{Pid, Signal, kill_process};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

const HOUR: Duration = Duration::from_secs(3_600);
const PATIENCE: Duration = Duration::from_secs(40);
const LOOKS: Duration = Duration::from_millis(50);

/// Beside the tests' own program, where `cargo build --workspace` puts it.
fn program() -> PathBuf {
    let own = std::env::current_exe().expect("a program");
    own.parent().and_then(|deps| deps.parent()).expect("a folder").join("egress-gateway")
}

fn settings() -> config::Gateway {
    config::Gateway { program: program(), private_targets: Vec::new(), uid: 212_345 }
}

/// Whether a pod of this authority gets the first byte of HTTP/2.
async fn greets(address: SocketAddr, authority: &Authority) -> io::Result<()> {
    let key = PodKey::generate().expect("a key");
    let uid = PodUid::parse("pod-1").expect("a uid");
    let request = key.signing_request().expect("a request");
    let leaf = authority.issue_pod(&request, &uid, SystemTime::now(), HOUR).expect("a certificate");
    let tls = mutual::pod_client(&key, vec![leaf], authority.certificate().clone()).expect("a configuration");
    let stream = TcpStream::connect(address).await?;
    let mut stream = TlsConnector::from(tls).connect(PeerName::EgressGateway.server_name(), stream).await?;
    stream.read_u8().await.map(drop)
}

/// The gateway among this process's descendants: its pid and its uid.
fn running() -> Option<(i32, String)> {
    let parent = |pid: i32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        stat.rsplit(") ").next()?.split(' ').nth(1)?.parse::<i32>().ok()
    };
    let own = i32::try_from(std::process::id()).expect("a pid");
    let is_ours = |pid: i32| std::iter::successors(Some(pid), |pid| parent(*pid)).take(20).any(|pid| pid == own);
    let pids = std::fs::read_dir("/proc").expect("a process table").flatten();
    let mut pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let pid = pids.find(|pid| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.starts_with(b"/run/egress-gateway\0") && is_ours(*pid)
    })?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let uid = status.lines().find(|line| line.starts_with("Uid:"))?.split_whitespace().nth(1)?.to_owned();
    Some((pid, uid))
}

#[tokio::test(flavor = "multi_thread")]
async fn it_greets_pods_comes_again_when_it_dies_and_goes_at_the_end() {
    let authority = Authority::generate(SystemTime::now()).expect("an authority");
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let own = vec!["shop.localhost@127.0.0.0/8:8300".to_owned()];
    let gateway = Gateway::start(&settings(), own, &authority, (&tasks, stop.clone())).await.expect("it starts");
    let address = gateway.address();
    timeout(PATIENCE, greets(address, &authority)).await.expect("in time").expect("a greeting");
    let stranger = Authority::generate(SystemTime::now()).expect("another authority");
    assert!(greets(address, &stranger).await.is_err());

    let (pid, uid) = running().expect("it runs below this process");
    if rustix::process::geteuid().is_root() {
        assert_eq!(uid, "212345", "a user id of its own");
    }
    kill_process(Pid::from_raw(pid).expect("a pid"), Signal::KILL).expect("killed");
    let again = async {
        // What is asked without a pause leaves no time for what it asks for.
        let mut looks = tokio::time::interval(LOOKS);
        while running().is_none_or(|(now, _)| now == pid) || greets(address, &authority).await.is_err() {
            looks.tick().await;
        }
    };
    timeout(PATIENCE, again).await.expect("it comes again at the same port");

    stop.cancel();
    tasks.close();
    timeout(PATIENCE, tasks.wait()).await.expect("it ends in time");
    // What is killed with its parent goes a moment after it.
    let gone = async {
        let mut looks = tokio::time::interval(LOOKS);
        while running().is_some() {
            looks.tick().await;
        }
    };
    timeout(PATIENCE, gone).await.expect("nothing of it is left");
    assert!(greets(address, &authority).await.is_err());
}

#[tokio::test]
async fn one_that_does_not_start_is_an_error() {
    let authority = Authority::generate(SystemTime::now()).expect("an authority");
    let tasks = TaskTracker::new();
    for program in ["/nowhere/egress-gateway", "/usr/bin/true"] {
        let settings = config::Gateway { program: program.into(), ..settings() };
        let started = Gateway::start(&settings, Vec::new(), &authority, (&tasks, CancellationToken::new())).await;
        let error = started.err().expect(program).to_string();
        assert!(error.contains("failed to start the egress gateway"), "{error}");
    }
    assert!(tasks.is_empty());
}
