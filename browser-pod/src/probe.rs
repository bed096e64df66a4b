//! Says whether the side in this container is there, as the kernel shows it: who listens, and in which sandbox Chrome's
//! processes are. It asks neither side anything, and changes nothing. For a kubelet's startup probe.

mod listeners;
mod processes;

use std::path::Path;

use cobrowse_session::pool::Lack;
use processes::Process;

/// Command line of `probe`.
#[derive(Clone, Debug, clap::Args)]
#[group(required = true, multiple = true)]
pub struct Args {
    /// The agent side's container: somebody listens at this port, for enrollment or for the pod's own service.
    #[arg(long)]
    pub listen_port: Option<u16>,
    /// The browser side's container: Chrome is up, and each process of a page is in Chrome's own sandbox.
    #[arg(long)]
    pub chrome: bool,
}

/// What is not there yet, or not as it must be.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The process table cannot be read.
    #[error("failed to read {0}: is /proc mounted?")]
    Unreadable(&'static str, #[source] std::io::Error),
    /// Nobody listens.
    #[error("failed to find who listens at port {0}: the agent side is not up")]
    NotListening(u16),
    /// No Chrome.
    #[error("failed to find Chrome: the browser side is not up")]
    NoChrome,
    /// Chrome without a page.
    #[error("failed to find a page's process: Chrome is not up")]
    NoPage,
    /// A page's process without its sandbox.
    #[error("failed to see the sandbox of process {pid}: {lacks}")]
    NotSandboxed {
        /// As this container numbers it.
        pid: u32,
        /// What it lacks.
        lacks: Lack,
    },
}

/// Looks once.
///
/// # Errors
/// What is not there.
pub fn run(args: &Args) -> Result<(), Error> {
    if let Some(port) = args.listen_port {
        listening(port)?;
    }
    if args.chrome {
        let all = processes::all(Path::new("/proc"))?;
        sandboxed(&all, all.iter().find(|one| one.is_chrome()))
    } else {
        Ok(())
    }
}

/// Looks once at the Chrome whose first process this is.
///
/// # Errors
/// What is not there yet, or not as it must be.
pub(crate) fn chrome(first: u32) -> Result<(), Error> {
    let all = processes::below(&processes::all(Path::new("/proc"))?, first);
    sandboxed(&all, all.first())
}

/// The processes of pages of the Chrome whose first process this is. Where there are no more than `many` of any kind it is not looked
/// closer, since that takes far longer: none are told.
pub(crate) fn pages(first: u32, many: usize) -> Vec<u32> {
    let table = Path::new("/proc");
    if processes::numbers(table).is_ok_and(|all| all.count() <= many) {
        return Vec::new();
    }
    let all = processes::all(table).unwrap_or_default();
    processes::below(&all, first).iter().filter(|one| one.is_page()).map(|one| one.pid).collect()
}

fn listening(port: u16) -> Result<(), Error> {
    // A machine without one of the two protocols lacks its table.
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(std::fs::read_to_string);
    let any = tables.iter().flatten().any(|table| listeners::listens(table, port));
    if any { Ok(()) } else { Err(Error::NotListening(port)) }
}

/// All pages' processes must be in Chrome's sandbox, and there must be one: before, Chrome has no window.
fn sandboxed(all: &[Process], chrome: Option<&Process>) -> Result<(), Error> {
    let chrome = chrome.ok_or(Error::NoChrome)?;
    let mut pages = all.iter().filter(|one| one.is_page()).peekable();
    pages.peek().ok_or(Error::NoPage)?;
    pages.try_for_each(|page| match page.lacks(chrome) {
        Some(lacks) => Err(Error::NotSandboxed { pid: page.pid, lacks }),
        None => Ok(()),
    })
}

#[cfg(test)]
mod tests;
