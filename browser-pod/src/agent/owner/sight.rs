//! Pictures of what could not be checked for sensitive content are the end user's alone; the others are shown nothing, and
//! told why.

use cobrowse_wire::v1::{self, event::Body};

use super::{Owner, Starting};
use crate::encode::worker::Stamp;

/// A page that comes and is checked within this time follows the one before it without anything between.
const GRACE_MS: u64 = 300;
/// Pages that are slow to come are dark for a moment; only of one that stays so are people told.
const NOTICE_MS: u64 = 3_000;

/// What the others were shown.
#[derive(Debug, Default)]
pub(super) struct Dark {
    since_ms: Option<u64>,
    blanked: bool,
    told: bool,
}

impl Dark {
    /// When the others are to be shown nothing, or are to be told why.
    pub(super) fn due(&self) -> Option<u64> {
        let after = if self.blanked { NOTICE_MS } else { GRACE_MS };
        self.since_ms.filter(|_| !self.told).map(|since| since + after)
    }

    /// Somebody came who was not told.
    pub(super) fn tell_again(&mut self) {
        (self.blanked, self.told) = (false, false);
    }
}

impl Owner {
    /// Who may see the screen changed. Frames taken from now on carry the turn.
    pub(super) fn look(&mut self) {
        let sight = self.page.sight();
        self.stamp = Stamp { sight: sight.turn, ..self.stamp };
        self.encoder.stamp(self.stamp);
        if sight.clear {
            self.dark = Dark::default();
        } else {
            let now = self.clock.millis();
            self.dark.since_ms.get_or_insert(now);
        }
    }

    /// Whether everybody who sees the session may see a picture with this stamp.
    pub(super) fn is_clear(&self, stamp: &Stamp) -> bool {
        let sight = self.page.sight();
        sight.clear && sight.turn == stamp.sight
    }

    /// Shows the others nothing once it has been dark for a moment, and tells why when it stays so.
    pub(super) fn check_dark(&mut self) {
        if self.dark.due().is_none_or(|due| due > self.clock.millis()) {
            return;
        }
        if !matches!(self.starting, Starting::Started { .. }) {
            // There is no page yet that could be hidden.
            self.dark.since_ms = Some(self.clock.millis());
            return;
        }
        let others = self.links.iter().filter(|(_, link)| !link.is_end_user()).map(|(id, _)| *id).collect::<Vec<_>>();
        if !std::mem::replace(&mut self.dark.blanked, true) {
            for id in &others {
                self.stream.dropped(*id);
            }
            return self.blank_all(self.stamp.pause_epoch);
        }
        self.dark.told = true;
        if others.is_empty() {
            return;
        }
        let notice = v1::Notice { code: "PageHidden".into(), ..v1::Notice::default() };
        self.publish(v1::Audience::All, Body::Notice(notice));
    }
}
