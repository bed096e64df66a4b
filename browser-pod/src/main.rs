//! The program of one browser: `supervise` starts both sides, `launcher` is the browser side, `agent` the agent side. In a
//! pod each side is a container, and `probe` says whether it is there.

use anyhow::Result;
use clap::Parser;
use cobrowse_browser_pod::{agent, launcher, probe, supervise};
use std::process::ExitCode;

/// One Chrome, one session.
#[derive(Parser)]
#[command(version)]
enum Cli {
    /// Starts both sides in sandboxes and ends them together.
    Supervise(supervise::Args),
    /// The browser side.
    #[command(visible_alias = "browser")]
    Launcher(launcher::Args),
    /// The agent side.
    Agent(agent::Args),
    /// Says whether the side in this container is there. Fails with the reason.
    Probe(probe::Args),
}

fn main() -> Result<ExitCode> {
    tracing_subscriber::fmt().json().with_writer(std::io::stderr).init();
    match Cli::parse() {
        Cli::Supervise(args) => Ok(ExitCode::from(supervise::run(&args)?)),
        Cli::Launcher(args) => launcher::run(&args).map(|()| ExitCode::SUCCESS).map_err(Into::into),
        Cli::Agent(args) => agent::run(&args).map(|()| ExitCode::SUCCESS).map_err(Into::into),
        Cli::Probe(args) => probe::run(&args).map(|()| ExitCode::SUCCESS).map_err(Into::into),
    }
}
