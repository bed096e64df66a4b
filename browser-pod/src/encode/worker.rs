//! The encoder's thread: woken by the screen, it takes the newest frame only, codes it once for all viewers and hands the
//! pictures on. It waits for nobody but its gate.

mod job;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::jpeg::Jpeg;
use super::openh264::OpenH264;
use super::rate::Rate;
use super::{Coded, Encoder, Error, Quality, patch};
use crate::display::{Display, Frame, Pace};
use job::{Job, Wait};

/// Chrome stops drawing when nobody has looked for this long.
const UNWATCHED: Duration = Duration::from_secs(2);

/// Patches in a row at most, and their bytes, before all they showed is coded as H.264: for who missed one, and because
/// that costs the more the longer it is put off.
const PATCHES: u32 = 30;
const PATCH_BYTES: usize = 128 << 10;

/// Who wants pictures now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// Somebody decodes H.264.
    pub h264: bool,
    /// Somebody takes JPEG pictures and has room for one.
    pub jpeg: bool,
    /// All who decode H.264 draw patches, and have all that a next one goes over.
    pub patches: bool,
    /// The next picture of a change is to need no earlier one. A still page gets none for it.
    pub seek: bool,
    /// The most that any viewer wishes for, in kbit/s; 0 is no wish.
    pub max_kbit: u32,
}

/// The state of the session when a frame was taken; travels with its pictures, so that one taken before a pause can be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// How often the session had been paused.
    pub pause_epoch: u32,
    /// It was paused.
    pub paused: bool,
    /// Rises when what is on the screen becomes something else: the start page after the empty one.
    pub mark: u64,
    /// Rises when who may see the screen changes.
    pub sight: u64,
}

/// A coded picture and the moment it shows.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The picture.
    pub coded: Coded,
    /// The state when its frame was taken.
    pub stamp: Stamp,
    /// The screen had changed since the picture before.
    pub fresh: bool,
}

/// Tells the encoder's thread what happened. Cheap to clone; no call waits for a picture. By default there is no thread.
#[derive(Clone, Default)]
pub struct Handle(Arc<Shared>);

/// The encoder's thread. Dropping it ends the thread after the picture at hand.
pub struct Worker {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<job::State>,
    wake: Condvar,
}

impl Handle {
    /// The screen has a newer frame.
    pub fn frame(&self) {
        self.change(|state| state.frame = true);
    }

    /// Somebody acted: Chrome draws at full rate for a while.
    pub fn input(&self) {
        self.change(|state| state.input = true);
    }

    /// The next picture must need no earlier one. Requests are coalesced and come true at most four times a second.
    pub fn key(&self) {
        self.change(|state| state.key = true);
    }

    /// Who wants pictures from now on, and the moment before which none is made.
    pub fn direct(&self, demand: Demand, gate: Option<Instant>) {
        let mut state = self.0.lock();
        if (state.demand, state.gate) != (demand, gate) {
            (state.demand, state.gate) = (demand, gate);
            self.0.wake.notify_one();
        }
    }

    /// The state that later frames are taken in.
    pub fn stamp(&self, stamp: Stamp) {
        self.change(|state| state.stamp = stamp);
    }

    fn change(&self, change: impl FnOnce(&mut job::State)) {
        change(&mut self.0.lock());
        self.0.wake.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, job::State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Worker {
    /// Starts the thread. `deliver` gets each picture on that thread; when it returns false the thread ends.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub fn spawn<F>(display: Arc<dyn Display>, deliver: F) -> std::io::Result<Self>
    where
        F: FnMut(Picture) -> bool + Send + 'static,
    {
        let shared = Arc::new(Shared::default());
        let handle = Handle(Arc::clone(&shared));
        let mut thread = Thread::new(shared, display, deliver);
        let thread = std::thread::Builder::new().name("encoder".into()).spawn(move || thread.run())?;
        Ok(Self { handle, thread: Some(thread) })
    }

    /// The way to talk to the thread.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.handle.change(|state| state.stop = true);
        drop(self.thread.take());
    }
}

struct Thread<F> {
    shared: Arc<Shared>,
    display: Arc<dyn Display>,
    deliver: F,
    start: Instant,
    frame: Frame,
    rate: Rate,
    h264: OpenH264,
    jpeg: Jpeg,
    max_kbit: u32,
    /// Patches since the last H.264 picture, and their bytes.
    patched: (u32, usize),
    /// The picture on the screen was not coded as JPEG yet.
    jpeg_due: bool,
    keyed: Option<Instant>,
    /// Since when nobody looks, once somebody did.
    unwatched: Option<Instant>,
    paused: bool,
}

impl<F: FnMut(Picture) -> bool> Thread<F> {
    fn new(shared: Arc<Shared>, display: Arc<dyn Display>, deliver: F) -> Self {
        Self {
            shared,
            display,
            deliver,
            start: Instant::now(),
            frame: Frame::default(),
            rate: Rate::default(),
            h264: OpenH264::default(),
            jpeg: Jpeg::default(),
            max_kbit: 0,
            patched: (0, 0),
            jpeg_due: false,
            keyed: None,
            unwatched: None,
            paused: false,
        }
    }

    fn run(&mut self) {
        while let Some(job) = self.next_job() {
            if job.input {
                self.rate.input(self.micros());
            }
            if job.demand.max_kbit != self.max_kbit {
                self.max_kbit = job.demand.max_kbit;
                self.rate.set_ceiling(self.max_kbit);
            }
            self.set_pace(&job);
            if job.picture && !self.picture(&job) {
                return;
            }
        }
    }

    /// Waits for something to do; `None` ends the thread.
    fn next_job(&mut self) -> Option<Job> {
        let shared = Arc::clone(&self.shared);
        let mut state = shared.lock();
        loop {
            let refine = self.rate.refine_at().map(|at| self.start + Duration::from_micros(at));
            let known = job::Known { refine, keyed: self.keyed, jpeg_due: self.jpeg_due, pause_at: self.pause_at() };
            match state.next(Instant::now(), &known) {
                Wait::Stop => return None,
                Wait::Now(job) => return Some(job),
                Wait::Until(None) => state = shared.wake.wait(state).unwrap_or_else(PoisonError::into_inner),
                Wait::Until(Some(moment)) => {
                    let timeout = moment.saturating_duration_since(Instant::now());
                    state = shared.wake.wait_timeout(state, timeout).unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
    }

    fn pause_at(&self) -> Option<Instant> {
        self.unwatched.filter(|_| !self.paused).map(|since| since + UNWATCHED)
    }

    fn set_pace(&mut self, job: &Job) {
        if job.demand.h264 || job.demand.jpeg {
            self.unwatched = None;
            if std::mem::take(&mut self.paused) {
                self.display.set_pace(Pace::PerSecond(60));
            }
            if let Some(pace) = self.rate.new_pace(self.micros()) {
                self.display.set_pace(pace);
            }
        } else if job.watched_before {
            let since = *self.unwatched.get_or_insert_with(Instant::now);
            if !self.paused && since.elapsed() >= UNWATCHED {
                self.paused = true;
                self.display.set_pace(Pace::Paused);
            }
        }
    }

    /// Takes the newest frame and codes it for whoever wants it. False when nobody takes pictures any more.
    fn picture(&mut self, job: &Job) -> bool {
        let changed = self.display.take_frame(&mut self.frame);
        let job = &Job { key: job.key || (changed && self.is_to_seek(job)), ..*job };
        if self.frame.width == 0 || !(changed || job.key || job.refine || self.jpeg_due) {
            return true;
        }
        self.jpeg_due |= changed || job.refine || job.key;
        let share = match (job.key, changed) {
            (true, _) => 1_000,
            (false, true) => share(&self.frame),
            (false, false) => 0,
        };
        let quality = self.rate.quality(self.micros(), share);
        let wants_h264 = job.demand.h264 && (changed || job.key || job.refine);
        let patch = if wants_h264 { self.patch(job) } else { None };
        let taken = match patch {
            Some(patch) => self.hand_over(Ok(Some(patch)), job.stamp, changed),
            None => !wants_h264 || self.code_h264(job, quality, changed),
        };
        if !taken {
            return false;
        }
        !(job.demand.jpeg && std::mem::take(&mut self.jpeg_due)) || self.code_jpeg(job, quality, changed)
    }

    /// Whether this change is to be found later by a key picture of its own; one that was made just now does.
    fn is_to_seek(&self, job: &Job) -> bool {
        job.demand.seek && job.demand.h264 && self.keyed.is_none_or(|at| at.elapsed() >= job::KEY_GAP)
    }

    /// What changed as a patch, where one will do for now. H.264 follows when the screen is still.
    fn patch(&mut self, job: &Job) -> Option<Coded> {
        let (count, bytes) = self.patched;
        let will_do = job.demand.patches && !job.key && !job.refine && count < PATCHES && bytes < PATCH_BYTES;
        let patch = will_do.then(|| patch::encode(&self.frame)).flatten()?;
        self.patched = (count + 1, bytes + patch.data.len());
        self.rate.patched(self.micros(), patch.data.len());
        Some(patch)
    }

    fn code_h264(&mut self, job: &Job, quality: Quality, fresh: bool) -> bool {
        let begun = Instant::now();
        let coded = self.h264.encode(&self.frame, quality, job.key);
        self.patched = (0, 0);
        let bytes = coded.as_ref().ok().and_then(Option::as_ref).map_or(0, |coded| coded.data.len());
        self.rate.coded(self.micros(), quality, bytes, micros(begun.elapsed()));
        if coded.as_ref().is_ok_and(|coded| coded.as_ref().is_some_and(|coded| coded.key)) {
            self.keyed = Some(begun);
        }
        self.hand_over(coded, job.stamp, fresh)
    }

    fn code_jpeg(&mut self, job: &Job, quality: Quality, fresh: bool) -> bool {
        let begun = Instant::now();
        let coded = self.jpeg.encode(&self.frame, quality, true);
        if !job.demand.h264 {
            let bytes = coded.as_ref().ok().and_then(Option::as_ref).map_or(0, |coded| coded.data.len());
            self.rate.coded(self.micros(), quality, bytes, micros(begun.elapsed()));
        }
        self.hand_over(coded, job.stamp, fresh)
    }

    fn hand_over(&mut self, coded: Result<Option<Coded>, Error>, stamp: Stamp, fresh: bool) -> bool {
        match coded {
            Ok(Some(coded)) => (self.deliver)(Picture { coded, stamp, fresh }),
            Ok(None) => true,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a picture was lost");
                self.shared.lock().key = true;
                true
            }
        }
    }

    fn micros(&self) -> u64 {
        micros(self.start.elapsed())
    }
}

/// Thousandths of the screen that changed; overlaps count twice, at most the whole.
fn share(frame: &Frame) -> u32 {
    let changed: u64 = frame.damage.iter().map(|rect| u64::from(rect.width) * u64::from(rect.height)).sum();
    let all = (u64::from(frame.width) * u64::from(frame.height)).max(1);
    u32::try_from((changed * 1_000 / all).min(1_000)).unwrap_or(1_000)
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
