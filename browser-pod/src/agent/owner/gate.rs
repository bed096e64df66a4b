//! The order of input: everybody's acts one after the other. The page is told who acts before it gets the act; an agent's
//! typing waits until it is known where it would go.

use std::collections::VecDeque;

use cobrowse_session::ParticipantId;
use cobrowse_wire::v1::{self, event, input};

use super::super::input::{glides, moves_focus, types};
use super::{Message, Owner};

/// Acts that wait for the page, which answers within a second: what two people may send in that time. Beyond, the newest are
/// refused.
const WAITING: usize = 4_096;
/// People are told that typing was blocked at most this often.
const BLOCKED_MS: u64 = 2_000;

/// Acts that were not passed on yet.
#[derive(Debug, Default)]
pub(super) struct Gate {
    waiting: VecDeque<(ParticipantId, input::Body)>,
    /// The page was asked something that comes before the first.
    asked: bool,
    /// The first act may be passed on.
    cleared: bool,
    /// Whether the end user acted last, as the page was told.
    told: Option<bool>,
}

impl Gate {
    fn push(&mut self, who: &ParticipantId, act: &input::Body) {
        let is_move = |act: &input::Body| matches!(act, input::Body::Move(_));
        let full = self.waiting.len() >= WAITING;
        // The first may be decided on already.
        let newest = if self.waiting.len() > 1 { self.waiting.back_mut() } else { None };
        match newest {
            Some((mover, last)) if mover == who && is_move(last) && is_move(act) => last.clone_from(act),
            _ if full => tracing::warn!("the page does not answer; an act is dropped"),
            _ => self.waiting.push_back((who.clone(), act.clone())),
        }
    }

    /// Forgets what this person did.
    pub(super) fn forget(&mut self, who: &ParticipantId) {
        self.waiting.retain(|(by, _)| by != who);
        self.cleared = false;
    }
}

impl Owner {
    /// Passes an act on, after those before it.
    pub(super) fn pass_act(&mut self, who: &ParticipantId, act: &input::Body) {
        self.gate.push(who, act);
        self.pass_acts();
    }

    /// Passes on what waits, up to the first that has to wait for the page.
    fn pass_acts(&mut self) {
        while !self.gate.asked {
            let Some((who, act)) = self.gate.waiting.pop_front() else { return };
            let allowed = self.session.as_ref().is_some_and(|session| session.live.may_input(&who));
            if !allowed {
                continue;
            }
            let end_user = self.is_end_user(&who);
            if types(&act) && !std::mem::take(&mut self.gate.cleared) && self.must_ask(end_user) {
                self.ask_focus();
                return self.gate.waiting.push_front((who, act));
            }
            // The page learns early that the end user is back, so that no key of theirs comes too soon.
            if end_user || !glides(&act) {
                self.tell_acting(end_user, moves_focus(&act));
            }
            self.note_menu(&who, &act);
            self.injector.act(&who, &act, self.clock.millis());
        }
    }

    fn tell_acting(&mut self, end_user: bool, moves_focus: bool) {
        self.gate.told = Some(end_user);
        self.page.acting(end_user, moves_focus);
    }

    /// Whether typing has to wait: an agent's while a protected field may have the focus, the end user's until the page knows
    /// that no agent acts any more, or it would refuse it.
    fn must_ask(&mut self, end_user: bool) -> bool {
        if !end_user {
            return self.page.protected_focus();
        }
        let switched = self.gate.told != Some(true);
        if switched {
            self.tell_acting(true, false);
        }
        switched
    }

    fn ask_focus(&mut self) {
        self.gate.asked = true;
        let (answer, mailbox) = (self.page.focus_known(), self.mailbox.clone());
        tokio::spawn(async move {
            let protected = answer.await;
            // The owner may be gone already.
            let _ = mailbox.urgent.send(Message::FocusKnown { protected }).await;
        });
    }

    /// It is known where the first act that waits would go.
    pub(super) fn focus_known(&mut self, protected: bool) {
        self.gate.asked = false;
        let Some((who, _)) = self.gate.waiting.front().filter(|(_, act)| types(act)) else { return self.pass_acts() };
        let who = who.clone();
        if protected && !self.is_end_user(&who) {
            self.gate.waiting.pop_front();
            self.tell_blocked(&who);
        } else {
            self.gate.cleared = true;
        }
        self.pass_acts();
    }

    fn tell_blocked(&mut self, who: &ParticipantId) {
        let now = self.clock.millis();
        if self.allowances.entry(who.clone()).or_default().due(now, BLOCKED_MS) {
            let notice = v1::Notice { code: "AgentTypingBlocked".into(), ..v1::Notice::default() };
            self.publish(v1::Audience::All, event::Body::Notice(notice));
        }
    }
}
