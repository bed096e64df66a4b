//! Entry: reads the command line, runs, and says in one line what keeps it from it.

use clap::Parser;
use cobrowse_operator::args::{Arguments, LogFormat};
use cobrowse_operator::chores::{self, Chore};
use cobrowse_operator::traces::Traces;
use cobrowse_operator::{chain, logs, run};
use std::error::Error;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    if chores::asked(std::env::args_os()) {
        return chore(Chore::parse()).await;
    }
    let arguments = Arguments::parse();
    fail_stop();
    match start(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = chain(error.as_ref()), "the operator ends");
            ExitCode::FAILURE
        }
    }
}

/// Runs, and takes down where a collector is named how long each claim took.
async fn start(arguments: Arguments) -> anyhow::Result<()> {
    let traces = arguments.traces.as_deref().map(Traces::to).transpose()?;
    logs::start(&arguments.log, arguments.log_format, traces.as_ref())?;
    run::run(arguments, traces).await
}

/// A chore talks to the person who reads its job: the last line says all.
async fn chore(chore: Chore) -> ExitCode {
    let done = match logs::start("info", LogFormat::Human, None) {
        Ok(()) => chores::run(chore).await.map_err(|error| Box::new(error) as Box<dyn Error>),
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(said) => {
            tracing::info!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            tracing::error!("{}", chain(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

/// A part that panicked would leave the others waiting for it, and the lease held. The other replica goes on by what the cluster has.
fn fail_stop() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tell(panic);
        std::process::abort();
    }));
}
