//! Carries messages between a viewer and the pod. Nothing queues here: the next message is read from one side when the other
//! has taken the last, so a slow viewer is slow at the pod, which then sends the newest picture only.

use super::acts::Acts;
use super::admission::Admission;
use super::filter::{Filter, Verdict, blank};
use super::pace::Pace;
use super::{Deliver, Ending, Receive, Relay, Up};
use crate::traces::carry;
use cobrowse_session::Role;
use cobrowse_session::waiting::Stage;
use cobrowse_wire::v1::client_message::Body;
use cobrowse_wire::v1::command::Body as Command;
use cobrowse_wire::v1::event::Body as Event;
use cobrowse_wire::v1::server_message::Body as Down;
use cobrowse_wire::v1::{ClientMessage, PodServiceAttachRequest, PodServiceAttachResponse, ServerMessage};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

/// Messages up that wait for the pod: less than a second of moves.
const UP: usize = 32;
/// A viewer that says nothing for so long is gone; its keepalives are far more frequent.
const SILENCE: Duration = Duration::from_secs(60);
/// From the end in the store to the pod's own last message.
const LAST_MESSAGE: Duration = Duration::from_secs(2);
/// Continue waits so long for the store to have the Stop that it undoes.
const NOTICE: Duration = Duration::from_secs(2);
/// A pod that does not take a viewer in within this time is lost.
const ATTACH: Duration = Duration::from_secs(5);

impl Relay {
    /// Relays until one side ends. `None`: the viewer is gone and is told nothing.
    pub(super) async fn pump(
        &self,
        admission: Admission,
        up: &mut impl Receive,
        down: &mut impl Deliver,
    ) -> Option<Ending> {
        let session = admission.known.borrow().row.id.clone();
        let place = self.replaced.take(&session, &admission.participant.id);
        let acts = Acts::of(&self.sessions, &admission);
        let Admission { scope, participant, actor, mut known, mut pod, attach } = admission;
        let mut filter = Filter::new(participant.role, &known.borrow_and_update());
        let (to_pod, from_viewer) = mpsc::channel(UP);
        let first = ClientMessage { body: Some(Body::Attach(attach)) };
        to_pod.send(request(first)).await.ok()?;
        let attached = pod.attach(carry(ReceiverStream::new(from_viewer)));
        let mut from_pod = match tokio::time::timeout(ATTACH, attached).await {
            Ok(Ok(stream)) => stream.into_inner(),
            _ => return Some(Ending::POD_LOST),
        };
        let epoch = known.borrow().epoch();
        if filter.is_blank() {
            down.deliver(blank(epoch)).await.ok()?;
        }
        let carry_up = async {
            let (mut pace, mut acts_pace) = (Pace::new(), Pace::of_acts());
            let mut noted: Option<JoinHandle<_>> = None;
            loop {
                pace.wait().await;
                let received = tokio::time::timeout(SILENCE, up.receive()).await;
                let message = match received.unwrap_or(Up::Gone) {
                    Up::Message(message) => *message,
                    Up::Malformed => return Some(Ending::MALFORMED),
                    Up::Gone => return None,
                };
                if is_stop(&message) && participant.role == Role::EndUser {
                    let (sessions, scope, session) = (self.sessions.clone(), scope.clone(), session.clone());
                    let actor = actor.clone();
                    noted = Some(tokio::spawn(async move { sessions.note_pause(&scope, &session, &actor).await }));
                }
                if is_resume(&message)
                    && let Some(noted) = noted.take()
                {
                    // A notice that comes after its Stop was undone is a Stop of its own.
                    let _ = tokio::time::timeout(NOTICE, noted).await;
                }
                let is_act = acts.up(&message);
                match message.body {
                    None | Some(Body::Attach(_)) => return Some(Ending::MALFORMED),
                    Some(_) => {
                        if to_pod.send(request(message)).await.is_err() {
                            // The pod has closed; its own last message says why.
                            return std::future::pending().await;
                        }
                        if is_act {
                            acts_pace.wait().await;
                        }
                    }
                }
            }
        };
        let carry_down = self.carry_down((&mut from_pod, &acts), &mut known, &mut filter, &to_pod, down);
        tokio::select! {
            ending = carry_up => ending,
            ending = carry_down => ending,
            () = place.replaced.cancelled() => Some(Ending::REPLACED),
            () = self.draining.cancelled() => Some(Ending::DRAINING),
        }
    }

    async fn carry_down(
        &self,
        (from_pod, acts): (&mut Streaming<PodServiceAttachResponse>, &Acts),
        known: &mut tokio::sync::watch::Receiver<crate::hub::Known>,
        filter: &mut Filter,
        to_pod: &mpsc::Sender<PodServiceAttachRequest>,
        down: &mut impl Deliver,
    ) -> Option<Ending> {
        loop {
            tokio::select! {
                biased;
                changed = known.changed() => {
                    changed.ok()?;
                    let now = known.borrow_and_update().clone();
                    if now.row.stage == Stage::Ended {
                        return self.last((from_pod, acts), down, now.row.end_reason).await;
                    }
                    let (tell, ask) = filter.update(&now);
                    if let Some(message) = tell {
                        down.deliver(message).await.ok()?;
                    }
                    if let Some(message) = ask {
                        let _ = to_pod.try_send(request(message));
                    }
                }
                message = from_pod.message() => {
                    let Ok(Some(PodServiceAttachResponse { message: Some(message) })) = message else {
                        return Some(self.after_pod(known).await);
                    };
                    acts.down(&message);
                    match filter.judge(&message) {
                        Verdict::Pass => {
                            self.count(&message);
                            let is_last = matches!(message.body, Some(Down::Closed(_)));
                            down.deliver(message).await.ok()?;
                            if is_last {
                                return None;
                            }
                        }
                        Verdict::Drop(ack) => {
                            self.metrics().pictures_blanked.inc();
                            if let Some(ack) = ack {
                                let _ = to_pod.try_send(request(*ack));
                            }
                        }
                    }
                }
            }
        }
    }

    /// The session ended in the store: the pod's own end is passed on if it comes soon.
    async fn last(
        &self,
        (from_pod, acts): (&mut Streaming<PodServiceAttachResponse>, &Acts),
        down: &mut impl Deliver,
        reason: Option<cobrowse_session::EndReason>,
    ) -> Option<Ending> {
        let said = async {
            while let Ok(Some(PodServiceAttachResponse { message: Some(message) })) = from_pod.message().await {
                acts.down(&message);
                match &message.body {
                    Some(Down::Event(event)) if matches!(event.body, Some(Event::End(_))) => {
                        let _ = down.deliver(message).await;
                    }
                    Some(Down::Closed(_)) => return down.deliver(message).await.is_ok(),
                    _ => {}
                }
            }
            false
        };
        match tokio::time::timeout(LAST_MESSAGE, said).await {
            Ok(true) => None,
            _ => Some(Ending::ended(reason)),
        }
    }

    /// The pod's stream broke off: soon the store says whether it was the end.
    async fn after_pod(&self, known: &mut tokio::sync::watch::Receiver<crate::hub::Known>) -> Ending {
        let ended = known.wait_for(|known| known.row.stage == Stage::Ended);
        match tokio::time::timeout(LAST_MESSAGE, ended).await {
            Ok(Ok(known)) => Ending::ended(known.row.end_reason),
            _ => Ending::POD_LOST,
        }
    }

    fn count(&self, message: &ServerMessage) {
        if let Some(Down::Event(event)) = &message.body
            && let Some(Event::Picture(picture)) = &event.body
        {
            self.metrics().picture_bytes.inc_by(u64::try_from(picture.data.len()).unwrap_or(0));
        }
    }
}

fn request(message: ClientMessage) -> PodServiceAttachRequest {
    PodServiceAttachRequest { message: Some(message) }
}

fn is_resume(message: &ClientMessage) -> bool {
    matches!(&message.body, Some(Body::Command(command)) if matches!(command.body, Some(Command::Resume(_))))
}

fn is_stop(message: &ClientMessage) -> bool {
    matches!(&message.body, Some(Body::Command(command)) if matches!(command.body, Some(Command::Pause(_))))
}
