//! Entry: reads the command line, runs, and says in one line what keeps it from it.

use clap::Parser;
use cobrowse_operator::args::Arguments;
use cobrowse_operator::{chain, logs, run};
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
            tracing::error!(error = chain(error.as_ref()), "the operator ends");
            ExitCode::FAILURE
        }
    }
}
