//! A page's process and Chrome's first process, each taken over by native code, in the embedded mode: neither reaches the agent
//! side, files of the machine or a part of the kernel that it need not reach. As root, who alone can do that to them.

#[path = "intruder/attempts.rs"]
mod attempts;
#[path = "intruder/embedded.rs"]
mod embedded;
#[path = "intruder/sockets.rs"]
mod sockets;
#[path = "intruder/verdict.rs"]
mod verdict;

use cobrowse_e2e::taken::Taken;
use embedded::{As, Browser};
use nix::libc;
use verdict::{all_closed, must, number};

#[expect(clippy::print_stderr, reason = "what was tried is for the reader of the run")]
fn tell(text: &str) {
    eprintln!("{text}");
}

/// Runs as root; nobody else can take over a process that closed itself.
fn as_root(test: impl FnOnce()) {
    if embedded::is_root() { test() } else { tell("not run: this needs root") }
}

#[test]
fn the_attempts_mean_something_where_nothing_is_forbidden() {
    as_root(|| tell(&format!("{} attempts are open to a free process", verdict::control())));
}

fn page(who: As) {
    let browser = Browser::start(who);
    let (page, others) = (browser.page(), browser.others());
    let mut taken = Taken::over(page).expect("a page taken over");
    assert!(number("a page", &mut taken) < 100, "a page has a process namespace of its own");
    let lists = [
        attempts::files(&others),
        attempts::processes(&others),
        attempts::plain_sockets(),
        attempts::odd_sockets(),
        attempts::kernel(),
        attempts::of_a_page(),
    ];
    let tried = all_closed("a page", &mut taken, &lists.concat());
    tell(&format!("a page, {who:?}: {tried} attempts are closed"));
}

fn browser(who: As) {
    let browser = Browser::start(who);
    let others = browser.others();
    let mut taken = Taken::over(browser.chrome()).expect("Chrome taken over");
    assert!(number("Chrome", &mut taken) < 100, "Chrome has a process namespace of its own");
    must("Chrome", &mut taken, &attempts::open("/etc/passwd", libc::O_RDONLY));
    let sockets = attempts::UNIX.map(|at| must("Chrome", &mut taken, &attempts::plain_sockets()[at]));
    let lists = [
        attempts::files(&others),
        attempts::processes(&others),
        sockets.map(attempts::connections).concat(),
        attempts::odd_sockets(),
        attempts::kernel(),
    ];
    let tried = all_closed("Chrome", &mut taken, &lists.concat());
    sockets::only_their_pipes_are_shared(browser.chrome(), browser.agent());
    tell(&format!("Chrome, {who:?}: {tried} attempts are closed"));
}

#[test]
fn a_page_that_was_taken_over_reaches_nothing() {
    as_root(|| [As::Root, As::User].into_iter().for_each(page));
}

#[test]
fn a_chrome_that_was_taken_over_reaches_nothing_of_the_agent_side() {
    as_root(|| [As::Root, As::User].into_iter().for_each(browser));
}
