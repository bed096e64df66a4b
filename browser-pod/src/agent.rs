//! The agent side's process: enrollment, the pod's gRPC service, the live session's owner task.

mod browser;
mod bucket;
mod clock;
mod downlink;
mod enroll;
mod facts;
pub mod fuzzing;
mod input;
mod lockdown;
mod owner;
mod page;
mod png;
mod run;
mod serve;
mod service;
mod status;
mod uploads;

use std::io::{BufRead, Read, Write};
use std::net::SocketAddr;

use cobrowse_session::participant::EndReason;
use cobrowse_wire::v1;
use zeroize::Zeroizing;

use crate::handover;
use owner::Outcome;

/// Bytes of the enrollment token's line.
const TOKEN_BYTES: u64 = 1_024;

/// Command line of the agent side.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// The inherited file descriptor of the socket to the browser side.
    #[arg(long)]
    pub socket_fd: i32,
}

/// Why the agent side could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The process could not be closed against debuggers.
    #[error("failed to close the process")]
    Lockdown(#[source] rustix::io::Errno),
    /// Standard input had no token.
    #[error(
        "failed to read the enrollment token: its line must come first on standard input, at most {TOKEN_BYTES} bytes"
    )]
    Token,
    /// The port cannot be had.
    #[error("failed to listen on {0}: choose a free port, or 0 for any")]
    Listen(SocketAddr, #[source] std::io::Error),
    /// A thread or a runtime could not be started.
    #[error("failed to start the agent side")]
    Start(#[source] std::io::Error),
    /// The browser side did not hand over.
    #[error("failed to take over the browser")]
    Handover(#[from] handover::Error),
    /// Chrome's screen could not be made.
    #[error("failed to make Chrome's screen")]
    Display(#[from] crate::display::wayland::Error),
    /// Chrome did not answer.
    #[error("failed to take over Chrome")]
    Chrome(#[from] crate::chrome::Error),
    /// Keys or certificates failed.
    #[error("failed to prove who this pod is")]
    Identity(#[from] cobrowse_identity::Error),
    /// The server failed.
    #[error("failed to serve")]
    Serve(#[from] tonic::transport::Error),
}

impl Error {
    /// What the last line says of it.
    fn reason(&self) -> EndReason {
        match self {
            Self::Handover(_) | Self::Chrome(_) => EndReason::BrowserCrashed,
            _ => EndReason::PodLost,
        }
    }
}

/// Runs the agent side until the session is over, its input closes or Chrome is gone. The last line on standard output says
/// why.
///
/// # Errors
/// When it cannot start. A session that ended is no error.
pub fn run(args: &Args) -> Result<(), Error> {
    lockdown::close().map_err(Error::Lockdown)?;
    let socket = handover::Socket::inherited(args.socket_fd)?;
    let token = token(&mut std::io::stdin().lock())?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(Error::Start)?;
    let outcome = runtime.block_on(run::run(args.listen, socket, token));
    let failed = |error: &Error| Outcome { reason: error.reason(), last_seq: 0, chrome_exit: None };
    say(&Ended::from(outcome.as_ref().map_or_else(failed, |outcome| *outcome)));
    // Reads of standard input may still block.
    runtime.shutdown_background();
    outcome.map(|_| ())
}

fn token(input: &mut impl BufRead) -> Result<Zeroizing<String>, Error> {
    let mut line = Zeroizing::new(String::new());
    input.take(TOKEN_BYTES).read_line(&mut line).map_err(|_| Error::Token)?;
    let token = line.trim_end();
    if token.is_empty() || !line.ends_with('\n') { Err(Error::Token) } else { Ok(Zeroizing::new(token.to_owned())) }
}

/// The first line on standard output.
#[derive(serde::Serialize)]
struct Listening {
    address: SocketAddr,
}

/// The last line on standard output.
#[derive(serde::Serialize)]
struct Ended {
    reason: &'static str,
    last_seq: u64,
    chrome_exit: Option<i32>,
}

impl From<Outcome> for Ended {
    fn from(outcome: Outcome) -> Self {
        let Outcome { reason, last_seq, chrome_exit } = outcome;
        Self { reason: v1::EndReason::from(reason).as_str_name(), last_seq, chrome_exit }
    }
}

/// Writes one JSON line on standard output, for the parent.
fn say(line: &impl serde::Serialize) {
    let Ok(line) = serde_json::to_string(line) else { return };
    let mut out = std::io::stdout().lock();
    // Without a reader there is nobody to tell; the closed input ends the session.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_begins_with_the_reason() {
        let ended = Ended::from(Outcome { reason: EndReason::EndUser, last_seq: 7, chrome_exit: None });
        let line = serde_json::to_string(&ended).expect("JSON");
        assert_eq!(line, r#"{"reason":"END_REASON_END_USER","last_seq":7,"chrome_exit":null}"#);
    }

    #[test]
    fn the_token_is_the_first_line_and_must_be_whole() {
        let cases = [("abc\nrest", Some("abc")), ("abc", None), ("\n", None), ("", None), (&"x".repeat(2_000), None)];
        for (input, wanted) in cases {
            let read = token(&mut input.as_bytes()).ok();
            assert_eq!(read.as_ref().map(|token| token.as_str()), wanted, "{input:?}");
        }
    }
}
