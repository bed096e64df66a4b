//! The program of one browser: `supervise` starts both sides, `launcher` is the browser side, `agent` the agent side.

use anyhow::Result;
use clap::Parser;
use cobrowse_browser_pod::{agent, launcher, supervise};
use std::process::ExitCode;

/// One Chrome, one session.
#[derive(Parser)]
#[command(version)]
enum Cli {
    /// Starts both sides in sandboxes and ends them together.
    Supervise(supervise::Args),
    /// The browser side.
    Launcher(launcher::Args),
    /// The agent side.
    Agent(agent::Args),
}

fn main() -> Result<ExitCode> {
    tracing_subscriber::fmt().json().with_writer(std::io::stderr).init();
    match Cli::parse() {
        Cli::Supervise(args) => Ok(ExitCode::from(supervise::run(&args)?)),
        Cli::Launcher(args) => launcher::run(&args).map(|()| ExitCode::SUCCESS).map_err(Into::into),
        Cli::Agent(args) => agent::run(&args).map(|()| ExitCode::SUCCESS).map_err(Into::into),
    }
}
