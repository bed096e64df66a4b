//! The program itself: its command line, its files while they change, its port for machines, and its end.

use crate::pod::{Pod, identity, refused};
use crate::scan;
use crate::world::{HOUR, POD, SOON, grant};
use clap::{CommandFactory, Parser};
use cobrowse_egress_gateway::args::Arguments;
use cobrowse_identity::authority::Authority;
use cobrowse_identity::grant::GrantKey;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::SystemTime;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// A program that listens at these ports.
struct Program {
    child: Child,
    pods: SocketAddr,
    machines: SocketAddr,
}

impl Program {
    async fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_egress-gateway"))
            .args(["--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0", "--drain", "5", "--certificates"])
            .arg(folder)
            .arg("--grant-keys")
            .arg(folder.join("grants.pem"))
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("a program");
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let line = timeout(SOON, lines.next_line()).await.expect("a line in time").expect("readable").expect("a line");
        let said: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        // Whatever else it says is read, or it would wait for that.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let address = |name: &str| said[name].as_str().expect(&line).parse().expect(&line);
        Self { pods: address("pods"), machines: address("machines"), child }
    }

    async fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.machines).await.expect("a connection");
        let request = format!("GET {path} HTTP/1.1\r\nHost: machines\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("written");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        answer
    }
}

fn write(folder: &Path, authority: &Authority, key: &GrantKey) {
    let (certificate, own) = authority.issue_gateway(SystemTime::now(), HOUR).expect("a certificate");
    fs::write(folder.join("tls.crt"), certificate).expect("written");
    fs::write(folder.join("tls.key"), own.as_bytes()).expect("written");
    fs::write(folder.join("ca.crt"), authority.to_pem().0).expect("written");
    fs::write(folder.join("grants.pem"), key.public_pem()).expect("written");
}

#[tokio::test]
async fn it_serves_goes_by_new_keys_and_ends_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = Authority::generate(SystemTime::now()).expect("an authority");
    let (old, new) = (GrantKey::generate().expect("a key"), GrantKey::generate().expect("a key"));
    write(folder.path(), &authority, &old);
    let mut program = Program::start(folder.path()).await;
    assert!(program.get("/livez").await.starts_with("HTTP/1.1 200 "));
    let ready = async { while !program.get("/readyz").await.starts_with("HTTP/1.1 200 ") {} };
    timeout(SOON, ready).await.expect("ready in time");
    let pod = Pod::dial_as(program.pods, identity(&authority, &authority, POD)).await.expect("a connection");
    assert_eq!(pod.show(&old.sign(&grant()).expect("a grant")).await, Ok(()));
    assert_eq!(pod.connect("other.example.org:443").await.map(|_| ()), Err(refused(403, "HostNotAllowed")));
    let hosts = program.get("/hosts").await;
    assert!(
        hosts.contains(r#""target":"other.example.org:443","decision":"Refused","reason":"HostNotAllowed","count":1,"#),
        "{hosts}"
    );
    assert!(program.get("/metrics").await.contains("cobrowse_egress_decisions_total"));
    let other = new.sign(&grant()).expect("a grant");
    assert_eq!(pod.show(&other).await, Err(refused(407, "GrantKeyUnknown")));
    write(folder.path(), &authority, &new);
    let replaced = async { while pod.show(&other).await.is_err() {} };
    timeout(SOON, replaced).await.expect("the new key counts in time");
    let pid = i32::try_from(program.child.id().expect("it runs")).expect("a pid");
    kill(Pid::from_raw(pid), Signal::SIGTERM).expect("signalled");
    let ended = timeout(SOON, program.child.wait()).await.expect("an end in time").expect("a status");
    assert!(ended.success(), "{ended}");
}

/// Files of a step, put in their place all at once, as a kubelet does it: the gateway's certificate of the first authority and maybe of a
/// second one, which are those that it trusts.
fn replace(place: &Path, step: &str, (first, second): (&Authority, Option<&Authority>), key: &GrantKey) {
    let folder = place.with_file_name(step);
    fs::create_dir(&folder).expect("a folder");
    write(&folder, first, key);
    if let Some(second) = second {
        let (certificate, own) = second.issue_gateway(SystemTime::now(), HOUR).expect("a certificate");
        fs::write(folder.join("second.crt"), certificate).expect("written");
        fs::write(folder.join("second.key"), own.as_bytes()).expect("written");
        fs::write(folder.join("ca.crt"), format!("{}{}", first.to_pem().0, second.to_pem().0)).expect("written");
    }
    let beside = place.with_file_name("beside");
    std::os::unix::fs::symlink(&folder, &beside).expect("a link");
    fs::rename(&beside, place).expect("in its place");
}

#[tokio::test]
async fn pods_of_the_old_authority_stay_while_it_is_changed_for_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = || Authority::generate(SystemTime::now()).expect("an authority");
    let (old, new, key) = (made(), made(), GrantKey::generate().expect("a key"));
    let (place, signed) = (folder.path().join("files"), key.sign(&grant()).expect("a grant"));
    replace(&place, "0", (&old, None), &key);
    let program = Program::start(&place).await;
    let pod = async |authority: &Authority| {
        let pod = Pod::dial_as(program.pods, identity(authority, authority, POD)).await.ok()?;
        pod.show(&signed).await.is_ok().then_some(pod)
    };
    let first = pod(&old).await.expect("its authority is known");
    assert!(pod(&new).await.is_none(), "nobody knows the new one yet");
    replace(&place, "1", (&old, Some(&new)), &key);
    let known = async { while pod(&new).await.is_none() {} };
    timeout(SOON, known).await.expect("the new one is known in time");
    assert!(pod(&old).await.is_some() && first.show(&signed).await.is_ok());
    // The other way round: whichever is first, a pod is shown the one that it knows.
    replace(&place, "2", (&new, Some(&old)), &key);
    let beside = pod(&new).await.expect("known");
    assert!(pod(&old).await.is_some() && first.show(&signed).await.is_ok());
    replace(&place, "3", (&new, None), &key);
    let forgotten = async { while pod(&old).await.is_some() {} };
    timeout(SOON, forgotten).await.expect("the old one is forgotten in time");
    assert!(pod(&new).await.is_some() && beside.show(&signed).await.is_ok());
    assert!(first.show(&signed).await.is_ok(), "whoever is connected stays until it goes");
}

#[tokio::test]
async fn it_listens_for_pods_by_the_policy_for_machines_in_clear_and_nowhere_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = Authority::generate(SystemTime::now()).expect("an authority");
    write(folder.path(), &authority, &GrantKey::generate().expect("a key"));
    let program = Program::start(folder.path()).await;
    let (pods, machines, pid) = (program.pods, program.machines, program.child.id().expect("it runs"));
    let looked = tokio::task::spawn_blocking(move || {
        assert_eq!(scan::listening(pid), [pods, machines].into());
        assert_eq!(scan::scan(pods), scan::inside());
        let clear = scan::in_clear(pods, "/livez");
        assert!(!clear.contains("HTTP"), "{clear}");
        assert!(scan::in_clear(machines, "/livez").starts_with("HTTP/1.1 200 "));
    });
    looked.await.expect("as it must be");
}

#[tokio::test]
async fn it_says_what_keeps_it_from_starting() {
    let folder = tempfile::tempdir().expect("a folder");
    let started = Command::new(env!("CARGO_BIN_EXE_egress-gateway"))
        .args(["--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0", "--grant-keys", "none", "--certificates"])
        .arg(folder.path())
        .output();
    let output = timeout(SOON, started).await.expect("an end in time").expect("a program");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("failed to read") && said.contains("tls.crt"), "{said}");
}

#[test]
fn the_command_line_is_read_strictly() {
    Arguments::command().debug_assert();
    let needed = ["egress-gateway", "--certificates", "a", "--grant-keys", "b"];
    let read = |more: &[&str]| Arguments::try_parse_from(needed.iter().chain(more));
    let full = read(&[
        "--sources",
        "europe=203.0.113.7,europe=2001:db8::7,asia=203.0.113.8",
        "--cluster-ranges",
        "185.10.0.0/16,2a00:1::/32",
        "--private-targets",
        "wiki.example.com@10.1.2.0/24:443,nas.example.com@fd00:1::/64:8443",
    ]);
    let full = full.expect("arguments");
    assert_eq!((full.sources()["europe"].len(), full.sources()["asia"].len()), (2, 1));
    assert_eq!((full.cluster_ranges.len(), full.private_targets.len()), (2, 2));
    for (name, wrong) in [
        ("--sources", "europe"),
        ("--sources", "Europe=203.0.113.7"),
        ("--sources", "=203.0.113.7"),
        ("--sources", "europe=203.0.113.0/24"),
        ("--cluster-ranges", "10.0.0.1/8"),
        ("--cluster-ranges", "0.0.0.0/0"),
        ("--private-targets", "*.example.com@10.0.0.0/8:443"),
        ("--private-targets", "10.0.0.1@10.0.0.0/8:443"),
    ] {
        assert!(read(&[name, wrong]).is_err(), "{name} {wrong}");
    }
}
