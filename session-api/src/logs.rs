//! Logs to stderr, as JSON or for people. No PIN, query, typed text or token is ever given to them.

use crate::args::LogFormat;
use crate::config::Log;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// The filter cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error("failed to understand the log filter {filter}: give for example info, or cobrowse_session_api=debug")]
pub struct Error {
    filter: String,
    source: tracing_subscriber::filter::ParseError,
}

/// Starts logging for the whole process. Does nothing when it was started before.
pub fn start(log: &Log) -> Result<(), Error> {
    let filter = EnvFilter::try_new(&log.filter).map_err(|source| Error { filter: log.filter.clone(), source })?;
    let base = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = match log.format {
        LogFormat::Json => base.json().flatten_event(true).try_init(),
        LogFormat::Human => base.with_target(false).with_ansi(std::io::stderr().is_terminal()).try_init(),
    };
    Ok(())
}
