//! Ends all pages of a Chrome at once where they have more processes than any may have. Chrome starts one for each website of a page's
//! frames before anybody can refuse the frame, and has no limit of its own while websites are kept apart.

use crate::probe;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use std::time::Duration;

/// Processes of pages at most. Each has some eleven threads and 25 MiB at least. So many, and those that come until it is looked again,
/// are below the 1024 that a kubelet may be set to, with the 130 of a Chrome at rest.
const MOST: usize = 64;
/// How often it is looked. Chrome starts some ten processes of pages in this time.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Looks until Chrome is gone. Blocks.
pub(super) fn watch(chrome: Pid) {
    let number = chrome.as_raw_nonzero().get().cast_unsigned();
    while test_kill_process(chrome).is_ok() {
        end_crowd(&probe::pages(number, MOST));
        std::thread::park_timeout(LOOK_EVERY);
    }
}

/// Nobody can tell from outside which of them are of the page that has too many, and the newest may be the page that takes its place:
/// they all go, and are loaded again.
fn end_crowd(pages: &[u32]) {
    if pages.len() <= MOST {
        return;
    }
    tracing::warn!(processes = pages.len(), most = MOST, "pages have too many processes; all pages are ended");
    for page in pages.iter().filter_map(|page| Pid::from_raw(page.cast_signed())) {
        // It may have ended by itself.
        let _ = kill_process(page, Signal::KILL);
    }
}
