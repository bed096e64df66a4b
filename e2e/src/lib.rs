//! What the tests on a cluster share: `kubectl`, which goes where KUBECONFIG says, what the node's kernel shows, processes that are
//! taken over, and figures. They know no more of a cluster than any client, or whoever is root on its node.

pub mod figures;
pub mod node;
pub mod taken;

use anyhow::{Context, Result};
use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

/// What `kubectl` said.
#[derive(Debug)]
pub struct Said {
    /// Whether it did what was asked.
    pub ok: bool,
    /// What it printed.
    pub out: String,
    /// What it complained of.
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { ok: output.status.success(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

/// Runs `kubectl` with these arguments, and this on its input.
pub fn kubectl(arguments: &[&str], input: &str) -> Result<Said> {
    let mut command = Command::new("kubectl");
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context("failed to start kubectl: is it in the PATH?")?;
    child
        .stdin
        .take()
        .context("kubectl has no input")?
        .write_all(input.as_bytes())
        .context("failed to give kubectl its input")?;
    Ok(child.wait_with_output().context("failed to wait for kubectl")?.into())
}

/// The same where it must succeed.
///
/// # Errors
/// What it complained of.
pub fn must(arguments: &[&str], input: &str) -> Result<String> {
    let said = kubectl(arguments, input)?;
    anyhow::ensure!(said.ok, "failed to run kubectl {}: {}", arguments.join(" "), said.err.trim());
    Ok(said.out)
}

/// What this environment variable says, or else what is usual.
///
/// # Errors
/// It says something else.
pub fn wish<T: FromStr>(name: &str, usual: T) -> Result<T> {
    let Ok(text) = std::env::var(name) else { return Ok(usual) };
    text.parse().map_err(|_| anyhow::anyhow!("failed to read {name}: it cannot be {text}"))
}

/// Gives the cluster our kinds, once per run.
///
/// # Errors
/// What `kubectl` complained of.
pub fn define_kinds() -> Result<()> {
    static DONE: Mutex<bool> = Mutex::new(false);
    let mut done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
    if *done {
        return Ok(());
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../crds/yaml");
    must(&["apply", "--server-side", "--force-conflicts", "-f", folder], "")?;
    for name in ["cobrowsesessions", "cobrowsepools", "cobrowsetenants"] {
        let definition = format!("crd/{name}.cobrowse.dev");
        must(&["wait", "--for=condition=Established", "--timeout=30s", &definition], "")?;
    }
    *done = true;
    Ok(())
}
