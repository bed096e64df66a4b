//! Makes attempts in a process's name, and judges what came of them. Beside each list that must be closed the same list is made
//! where it is open: what nobody could do anywhere would say nothing.

use super::attempts::{self, Attempt, Wanted};
use cobrowse_e2e::taken::{Argument, Outcome, Taken};
use nix::errno::Errno;
use nix::libc;
use std::process::{Child, Command};

/// Attempts that the kernel must do, or refuse for their arguments alone, where nothing is forbidden: a kernel may lack some.
const OPEN_AT_LEAST: usize = 45;

/// What a kernel says that lacks a part.
const LACKS: [Errno; 4] = [Errno::ENOSYS, Errno::EAFNOSUPPORT, Errno::EPROTONOSUPPORT, Errno::ESOCKTNOSUPPORT];

impl Attempt {
    fn is_closed(&self, outcome: Outcome) -> bool {
        match (outcome, self.wanted) {
            (Outcome::Caught | Outcome::Ended, _) | (Outcome::Refused(_), Wanted::Nothing) => true,
            (Outcome::Refused(why), Wanted::Forbidden) => {
                matches!(why, Errno::EPERM | Errno::EACCES) || LACKS.contains(&why)
            }
            (Outcome::Done(_), _) => false,
        }
    }
}

/// All attempts must be closed to this process; how many there were.
pub(crate) fn all_closed(who: &str, taken: &mut Taken, attempts: &[Attempt]) -> usize {
    let mut open = Vec::new();
    for attempt in attempts {
        let outcome = taken.call(attempt.number, &attempt.arguments).unwrap_or_else(|error| panic!("{who}: {error:#}"));
        if !attempt.is_closed(outcome) {
            open.push(format!("{}: {outcome:?}", attempt.what));
        }
    }
    assert!(open.is_empty(), "{who} could: {open:#?}");
    attempts.len()
}

/// A call that this process may make; what it gave.
pub(crate) fn must(who: &str, taken: &mut Taken, attempt: &Attempt) -> i64 {
    match taken.call(attempt.number, &attempt.arguments).unwrap_or_else(|error| panic!("{who}: {error:#}")) {
        Outcome::Done(given) => given,
        other => panic!("{who} could not: {}: {other:?}", attempt.what),
    }
}

/// That this process does as it is told at all: its number, as it knows it itself.
pub(crate) fn number(who: &str, taken: &mut Taken) -> i64 {
    let nothing: [Argument; 0] = [];
    match taken.call(libc::SYS_getpid, &nothing).unwrap_or_else(|error| panic!("{who}: {error:#}")) {
        Outcome::Done(given) if given > 0 => given,
        other => panic!("{who} does not know its number: {other:?}"),
    }
}

/// A process of root's to which nothing is forbidden.
struct Free(Child);

impl Drop for Free {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The same attempts where nothing is forbidden: the kernel has to do them, or to find fault with their arguments.
pub(crate) fn control() -> usize {
    let free = Free(Command::new("sleep").arg("600").spawn().expect("a process"));
    let mut taken = Taken::over(free.0.id()).expect("taken over");
    assert_eq!(number("a free process", &mut taken), i64::from(free.0.id()));
    let lists = [attempts::plain_sockets(), attempts::odd_sockets(), attempts::kernel(), attempts::of_a_page()];
    let mut open = 0;
    for attempt in lists.into_iter().flatten() {
        match taken.call(attempt.number, &attempt.arguments).expect("a call") {
            Outcome::Done(_) => open += 1,
            Outcome::Refused(why) if LACKS.contains(&why) => {}
            Outcome::Refused(Errno::EPERM | Errno::EACCES) => panic!("{} is forbidden to root", attempt.what),
            Outcome::Refused(_) => open += 1,
            other => panic!("{} is {other:?}", attempt.what),
        }
    }
    assert!(open >= OPEN_AT_LEAST, "only {open} attempts say anything on this kernel");
    open
}
