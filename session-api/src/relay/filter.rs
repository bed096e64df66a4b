//! What may pass down to a viewer while the session is stopped, and which pictures are of before a Stop.

use crate::hub::Known;
use cobrowse_session::Role;
use cobrowse_wire::v1::event::Body as Event;
use cobrowse_wire::v1::server_message::Body;
use cobrowse_wire::v1::{Ack, Audience, Blank, ClientMessage, KeyRequest, ServerMessage, client_message};

/// What becomes of a message.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// It goes down.
    Pass,
    /// It is dropped; when it was a picture, this goes up in the viewer's place, so that its credit is not lost.
    Drop(Option<Box<ClientMessage>>),
}

/// The Stop as one viewer's stream knows it.
pub(super) struct Filter {
    is_end_user: bool,
    shown_from: Option<u32>,
    dropped: bool,
}

impl Filter {
    /// For a viewer of this role.
    pub(super) fn new(role: Role, known: &Known) -> Self {
        Self { is_end_user: role == Role::EndUser, shown_from: known.shown_from(), dropped: false }
    }

    /// The session is stopped or goes on: what to tell the viewer, and what to ask of the pod.
    pub(super) fn update(&mut self, known: &Known) -> (Option<ServerMessage>, Option<ClientMessage>) {
        let before = std::mem::replace(&mut self.shown_from, known.shown_from());
        if self.is_end_user || before == self.shown_from {
            return (None, None);
        }
        match self.shown_from {
            None => (Some(blank(known.epoch())), None),
            // What was dropped is missing to the decoder.
            Some(_) if std::mem::take(&mut self.dropped) => {
                (None, Some(up(client_message::Body::KeyRequest(KeyRequest {}))))
            }
            Some(_) => (None, None),
        }
    }

    /// Whether the viewer is to show nothing now.
    pub(super) fn is_blank(&self) -> bool {
        !self.is_end_user && self.shown_from.is_none()
    }

    /// Whether this message may pass.
    pub(super) fn judge(&mut self, message: &ServerMessage) -> Verdict {
        if self.is_end_user {
            return Verdict::Pass;
        }
        let event = match &message.body {
            Some(Body::Event(event)) => event,
            // What is on a page that is not to be seen.
            Some(Body::Menu(_)) if self.shown_from.is_none() => return Verdict::Drop(None),
            _ => return Verdict::Pass,
        };
        if event.audience() != Audience::All || is_private(event.body.as_ref()) {
            // The pod never sends these; if it does, they end here.
            tracing::error!("a pod sent an end user's event to another");
            return Verdict::Drop(None);
        }
        let old = self.shown_from.is_none_or(|from| event.pause_epoch < from);
        match event.body {
            Some(Event::Picture(_)) if old => {
                self.dropped = true;
                let ack = Ack { seq: event.seq, decode_us: 0 };
                Verdict::Drop(Some(Box::new(up(client_message::Body::Ack(ack)))))
            }
            Some(Event::Clipboard(_) | Event::Pointers(_) | Event::Cursor(_) | Event::EditFocus(_)) if old => {
                Verdict::Drop(None)
            }
            _ => Verdict::Pass,
        }
    }
}

/// What is the end user's by the contract, whatever the event says its audience is.
fn is_private(body: Option<&Event>) -> bool {
    matches!(body, Some(Event::ProtectedFields(_) | Event::Picker(_) | Event::FileChooser(_) | Event::Download(_)))
}

/// Shows nothing.
pub(super) fn blank(pause_epoch: u32) -> ServerMessage {
    ServerMessage { body: Some(Body::Blank(Blank { pause_epoch })) }
}

fn up(body: client_message::Body) -> ClientMessage {
    ClientMessage { body: Some(body) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cobrowse_session::pin::PinHash;
    use cobrowse_session::policy::SessionPolicy;
    use cobrowse_session::secret::SecretHash;
    use cobrowse_session::waiting::{NewSession, Row};
    use cobrowse_session::{ParticipantId, PersonName, SessionId, TenantId, Timestamp};
    use cobrowse_wire::v1::{self, Picture};
    use std::sync::Arc;

    fn known(paused: bool, pause_epoch: u32, stop_epoch: u32) -> Known {
        let row = Row::start(
            NewSession {
                id: SessionId::from_random([1; 16]),
                tenant: TenantId::parse("northwind").expect("a label"),
                policy: SessionPolicy::default().waiting(),
                end_user: ParticipantId::from_random([2; 8]),
                end_user_name: PersonName::parse("Customer").expect("a name"),
                end_user_token: SecretHash::from_bytes([0; 32]),
                pin: PinHash::from_bytes([0; 32]),
            },
            Timestamp::from_millis(0),
        );
        Known { row: Arc::new(Row { paused, pause_epoch, ..row }), stop_epoch }
    }

    fn picture(pause_epoch: u32) -> ServerMessage {
        let event =
            v1::Event { seq: 7, pause_epoch, body: Some(Event::Picture(Picture::default())), ..v1::Event::default() };
        let event = v1::Event { audience: Audience::All.into(), ..event };
        ServerMessage { body: Some(Body::Event(event)) }
    }

    #[test]
    fn a_stop_blanks_at_once_and_old_pictures_never_pass() {
        let mut filter = Filter::new(Role::Agent, &known(false, 0, 0));
        assert_eq!(filter.judge(&picture(0)), Verdict::Pass);
        let (down, up) = filter.update(&known(false, 0, 1));
        assert_eq!((down, up), (Some(blank(1)), None));
        assert!(matches!(filter.judge(&picture(0)), Verdict::Drop(Some(_))));
        // The store's row follows, the end user goes on: the decoder needs a key, pictures of before stay out.
        assert_eq!(filter.update(&known(true, 1, 1)), (None, None));
        let (down, up) = filter.update(&known(false, 1, 1));
        assert!(down.is_none() && up.is_some_and(|m| matches!(m.body, Some(client_message::Body::KeyRequest(_)))));
        assert!(matches!(filter.judge(&picture(0)), Verdict::Drop(Some(_))));
        assert_eq!(filter.judge(&picture(1)), Verdict::Pass);
    }

    #[test]
    fn the_end_user_sees_on() {
        let mut filter = Filter::new(Role::EndUser, &known(true, 3, 0));
        assert_eq!(filter.update(&known(true, 4, 0)), (None, None));
        assert_eq!(filter.judge(&picture(0)), Verdict::Pass);
        assert!(!filter.is_blank());
    }

    #[test]
    fn no_menu_comes_while_the_session_is_stopped() {
        let menu = ServerMessage { body: Some(Body::Menu(v1::PageMenu::default())) };
        let mut filter = Filter::new(Role::Agent, &known(false, 0, 0));
        assert_eq!(filter.judge(&menu), Verdict::Pass);
        filter.update(&known(true, 1, 1));
        assert_eq!(filter.judge(&menu), Verdict::Drop(None));
        assert_eq!(Filter::new(Role::EndUser, &known(true, 1, 1)).judge(&menu), Verdict::Pass);
    }

    #[test]
    fn what_is_for_the_end_user_goes_to_nobody_else() {
        let mut filter = Filter::new(Role::Agent, &known(false, 0, 0));
        let mut message = picture(0);
        if let Some(Body::Event(event)) = &mut message.body {
            event.audience = Audience::EndUser.into();
        }
        assert_eq!(filter.judge(&message), Verdict::Drop(None));
        // Neither does what names no audience that is known, nor what never is for others.
        if let Some(Body::Event(event)) = &mut message.body {
            event.audience = 7;
        }
        assert_eq!(filter.judge(&message), Verdict::Drop(None));
        if let Some(Body::Event(event)) = &mut message.body {
            event.audience = Audience::All.into();
            event.body = Some(Event::ProtectedFields(v1::ProtectedFields::default()));
        }
        assert_eq!(filter.judge(&message), Verdict::Drop(None));
    }
}
