//! Commands that are run to their end, and components that are started and left running. A component ends with its namespace.

use anyhow::{Context, Result, ensure};
use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use crate::layout::Layout;

/// Runs a command to its end. What it printed is in the error when it fails.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("failed to start {name}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "failed to run {command:?}: {}\n{}", output.status, told.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program with these arguments to its end.
pub(crate) fn call<const N: usize>(program: &str, arguments: [&str; N]) -> Result<String> {
    run(Command::new(program).args(arguments))
}

/// Whether a command ends well.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Starts a component in a group of its own, with a log of its own. One that was killed goes on where its log ended.
pub(crate) fn start(layout: &Layout, name: &str, command: &mut Command) -> Result<u32> {
    let log = File::options()
        .create(true)
        .append(true)
        .open(layout.log(name))
        .with_context(|| format!("failed to make the log of {name}"))?;
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).process_group(0);
    let child = command.spawn().with_context(|| format!("failed to start {name}"))?;
    fs::write(layout.run.join("pid").join(name), child.id().to_string())?;
    Ok(child.id())
}

/// The cluster's `kubectl`, as the one who may do all.
pub(crate) fn kubectl(layout: &Layout) -> Command {
    let mut command = Command::new(layout.program("kubectl"));
    command.arg("--kubeconfig").arg(layout.kubeconfig("admin"));
    command
}

/// Applies objects, given as YAML.
pub(crate) fn apply(layout: &Layout, yaml: &str) -> Result<()> {
    use std::io::Write as _;
    let mut command = kubectl(layout);
    command
        .args(["apply", "--server-side", "-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.spawn().context("failed to start kubectl")?;
    child.stdin.take().context("kubectl has no input")?.write_all(yaml.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "failed to apply objects: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}
