//! Decides whether the encoder's thread has something to do, now or later. Pure.

use std::time::{Duration, Instant};

use super::{Demand, Stamp};

/// Key pictures are large; one serves all who asked since the last.
pub(super) const KEY_GAP: Duration = Duration::from_millis(250);

/// What others told the thread.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) stop: bool,
    pub(super) frame: bool,
    pub(super) input: bool,
    pub(super) key: bool,
    pub(super) demand: Demand,
    pub(super) stamp: Stamp,
    pub(super) gate: Option<Instant>,
    told: Demand,
    watched: bool,
}

/// What the thread knows itself.
pub(super) struct Known {
    /// When the still picture is to be coded again.
    pub(super) refine: Option<Instant>,
    /// When the last key picture was made.
    pub(super) keyed: Option<Instant>,
    /// The picture on the screen was not coded as JPEG yet.
    pub(super) jpeg_due: bool,
    /// When Chrome should stop drawing.
    pub(super) pause_at: Option<Instant>,
}

/// One turn of the thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) picture: bool,
    pub(super) key: bool,
    pub(super) refine: bool,
    pub(super) input: bool,
    pub(super) demand: Demand,
    pub(super) stamp: Stamp,
    pub(super) watched_before: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wait {
    Stop,
    Now(Job),
    Until(Option<Instant>),
}

impl State {
    /// What to do at `now`.
    pub(super) fn next(&mut self, now: Instant, known: &Known) -> Wait {
        if self.stop {
            return Wait::Stop;
        }
        let wanted = self.demand.h264 || self.demand.jpeg;
        self.watched |= wanted;
        let key_at = known.keyed.map_or(now, |at| at + KEY_GAP);
        let gate = self.gate.filter(|_| wanted);
        let open = wanted && gate.is_none_or(|until| until <= now);
        let key = open && self.key && key_at <= now;
        let refine = open && known.refine.is_some_and(|at| at <= now);
        let jpeg = open && self.demand.jpeg && known.jpeg_due;
        let picture = key || refine || jpeg || (open && self.frame);
        let pause = known.pause_at.is_some_and(|at| at <= now);
        if picture || self.input || pause || self.told != self.demand {
            return Wait::Now(self.take(picture, key, refine));
        }
        let pending_key = self.key.then_some(key_at);
        let later = [pending_key, known.refine].into_iter().flatten().map(|at| gate.map_or(at, |gate| gate.max(at)));
        let frame = gate.filter(|_| self.frame || (self.demand.jpeg && known.jpeg_due));
        Wait::Until(later.filter(|_| wanted).chain(frame).chain(known.pause_at).min())
    }

    fn take(&mut self, picture: bool, key: bool, refine: bool) -> Job {
        self.told = self.demand;
        if picture {
            self.frame = false;
        }
        if key {
            self.key = false;
        }
        let input = std::mem::take(&mut self.input);
        let (demand, stamp, watched_before) = (self.demand, self.stamp, self.watched);
        Job { picture, key, refine, input, demand, stamp, watched_before }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Known = Known { refine: None, keyed: None, jpeg_due: false, pause_at: None };

    fn watched() -> State {
        let demand = Demand { h264: true, ..Demand::default() };
        State { demand, told: demand, ..State::default() }
    }

    fn pictures(wait: &Wait) -> bool {
        matches!(wait, Wait::Now(job) if job.picture)
    }

    #[test]
    fn a_frame_nobody_wants_is_not_coded() {
        let mut state = State { frame: true, key: true, ..State::default() };
        assert_eq!(state.next(Instant::now(), &NOTHING), Wait::Until(None));
    }

    #[test]
    fn a_frame_is_coded_once() {
        let (mut state, now) = (State { frame: true, ..watched() }, Instant::now());
        assert!(pictures(&state.next(now, &NOTHING)));
        assert_eq!(state.next(now, &NOTHING), Wait::Until(None));
    }

    #[test]
    fn a_closed_gate_holds_frames_and_keys_until_its_time() {
        let now = Instant::now();
        let until = now + Duration::from_millis(50);
        let mut state = State { frame: true, key: true, gate: Some(until), ..watched() };
        assert_eq!(state.next(now, &NOTHING), Wait::Until(Some(until)));
        assert!(pictures(&state.next(until, &NOTHING)));
    }

    #[test]
    fn a_key_soon_after_another_waits_while_frames_go_on() {
        let now = Instant::now();
        let known = Known { keyed: Some(now), ..NOTHING };
        let mut state = State { key: true, ..watched() };
        assert_eq!(state.next(now, &known), Wait::Until(Some(now + KEY_GAP)));
        state.frame = true;
        assert!(matches!(state.next(now, &known), Wait::Now(job) if job.picture && !job.key));
        assert!(matches!(state.next(now + KEY_GAP, &known), Wait::Now(job) if job.key));
    }

    #[test]
    fn a_jpeg_that_is_due_is_made_as_soon_as_somebody_has_room() {
        let now = Instant::now();
        let known = Known { jpeg_due: true, ..NOTHING };
        let mut state = watched();
        assert_eq!(state.next(now, &known), Wait::Until(None));
        state.demand.jpeg = true;
        assert!(pictures(&state.next(now, &known)));
    }

    #[test]
    fn the_still_picture_is_coded_again_when_due() {
        let now = Instant::now();
        let known = Known { refine: Some(now + KEY_GAP), ..NOTHING };
        let mut state = watched();
        assert_eq!(state.next(now, &known), Wait::Until(Some(now + KEY_GAP)));
        assert!(matches!(state.next(now + KEY_GAP, &known), Wait::Now(job) if job.refine));
    }
}
