//! How fast clients draw. Frame callbacks are answered at once, or Chrome queues stale pictures; the rate is what
//! `wp_presentation` tells (refresh time, and time stamps on that grid). Callbacks are withheld only to pause.

use wayland_protocols::wp::presentation_time::server::wp_presentation::{self, WpPresentation};
use wayland_protocols::wp::presentation_time::server::wp_presentation_feedback::{self, WpPresentationFeedback};
use wayland_server::protocol::wl_callback::WlCallback;
use wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource};

use super::limits;
use super::state::{State, now_ms, now_ns};
use super::surface::SurfaceId;
use crate::display::Pace;

/// CLOCK_MONOTONIC, as clients know it.
const CLOCK: u32 = 1;

/// Callbacks and feedbacks that wait, and the rate.
#[derive(Debug)]
pub(super) struct Presentation {
    pub(super) pace: Pace,
    pub(super) callbacks: Vec<WlCallback>,
    pub(super) feedbacks: Vec<WpPresentationFeedback>,
    shown: u64,
}

impl Default for Presentation {
    fn default() -> Presentation {
        Presentation { pace: Pace::PerSecond(60), callbacks: Vec::new(), feedbacks: Vec::new(), shown: 0 }
    }
}

impl Presentation {
    fn refresh_ns(&self) -> u32 {
        match self.pace {
            Pace::PerSecond(rate) => 1_000_000_000 / rate.clamp(1, 60),
            Pace::Paused => 1_000_000_000,
        }
    }

    /// Answers all that need not wait. To be called after composing.
    pub(super) fn answer(&mut self) {
        self.present();
        if self.pace == Pace::Paused {
            // A client that goes on committing while paused must not fill our memory.
            let surplus = self.callbacks.len().saturating_sub(limits::CALLBACKS);
            self.callbacks.drain(..surplus).for_each(|callback| callback.done(now_ms()));
            return;
        }
        for callback in self.callbacks.drain(..) {
            callback.done(now_ms());
        }
    }

    fn present(&mut self) {
        if self.feedbacks.is_empty() {
            return;
        }
        self.shown += 1;
        let refresh = self.refresh_ns();
        let now = now_ns();
        let at = now - now % u64::from(refresh);
        let (seconds, nanos) = (at / 1_000_000_000, at % 1_000_000_000);
        for feedback in self.feedbacks.drain(..) {
            let kind = wp_presentation_feedback::Kind::Vsync;
            let nanos = u32::try_from(nanos).unwrap_or(0);
            feedback.presented(high(seconds), low(seconds), nanos, refresh, high(self.shown), low(self.shown), kind);
        }
    }
}

fn high(value: u64) -> u32 {
    u32::try_from(value >> 32).unwrap_or(0)
}

fn low(value: u64) -> u32 {
    u32::try_from(value & u64::from(u32::MAX)).unwrap_or(0)
}

impl GlobalDispatch<WpPresentation, ()> for State {
    fn bind(
        _: &mut State,
        _: &DisplayHandle,
        _: &Client,
        new: New<WpPresentation>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        init.init(new, ()).clock_id(CLOCK);
    }
}

impl Dispatch<WpPresentation, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &WpPresentation,
        request: wp_presentation::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        let wp_presentation::Request::Feedback { surface, callback } = request else { return };
        let feedback = init.init(callback, ());
        let surface = surface.data::<SurfaceId>().and_then(|id| state.surfaces.get_mut(id));
        match surface {
            Some(surface) if surface.pending.feedbacks.len() < limits::CALLBACKS => {
                surface.pending.feedbacks.push(feedback);
            }
            Some(_) => resource.post_error(wp_presentation::Error::InvalidFlag, "too many feedbacks"),
            None => feedback.discarded(),
        }
    }
}

impl Dispatch<WpPresentationFeedback, ()> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &WpPresentationFeedback,
        _: wp_presentation_feedback::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
    }
}
