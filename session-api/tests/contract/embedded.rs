//! Pods as child processes, with small scripts in the place of browser-pod.

use cobrowse_session::EndReason;
use cobrowse_session_api::config::{Gateway, Pods};
use cobrowse_session_api::pods::embedded::EmbeddedRunner;
use cobrowse_session_api::pods::{self, PodRunner, Running};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;
use tempfile::TempDir;

fn runner(script: &str) -> (EmbeddedRunner, TempDir) {
    let dir = tempfile::tempdir().expect("a folder");
    let program = dir.path().join("browser-pod");
    std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("written");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("may be started");
    (EmbeddedRunner::new(Pods { program, warm: 0, most: 1, uid_base: 210_000 }, gateway()), dir)
}

/// Nobody starts it here.
fn gateway() -> Gateway {
    Gateway { program: "/nowhere/egress-gateway".into(), private_targets: Vec::new(), uid: 212_000 }
}

async fn end(running: &mut Running) -> Option<EndReason> {
    let ended = pods::end_of(&mut running.ended);
    tokio::time::timeout(Duration::from_secs(20), ended).await.expect("it ends").reason
}

const LISTENS: &str = r#"read token; echo '{"address":"127.0.0.1:4711"}'; "#;

#[tokio::test]
async fn a_pod_ends_when_it_is_told_and_says_why() {
    let script = format!(r#"{LISTENS} cat >/dev/null; echo '{{"reason":"END_REASON_IDLE","last_seq":3}}'"#);
    let (runner, _dir) = runner(&script);
    let mut running = runner.start(None).await.expect("starts");
    assert_eq!(running.address.port(), 4711);
    assert!(running.ended.borrow().is_none());
    running.stop.cancel();
    assert_eq!(end(&mut running).await, Some(EndReason::Idle));
}

#[tokio::test]
async fn the_token_goes_by_stdin_and_nothing_else_goes_along() {
    let script = r#"read token; test ${#token} -eq 64 || exit 1; echo "$*" | grep -q "$token" && exit 1
        env | grep -q "^HOME=\|^COBROWSE" && exit 1
        echo '{"address":"127.0.0.1:4712"}'; cat >/dev/null"#;
    let (runner, _dir) = runner(script);
    let running = runner.start(None).await.expect("all was as agreed");
    assert_eq!(running.token.len(), 64);
    running.stop.cancel();
}

#[tokio::test]
async fn a_pod_that_dies_or_talks_nonsense_is_an_error() {
    for (script, said) in [
        ("read token; exit 3", "it ended"),
        ("read token; echo hello", "not as agreed"),
        (r#"read token; echo '{"reason":"END_REASON_BROWSER_CRASHED"}'"#, "END_REASON_BROWSER_CRASHED"),
        ("exec head -c 100000 /dev/zero", "not as agreed"),
    ] {
        let (runner, _dir) = runner(script);
        let error = runner.start(None).await.err().expect(script).to_string();
        assert!(error.contains(said) || error.contains("failed to get the pod's address"), "{script}: {error}");
    }
}

#[tokio::test]
async fn a_pod_that_crashes_ends() {
    let (runner, _dir) = runner(&format!("{LISTENS} kill -9 $$"));
    let mut running = runner.start(None).await.expect("starts");
    assert_eq!(end(&mut running).await, None);
}

#[tokio::test]
async fn a_pod_that_does_not_listen_to_its_end_is_killed() {
    let (runner, _dir) = runner(&format!("trap '' TERM; {LISTENS} exec sleep 600"));
    let mut running = runner.start(None).await.expect("starts");
    running.stop.cancel();
    assert_eq!(end(&mut running).await, None);
}

#[tokio::test]
async fn an_absent_program_says_its_mend() {
    let pods = Pods { program: "/nowhere/browser-pod".into(), warm: 0, most: 1, uid_base: 210_000 };
    let error = EmbeddedRunner::new(pods, gateway()).start(None).await.err().expect("is not there").to_string();
    assert!(error.contains("/nowhere/browser-pod") && error.contains("--browser-pod"), "{error}");
}
