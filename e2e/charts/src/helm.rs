//! Helm, as the tests call it: the one that was built for the tests' cluster, or the one that HELM names.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::objects::Objects;

/// The release's namespace in all tests that render.
pub const SYSTEM: &str = "cobrowse-system";
/// The sessions' namespace, by default.
pub const SESSIONS: &str = "cobrowse-sessions";

/// The folder of a chart.
pub fn chart(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../charts").join(name)
}

/// A file of values in the chart's folder `ci`.
pub fn values(name: &str) -> PathBuf {
    chart("cobrowse").join("ci").join(format!("{name}-values.yaml"))
}

/// The program. It says where it looked if there is none.
fn program() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("HELM") {
        return Ok(named.into());
    }
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let base = base.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    let folder = base.context("failed to find the cache: set HOME or HELM")?.join("cobrowse/cluster/programs");
    let entries = std::fs::read_dir(&folder).with_context(|| format!("failed to find Helm in {}", folder.display()))?;
    let built = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("helm-")) && path.join("helm").is_file()
    });
    let newest = built.max_by_key(|path| path.metadata().and_then(|data| data.modified()).ok());
    Ok(newest.context("failed to find Helm: run `target/debug/cluster build --profile api`, or set HELM")?.join("helm"))
}

/// Runs Helm with these arguments and this on its input, and gives what it printed.
///
/// # Errors
/// What it complained of.
pub fn helm(arguments: &[&str], input: &str) -> Result<String> {
    let mut command = Command::new(program()?);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context("failed to start Helm")?;
    let mut pipe = child.stdin.take().context("Helm has no input")?;
    // It may say no before it reads.
    let _ = pipe.write_all(input.as_bytes());
    drop(pipe);
    let output = child.wait_with_output().context("failed to wait for Helm")?;
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    ensure!(output.status.success(), "failed to run helm {}: {}", arguments.join(" "), said(&output.stderr).trim());
    Ok(said(&output.stdout))
}

/// What the chart renders with these values over the least that must be said.
///
/// # Errors
/// The refusal.
pub fn render(over: &Value) -> Result<Objects> {
    template(&values("minimal"), over)
}

/// What it renders with everything turned on that can be.
///
/// # Errors
/// The refusal.
pub fn render_full(over: &Value) -> Result<Objects> {
    template(&values("full"), over)
}

fn template(base: &std::path::Path, over: &Value) -> Result<Objects> {
    let (chart, base) = (chart("cobrowse"), base.to_string_lossy().into_owned());
    let chart = chart.to_string_lossy();
    let text = helm(
        &["template", "cobrowse", &chart, "--namespace", SYSTEM, "--values", &base, "--values", "-"],
        &over.to_string(),
    )?;
    Objects::parse(&text)
}

/// What the chart says to values that it is to refuse.
///
/// # Errors
/// It takes them.
pub fn refusal(over: &Value) -> Result<String> {
    match render(over) {
        Ok(_) => bail!("failed to be refused: {over}"),
        Err(error) => Ok(format!("{error:#}")),
    }
}
