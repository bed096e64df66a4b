//! How much a page may have told to people: notices, copied text, pictures of a cursor. A page causes each as often as it likes, without
//! an act of anybody, and each goes to everybody's link. Above the limits it is dropped; what people do is never counted here.

use super::super::bucket::Bucket;

/// Notices per second, and at once: people read one at a time, and the console shows the last few.
const NOTICES: u64 = 2;
const NOTICES_AT_ONCE: u64 = 20;
/// Copies per second, and at once: a person who copies does so at most twice a second.
const COPIES: u64 = 2;
const COPIES_AT_ONCE: u64 = 8;
/// Pictures of a cursor per second, and at once: those of an animation that somebody drew.
const CURSORS: u64 = 10;
const CURSORS_AT_ONCE: u64 = 40;

/// What the page may still have told.
#[derive(Debug)]
pub(super) struct PageRate {
    notices: Bucket,
    copies: Bucket,
    cursors: Bucket,
}

impl Default for PageRate {
    fn default() -> Self {
        Self {
            notices: Bucket::new(NOTICES, NOTICES_AT_ONCE),
            copies: Bucket::new(COPIES, COPIES_AT_ONCE),
            cursors: Bucket::new(CURSORS, CURSORS_AT_ONCE),
        }
    }
}

impl PageRate {
    /// Whether one more notice is told.
    pub(super) fn notice(&mut self, now: u64) -> bool {
        self.notices.take(now)
    }

    /// Whether what was copied is told.
    pub(super) fn copy(&mut self, now: u64) -> bool {
        self.copies.take(now)
    }

    /// Whether one more picture of a cursor is told.
    pub(super) fn cursor(&mut self, now: u64) -> bool {
        self.cursors.take(now)
    }
}
