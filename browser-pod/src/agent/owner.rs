//! The one owner of the live session: its rules, its log and its input. Everything comes to it as a message; it never waits
//! for Chrome, the encoder or a viewer.

mod commands;
mod gate;
mod guidance;
mod input_rate;
mod links;
mod menu;
mod outcome;
mod page_rate;
mod recorder;
mod setup;
mod sight;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use cobrowse_session::live::{self, Live};
use cobrowse_session::participant::EndReason;
use cobrowse_session::{ParticipantId, SessionId};
use cobrowse_wire::v1::{self, event::Body};
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use tokio::sync::{mpsc, oneshot, watch};
use tonic::Status;

use super::clock::Clock;
use super::downlink::Outbox;
use super::input::Injector;
use super::page::{News, Page, Reason};
use crate::display::{self, Display};
use crate::encode::worker::{self, Picture};
use crate::stream::{Stream, ViewerId};
use gate::Gate;
use guidance::{Allowance, Pointers};
use links::Link;
use menu::Menus;
use page_rate::PageRate;
use recorder::Recording;
use sight::Dark;

/// Messages taken before viewers are served again.
const BATCH: usize = 512;
/// How often the owner looks at keepalives and viewers that could not take more.
const TICK: Duration = Duration::from_millis(250);
/// How long the log is served after the end.
const FAREWELL: Duration = Duration::from_secs(3);

/// Something for the owner.
pub(super) enum Message {
    /// `PodService.Bind`.
    Bind(v1::BindRequest, oneshot::Sender<Result<(), Status>>),
    /// `PodService.Start`; answered with how it began, or the reason of the failure.
    Start(v1::StartRequest, StartReply),
    /// `PodService.Admit`.
    Admit(v1::Participant, oneshot::Sender<Result<(), Status>>),
    /// `PodService.Adjust`.
    Adjust(v1::AdjustRequest, oneshot::Sender<Result<v1::AdjustResponse, Status>>),
    /// `PodService.Grant`: whether this is the pod's session.
    Grant(String, oneshot::Sender<Result<(), Status>>),
    /// A stream's first message.
    Attach(v1::Attach, Outbox, oneshot::Sender<Result<ViewerId, Status>>),
    /// A later message of a stream.
    Said(ViewerId, v1::client_message::Body),
    /// A stream is closed.
    Left(ViewerId),
    /// `PodService.Execute`.
    Execute(v1::ExecuteRequest, oneshot::Sender<Result<v1::CommandResult, Status>>),
    /// Whether a participant may do this now.
    May(String, live::Act, oneshot::Sender<Result<(), Status>>),
    /// What the screen tells, frames apart.
    Display(display::Event),
    /// What the page tells.
    Page(News),
    /// The page did, or did not do, what a participant asked for.
    Done(Asker, Result<(), Reason>),
    /// The start page was committed, or could not be.
    Opened(Result<(), Reason>),
    /// The element of a highlight was found.
    Highlighted(ParticipantId, v1::Highlight),
    /// It is known where the act that waits first would go.
    FocusKnown {
        /// To a protected field.
        protected: bool,
    },
    /// It is known whether the field that a menu was asked for in is protected.
    MenuKnown(Box<menu::Known>),
    /// The session ends for a reason from outside.
    End(EndReason),
}

/// Who asked for a command, and where the answer goes.
#[derive(Debug)]
pub(super) enum Asker {
    /// A stream.
    Viewer(ViewerId, u32),
    /// A call of `Execute`.
    Call(u32, oneshot::Sender<Result<v1::CommandResult, Status>>),
}

/// How to reach the owner. `urgent` messages are taken before all others.
#[derive(Clone)]
pub(super) struct Mailbox {
    pub(super) urgent: mpsc::Sender<Message>,
    pub(super) ordinary: mpsc::Sender<Message>,
}

/// The owner's ends of its channels.
pub(super) struct Inbox {
    pub(super) urgent: mpsc::Receiver<Message>,
    pub(super) ordinary: mpsc::Receiver<Message>,
    pub(super) pictures: mpsc::Receiver<Picture>,
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) reason: EndReason,
    pub(super) last_seq: u64,
    pub(super) chrome_exit: Option<i32>,
}

/// The session after Bind.
struct Session {
    id: SessionId,
    tenant: String,
    live: Live,
    viewport: v1::Viewport,
    /// Unknown where Bind came for nobody, until Admit.
    end_user: Option<ParticipantId>,
}

/// The page's answer to `Page::bind`, for everybody who needs it.
type Ready = Shared<BoxFuture<'static, Result<(), Reason>>>;

/// Where Start is.
enum Starting {
    No,
    /// Since when, in microseconds, and who waits.
    Opening {
        since: u64,
        waiting: Vec<StartReply>,
    },
    /// The page is there since `at` milliseconds; frames with this mark show it.
    Committed {
        since: u64,
        at: u64,
        mark: u64,
        waiting: Vec<StartReply>,
    },
    Started {
        first_picture_us: u64,
    },
    Failed(Reason),
}

/// What Start came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begun {
    /// The page is there, these microseconds after it was asked for.
    FirstPicture(u64),
    /// Nothing is loaded: the address is still to come whole.
    AwaitsQuery,
}

type StartReply = oneshot::Sender<Result<Result<Begun, Reason>, Status>>;

/// The owner.
pub(super) struct Owner {
    mailbox: Mailbox,
    page: Arc<dyn Page>,
    display: Arc<dyn Display>,
    encoder: worker::Handle,
    clock: Clock,
    stream: Stream,
    injector: Injector,
    gate: Gate,
    session: Option<Session>,
    links: BTreeMap<ViewerId, Link>,
    recording: Option<Recording>,
    starting: Starting,
    /// The page's own readiness; nothing is asked of it before.
    ready: Ready,
    stamp: worker::Stamp,
    dark: Dark,
    started_us: Option<u64>,
    allowances: HashMap<ParticipantId, Allowance>,
    pointers: Pointers,
    menus: Menus,
    page_rate: PageRate,
    /// Orders that the page has not answered.
    open_orders: u32,
    /// When somebody who wished for fewer pictures may have the next.
    due_ms: Option<u64>,
    /// When the rules were last told that somebody is active.
    active_ms: Option<u64>,
    last_url: String,
    told: watch::Sender<v1::WatchResponse>,
    ended_ms: Option<u64>,
    /// Why it ends though there is no session.
    ended_unbound: Option<EndReason>,
    chrome_exit: Option<i32>,
}

impl Owner {
    pub(super) fn new(
        mailbox: Mailbox,
        page: Arc<dyn Page>,
        display: Arc<dyn Display>,
        encoder: worker::Handle,
        told: watch::Sender<v1::WatchResponse>,
    ) -> Self {
        Self {
            mailbox,
            page,
            injector: Injector::new(Arc::clone(&display)),
            gate: Gate::default(),
            display,
            encoder,
            clock: Clock::start(),
            stream: Stream::default(),
            session: None,
            links: BTreeMap::new(),
            recording: None,
            starting: Starting::No,
            ready: futures::future::ready(Err("NotBound")).boxed().shared(),
            stamp: worker::Stamp::default(),
            dark: Dark::default(),
            started_us: None,
            allowances: HashMap::new(),
            pointers: Pointers::default(),
            menus: Menus::default(),
            page_rate: PageRate::default(),
            open_orders: 0,
            due_ms: None,
            active_ms: None,
            last_url: String::new(),
            told,
            ended_ms: None,
            ended_unbound: None,
            chrome_exit: None,
        }
    }

    /// Serves until the session is over and told.
    pub(super) async fn run(mut self, mut inbox: Inbox) -> Outcome {
        loop {
            let wake = self.clock.instant(self.next_wake());
            tokio::select! {
                biased;
                Some(message) = inbox.urgent.recv() => self.take(message),
                Some(message) = inbox.ordinary.recv() => {
                    self.take(message);
                    self.drain(&mut inbox);
                }
                Some(picture) = inbox.pictures.recv() => self.picture(picture),
                () = tokio::time::sleep_until(wake) => self.tick(),
            }
            self.settle();
            if self.finished() {
                return self.farewell();
            }
        }
    }

    /// Takes what is there already, the urgent first, so that moves coalesce.
    fn drain(&mut self, inbox: &mut Inbox) {
        for _ in 0..BATCH {
            while let Ok(message) = inbox.urgent.try_recv() {
                self.take(message);
            }
            let Ok(message) = inbox.ordinary.try_recv() else { return };
            self.take(message);
        }
    }

    pub(super) fn take(&mut self, message: Message) {
        match message {
            Message::Bind(request, reply) => drop(reply.send(self.bind(request))),
            Message::Start(request, reply) => self.start(request, reply),
            Message::Admit(participant, reply) => drop(reply.send(self.admit(participant))),
            Message::Adjust(request, reply) => drop(reply.send(self.adjust(&request))),
            Message::Grant(session, reply) => drop(reply.send(self.serves(&session))),
            Message::Attach(attach, outbox, reply) => drop(reply.send(self.attach(attach, outbox))),
            Message::Said(viewer, body) => self.said(viewer, body),
            Message::Left(viewer) => self.left(viewer),
            Message::Execute(request, reply) => self.execute(request, reply),
            Message::May(who, act, reply) => drop(reply.send(self.may(&who, act))),
            Message::Display(event) => self.display_event(event),
            Message::Page(news) => self.news(news),
            Message::Done(asker, result) => self.done(asker, result),
            Message::Opened(result) => self.opened(result),
            Message::Highlighted(by, highlight) => self.highlighted(&by, highlight),
            Message::FocusKnown { protected } => self.focus_known(protected),
            Message::MenuKnown(known) => self.offer(*known),
            Message::End(reason) => self.end_from_outside(reason),
        }
    }

    /// Without a session there is nothing to tell, and the end is at once.
    fn end_from_outside(&mut self, reason: EndReason) {
        match self.session {
            Some(_) => self.rule(live::Input::Ended(reason)),
            None => (self.ended_ms, self.ended_unbound) = (Some(self.clock.millis()), Some(reason)),
        }
    }

    /// Publishes an event. `Audience::All` is everybody the rules let see.
    fn publish(&mut self, audience: v1::Audience, body: Body) {
        let t_us = self.started_us.map_or(0, |started| self.clock.micros().saturating_sub(started));
        self.stream.publish(t_us, self.stamp.pause_epoch, audience, body);
    }

    fn may(&self, who: &str, act: live::Act) -> Result<(), Status> {
        let session = self.session.as_ref().ok_or_else(super::status::not_bound)?;
        let who = ParticipantId::parse(who).map_err(|_| super::status::invalid("participant_id"))?;
        session.live.may(&who, act).map_err(super::status::refused)
    }

    /// Milliseconds of the next moment at which something is due.
    fn next_wake(&self) -> u64 {
        let tick = self.clock.millis() + u64::try_from(TICK.as_millis()).unwrap_or(250);
        let deadline = self.session.as_ref().and_then(|session| session.live.next_deadline());
        let deadline = deadline.map(|(at, _)| self.clock.millis_of(at));
        [deadline, self.pointers.next(), self.due_ms, self.dark.due()].into_iter().flatten().fold(tick, u64::min)
    }

    fn tick(&mut self) {
        self.check_keepalives();
        self.check_start();
        self.check_dark();
        let deadline = self.session.as_ref().and_then(|session| session.live.next_deadline());
        if deadline.is_some_and(|(at, _)| at <= self.clock.now()) {
            self.rule(live::Input::Tick);
        }
    }

    /// Passes kept moves on, hands viewers what is theirs, and tells the encoder what is wanted.
    pub(super) fn settle(&mut self) {
        self.injector.flush();
        self.flush_pointers();
        self.pump();
        self.pump_recorder();
        self.direct_encoder();
    }

    /// People wait for no recorder.
    fn finished(&mut self) -> bool {
        let Some(ended) = self.ended_ms else { return false };
        let told = self.links.keys().all(|viewer| self.stream.drained(*viewer));
        let told = told || self.clock.millis() > ended + u64::try_from(FAREWELL.as_millis()).unwrap_or(3_000);
        if told {
            self.let_go();
        }
        told && self.is_recorded(ended)
    }

    fn let_go(&mut self) {
        let reason = self.end_reason();
        for (viewer, link) in std::mem::take(&mut self.links) {
            self.stream.close(viewer);
            link.outbox.close("Ended", reason);
        }
    }

    fn end_reason(&self) -> EndReason {
        let ended = self.session.as_ref().and_then(|session| session.live.ended());
        ended.or(self.ended_unbound).unwrap_or(EndReason::PodLost)
    }

    fn farewell(self) -> Outcome {
        let reason = self.end_reason();
        if let Some(recording) = &self.recording {
            recording.close(reason);
        }
        Outcome { reason, last_seq: self.stream.head(), chrome_exit: self.chrome_exit }
    }
}

#[cfg(test)]
mod tests;
