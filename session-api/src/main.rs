//! Entry: reads settings, starts, waits for a signal, ends. What keeps it from starting is one line that says the mend.

use anyhow::{Context, Result};
use clap::Parser;
use cobrowse_session_api::args::{Cli, Command, Serve};
use cobrowse_session_api::config::Backend;
use cobrowse_session_api::pods::embedded::EmbeddedRunner;
use cobrowse_session_api::pods::{NoRunner, PodRunner};
use cobrowse_session_api::traces::Traces;
use cobrowse_session_api::{announce, config, logs, preflight, serve};
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let Command::Serve(arguments) = Cli::parse().command;
    match run(*arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            announce::not_started(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Serve) -> Result<()> {
    let config = config::load(arguments)?;
    let traces = config.traces.as_deref().map(Traces::to).transpose()?;
    logs::start(&config.log, traces.as_ref())?;
    let runner: Box<dyn PodRunner> = match &config.backend {
        Backend::Embedded(embedded) => {
            preflight::check(&embedded.pods.program, &embedded.gateway.program)?;
            Box::new(EmbeddedRunner::new(embedded.pods.clone(), embedded.gateway.clone()))
        }
        Backend::Kubernetes(_) => Box::new(NoRunner),
    };
    let running = serve::start(&config, runner).await?;
    announce::started(&running);
    serve::interrupted().await.context("failed to wait for signals")?;
    tracing::info!("the program ends; press Ctrl-C once more to end it at once");
    tokio::select! {
        () = running.stop() => {}
        _ = serve::interrupted() => tracing::warn!("ended at once"),
    }
    if let Some(traces) = traces {
        traces.end().await;
    }
    Ok(())
}
