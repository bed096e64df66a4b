//! What people send: input, commands, acknowledgements. Permission is asked here, once, for each.

use cobrowse_session::ParticipantId;
use cobrowse_session::live::{self, Act, Output};
use cobrowse_wire as wire;
use cobrowse_wire::v1::{self, client_message, command, input, navigate_command, server_message};
use tokio::sync::oneshot;
use tonic::Status;

use super::super::page::{Order, Reason};
use super::super::status;
use super::setup::viewport;
use super::{Asker, Message, Owner};
use crate::stream::ViewerId;

/// Bytes of a clipboard text.
const CLIPBOARD_BYTES: usize = 256 << 10;
/// Bytes of an address, a dialog's answer, a protected field's content.
const TEXT_BYTES: usize = 8_192;
/// Orders that Chrome has not carried out yet.
const OPEN_ORDERS: u32 = 64;
/// Activity is told to the rules at most this often.
const ACTIVE_MS: u64 = 1_000;

impl Owner {
    /// A message of a stream, after its first.
    pub(super) fn said(&mut self, viewer: ViewerId, body: client_message::Body) {
        if self.is_recorders(viewer) {
            return self.recorder_said(viewer, body);
        }
        let keepalive = matches!(body, client_message::Body::Keepalive(_));
        let Some(who) = self.heard(viewer, keepalive) else { return };
        match body {
            client_message::Body::Input(input) => self.input(viewer, &who, &input),
            client_message::Body::Ack(ack) => self.stream.ack(viewer, ack.seq),
            client_message::Body::KeyRequest(_) => self.stream.key_request(viewer),
            client_message::Body::Guidance(guidance) => {
                if let Err(reason) = self.guide(&who, guidance) {
                    self.answer(Asker::Viewer(viewer, 0), Err(reason));
                }
            }
            client_message::Body::Command(command) => self.command(&who, command, |id| Asker::Viewer(viewer, id)),
            client_message::Body::Keepalive(keepalive) => {
                if let Some(link) = self.links.get(&viewer) {
                    link.outbox.send(server_message::Body::Keepalive(keepalive));
                }
            }
            client_message::Body::Attach(_) => self.hang_up(viewer, "Malformed"),
        }
    }

    /// `PodService.Execute`.
    pub(super) fn execute(
        &mut self,
        request: v1::ExecuteRequest,
        reply: oneshot::Sender<Result<v1::CommandResult, Status>>,
    ) {
        let Ok(who) = ParticipantId::parse(&request.participant_id) else {
            return drop(reply.send(Err(status::invalid("participant_id"))));
        };
        if self.session.is_none() {
            return drop(reply.send(Err(status::not_bound())));
        }
        match (request.command, request.guidance) {
            (Some(command), None) => self.command(&who, command, |id| Asker::Call(id, reply)),
            (None, Some(guidance)) => {
                let result = self.guide(&who, guidance);
                self.answer(Asker::Call(0, reply), result);
            }
            _ => drop(reply.send(Err(status::invalid("command or guidance")))),
        }
    }

    fn input(&mut self, viewer: ViewerId, who: &ParticipantId, input: &v1::Input) {
        let Some(act) = &input.body else { return };
        if !self.keeps_to_the_rate(viewer, input) || !self.in_order(viewer, input.seq) {
            return;
        }
        self.note_pointer(who, act);
        if matches!(act, input::Body::ReleaseAll(_)) {
            return self.release(who);
        }
        let allowed = self.session.as_ref().is_some_and(|session| session.live.may_input(who));
        if !allowed {
            return;
        }
        self.encoder.input();
        self.pass_act(who, act);
        self.active(who);
    }

    /// Somebody did something that was carried out.
    fn active(&mut self, who: &ParticipantId) {
        let now = self.clock.millis();
        if self.active_ms.is_none_or(|at| now >= at + ACTIVE_MS) {
            self.active_ms = Some(now);
            self.rule(live::Input::Active(who.clone()));
        }
    }

    fn command(&mut self, who: &ParticipantId, command: v1::Command, asker: impl FnOnce(u32) -> Asker) {
        let asker = asker(command.id);
        match wire::rule_command(&command) {
            Err(_) => self.answer(asker, Err("Malformed")),
            Ok(Some(ruled)) => {
                let result = self.rule_command(who, ruled);
                self.answer(asker, result);
            }
            Ok(None) => match self.order(who, command) {
                Ok(Some(order)) => self.carry_out_order(order, asker),
                Ok(None) => self.answer(asker, Ok(())),
                Err(reason) => self.answer(asker, Err(reason)),
            },
        }
    }

    fn rule_command(&mut self, who: &ParticipantId, command: live::Command) -> Result<(), Reason> {
        let now = self.clock.now();
        let Some(session) = &mut self.session else { return Err("NotBound") };
        let outputs = session.live.handle(now, live::Input::Command { by: who.clone(), id: 0, command });
        let refused = outputs.iter().find_map(|output| match output {
            Output::Refused { reason, .. } => Some(reason.reason()),
            _ => None,
        });
        self.carry_out(outputs);
        refused.map_or(Ok(()), Err)
    }

    /// What the page is to do for a command; nothing when it is done already.
    fn order(&mut self, who: &ParticipantId, command: v1::Command) -> Result<Option<Order>, Reason> {
        let body = command.body.ok_or("Malformed")?;
        let session = self.session.as_ref().ok_or("NotBound")?;
        session.live.may(who, act(&body)).map_err(live::Refusal::reason)?;
        self.active(who);
        Ok(Some(match body {
            command::Body::Navigate(navigate) => Order::Navigate(destination(navigate)?),
            command::Body::Dialog(answer) if answer.prompt_text.len() <= TEXT_BYTES => Order::Dialog(answer),
            command::Body::Tab(tab) => Order::Tab(tab),
            command::Body::OpenLink(open) => Order::OpenTab(self.menus.link(who, &open.link_id).ok_or("NotFound")?),
            command::Body::Resize(resize) => self.resize(resize.viewport)?,
            command::Body::Picker(answer) => Order::Picker(answer),
            command::Body::ProtectedText(text) if text.text.len() <= TEXT_BYTES => Order::ProtectedText(text),
            command::Body::ChooserCancel(chooser) => Order::ChooserCancel(chooser.chooser_id),
            command::Body::Clipboard(clipboard) if clipboard.text.len() <= CLIPBOARD_BYTES => {
                self.display.offer_clipboard(clipboard.text);
                return Ok(None);
            }
            command::Body::Dialog(_) | command::Body::ProtectedText(_) | command::Body::Clipboard(_) => {
                return Err("TooLong");
            }
            _ => return Err("Malformed"),
        }))
    }

    fn resize(&mut self, wanted: Option<v1::Viewport>) -> Result<Order, Reason> {
        let wanted = viewport(wanted).map_err(|_| "Malformed")?;
        if let Some(session) = &mut self.session {
            session.viewport = wanted;
        }
        self.resize_screen(wanted);
        self.tell_state();
        Ok(Order::Resize(wanted))
    }

    fn carry_out_order(&mut self, order: Order, asker: Asker) {
        if self.open_orders >= OPEN_ORDERS {
            return self.answer(asker, Err("Busy"));
        }
        self.open_orders += 1;
        let (answer, mailbox) = (self.page.carry_out(order), self.mailbox.clone());
        tokio::spawn(async move {
            let result = answer.await;
            // The owner may be gone already.
            let _ = mailbox.ordinary.send(Message::Done(asker, result)).await;
        });
    }

    /// The page answered an order.
    pub(super) fn done(&mut self, asker: Asker, result: Result<(), Reason>) {
        self.open_orders = self.open_orders.saturating_sub(1);
        self.answer(asker, result);
    }

    /// Tells whoever asked.
    pub(super) fn answer(&self, asker: Asker, result: Result<(), Reason>) {
        let answer =
            |id| v1::CommandResult { id, ok: result.is_ok(), reason: result.err().unwrap_or_default().to_owned() };
        match asker {
            Asker::Viewer(viewer, id) => {
                if let Some(link) = self.links.get(&viewer) {
                    link.outbox.send(server_message::Body::Result(answer(id)));
                }
            }
            Asker::Call(id, reply) => drop(reply.send(Ok(answer(id)))),
        }
    }
}

/// What a command needs permission for.
fn act(body: &command::Body) -> Act {
    match body {
        command::Body::Navigate(_) | command::Body::Tab(_) | command::Body::OpenLink(_) => Act::Navigate,
        command::Body::Dialog(_) | command::Body::Picker(_) => Act::AnswerDialog,
        command::Body::Resize(_) => Act::Resize,
        command::Body::ProtectedText(_) => Act::TypeProtected,
        command::Body::ChooserCancel(_) => Act::Upload,
        command::Body::Clipboard(_) => Act::Clipboard,
        command::Body::Pause(_) | command::Body::Resume(_) => Act::Pause,
        command::Body::End(_) => Act::End,
        command::Body::Control(_) => Act::AskControl,
        command::Body::Permit(_) => Act::Permit,
        command::Body::Extend(_) => Act::Extend,
    }
}

fn destination(navigate: v1::NavigateCommand) -> Result<navigate_command::To, Reason> {
    match navigate.to.ok_or("Malformed")? {
        navigate_command::To::Url(url) if url.len() > TEXT_BYTES => Err("TooLong"),
        to => Ok(to),
    }
}
