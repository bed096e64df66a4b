//! Pings of `xdg_wm_base`: whether a client that is acted on still answers. Only told to the log; input is never held back.

use wayland_protocols::xdg::shell::server::xdg_wm_base::XdgWmBase;
use wayland_server::Resource;

use super::limits;
use super::state::{State, now_ns, of_client};

/// How long a client may be silent before that is worth a line in the log.
const SILENCE_NS: u64 = 10_000_000_000;

/// Where pings go and which are not answered.
#[derive(Debug, Default)]
pub(super) struct Pings {
    bases: Vec<XdgWmBase>,
    unanswered: Option<Unanswered>,
}

#[derive(Debug)]
struct Unanswered {
    serial: u32,
    since: u64,
    told: bool,
}

impl State {
    pub(super) fn add_base(&mut self, base: XdgWmBase) {
        self.pings.bases.retain(Resource::is_alive);
        if self.pings.bases.len() < limits::OBJECTS {
            self.pings.bases.push(base);
        }
    }

    /// Pings the client that has the keyboard, unless it still owes an answer.
    pub(super) fn ping(&mut self) {
        let Some(surface) = self.seat.keyboard.focus().and_then(|id| self.surface_resource(id)) else { return };
        if let Some(unanswered) = &mut self.pings.unanswered {
            if now_ns() > unanswered.since + SILENCE_NS && !unanswered.told {
                unanswered.told = true;
                tracing::warn!("the browser has not answered for a while");
            }
            return;
        }
        let serial = self.serial();
        if let Some(base) = of_client(&self.pings.bases, &surface).next() {
            base.ping(serial);
            self.pings.unanswered = Some(Unanswered { serial, since: now_ns(), told: false });
        }
    }

    pub(super) fn pong(&mut self, serial: u32) {
        self.pings.unanswered.take_if(|unanswered| unanswered.serial == serial);
    }

    /// A client is gone; it owes nothing any more.
    pub(super) fn remove_base(&mut self, base: &XdgWmBase) {
        self.pings.bases.retain(|known| known != base);
        self.pings.unanswered = None;
    }
}
