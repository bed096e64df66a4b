//! An owner between a fake page and a fake screen, and people at its streams.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use cobrowse_session::policy::LivePolicy;
use cobrowse_session::site::HostPattern;
use cobrowse_wire::BoundPolicy;
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::task::JoinHandle;

use super::super::super::downlink::{self, Downlink};
use super::super::super::page::{Answer, Order, Setup, Sight};
use super::*;
use crate::display::{Frame, Pace, Size};
use crate::encode::worker::Worker;

pub(super) const END_USER: &str = "p-user";
pub(super) const AGENT: &str = "p-agent";
const PATIENCE: Duration = Duration::from_secs(10);

/// A screen that remembers what it was given.
#[derive(Default)]
pub(super) struct FakeDisplay(Mutex<Vec<Input>>);

impl Display for FakeDisplay {
    fn inject(&self, input: Input) {
        self.0.lock().expect("no panic while held").push(input);
    }
    fn take_frame(&self, _frame: &mut Frame) -> bool {
        false
    }
    fn resize(&self, _size: Size) {}
    fn set_pace(&self, _pace: Pace) {}
    fn offer_clipboard(&self, _text: String) {}
}

impl FakeDisplay {
    pub(super) fn all(&self) -> Vec<Input> {
        self.0.lock().expect("no panic while held").clone()
    }

    pub(super) fn got(&self, wanted: &Input) -> bool {
        self.all().contains(wanted)
    }

    pub(super) fn count(&self) -> usize {
        self.all().len()
    }

    pub(super) async fn wait_for(&self, wanted: &Input) {
        self.wait_for_count(wanted, 1).await;
    }

    pub(super) async fn wait_for_count(&self, wanted: &Input, count: usize) {
        let found = async {
            while self.all().iter().filter(|input| *input == wanted).count() < count {
                tokio::task::yield_now().await;
            }
        };
        let found = tokio::time::timeout(PATIENCE, found).await;
        assert!(found.is_ok(), "no {wanted:?} in {:?}", self.all());
    }
}

/// A page that does everything at once, or nothing ever, or fails.
#[derive(Default)]
pub(super) struct FakePage {
    frozen: AtomicBool,
    protected: AtomicBool,
    failure: Mutex<Option<Reason>>,
    acting: Mutex<Vec<bool>>,
    opened: Mutex<Vec<String>>,
}

impl FakePage {
    pub(super) fn freeze(&self) {
        self.frozen.store(true, Ordering::SeqCst);
    }

    pub(super) fn protect(&self, protected: bool) {
        self.protected.store(protected, Ordering::SeqCst);
    }

    /// Whether the end user acted, each time the page was told.
    pub(super) fn told_acting(&self) -> Vec<bool> {
        self.acting.lock().expect("no panic while held").clone()
    }

    /// Every address that was to be loaded.
    pub(super) fn opened(&self) -> Vec<String> {
        self.opened.lock().expect("no panic while held").clone()
    }

    pub(super) async fn wait_for_opened(&self, count: usize) {
        let found = async {
            while self.opened().len() < count {
                tokio::task::yield_now().await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, found).await.is_ok(), "{:?}", self.opened());
    }

    pub(super) fn fail(&self, reason: Reason) {
        *self.failure.lock().expect("no panic while held") = Some(reason);
    }

    fn answer<T: Send + 'static>(&self, answer: T) -> Answer<T> {
        let failure = *self.failure.lock().expect("no panic while held");
        match (self.frozen.load(Ordering::SeqCst), failure) {
            (true, _) => futures::future::pending().boxed(),
            (false, Some(reason)) => async move { Err(reason) }.boxed(),
            (false, None) => async move { Ok(answer) }.boxed(),
        }
    }
}

impl Page for FakePage {
    fn bind(&self, _setup: Setup) -> Answer<()> {
        self.answer(())
    }
    fn carry_out(&self, order: Order) -> Answer<()> {
        if let Order::Open(url) = order {
            self.opened.lock().expect("no panic while held").push(url);
        }
        self.answer(())
    }
    fn element_at(&self, x: f64, y: f64) -> Answer<v1::Rect> {
        #[expect(clippy::cast_possible_truncation, reason = "small numbers of tests")]
        let (x, y) = (x as f32, y as f32);
        self.answer(v1::Rect { x, y, width: 1.0, height: 1.0 })
    }
    fn protected_focus(&self) -> bool {
        self.protected.load(Ordering::SeqCst)
    }
    fn focus_known(&self) -> BoxFuture<'static, bool> {
        let protected = self.protected.load(Ordering::SeqCst);
        async move { protected }.boxed()
    }
    fn acting(&self, end_user: bool, _moves_focus: bool) {
        self.acting.lock().expect("no panic while held").push(end_user);
    }
    fn sight(&self) -> Sight {
        Sight { turn: 0, clear: true }
    }
    fn redact(&self, text: &str) -> String {
        text.replace("4111", "••••")
    }
    fn upload(&self, _part: v1::FilePart) -> Answer<()> {
        self.answer(())
    }
    fn download(&self, _id: String) -> Answer<mpsc::Receiver<bytes::Bytes>> {
        self.answer(mpsc::channel(1).1)
    }
}

/// What Start is answered with.
pub(super) type Started = Result<Result<Begun, Reason>, Status>;

pub(super) async fn answer<T>(waiting: oneshot::Receiver<T>) -> T {
    tokio::time::timeout(PATIENCE, waiting).await.expect("an answer in time").expect("an answer")
}

pub(super) struct Stand {
    pub(super) page: Arc<FakePage>,
    pub(super) screen: Arc<FakeDisplay>,
    mailbox: Mailbox,
    told: watch::Receiver<v1::WatchResponse>,
    owner: JoinHandle<Outcome>,
    _encoder: Worker,
}

/// A person at an open stream.
pub(super) struct Watching {
    viewer: ViewerId,
    downlink: Downlink,
    inputs: AtomicU32,
    commands: AtomicU32,
}

impl Stand {
    pub(super) fn unbound() -> Self {
        let (page, screen) = (Arc::new(FakePage::default()), Arc::new(FakeDisplay::default()));
        let (urgent, urgent_end) = mpsc::channel(256);
        let (ordinary, ordinary_end) = mpsc::channel(1_024);
        let (coded, pictures) = mpsc::channel(2);
        let mailbox = Mailbox { urgent, ordinary };
        let encoder =
            Worker::spawn(screen.clone(), move |picture| coded.blocking_send(picture).is_ok()).expect("a thread");
        let (tell, told) = watch::channel(v1::WatchResponse::default());
        let owner = Owner::new(mailbox.clone(), page.clone(), screen.clone(), encoder.handle(), tell);
        let owner = tokio::spawn(owner.run(Inbox { urgent: urgent_end, ordinary: ordinary_end, pictures }));
        Self { page, screen, mailbox, told, owner, _encoder: encoder }
    }

    pub(super) async fn bound() -> Self {
        let mut stand = Self::unbound();
        stand.bind(bind_request()).await.expect("bound");
        stand
    }

    async fn ask<T>(&self, message: impl FnOnce(oneshot::Sender<T>) -> Message) -> T {
        let (reply, waiting) = oneshot::channel();
        self.urgent(message(reply)).await;
        answer(waiting).await
    }

    pub(super) async fn bind(&mut self, request: v1::BindRequest) -> Result<(), Status> {
        self.ask(|reply| Message::Bind(request, reply)).await
    }

    pub(super) async fn start(&mut self) -> Started {
        self.start_at("https://a.example/", false).await
    }

    pub(super) async fn start_at(&mut self, url: &str, query_follows: bool) -> Started {
        answer(self.start_later(url, query_follows).await).await
    }

    /// Asks, and leaves the answer for later.
    pub(super) async fn start_later(&self, url: &str, query_follows: bool) -> oneshot::Receiver<Started> {
        let (reply, answer) = oneshot::channel();
        let request = v1::StartRequest { session_id: "s-1".into(), start_url: url.into(), query_follows };
        self.urgent(Message::Start(request, reply)).await;
        answer
    }

    pub(super) async fn admit(&mut self, who: &str) -> Result<(), Status> {
        self.ask(|reply| Message::Admit(participant(who), reply)).await
    }

    pub(super) async fn adjust(&self, session: &str, paused: bool, max_ms: u64) -> Result<v1::AdjustResponse, Status> {
        let request = v1::AdjustRequest { session_id: session.into(), paused, max_duration_ms: max_ms };
        self.ask(|reply| Message::Adjust(request, reply)).await
    }

    pub(super) async fn attach(&mut self, who: &str) -> Result<Watching, Status> {
        let attach = v1::Attach { protocol_version: 1, participant: Some(participant(who)), ..v1::Attach::default() };
        self.attach_as(attach).await
    }

    pub(super) async fn attach_as(&mut self, attach: v1::Attach) -> Result<Watching, Status> {
        let (outbox, downlink) = downlink::pair();
        let viewer = self.ask(|reply| Message::Attach(attach, outbox, reply)).await?;
        Ok(Watching { viewer, downlink, inputs: AtomicU32::new(0), commands: AtomicU32::new(0) })
    }

    pub(super) async fn urgent(&self, message: Message) {
        assert!(self.mailbox.urgent.send(message).await.is_ok(), "the owner is gone");
    }

    pub(super) async fn ordinary(&self, message: Message) {
        assert!(self.mailbox.ordinary.send(message).await.is_ok(), "the owner is gone");
    }

    pub(super) async fn say(&self, from: &Watching, body: client_message::Body) {
        self.ordinary(Message::Said(from.viewer, body)).await;
    }

    pub(super) async fn act(&self, from: &Watching, body: input::Body) {
        let seq = u64::from(from.inputs.fetch_add(1, Ordering::SeqCst)) + 1;
        self.say(from, client_message::Body::Input(v1::Input { seq, body: Some(body) })).await;
    }

    pub(super) async fn command(&mut self, from: &Watching, body: command::Body) -> u32 {
        let id = from.commands.fetch_add(1, Ordering::SeqCst) + 1;
        self.say(from, client_message::Body::Command(v1::Command { id, body: Some(body) })).await;
        id
    }

    pub(super) async fn leave(&self, who: &Watching) {
        self.ordinary(Message::Left(who.viewer)).await;
    }

    pub(super) fn facts(&self) -> v1::WatchResponse {
        self.told.borrow().clone()
    }

    pub(super) async fn outcome(self) -> Outcome {
        tokio::time::timeout(PATIENCE, self.owner).await.expect("an end in time").expect("no panic")
    }
}

impl Watching {
    pub(super) async fn wait<T>(&mut self, mut wanted: impl FnMut(&server_message::Body) -> Option<T>) -> T {
        let found = async {
            loop {
                let body = self.downlink.next().await.expect("more");
                if let Some(found) = wanted(&body) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, found).await.expect("it came in time")
    }

    pub(super) async fn fact<T>(&mut self, mut wanted: impl FnMut(&Body) -> Option<T>) -> T {
        self.wait(|body| match body {
            server_message::Body::Event(event) => event.body.as_ref().and_then(&mut wanted),
            _ => None,
        })
        .await
    }

    pub(super) async fn roster(&mut self, wanted: impl Fn(&[v1::Participant]) -> bool) {
        self.fact(|body| matches!(body, Body::Roster(roster) if wanted(&roster.participants)).then_some(())).await;
    }

    pub(super) async fn result(&mut self, id: u32) -> v1::CommandResult {
        self.wait(|body| match body {
            server_message::Body::Result(result) if result.id == id => Some(result.clone()),
            _ => None,
        })
        .await
    }

    pub(super) async fn closed(&mut self) -> String {
        self.wait(|body| match body {
            server_message::Body::Closed(closed) => Some(closed.reason.clone()),
            _ => None,
        })
        .await
    }
}

pub(super) fn bind_request() -> v1::BindRequest {
    let sites = vec![HostPattern::parse("https://a.example").expect("a pattern")];
    let policy = BoundPolicy { sites, mask_selectors: Vec::new(), live: LivePolicy::default() };
    v1::BindRequest {
        session_id: "s-1".into(),
        tenant: "northwind".into(),
        policy: Some(v1::Policy::from(&policy)),
        viewport: Some(v1::Viewport { width: 1_280, height: 720, scale_percent: 100, touch: false }),
        locale: "en-US".into(),
        timezone: "UTC".into(),
        participants: vec![participant(END_USER)],
    }
}

pub(super) fn participant(id: &str) -> v1::Participant {
    let role = if id == END_USER { v1::Role::EndUser } else { v1::Role::Agent };
    let permissions = Some(v1::Permissions { view: true, point: true, act: true, clipboard: false });
    v1::Participant { id: id.into(), role: role.into(), name: "Sam".into(), permissions, ..v1::Participant::default() }
}
