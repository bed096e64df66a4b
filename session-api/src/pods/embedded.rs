//! Pods as child processes of this one. A child's stdin stays open as long as it may run; when it closes, however this
//! process died, the child ends everything it started.

use super::logs::{self, Of};
use super::{Ended, Error, PodRunner, Running};
use crate::config::{self, POD_UIDS, Pods};
use cobrowse_session::EndReason;
use cobrowse_wire::v1;
use futures::future::{BoxFuture, FutureExt};
use serde::Deserialize;
use std::net::SocketAddr;
use std::pin::pin;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines, Take};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

/// From start to address: Chrome starts in that time on a busy machine.
const START: Duration = Duration::from_secs(30);
/// From closed stdin to exit, before the child is killed.
const END: Duration = Duration::from_secs(5);
/// Bytes of all the lines that a child may write to stdout; it has two short ones to say.
const STDOUT_BYTES: u64 = 16 * 1024;
/// Two user ids per pod, so many pods until the numbers start again. Far above `max-pods`.
const UID_PAIRS: u32 = POD_UIDS / 2;
/// What a child needs of the environment: programs and fonts are found, nothing of ours is passed on.
const ENVIRONMENT: [&str; 6] = ["PATH", "LANG", "LC_ALL", "TMPDIR", "XDG_RUNTIME_DIR", "RUST_BACKTRACE"];

/// Starts `browser-pod supervise` children.
pub struct EmbeddedRunner {
    pods: Pods,
    gateway: config::Gateway,
    root: bool,
    next: AtomicU32,
}

#[derive(Deserialize)]
struct Listens {
    address: SocketAddr,
}

#[derive(Deserialize)]
struct Says {
    reason: String,
}

impl EmbeddedRunner {
    /// With the settings of the program. As root every pod gets user ids of its own.
    pub fn new(pods: Pods, gateway: config::Gateway) -> Self {
        Self { pods, gateway, root: rustix::process::geteuid().is_root(), next: AtomicU32::new(0) }
    }

    fn command(&self, gateway: Option<SocketAddr>) -> Command {
        let mut command = Command::new(&self.pods.program);
        command.args(["supervise", "--listen", "127.0.0.1:0"]);
        if let Some(gateway) = gateway {
            command.args(["--gateway", &gateway.to_string()]);
        }
        if self.root {
            let pair = self.next.fetch_add(1, Ordering::Relaxed) % UID_PAIRS;
            command.args(["--uid-base", &(self.pods.uid_base + pair * 2).to_string()]);
        }
        command.env_clear().envs(std::env::vars_os().filter(|(name, _)| ENVIRONMENT.iter().any(|kept| name == kept)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        // A group of its own: Ctrl-C reaches this process, which then ends its pods in order.
        command.process_group(0);
        command
    }

    async fn spawn(&self, gateway: Option<SocketAddr>) -> Result<Running, Error> {
        let program = self.pods.program.display().to_string();
        let mut child = self.command(gateway).spawn().map_err(|source| Error::Spawn { program, source })?;
        let token = Zeroizing::new(crate::hex::encode(&crate::clock::random::<32>()));
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(mut stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) else {
            return Err(Error::NoAddress("a pipe is missing".to_owned()));
        };
        tokio::spawn(logs::pass_on(stderr, Of::Pod));
        let line = Zeroizing::new(format!("{}\n", token.as_str()));
        stdin.write_all(line.as_bytes()).await.map_err(|e| Error::NoAddress(e.to_string()))?;
        let mut lines = BufReader::new(stdout.take(STDOUT_BYTES)).lines();
        let address = tokio::time::timeout(START, address(&mut lines)).await.map_err(|_| Error::Slow)??;
        let (stop, (tell, ended)) = (CancellationToken::new(), watch::channel(None));
        tokio::spawn(watch_over(child, stdin, lines, stop.clone(), tell));
        Ok(Running { address, token, stop, ended })
    }
}

impl PodRunner for EmbeddedRunner {
    fn gateway(&self) -> Option<&config::Gateway> {
        Some(&self.gateway)
    }

    fn start(&self, gateway: Option<SocketAddr>) -> BoxFuture<'_, Result<Running, Error>> {
        self.spawn(gateway).boxed()
    }
}

type Said = Lines<BufReader<Take<ChildStdout>>>;

async fn address(lines: &mut Said) -> Result<SocketAddr, Error> {
    let line = lines.next_line().await.map_err(|e| Error::NoAddress(e.to_string()))?;
    let line = line.ok_or_else(|| Error::NoAddress("it ended; its log says why".to_owned()))?;
    match serde_json::from_str::<Listens>(&line) {
        Ok(listens) => Ok(listens.address),
        Err(_) => Err(Error::NoAddress(match serde_json::from_str::<Says>(&line) {
            Ok(says) => format!("it ended with {}; its log says why", says.reason),
            Err(error) => format!("its first line is not as agreed: {error}"),
        })),
    }
}

/// Waits for the child's end, or ends it; keeps the last reason that it gave.
async fn watch_over(
    mut child: Child,
    stdin: ChildStdin,
    mut lines: Said,
    stop: CancellationToken,
    tell: watch::Sender<Option<Ended>>,
) {
    let mut stdin = Some(stdin);
    let mut reason = None;
    let mut patience = pin!(tokio::time::sleep(END));
    loop {
        tokio::select! {
            line = lines.next_line() => match line {
                Ok(Some(line)) => {
                    let says = serde_json::from_str::<Says>(&line).ok();
                    reason = says.and_then(|says| end_reason(&says.reason)).or(reason);
                }
                Ok(None) | Err(_) => break,
            },
            () = stop.cancelled(), if stdin.is_some() => {
                drop(stdin.take());
                patience.as_mut().reset(Instant::now() + END);
            }
            () = &mut patience, if stdin.is_none() => break,
        }
    }
    drop(stdin);
    if tokio::time::timeout(END, child.wait()).await.is_err() {
        tracing::warn!("a pod did not end in time and is killed");
        let _ = child.kill().await;
    }
    let _ = tell.send(Some(Ended { reason }));
}

fn end_reason(name: &str) -> Option<EndReason> {
    EndReason::try_from(v1::EndReason::from_str_name(name)?).ok()
}
