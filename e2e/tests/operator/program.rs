//! The operator's real program, started and ended.

use anyhow::{Context as _, ensure};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

/// One process.
pub(crate) struct Program {
    child: Child,
    log: PathBuf,
    metrics: String,
}

/// Where it runs.
pub(crate) struct Place<'a> {
    pub(crate) namespace: &'a str,
    pub(crate) folder: &'a Path,
    /// Instead of the tests' own.
    pub(crate) kubeconfig: Option<&'a Path>,
    /// Where its traces go, if anywhere.
    pub(crate) traces: Option<&'a str>,
    /// Whether browser pods go out by an egress gateway.
    pub(crate) gateway: bool,
}

/// The Secret with the key of grants, and that with the gateway's certificate, in the lease's namespace.
pub(crate) const SECRETS: [&str; 2] = ["cobrowse-grant-key", "cobrowse-egress-gateway"];
/// Where the gateway is that nobody dials.
pub(crate) const GATEWAY: &str = "127.0.0.1:8710";

impl Program {
    /// Starts one, under this name: the one built beside this test, or OPERATOR_PROGRAM.
    pub(crate) fn start(place: &Place<'_>, identity: &str) -> anyhow::Result<Self> {
        Self::start_with_lease_in(place, identity, place.namespace)
    }

    /// The same, with its lease in this namespace.
    pub(crate) fn start_with_lease_in(place: &Place<'_>, identity: &str, leases: &str) -> anyhow::Result<Self> {
        Self::start_with(place, identity, leases, &[])
    }

    /// The same, with further arguments.
    pub(crate) fn start_with(place: &Place<'_>, identity: &str, leases: &str, more: &[&str]) -> anyhow::Result<Self> {
        let test = std::env::current_exe()?;
        let beside = test.parent().and_then(Path::parent).context("a target folder")?.join("operator");
        let program = std::env::var_os("OPERATOR_PROGRAM").map_or(beside, PathBuf::from);
        ensure!(program.exists(), "build it with `cargo build -p cobrowse-operator`");
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let metrics = format!("127.0.0.1:{port}");
        let log = place.folder.join(format!("{identity}.log"));
        let mut command = Command::new(program);
        command.args(["--namespace", place.namespace, "--lease-namespace", leases, "--identity", identity]);
        command.arg("--authority").arg(place.folder).args(["--metrics", &metrics]);
        command.args(["--log", "info,cobrowse_operator=debug", "--log-format", "human"]);
        command.args(place.traces.map(|collector| format!("--traces={collector}")));
        if place.gateway {
            // Empty, as the chart renders them; whoever comes second finds them there.
            for secret in SECRETS {
                cobrowse_e2e::kubectl(&["create", "secret", "generic", secret, "--namespace", leases], "")?;
            }
            command.args(["--gateway", GATEWAY, "--grant-secret", SECRETS[0], "--gateway-secret", SECRETS[1]]);
        }
        command.args(more);
        if let Some(kubeconfig) = place.kubeconfig {
            command.env("KUBECONFIG", kubeconfig);
        }
        let lines = std::fs::OpenOptions::new().create(true).append(true).open(&log)?;
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(lines).spawn().context("the operator starts")?;
        Ok(Self { child, log, metrics })
    }

    /// Its process.
    #[allow(dead_code, reason = "the operator's tests at scale ask")]
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it, as a node that is lost does.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to end.
    pub(crate) fn terminate(&self) -> anyhow::Result<()> {
        let said = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        ensure!(said.success(), "no such process");
        Ok(())
    }

    /// Whether it has ended, and how.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// What its port for machines says: the status line, the headers and the body.
    pub(crate) fn get(&self, path: &str) -> anyhow::Result<String> {
        let mut stream = std::net::TcpStream::connect(&self.metrics)?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: operator\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    /// How often its lines say this.
    pub(crate) fn says(&self, words: &str) -> usize {
        std::fs::read_to_string(&self.log).unwrap_or_default().matches(words).count()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- {}\n{}", self.log.display(), tail(&self.log));
        }
    }
}

/// The last lines of a log.
pub(crate) fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}

/// How often something is looked at again.
const LOOK: Duration = Duration::from_millis(20);

/// Waits until something is there, so long at most.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(what: &str, most: Duration, look: impl Fn() -> F) -> T {
    let begun = tokio::time::Instant::now();
    let mut looks = tokio::time::interval(LOOK);
    loop {
        looks.tick().await;
        if let Some(found) = look().await {
            return found;
        }
        assert!(begun.elapsed() < most, "not within {most:?}: {what}");
    }
}
