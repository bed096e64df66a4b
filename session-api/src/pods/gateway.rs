//! The egress gateway of embedded mode: the same program as on a cluster, as a child of this one. It is there before the first pod,
//! always at the same port, is started again when it dies, and ends with its input, however this process died. What it needs goes
//! through a pipe and is in no file.

mod confined;

use super::Error;
use super::logs::{self, Of};
use crate::config;
use cobrowse_identity::authority::Authority;
use cobrowse_identity::grant::GrantKey;
use serde::Deserialize;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use zeroize::Zeroizing;

/// From start to address.
const START: Duration = Duration::from_secs(30);
/// From closed input to exit, before it is killed.
const END: Duration = Duration::from_secs(5);
/// Its certificate's life. It is made at every start of this program.
const LIFE: Duration = Duration::from_secs(365 * 24 * 3600);
/// The first pause before it is started again; it doubles up to the longest.
const PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);
/// One that ran for so long was a good one, and the next pause is the first again.
const STEADY: Duration = Duration::from_secs(10);
/// Bytes of its one line on standard output.
const LINE_BYTES: u64 = 1024;

/// The gateway, as those see it who send pods through it.
pub struct Gateway {
    address: SocketAddr,
    key: GrantKey,
}

impl Gateway {
    /// Starts it, and keeps it as one of these tasks until `stop`. It opens the private targets that the settings name, and `own`
    /// besides.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(
        config: &config::Gateway,
        own: Vec<String>,
        authority: &Authority,
        (tasks, stop): (&TaskTracker, CancellationToken),
    ) -> Result<Self, Error> {
        let key = GrantKey::generate().map_err(failed)?;
        let (certificate, own_key) = authority.issue_gateway(SystemTime::now(), LIFE).map_err(Error::Identity)?;
        let texts = [certificate.as_str(), own_key.as_str(), &authority.to_pem().0, &key.public_pem()];
        let material = Zeroizing::new(texts.map(|text| format!("{}\n\n", text.trim_end())).concat());
        let private_targets = [config.private_targets.clone(), own].concat();
        let program = Program { config: config.clone(), private_targets, material };
        let (address, alive) = program.start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        tasks.spawn(program.keep(address, alive, stop));
        Ok(Self { address, key })
    }

    /// Where pods dial.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Signs what pods show it.
    pub fn key(&self) -> &GrantKey {
        &self.key
    }
}

/// What it is started with.
struct Program {
    config: config::Gateway,
    private_targets: Vec<String>,
    material: Zeroizing<String>,
}

/// It runs as long as its input is open.
struct Alive {
    child: Child,
    input: ChildStdin,
}

#[derive(Deserialize)]
struct Listens {
    address: SocketAddr,
}

impl Program {
    async fn start(&self, listen: SocketAddr) -> Result<(SocketAddr, Alive), Error> {
        let mut command = confined::command(&self.config);
        command.args(["--child", "--metrics", "127.0.0.1:0", "--listen", &listen.to_string()]);
        if !self.private_targets.is_empty() {
            command.args(["--private-targets", &self.private_targets.join(",")]);
        }
        let mut child = command.spawn().map_err(failed)?;
        let (input, output, log) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(mut input), Some(output), Some(log)) = (input, output, log) else {
            return Err(Error::Gateway("a pipe is missing".to_owned()));
        };
        tokio::spawn(logs::pass_on(log, Of::Gateway));
        let mut output = BufReader::new(output.take(LINE_BYTES)).lines();
        let said = async {
            input.write_all(self.material.as_bytes()).await?;
            output.next_line().await
        };
        let line = tokio::time::timeout(START, said).await.map_err(|_| Error::Slow)?.map_err(failed)?;
        let listens = serde_json::from_str::<Listens>(&line.unwrap_or_default());
        let Listens { address } = listens.map_err(|_| Error::Gateway("it ended; its log says why".to_owned()))?;
        Ok((address, Alive { child, input }))
    }

    /// Starts it again whenever it ends before `stop`. Pods dial the same port again.
    async fn keep(self, address: SocketAddr, first: Alive, stop: CancellationToken) {
        let (mut alive, mut pause) = (Some(first), PAUSE);
        loop {
            let began = tokio::time::Instant::now();
            if let Some(mut now) = alive.take() {
                tokio::select! {
                    status = now.child.wait() => {
                        let status = status.map(|status| status.to_string()).unwrap_or_default();
                        tracing::error!(status, "the egress gateway ended and is started again");
                    }
                    () = stop.cancelled() => return now.end().await,
                }
            }
            if began.elapsed() > STEADY {
                pause = PAUSE;
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => return,
            }
            pause = LONGEST_PAUSE.min(pause * 2);
            match self.start(address).await {
                Ok((_, now)) => alive = Some(now),
                Err(error) => tracing::error!(error = crate::chain(&error), "the egress gateway does not start"),
            }
        }
    }
}

impl Alive {
    async fn end(mut self) {
        drop(self.input);
        if tokio::time::timeout(END, self.child.wait()).await.is_err() {
            tracing::warn!("the egress gateway did not end in time and is killed");
            // It may be gone by now.
            let _ = self.child.kill().await;
        }
    }
}

fn failed(error: impl std::error::Error) -> Error {
    Error::Gateway(crate::chain(&error))
}
