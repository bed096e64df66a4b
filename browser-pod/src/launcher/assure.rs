//! Makes sure, once at the start, that Chrome's pages are in Chrome's own sandbox, by what the kernel shows of them. A Chrome
//! that is otherwise is ended, whatever it says of itself. It loads no page: nothing hostile runs yet.

use super::process::Wrong;
use crate::handover::{Note, Socket};
use crate::probe;
use cobrowse_session::pool::Trouble;
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process};
use std::time::{Duration, Instant};

/// How long a page's process may take until it is there, on a node that starts many browsers at once.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long after its birth a page's process may take until it is in its sandbox.
const BIRTH: Duration = Duration::from_secs(5);
/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What came of looking.
enum Seen {
    Sandboxed,
    Wrong(Trouble),
    /// Chrome ended by itself.
    Gone,
}

/// Looks until all is as it must be, and says so over the socket; or notes what is wrong, and ends Chrome. Blocks.
pub(super) fn assure(chrome: Pid, wrong: &Wrong, socket: &Socket) {
    match look(chrome, wrong) {
        Seen::Sandboxed => {
            // An agent side that is gone has nobody to tell.
            let _ = socket.send(&Note::Sandboxed, &[]);
        }
        Seen::Wrong(trouble) => {
            wrong.note(trouble);
            // It may be gone already.
            let _ = kill_process_group(chrome, Signal::KILL);
        }
        Seen::Gone => {}
    }
}

fn look(chrome: Pid, wrong: &Wrong) -> Seen {
    let number = chrome.as_raw_nonzero().get().cast_unsigned();
    let mut waiting = Waiting { began: Instant::now(), born: None };
    while test_kill_process(chrome).is_ok() {
        let over = match probe::chrome(number) {
            Ok(()) => return Seen::Sandboxed,
            Err(error) => waiting.over(&error, Instant::now()),
        };
        if let Some(trouble) = wrong.seen().or(over) {
            return Seen::Wrong(trouble);
        }
        std::thread::park_timeout(LOOK_EVERY);
    }
    Seen::Gone
}

/// How long it has been looked, and since when there is a page's process that is not in its sandbox.
struct Waiting {
    began: Instant,
    born: Option<Instant>,
}

impl Waiting {
    /// Whether it has been waited for long enough, and what is wrong then.
    fn over(&mut self, error: &probe::Error, now: Instant) -> Option<Trouble> {
        match error {
            probe::Error::NotSandboxed { lacks, .. } => {
                let born = *self.born.get_or_insert(now);
                (now >= born + BIRTH).then_some(Trouble::NotSandboxed(*lacks))
            }
            _ => (now >= self.began + PATIENCE).then_some(Trouble::PagesCannotStart),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cobrowse_session::pool::Lack;

    #[test]
    fn a_page_may_take_its_time_to_be_there_and_less_to_be_sandboxed() {
        let began = Instant::now();
        let mut waiting = Waiting { began, born: None };
        let unsandboxed = probe::Error::NotSandboxed { pid: 9, lacks: Lack::Filter };
        let late = began + PATIENCE;
        assert_eq!(waiting.over(&probe::Error::NoPage, late - LOOK_EVERY), None);
        assert_eq!(waiting.over(&unsandboxed, late), None, "it was just born");
        assert_eq!(waiting.over(&unsandboxed, late + BIRTH - LOOK_EVERY), None);
        assert_eq!(waiting.over(&unsandboxed, late + BIRTH), Some(Trouble::NotSandboxed(Lack::Filter)));
        let mut never = Waiting { began, born: None };
        assert_eq!(never.over(&probe::Error::NoPage, late), Some(Trouble::PagesCannotStart));
    }
}
