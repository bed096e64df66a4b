//! Repository chores. `cargo run -p xtask -- help` lists them; `make` calls them.

mod demo;
mod generate;
mod hold;
mod tidy;

use clap::Parser;
use std::process::ExitCode;

/// What to do.
#[derive(Parser)]
enum Chore {
    /// Writes all generated code: from proto/ for Rust and for the console, from crds/ for a cluster.
    Gen,
    /// Checks the rules of the house that no other tool checks.
    Tidy,
    /// Cuts the DevTools protocol of an unpacked npm package devtools-protocol down to browser-pod/protocol/wanted.txt.
    TrimProtocol {
        /// The package's folder.
        package: std::path::PathBuf,
    },
    /// Starts the sample websites and session-api, prints where to look, and ends both on Ctrl-C.
    Demo(demo::Options),
    /// Holds one part of a running product still, as if it hung, until standard input ends. For the flows.
    #[command(subcommand)]
    Hold(hold::What),
}

#[expect(clippy::print_stderr, reason = "a chore talks to the person who runs it")]
fn main() -> ExitCode {
    let done = match Chore::parse() {
        Chore::Gen => generate::all(),
        Chore::Tidy => tidy::run(),
        Chore::TrimProtocol { package } => generate::trim(&package),
        Chore::Demo(options) => demo::run(&options),
        Chore::Hold(what) => hold::run(&what),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
