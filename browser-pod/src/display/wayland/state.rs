//! What the compositor knows. One thread owns it; the parts live in the files named like them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::time::{ClockId, clock_gettime};
use wayland_server::protocol::wl_output::WlOutput;
use wayland_server::{DisplayHandle, Resource};

use super::clipboard::Clipboard;
use super::drag::Drag;
use super::outbox::Outbox;
use super::ping::Pings;
use super::presentation::Presentation;
use super::screen::Screen;
use super::seat::Seat;
use super::surface::{Surface, SurfaceId};
use super::text_input::TextInputs;
use crate::display::Size;
use crate::display::latest::Latest;

/// Objects alive, for the limits.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) pools: usize,
    pub(super) buffers: usize,
    pub(super) regions: usize,
    pub(super) positioners: usize,
    pub(super) sources: usize,
    pub(super) offers: usize,
}

/// The compositor.
#[derive(Debug)]
pub(super) struct State {
    pub(super) handle: DisplayHandle,
    pub(super) surfaces: BTreeMap<SurfaceId, Surface>,
    /// Toplevels and popups from the bottom up.
    pub(super) windows: Vec<SurfaceId>,
    pub(super) screen: Screen,
    pub(super) seat: Seat,
    pub(super) clipboard: Clipboard,
    pub(super) drag: Option<Drag>,
    pub(super) text: TextInputs,
    pub(super) outputs: Vec<WlOutput>,
    pub(super) presentation: Presentation,
    pub(super) pings: Pings,
    pub(super) counts: Counts,
    pub(super) outbox: Outbox,
    latest: Arc<Mutex<Latest>>,
    /// Whether there was a window since the end was last told, and since when there is none.
    pub(super) had_window: bool,
    windowless_since: Option<u64>,
    serial: u32,
    next_surface: u64,
}

/// How long the browser may be without a window before that is its end. It may close one just before it opens another.
const WINDOWLESS_NS: u64 = 500_000_000;

impl State {
    pub(super) fn new(handle: DisplayHandle, size: Size, latest: Arc<Mutex<Latest>>) -> State {
        State {
            handle,
            surfaces: BTreeMap::new(),
            windows: Vec::new(),
            screen: Screen::new(size),
            seat: Seat::default(),
            clipboard: Clipboard::default(),
            drag: None,
            text: TextInputs::default(),
            outputs: Vec::new(),
            presentation: Presentation::default(),
            pings: Pings::default(),
            counts: Counts::default(),
            outbox: Outbox::default(),
            latest,
            had_window: false,
            windowless_since: None,
            serial: 0,
            next_surface: 0,
        }
    }

    pub(super) fn latest(&self) -> MutexGuard<'_, Latest> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the lack of a window becomes the end.
    pub(super) fn end_deadline(&self) -> Option<u64> {
        self.windowless_since.map(|since| since + WINDOWLESS_NS)
    }

    /// Tells the end once there has been no window for a while.
    pub(super) fn notice_end(&mut self) {
        if !self.had_window || self.top_window().is_some() {
            self.windowless_since = None;
            return;
        }
        let since = *self.windowless_since.get_or_insert_with(now_ns);
        if now_ns() >= since + WINDOWLESS_NS {
            (self.had_window, self.windowless_since) = (false, None);
            self.outbox.gone = true;
        }
    }

    /// A number that names an event to clients. Never 0, which some clients take for none.
    pub(super) fn serial(&mut self) -> u32 {
        self.serial = self.serial.wrapping_add(1).max(1);
        self.serial
    }

    pub(super) fn surface_id(&mut self) -> SurfaceId {
        self.next_surface += 1;
        SurfaceId(self.next_surface)
    }
}

/// Nanoseconds of the clock that clients are told about (CLOCK_MONOTONIC).
pub(super) fn now_ns() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    u64::try_from(now.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(now.tv_nsec).unwrap_or(0)
}

/// The time stamp of an input event: milliseconds, which may wrap around.
pub(super) fn now_ms() -> u32 {
    u32::try_from((now_ns() / 1_000_000) & u64::from(u32::MAX)).unwrap_or(0)
}

/// Those of `objects` that are alive and belong to the client of `owner`. An event that names an object of another client
/// would end the backend, so every event with an object goes through this.
pub(super) fn of_client<'a, A: Resource, B: Resource>(objects: &'a [A], owner: &'a B) -> impl Iterator<Item = &'a A> {
    let owner = owner.is_alive().then(|| owner.id());
    objects.iter().filter(move |object| {
        object.is_alive() && owner.as_ref().is_some_and(|owner| object.id().same_client_as(owner))
    })
}
