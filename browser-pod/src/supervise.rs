//! Starts both sides, sandboxed, and ends them together. It holds no session, no key and no page: it hands a token on, and
//! the agent side's lines back.

#[cfg(target_arch = "x86_64")]
mod filter;
mod mounts;
mod sandbox;

use crate::handover::{self, Socket};
use sandbox::{Sandbox, Side};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// Bytes of the enrollment token's line.
const MAX_TOKEN: u64 = 1_024;
/// Bytes of one line of the agent side.
const MAX_LINE: u64 = 65_536;
/// How long the agent side may take to end after its input closed.
const GRACE: Duration = Duration::from_secs(10);

/// Command line of `supervise`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Where the agent side listens.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// As root: the browser side runs as this uid, the agent side as the next. Both must belong to nobody.
    #[arg(long)]
    pub uid_base: Option<u32>,
    /// Where replicas of the egress gateway listen. Chrome's connections go through one of them; without any, straight out.
    #[arg(long, value_name = "ADDRESS:PORT", value_delimiter = ',')]
    pub gateway: Vec<SocketAddr>,
    /// Chrome's program.
    #[arg(long, default_value = "/usr/lib/chromium/chromium")]
    pub chromium: PathBuf,
    /// Bubblewrap's program.
    #[arg(long, default_value = "/usr/bin/bwrap")]
    pub bubblewrap: PathBuf,
}

/// Why a browser could not be started or watched.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No bubblewrap.
    #[error("failed to find bubblewrap at {0}: install it (Debian: apt-get install bubblewrap)")]
    NoBubblewrap(PathBuf),
    /// No user namespaces.
    #[error(
        "failed to make a sandbox as an ordinary user: allow unprivileged user namespaces (sysctl user.max_user_namespaces >= 16, kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0), or run as root with --uid-base"
    )]
    NoNamespaces,
    /// Root without uids to give away.
    #[error(
        "failed to start as root: say with --uid-base which two uids (at least 1000) a session may have, for example --uid-base 200000"
    )]
    NoUid,
    /// uids given by somebody who cannot switch to them.
    #[error("failed to start: --uid-base works for root only; leave it out")]
    UidNotRoot,
    /// Standard input had no token.
    #[error(
        "failed to read the enrollment token: its line must come first on standard input, at most {MAX_TOKEN} bytes"
    )]
    NoToken,
    /// A system call failed.
    #[error("failed to start the two sides")]
    Start(#[source] std::io::Error),
    /// The socket between them failed.
    #[error("failed to join the two sides")]
    Join(#[from] handover::Error),
}

impl From<rustix::io::Errno> for Error {
    fn from(errno: rustix::io::Errno) -> Self {
        Self::Start(errno.into())
    }
}

/// Runs one browser until its session ends, its parent goes or its input closes. Gives the exit status for this process.
///
/// Call it from the main thread: the sandboxes end with the thread that started them.
pub fn run(args: &Args) -> Result<u8, Error> {
    let mut input = BufReader::new(std::io::stdin());
    let token = token(&mut input)?;
    let sandbox = Sandbox::new(args)?;
    let (browser_end, agent_end) = Socket::pair()?;
    // Bound before Chrome knows the port, so that nobody else can have it.
    let proxy = (!args.gateway.is_empty()).then(|| TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).transpose();
    let proxy = proxy.map_err(Error::Start)?;
    let mut browser = launcher(&sandbox, args, browser_end, proxy.as_ref())?;
    let mut agent = match agent(&sandbox, args, agent_end, proxy) {
        Ok(agent) => agent,
        Err(error) => {
            end(&mut browser);
            return Err(error);
        }
    };
    let told = forward(&mut agent)?;
    feed(&mut agent, &token, input)?;
    let status = wait(&mut agent);
    end(&mut browser);
    if !told.recv_timeout(GRACE).unwrap_or(false) {
        line(br#"{"reason":"END_REASON_POD_LOST","last_seq":0,"chrome_exit":null}"#);
    }
    Ok(status)
}

fn token(input: &mut impl BufRead) -> Result<Vec<u8>, Error> {
    let mut token = Vec::new();
    input.take(MAX_TOKEN).read_until(b'\n', &mut token).map_err(|_| Error::NoToken)?;
    if token.len() < 2 || token.last() != Some(&b'\n') { Err(Error::NoToken) } else { Ok(token) }
}

fn launcher(sandbox: &Sandbox, args: &Args, socket: OwnedFd, proxy: Option<&TcpListener>) -> Result<Child, Error> {
    let mut command = sandbox.command(Side::Browser)?;
    command.args(["launcher", "--socket-fd", "0", "--chromium"]).arg(&args.chromium);
    if let Some(proxy) = proxy {
        let port = proxy.local_addr().map_err(Error::Start)?.port();
        command.args(["--proxy-port", &port.to_string()]);
    }
    command.spawn(Stdio::from(socket), Stdio::null())
}

fn agent(sandbox: &Sandbox, args: &Args, socket: OwnedFd, proxy: Option<TcpListener>) -> Result<Child, Error> {
    let mut command = sandbox.command(Side::Agent)?;
    let number = socket.as_raw_fd().to_string();
    command.args(["agent", "--socket-fd", &number, "--listen", &args.listen.to_string()]);
    command.inherit(socket)?;
    if let Some(proxy) = proxy {
        let gateways: Vec<_> = args.gateway.iter().map(SocketAddr::to_string).collect();
        command.args(["--gateway", &gateways.join(","), "--proxy-fd", &proxy.as_raw_fd().to_string()]);
        command.inherit(proxy.into())?;
    }
    command.spawn(Stdio::piped(), Stdio::piped())
}

/// Passes the agent side's lines on. At its end says whether one of them held the reason of the end.
fn forward(agent: &mut Child) -> Result<mpsc::Receiver<bool>, Error> {
    let mut output = BufReader::new(agent.stdout.take().expect("the agent side's output is a pipe"));
    let (tell, told) = mpsc::channel();
    let pass = move || {
        let mut ended = false;
        let mut text = Vec::new();
        while output.by_ref().take(MAX_LINE).read_until(b'\n', &mut text).is_ok_and(|count| count > 0) {
            ended |= text.starts_with(br#"{"reason""#);
            line(text.trim_ascii_end());
            text.clear();
        }
        // Nobody waits any more when this process is about to end.
        let _ = tell.send(ended);
    };
    std::thread::Builder::new().name("lines".into()).spawn(pass).map_err(Error::Start)?;
    Ok(told)
}

/// Hands the token over and closes the agent side's input when ours closes; ends it when it does not go by itself.
fn feed(agent: &mut Child, token: &[u8], mut input: impl Read + Send + 'static) -> Result<(), Error> {
    let mut to = agent.stdin.take().expect("the agent side's input is a pipe");
    // An agent side that is gone already shows by its end.
    let _ = to.write_all(token).and_then(|()| to.flush());
    let pid = rustix::process::Pid::from_child(agent);
    let process = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty())?;
    let hold = move || {
        // What follows the token means nothing; only the end of the input does.
        let _ = std::io::copy(&mut input, &mut std::io::sink());
        drop(to);
        std::thread::park_timeout(GRACE);
        // It may be gone already.
        let _ = rustix::process::pidfd_send_signal(&process, rustix::process::Signal::KILL);
    };
    std::thread::Builder::new().name("input".into()).spawn(hold).map_err(Error::Start)?;
    Ok(())
}

fn wait(agent: &mut Child) -> u8 {
    agent.wait().ok().and_then(|status| status.code()).and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

/// Ends a side at once. Its PID namespace ends with it.
fn end(side: &mut Child) {
    // It may be gone already.
    let _ = side.kill();
    let _ = side.wait();
}

fn line(text: &[u8]) {
    let mut out = std::io::stdout().lock();
    // Without a reader there is nobody to tell; the closed input ends the session.
    let _ = out.write_all(text).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
}
