//! Entry: reads the command line, runs, and says in one line what keeps it from it.

use clap::Parser;
use cobrowse_egress_gateway::args::Arguments;
use cobrowse_egress_gateway::{logs, run};
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match logs::start(&arguments.log, arguments.log_format) {
        Ok(()) => run::run(arguments).await,
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "the egress gateway ends");
            ExitCode::FAILURE
        }
    }
}
