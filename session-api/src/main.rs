//! Entry: reads settings, starts, waits for a signal, ends.

use anyhow::{Context, Result};
use clap::Parser;
use cobrowse_session_api::args::{Cli, Command};
use cobrowse_session_api::pods::embedded::EmbeddedRunner;
use cobrowse_session_api::{announce, config, logs, preflight, serve};

#[tokio::main]
async fn main() -> Result<()> {
    let Command::Serve(arguments) = Cli::parse().command;
    let config = config::load(*arguments)?;
    logs::start(&config.log)?;
    preflight::check(&config.pods.program)?;
    let runner = EmbeddedRunner::new(config.pods.clone());
    let running = serve::start(&config, Box::new(runner)).await?;
    announce::started(&running);
    serve::interrupted().await.context("failed to wait for signals")?;
    tracing::info!("the program ends; press Ctrl-C once more to end it at once");
    tokio::select! {
        () = running.stop() => {}
        _ = serve::interrupted() => tracing::warn!("ended at once"),
    }
    Ok(())
}
