//! The facts that still hold, for people who come later or could not see for a while.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use cobrowse_wire::v1::{self, event::Body, guidance};

use super::log::Scope;

/// Guidance kept for late comers.
const GUIDANCE: usize = 512;
/// Dialogs, pickers, choosers, downloads kept, of each kind.
const OF_A_KIND: usize = 16;

/// What an event replaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Slot {
    Roster,
    Control,
    State,
    End,
    Navigation(i32),
    Cursor,
    EditFocus(i32),
    ProtectedFields,
    Dialog(i32, String),
    Picker(String),
    FileChooser(String),
    Download(String),
}

#[derive(Debug)]
struct Held {
    event: Arc<v1::Event>,
    scope: Scope,
}

#[derive(Debug, Default)]
pub(super) struct Facts {
    slots: BTreeMap<Slot, Held>,
    guidance: VecDeque<Arc<v1::Event>>,
}

impl Facts {
    /// Takes in an event; what it replaces is forgotten.
    pub(super) fn hold(&mut self, event: &Arc<v1::Event>, scope: Scope) {
        if let Some(Body::Guidance(guidance)) = &event.body {
            self.hold_guidance(event, guidance);
        }
        let Some(slot) = event.body.as_ref().and_then(|body| slot(body, event.audience)) else { return };
        self.slots.insert(slot.clone(), Held { event: Arc::clone(event), scope });
        self.bound(&slot);
    }

    /// Removes drawings of one author, or of all.
    fn clear(&mut self, author: Option<&str>) {
        self.guidance.retain(|event| match &event.body {
            Some(Body::Guidance(v1::Guidance { body: Some(guidance::Body::Chat(_)), .. })) => true,
            Some(Body::Guidance(guidance)) => author.is_some_and(|author| guidance.participant_id != author),
            _ => false,
        });
    }

    fn hold_guidance(&mut self, event: &Arc<v1::Event>, guidance: &v1::Guidance) {
        match guidance.body {
            Some(guidance::Body::Clear(all)) => self.clear((!all).then_some(guidance.participant_id.as_str())),
            Some(guidance::Body::Laser(_)) | None => {}
            Some(_) => {
                self.guidance.push_back(Arc::clone(event));
                if self.guidance.len() > GUIDANCE {
                    self.guidance.pop_front();
                }
            }
        }
    }

    /// Forgets the oldest of a kind that comes with ids of the page's making.
    fn bound(&mut self, newest: &Slot) {
        let same = |slot: &&Slot| std::mem::discriminant(*slot) == std::mem::discriminant(newest);
        if self.slots.keys().filter(same).count() <= OF_A_KIND {
            return;
        }
        let of_kind = self.slots.iter().filter(|(slot, _)| same(slot));
        if let Some(oldest) = of_kind.min_by_key(|(_, held)| held.event.seq).map(|(slot, _)| slot.clone()) {
            self.slots.remove(&oldest);
        }
    }

    /// The facts of a scope after `seq`, in order.
    pub(super) fn after(&self, seq: u64, scope: Scope, end_user: bool) -> Vec<Arc<v1::Event>> {
        let slots = self.slots.values().filter(|held| held.scope == scope).map(|held| &held.event);
        let guidance = self.guidance.iter().filter(|_| scope == Scope::Page);
        let wanted = |event: &&Arc<v1::Event>| event.seq > seq && reaches(event, end_user);
        let mut found: Vec<_> = slots.chain(guidance).filter(wanted).cloned().collect();
        found.sort_by_key(|event| event.seq);
        found
    }
}

/// Whether the event's audience includes this viewer.
pub(super) fn reaches(event: &v1::Event, end_user: bool) -> bool {
    end_user || event.audience() == v1::Audience::All
}

fn slot(body: &Body, audience: i32) -> Option<Slot> {
    Some(match body {
        Body::Roster(_) => Slot::Roster,
        Body::Control(_) => Slot::Control,
        Body::State(_) => Slot::State,
        Body::End(_) => Slot::End,
        Body::Navigation(_) => Slot::Navigation(audience),
        Body::Cursor(_) => Slot::Cursor,
        Body::EditFocus(_) => Slot::EditFocus(audience),
        Body::ProtectedFields(_) => Slot::ProtectedFields,
        Body::Dialog(dialog) => Slot::Dialog(audience, dialog.id.clone()),
        Body::Picker(picker) => Slot::Picker(picker.id.clone()),
        Body::FileChooser(chooser) => Slot::FileChooser(chooser.id.clone()),
        Body::Download(download) => Slot::Download(download.id.clone()),
        Body::Picture(_) | Body::Guidance(_) | Body::Gap(_) | Body::Notice(_) | Body::Clipboard(_) => return None,
        Body::Audio(_) | Body::Pointers(_) => return None,
    })
}
