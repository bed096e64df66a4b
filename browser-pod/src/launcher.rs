//! The browser side's process: starts Chrome, hands over its screen and its DevTools pipe, moves files in and out, and ends
//! Chrome with the socket. It reads nothing that Chrome or a page says but the known signs of a failed start.

mod assure;
mod crowd;
mod files;
mod flags;
mod folders;
pub mod fuzzing;
mod process;

use crate::handover::{self, Note, Order, Socket};
use cobrowse_session::pool::Trouble;
use folders::Folders;
use process::Chrome;
use rustix::process::{Resource, Rlimit, Signal};
use std::os::fd::AsFd;
use std::path::PathBuf;

/// Command line of the browser side.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The inherited file descriptor of the socket to the agent side.
    #[arg(long, default_value_t = 0)]
    pub socket_fd: i32,
    /// In a container of its own: where the agent side's socket is, in a folder that both containers share.
    #[arg(long, conflicts_with = "socket_fd")]
    pub socket: Option<PathBuf>,
    /// The uid of the agent side's container.
    #[arg(long, default_value_t = 10_001, requires = "socket")]
    pub peer_uid: u32,
    /// Chrome's program. Not a wrapper script: those add flags.
    #[arg(long, default_value = "/usr/lib/chromium/chromium")]
    pub chromium: PathBuf,
    /// Where the browser side keeps its files: memory, its own, removed with it.
    #[arg(long, default_value = "/run/browser")]
    pub folder: PathBuf,
    /// The port on loopback of the agent side's proxy. Chrome reaches nothing but through it; without it, whatever the machine reaches.
    #[arg(long)]
    pub proxy_port: Option<u16>,
    /// Run Chrome without a screen. For tests of all but the picture.
    #[arg(long, hide = true)]
    pub headless: bool,
}

/// Why the browser side could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The process has all rights.
    #[error(
        "failed to start the browser side: it must not run as root; start it through `supervise`, or give it a uid of its own"
    )]
    Root,
    /// No Chrome.
    #[error(
        "failed to find Chromium at {0}: install it (Debian: apt-get install chromium), or name its program with --chromium"
    )]
    NoChromium(PathBuf),
    /// A folder could not be made.
    #[error("failed to make the folder {0}: it must be on a writable, memory-backed file system")]
    Folder(PathBuf, #[source] std::io::Error),
    /// Chrome could not be started.
    #[error("failed to start Chromium")]
    Spawn(#[source] std::io::Error),
    /// The socket to the agent side failed.
    #[error("failed to talk to the agent side")]
    Handover(#[from] handover::Error),
}

/// Runs the browser side until Chrome or the agent side ends.
pub fn run(args: &Args) -> Result<(), Error> {
    let socket = match &args.socket {
        Some(path) => handover::join(path, args.peer_uid)?,
        None => Socket::inherited(args.socket_fd)?,
    };
    match start(args) {
        Ok((folders, chrome)) => serve(socket, &folders, chrome),
        Err(error) => {
            let trouble = Some(Trouble::BrowserMissing.word().to_owned());
            let note = Note::Exited { code: None, reason: Some(error.to_string()), trouble };
            // The cause is the better error, also when it cannot be told.
            let _ = socket.send(&note, &[]);
            Err(error)
        }
    }
}

fn start(args: &Args) -> Result<(Folders, Chrome), Error> {
    if rustix::process::getuid().is_root() {
        return Err(Error::Root);
    }
    if !args.chromium.is_file() {
        return Err(Error::NoChromium(args.chromium.clone()));
    }
    no_core_dumps();
    let folders = Folders::make(&args.folder)?;
    let chrome =
        Chrome::start(&args.chromium, &folders, flags::Kind { headless: args.headless, proxy_port: args.proxy_port })?;
    Ok((folders, chrome))
}

/// What dies leaves no memory behind, for this process and all below it. One byte, since none at all would not keep the kernel from
/// handing the memory to a program of the machine's.
fn no_core_dumps() {
    let nothing = Rlimit { current: Some(1), maximum: Some(1) };
    // Less than that is as well.
    let _ = rustix::process::setrlimit(Resource::Core, nothing);
}

fn serve(socket: Socket, folders: &Folders, mut chrome: Chrome) -> Result<(), Error> {
    let ends = chrome.take_ends();
    let text = |path: &std::path::Path| path.to_string_lossy().into_owned();
    let started = Note::Started { downloads: text(&folders.downloads), extension: text(&folders.extension) };
    socket.send(&started, &[ends.wayland.as_fd(), ends.cdp_in.as_fd(), ends.cdp_out.as_fd()])?;
    drop(ends);
    let group = chrome.group();
    let orders = socket.share()?;
    let folders = folders.clone();
    let reader = std::thread::Builder::new().name("orders".into()).spawn(move || {
        answer(&orders, &folders);
        // The agent side is gone, and nobody looks at Chrome any more.
        let _ = rustix::process::kill_process_group(group, Signal::KILL);
    });
    reader.map_err(Error::Spawn)?;
    let (teller, wrong) = (socket.share()?, chrome.wrong());
    let assured = std::thread::Builder::new().name("assure".into());
    assured.spawn(move || assure::assure(group, &wrong, &teller)).map_err(Error::Spawn)?;
    let crowd = std::thread::Builder::new().name("crowd".into());
    crowd.spawn(move || crowd::watch(group)).map_err(Error::Spawn)?;
    let note = chrome.wait();
    tracing::info!(?note, "Chrome ended");
    // The agent side may be what ended it.
    let _ = socket.send(&note, &[]);
    Ok(())
}

fn answer(socket: &Socket, folders: &Folders) {
    loop {
        let (order, fds) = match socket.receive::<Order>() {
            Ok(received) => received,
            Err(handover::Error::Malformed(why)) => {
                tracing::warn!(why, "an order was not understood");
                continue;
            }
            Err(_) => return,
        };
        let (note, file) = files::carry_out(folders, order, fds);
        let fds: Vec<_> = file.iter().map(AsFd::as_fd).collect();
        if socket.send(&note, &fds).is_err() {
            return;
        }
    }
}
