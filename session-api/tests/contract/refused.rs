//! What keeps the program from starting, each with its mend.

use crate::fake_pod::FakeRunner;
use cobrowse_session_api::args::Settings;
use cobrowse_session_api::config::{self, Backend, Config, Embedded};
use cobrowse_session_api::{chain, serve};
use std::net::SocketAddr;
use std::path::Path;
use tempfile::TempDir;

fn sound(dir: &TempDir) -> Config {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let settings = Settings {
        data_dir: Some(dir.path().join("data")),
        tenants: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/tenants")),
        listen: Some(any),
        admin_listen: Some(any),
        warm_pods: Some(0),
        ..Settings::default()
    };
    config::check(settings).expect("sound")
}

async fn refused(config: &Config) -> String {
    let started = serve::start(config, Box::new(FakeRunner::default())).await;
    chain(&started.err().expect("is refused"))
}

/// The sound settings with a change of what embedded mode needs.
fn embedded(dir: &TempDir, change: impl FnOnce(&mut Embedded)) -> Config {
    let mut config = sound(dir);
    match &mut config.backend {
        Backend::Embedded(embedded) => change(embedded),
        Backend::Kubernetes(_) => panic!("it is the default"),
    }
    config
}

#[tokio::test]
async fn a_taken_port_names_its_setting() {
    let dir = tempfile::tempdir().expect("a folder");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("it listens");
    let error = refused(&Config { listen: address, ..sound(&dir) }).await;
    assert!(error.contains(&address.to_string()) && error.contains("--listen"), "{error}");
    let error = refused(&Config { admin_listen: address, ..sound(&dir) }).await;
    assert!(error.contains("--admin-listen"), "{error}");
}

#[tokio::test]
async fn a_tenant_with_a_typo_names_file_and_field() {
    let dir = tempfile::tempdir().expect("a folder");
    let tenants = dir.path().join("tenants");
    std::fs::create_dir(&tenants).expect("made");
    let config = embedded(&dir, |embedded| embedded.tenants.clone_from(&tenants));
    assert!(refused(&config).await.contains("write at least one CoBrowseTenant"));
    let example = std::fs::read_to_string("../examples/tenants/northwind.yaml").expect("is there");
    std::fs::write(tenants.join("a.yaml"), example.replace("displayName", "dispalyName")).expect("written");
    let error = refused(&config).await;
    assert!(error.contains("a.yaml") && error.contains("dispalyName"), "{error}");
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_is_named() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("file");
    std::fs::write(&file, "").expect("written");
    let error = refused(&embedded(&dir, |embedded| embedded.data_dir = file.join("data"))).await;
    assert!(error.contains("data folder") && error.contains("check that its parent exists"), "{error}");
}

#[tokio::test]
async fn an_absent_certificate_is_named() {
    let dir = tempfile::tempdir().expect("a folder");
    let certificate = Some((dir.path().join("no.crt"), dir.path().join("no.key")));
    let error = refused(&Config { certificate, ..sound(&dir) }).await;
    assert!(error.contains("no.crt"), "{error}");
}

#[tokio::test]
async fn a_weak_certificate_is_refused_with_whose_and_what_is_enough() {
    let dir = tempfile::tempdir().expect("a folder");
    let (weak, key) = (Path::new("../identity/tests/weak/rsa-1024.crt"), dir.path().join("any.key"));
    std::fs::write(&key, "").expect("written");
    let error = refused(&Config { certificate: Some((weak.to_owned(), key)), ..sound(&dir) }).await;
    assert!(error.contains("\"CN=rsa-1024\" is too weak") && error.contains("RSA from 2048 bits"), "{error}");
}

/// Runs the program itself with these arguments and variables: what it says while it ends with an error.
fn program(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_session-api"));
    let output = command.args(arguments).envs(variables.iter().copied()).output().expect("is built");
    assert!(!output.status.success(), "{arguments:?} was accepted");
    assert!(output.stdout.is_empty(), "{arguments:?} said that it is ready");
    String::from_utf8(output.stderr).expect("text")
}

#[test]
fn typos_and_contradictions_end_the_program_with_the_mend() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("c.toml");
    std::fs::write(&file, "listne = \"127.0.0.1:1\"\n").expect("written");
    let file = file.to_str().expect("text");
    let both = ["serve", "--data-dir", "/nowhere/d", "--tenants", "/nowhere/t"];
    let with = |more: &[&'static str]| [&both[..], more].concat();
    for (arguments, variables, said) in [
        (vec!["serve", "--listne", "1"], vec![], "--listen"),
        (vec!["serve", "--config", file], vec![], "listne"),
        (vec!["serve", "--config", "/nowhere/c.toml"], vec![], "check the path"),
        (vec!["serve"], vec![], "--data-dir"),
        (vec!["serve"], vec![("COBROWSE_LISTNE", "127.0.0.1:1")], "COBROWSE_LISTEN?"),
        (vec!["serve"], vec![("COBROWSE_LISTEN", "nowhere")], "--listen"),
        (with(&["--warm-pods", "9"]), vec![], "raise the second"),
        (with(&["--warm-pods", "many"]), vec![], "--warm-pods"),
        (with(&["--certificate", "c.pem"]), vec![], "both or neither"),
        (with(&["--demo", "--listen", "0.0.0.0:8443"]), vec![], "listen on 127.0.0.1"),
        (with(&["--traces", "https://127.0.0.1:4317"]), vec![], "http://host:port"),
        (with(&["--log", "cobrowse=loud"]), vec![], "log filter"),
        (with(&["--browser-pod", "/nowhere/browser-pod"]), vec![], "cargo build"),
    ] {
        let error = program(&arguments, &variables);
        assert!(error.contains(said), "{arguments:?} {variables:?} does not say {said}: {error}");
    }
}
