//! Logs to stderr, as JSON or for people. No token, query or typed text is ever given to them.

use crate::args::LogFormat;
use crate::traces::{TARGET, Traces};
use std::io::IsTerminal;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, registry};

/// The filter cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error("failed to understand the log filter {filter}: give for example info, or cobrowse_operator=debug")]
pub struct Error {
    filter: String,
    source: tracing_subscriber::filter::ParseError,
}

/// Starts logging, and traces, for the whole process. Does nothing when it was started before.
pub fn start(filter: &str, format: LogFormat, traces: Option<&Traces>) -> Result<(), Error> {
    let targets: Targets = filter.parse().map_err(|source| Error { filter: filter.to_owned(), source })?;
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match format {
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
        LogFormat::Human => lines.with_target(false).with_ansi(std::io::stderr().is_terminal()).boxed(),
    };
    let lines = lines.with_filter(targets.with_target(TARGET, LevelFilter::OFF));
    let _ = registry().with(traces.map(Traces::layer)).with(lines).try_init();
    Ok(())
}
