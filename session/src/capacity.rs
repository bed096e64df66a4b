//! Who gets one of the installation's places for a session, and who queues for it. The store counts, in the transaction
//! that writes; this decides.

/// Sessions that may queue at once. Whoever comes after them is told to try later: with sessions of minutes, the last of
/// these waits for an hour already.
pub const QUEUE_MAX: u64 = 200;

/// How many places are held, and how many sessions wait for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Sessions that hold a place: from their first PIN to their end.
    pub held: u64,
    /// Sessions that queue.
    pub queued: u64,
}

/// The answer to one more session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has a place and may show a PIN.
    Place,
    /// It queues.
    Queue,
    /// The queue is full too.
    Full,
}

/// The places of an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    places: u64,
}

impl Capacity {
    /// So many sessions at once.
    pub const fn new(places: u64) -> Self {
        Self { places }
    }

    /// What a new session gets. Nobody passes those who queue.
    pub const fn ask(self, load: Load) -> Answer {
        if load.queued == 0 && load.held < self.places {
            Answer::Place
        } else if load.queued < QUEUE_MAX {
            Answer::Queue
        } else {
            Answer::Full
        }
    }

    /// How many of those who queue get a place now.
    pub fn free(self, load: Load) -> u64 {
        self.places.saturating_sub(load.held).min(load.queued)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_go_to_those_who_queue_first() {
        let capacity = Capacity::new(2);
        for (held, queued, answer, free) in [
            (0, 0, Answer::Place, 0),
            (1, 0, Answer::Place, 0),
            (2, 0, Answer::Queue, 0),
            (1, 1, Answer::Queue, 1),
            (0, 5, Answer::Queue, 2),
            (9, 5, Answer::Queue, 0),
            (2, QUEUE_MAX, Answer::Full, 0),
            (0, QUEUE_MAX, Answer::Full, 2),
        ] {
            let load = Load { held, queued };
            assert_eq!((capacity.ask(load), capacity.free(load)), (answer, free), "{load:?}");
        }
    }
}
