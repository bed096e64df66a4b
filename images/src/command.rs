//! Commands that are run to their end.

use anyhow::{Context, Result, ensure};
use std::process::{Command, Stdio};

/// Runs a command to its end, and gives what it printed. What it complained of is in the error when it fails.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("failed to start {name}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "failed to run {name}: {}\n{}", output.status, told.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
