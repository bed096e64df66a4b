//! The agent side's process: enrollment, the pod's gRPC service, the live session's owner task.

mod browser;
mod bucket;
mod canary;
mod clock;
mod downlink;
mod ending;
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
mod token;
mod uploads;

use std::net::SocketAddr;
use std::path::PathBuf;

use cobrowse_session::canary::{Reached, Target};
use cobrowse_session::participant::EndReason;
use cobrowse_session::pool::Trouble;
use tokio_util::sync::CancellationToken;

use crate::handover::{self, Meeting, Socket};
use ending::{Ended, TerminationLog, Why, say};
use owner::Outcome;
use token::Token;

/// Command line of the agent side.
#[derive(Clone, Debug, clap::Args)]
#[group(id = "link", required = true, args = ["socket_fd", "socket"])]
pub struct Args {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// The inherited file descriptor of the socket to the browser side.
    #[arg(long)]
    pub socket_fd: Option<i32>,
    /// In a container of its own: where to wait for the browser side, in a folder that both containers share.
    #[arg(long, requires = "token_file")]
    pub socket: Option<PathBuf>,
    /// The uid of the browser side's container.
    #[arg(long, default_value_t = 10_002, requires = "socket")]
    pub peer_uid: u32,
    /// The file of the enrollment token, read anew at each enrollment. Without it the token is the first line of standard input.
    #[arg(long, requires = "socket")]
    pub token_file: Option<PathBuf>,
    /// Where replicas of the egress gateway listen. Chrome's connections go through one of them; without any, nobody carries them.
    #[arg(long, value_name = "ADDRESS:PORT", value_delimiter = ',', requires = "proxy")]
    pub gateway: Vec<SocketAddr>,
    /// The port on loopback of Chrome's proxy, as the browser side was told.
    #[arg(long, group = "proxy", requires = "gateway")]
    pub proxy_port: Option<u16>,
    /// The inherited file descriptor of the socket on which Chrome's proxy listens.
    #[arg(long, group = "proxy", requires = "gateway")]
    pub proxy_fd: Option<i32>,
    /// What this pod must not reach, as in `ApiServer=192.0.2.1:443` or `Dns=192.0.2.10:53/udp`. It is tried before the pod serves and
    /// every minute after; a pod that reaches it ends.
    #[arg(long, value_name = "WHAT=ADDRESS:PORT", value_delimiter = ',')]
    pub forbidden: Vec<Target>,
    /// Where the reason of the end is written, whatever the end.
    #[arg(long)]
    pub termination_log: Option<PathBuf>,
}

/// Why the agent side could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The process could not be closed against debuggers.
    #[error("failed to close the process")]
    Lockdown(#[source] rustix::io::Errno),
    /// Standard input had no token.
    #[error("failed to read the enrollment token: its line must come first on standard input, at most {limit} bytes", limit = token::LINE_BYTES)]
    Token,
    /// The token's file cannot be used.
    #[error("failed to read the enrollment token from {0}: mount a projected service account token there")]
    TokenFile(PathBuf, #[source] std::io::Error),
    /// The end could not be told.
    #[error("failed to write {0}: name a file that this user may write to with --termination-log")]
    TerminationLog(PathBuf, #[source] std::io::Error),
    /// The port cannot be had.
    #[error("failed to listen on {0}: choose a free port, or 0 for any")]
    Listen(SocketAddr, #[source] std::io::Error),
    /// Chrome's proxy has no place to listen.
    #[error(
        "failed to listen for Chrome's proxy: choose a free port on loopback with --proxy-port, the same for both sides"
    )]
    Proxy(#[source] std::io::Error),
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

    /// Why this pod cannot start, where it is a known reason.
    fn trouble(&self) -> Option<Trouble> {
        match self {
            Self::Handover(handover::Error::Exited(exit)) => exit.trouble,
            _ => None,
        }
    }
}

/// Runs the agent side until the session is over, its parent wants its end or Chrome is gone. The last line on standard
/// output says why, and so does the termination log.
///
/// # Errors
/// When it cannot start. A session that ended is no error.
pub fn run(args: &Args) -> Result<(), Error> {
    let log = TerminationLog::begin(args.termination_log.clone())?;
    let outcome = start(args);
    let failed = |error: &Error| (Outcome { reason: error.reason(), last_seq: 0, chrome_exit: None }, Reached::NOTHING);
    let (told, reached) = outcome.as_ref().map_or_else(failed, |outcome| *outcome);
    say(&Ended::from(told));
    let trouble = outcome.as_ref().err().and_then(Error::trouble);
    log.end(told, Why { trouble, reached })?;
    outcome.map(|_| ())
}

/// Runs to the end, and says what was reached that must not be, if that is why it ended.
fn start(args: &Args) -> Result<(Outcome, Reached), Error> {
    lockdown::close().map_err(Error::Lockdown)?;
    let (join, token): (run::Join, _) = match (&args.socket, args.socket_fd) {
        (Some(path), _) => {
            let meeting = Meeting::new(path, args.peer_uid)?;
            (Box::new(move || meeting.wait()), Token::file(args.token_file.clone().unwrap_or_default())?)
        }
        (None, number) => {
            lockdown::end_with_parent().map_err(Error::Lockdown)?;
            let socket = Socket::inherited(number.unwrap_or_default())?;
            (Box::new(move || Ok(socket)), Token::line(&mut std::io::stdin().lock())?)
        }
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(Error::Start)?;
    let found = canary::Found::default();
    let outcome = runtime.block_on(async {
        let closed = CancellationToken::new();
        match args.socket {
            Some(_) => run::when_told(closed.clone()).map_err(Error::Start)?,
            None => run::when_input_ends(closed.clone()).map_err(Error::Start)?,
        }
        run::run(args, join, token, (closed, found.clone())).await
    });
    // Reads of standard input, or the wait for the browser side, may still block.
    runtime.shutdown_background();
    Ok((outcome?, found.get().copied().unwrap_or_default()))
}
