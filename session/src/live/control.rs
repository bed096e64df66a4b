//! Exclusive control: at most one holder, and those who ask for it.

use crate::id::ParticipantId;

#[derive(Clone, Debug, Default)]
pub(super) struct Control {
    holder: Option<ParticipantId>,
    requests: Vec<ParticipantId>,
}

/// Each change says whether anything is different afterwards.
impl Control {
    pub(super) fn holder(&self) -> Option<&ParticipantId> {
        self.holder.as_ref()
    }

    pub(super) fn requests(&self) -> &[ParticipantId] {
        &self.requests
    }

    /// Whether nobody else holds it.
    pub(super) fn leaves_room_for(&self, id: &ParticipantId) -> bool {
        self.holder.as_ref().is_none_or(|holder| holder == id)
    }

    pub(super) fn request(&mut self, id: &ParticipantId) -> bool {
        if self.holder.as_ref() == Some(id) || self.requests.contains(id) {
            return false;
        }
        self.requests.push(id.clone());
        true
    }

    pub(super) fn give(&mut self, id: &ParticipantId) -> bool {
        let asked = self.take_back_request(id);
        let before = self.holder.replace(id.clone());
        asked || before.as_ref() != Some(id)
    }

    pub(super) fn revoke(&mut self) -> bool {
        let asked = !std::mem::take(&mut self.requests).is_empty();
        self.holder.take().is_some() || asked
    }

    /// The holder gives it back, or one who asked asks no more; also when a person goes or loses `act`.
    pub(super) fn drop_person(&mut self, id: &ParticipantId) -> bool {
        let asked = self.take_back_request(id);
        let held = self.holder.take_if(|holder| holder == id).is_some();
        asked || held
    }

    fn take_back_request(&mut self, id: &ParticipantId) -> bool {
        let before = self.requests.len();
        self.requests.retain(|request| request != id);
        self.requests.len() != before
    }
}
