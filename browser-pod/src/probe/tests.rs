//! What counts as sandboxed, by what a kernel may say.

use super::processes::{Process, Sandbox};
use super::{Error, Lack};

fn process(pid: u32, command: &str, sandbox: Sandbox) -> Process {
    Process { pid, parent: 1, command: command.into(), sandbox }
}

/// As in a container with a filter of its own.
fn chrome() -> Process {
    let sandbox = Sandbox {
        depth: Some(1),
        mode: 2,
        filters: Some(1),
        no_new_privs: Some(true),
        capable: false,
        users: Some(1),
        network: Some(3),
        root: Some("/".into()),
    };
    process(7, "/usr/lib/chromium/chromium --kiosk about:blank", sandbox)
}

fn page(change: fn(&mut Sandbox)) -> Process {
    let mut sandbox = Sandbox {
        depth: Some(3),
        filters: Some(2),
        users: Some(2),
        network: Some(4),
        root: Some("/proc/16/fdinfo".into()),
        ..chrome().sandbox
    };
    change(&mut sandbox);
    process(9, "/usr/lib/chromium/chromium --type=renderer --lang=en", sandbox)
}

fn sandboxed(all: &[Process]) -> Result<(), Error> {
    super::sandboxed(all, all.iter().find(|one| one.is_chrome()))
}

type Change = fn(&mut Sandbox);

#[test]
fn a_chrome_with_a_sandboxed_page_is_up() {
    sandboxed(&[chrome(), page(|_| ())]).expect("up");
    assert!(matches!(sandboxed(&[]), Err(Error::NoChrome)));
    assert!(matches!(sandboxed(&[page(|_| ())]), Err(Error::NoChrome)));
    assert!(matches!(sandboxed(&[chrome()]), Err(Error::NoPage)));
}

#[test]
fn each_layer_that_is_missing_is_told() {
    let changes: [(Change, Lack); 13] = [
        (|sandbox| sandbox.depth = Some(1), Lack::Processes),
        (|sandbox| sandbox.depth = None, Lack::Processes),
        (|sandbox| sandbox.users = Some(1), Lack::Users),
        (|sandbox| sandbox.users = None, Lack::Users),
        (|sandbox| sandbox.network = Some(3), Lack::Network),
        (|sandbox| sandbox.network = None, Lack::Network),
        (|sandbox| sandbox.root = Some("/".into()), Lack::Root),
        (|sandbox| sandbox.root = None, Lack::Root),
        (|sandbox| sandbox.mode = 0, Lack::Filter),
        // The container's own filter alone.
        (|sandbox| sandbox.filters = Some(1), Lack::Filter),
        (|sandbox| sandbox.filters = None, Lack::Filter),
        (|sandbox| sandbox.no_new_privs = Some(false), Lack::NoNewPrivs),
        (|sandbox| sandbox.capable = true, Lack::NoCapabilities),
    ];
    for (change, wanted) in changes {
        let error = sandboxed(&[chrome(), page(|_| ()), page(change)]).expect_err("not sandboxed");
        assert!(matches!(error, Error::NotSandboxed { pid: 9, lacks } if lacks == wanted), "{error}, not {wanted}");
    }
}

/// A kernel that tells of a filter and of nothing else.
fn silent(mode: u32, command: &str) -> Process {
    let nothing = Sandbox {
        depth: None,
        mode,
        filters: None,
        no_new_privs: None,
        capable: false,
        users: None,
        network: None,
        root: None,
    };
    process(9, command, nothing)
}

#[test]
fn a_kernel_that_says_little_says_enough_where_only_pages_have_a_filter() {
    let (first, page) = ("/usr/lib/chromium/chromium --kiosk", "/usr/lib/chromium/chromium --type=renderer");
    sandboxed(&[silent(0, first), silent(2, page)]).expect("up");
    // Everybody's filter may be the container's.
    for (its, own) in [(0, 0), (2, 2), (2, 0)] {
        let error = sandboxed(&[silent(its, first), silent(own, page)]).expect_err("not sandboxed");
        assert!(matches!(error, Error::NotSandboxed { lacks: Lack::Filter, .. }), "{error}");
    }
}
