//! Menus: what is where somebody asked for one goes to that person alone, outside the log. What the menu does is asked for like
//! everything else.

use std::collections::HashMap;

use cobrowse_session::ParticipantId;
use cobrowse_session::live::Act;
use cobrowse_wire::v1::{self, input, server_message};

use super::super::page::Menu;
use super::{Message, Owner};

/// A page answers a press within this time; a long press takes half a second of it.
const ANSWER_MS: u64 = 2_000;

/// Who asked for a menu, and the links that menus offered.
#[derive(Debug, Default)]
pub(super) struct Menus {
    asked: Option<Asked>,
    /// Two people asked at about the same time: until then it is not known whose menu comes.
    unclear_until_ms: u64,
    links: HashMap<ParticipantId, (String, String)>,
    last_id: u64,
}

/// What a menu is for, all of it known.
#[derive(Debug)]
pub(crate) struct Known {
    asked: Asked,
    menu: Menu,
    protected: bool,
}

#[derive(Clone, Debug)]
struct Asked {
    who: ParticipantId,
    at: Option<v1::Point>,
    ms: u64,
}

impl Menus {
    fn ask(&mut self, who: &ParticipantId, at: Option<v1::Point>, now: u64) {
        let other = self.asked.as_ref().filter(|asked| asked.who != *who);
        if other.is_some_and(|other| now < other.ms + ANSWER_MS) {
            self.unclear_until_ms = now + ANSWER_MS;
        }
        self.asked = Some(Asked { who: who.clone(), at, ms: now });
    }

    /// Whose menu comes now.
    fn asker(&self, now: u64) -> Option<Asked> {
        let asked = self.asked.as_ref().filter(|asked| now < asked.ms + ANSWER_MS)?;
        (now >= self.unclear_until_ms).then(|| asked.clone())
    }

    /// Keeps the link of a person's newest menu, in place of the one before.
    fn keep(&mut self, who: &ParticipantId, link: String) -> String {
        self.links.remove(who);
        if link.is_empty() {
            return String::new();
        }
        self.last_id += 1;
        let id = self.last_id.to_string();
        self.links.insert(who.clone(), (id.clone(), link));
        id
    }

    /// The link that this person's newest menu offered under this id.
    pub(super) fn link(&self, who: &ParticipantId, id: &str) -> Option<String> {
        self.links.get(who).filter(|(known, _)| known == id).map(|(_, link)| link.clone())
    }
}

impl Owner {
    /// Before an act is passed on: it may be one that asks for a menu.
    pub(super) fn note_menu(&mut self, who: &ParticipantId, act: &input::Body) {
        let Some(at) = asks(act) else { return };
        self.menus.ask(who, at, self.clock.millis());
    }

    /// The page tells what is where somebody asked for a menu, and not who that was.
    pub(super) fn menu(&mut self, menu: Menu) {
        let Some(asked) = self.menus.asker(self.clock.millis()) else { return };
        if !menu.editable || menu.protected {
            let protected = menu.protected;
            return self.offer(Known { asked, menu, protected });
        }
        // The press that asked may have moved the focus, and where to is known a moment later.
        let (answer, mailbox) = (self.page.focus_known(), self.mailbox.clone());
        tokio::spawn(async move {
            let protected = answer.await;
            // The owner may be gone already.
            let _ = mailbox.urgent.send(Message::MenuKnown(Box::new(Known { asked, menu, protected }))).await;
        });
    }

    /// Tells who asked what is there.
    pub(super) fn offer(&mut self, Known { asked, menu, protected }: Known) {
        let Some(session) = &self.session else { return };
        let end_user = self.is_end_user(&asked.who);
        if !session.live.may_input(&asked.who) || !(end_user || self.page.sight().clear) {
            return;
        }
        let copies = session.live.may(&asked.who, Act::Clipboard).is_ok();
        let shown = copies && (end_user || self.is_plain(&menu.link));
        let link_url = if shown { menu.link.clone() } else { String::new() };
        #[expect(clippy::cast_possible_truncation, reason = "a point of a screen")]
        let told = menu.at.map(|at| v1::Point { x: at.x as f32, y: at.y as f32 });
        let (at, selected, editable) = (asked.at.or(told), menu.selected, menu.editable);
        let link_id = self.menus.keep(&asked.who, menu.link);
        let body = v1::PageMenu { at, link_id, link_url, selected, editable, protected };
        let link = self.viewers_of(&asked.who).next().and_then(|id| self.links.get(&id));
        if let Some(link) = link {
            link.outbox.send(server_message::Body::Menu(body));
        }
    }

    /// Nothing protected is in an address, written in either way.
    fn is_plain(&self, link: &str) -> bool {
        let forms = [link.to_owned(), link.replace('+', "%20")];
        forms.iter().all(|form| self.page.redact(form) == *form)
    }
}

/// Whether an act may ask for a menu, and where when the act says so.
fn asks(act: &input::Body) -> Option<Option<v1::Point>> {
    match act {
        input::Body::Button(button) if button.down && button.button == 2 => Some(button.at),
        input::Body::Touch(touch) if touch.phase() == v1::TouchPhase::Start => Some(touch.at),
        input::Body::Key(key) if key.down && matches!(key.key.as_str(), "ContextMenu" | "F10") => Some(None),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str) -> ParticipantId {
        ParticipantId::parse(id).expect("an id")
    }

    #[test]
    fn two_who_ask_at_once_get_none_and_one_who_waits_does() {
        let (one, other) = (person("p-one"), person("p-other"));
        let mut menus = Menus::default();
        menus.ask(&one, None, 1_000);
        assert!(menus.asker(1_100).is_some_and(|asked| asked.who == one));
        assert!(menus.asker(1_000 + ANSWER_MS).is_none());
        menus.ask(&other, None, 1_500);
        assert!(menus.asker(1_600).is_none());
        menus.ask(&other, None, 1_500 + ANSWER_MS);
        assert!(menus.asker(1_600 + ANSWER_MS).is_some_and(|asked| asked.who == other));
    }

    #[test]
    fn a_link_is_its_persons_until_the_next_menu() {
        let (one, other) = (person("p-one"), person("p-other"));
        let mut menus = Menus::default();
        let id = menus.keep(&one, "https://a.example/".into());
        assert_eq!((menus.link(&one, &id).as_deref(), menus.link(&other, &id)), (Some("https://a.example/"), None));
        assert_eq!((menus.keep(&one, String::new()), menus.link(&one, &id)), (String::new(), None));
    }
}
