//! Says whether the side in this container is there, as the kernel shows it: who listens, and in which sandbox Chrome's
//! processes are. It asks neither side anything, and changes nothing. For a kubelet's startup probe.

mod listeners;
mod processes;

use std::path::Path;

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
        lacks: &'static str,
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
    if args.chrome { sandboxed(&processes::all(Path::new("/proc"))?) } else { Ok(()) }
}

fn listening(port: u16) -> Result<(), Error> {
    // A machine without one of the two protocols lacks its table.
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(std::fs::read_to_string);
    let any = tables.iter().flatten().any(|table| listeners::listens(table, port));
    if any { Ok(()) } else { Err(Error::NotListening(port)) }
}

/// All pages' processes must be in Chrome's sandbox, and there must be one: before, Chrome has no window.
fn sandboxed(all: &[Process]) -> Result<(), Error> {
    let chrome = all.iter().find(|one| one.is_chrome()).ok_or(Error::NoChrome)?;
    let mut pages = all.iter().filter(|one| one.is_page()).peekable();
    pages.peek().ok_or(Error::NoPage)?;
    pages.try_for_each(|page| match page.lacks(chrome) {
        Some(lacks) => Err(Error::NotSandboxed { pid: page.pid, lacks }),
        None => Ok(()),
    })
}

#[cfg(test)]
mod tests {
    use super::processes::{Process, Sandbox};
    use super::{Error, sandboxed};

    fn process(pid: u32, command: &str, sandbox: Sandbox) -> Process {
        Process { pid, command: command.into(), sandbox }
    }

    fn chrome() -> Process {
        let sandbox = Sandbox { depth: 1, mode: 2, filters: 1, no_new_privs: true, capable: false, users: Some(1) };
        process(7, "/usr/lib/chromium/chromium --kiosk about:blank", sandbox)
    }

    fn page(change: fn(&mut Sandbox)) -> Process {
        let mut sandbox = Sandbox { depth: 3, mode: 2, filters: 2, no_new_privs: true, capable: false, users: Some(2) };
        change(&mut sandbox);
        process(9, "/usr/lib/chromium/chromium --type=renderer --lang=en", sandbox)
    }

    #[test]
    fn a_chrome_with_a_sandboxed_page_is_up() {
        sandboxed(&[chrome(), page(|_| ())]).expect("up");
        assert!(matches!(sandboxed(&[]), Err(Error::NoChrome)));
        assert!(matches!(sandboxed(&[page(|_| ())]), Err(Error::NoChrome)));
        assert!(matches!(sandboxed(&[chrome()]), Err(Error::NoPage)));
    }

    #[test]
    fn each_layer_that_is_missing_is_told() {
        type Change = fn(&mut Sandbox);
        let changes: [(Change, &str); 6] = [
            (|sandbox| sandbox.depth = 1, "process namespace"),
            (|sandbox| sandbox.users = Some(1), "user namespace"),
            (|sandbox| sandbox.mode = 0, "filter of system calls"),
            // The container's own filter alone.
            (|sandbox| sandbox.filters = 1, "filter of system calls"),
            (|sandbox| sandbox.no_new_privs = false, "no_new_privs"),
            (|sandbox| sandbox.capable = true, "capabilities"),
        ];
        for (change, wanted) in changes {
            let error = sandboxed(&[chrome(), page(|_| ()), page(change)]).expect_err(wanted).to_string();
            assert!(error.contains("process 9") && error.contains(wanted), "{error}");
        }
    }
}
