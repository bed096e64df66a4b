//! The owner of a live session between a fuzz target's people, page and screen. No Chrome, no thread, no network; the product
//! does not use it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use cobrowse_session::policy::LivePolicy;
use cobrowse_session::site::HostPattern;
use cobrowse_wire::BoundPolicy;
use cobrowse_wire::v1::{self, Audience, client_message, event, server_message};
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::{mpsc, oneshot, watch};

use super::downlink::{self, Downlink};
use super::facts;
use super::owner::{Mailbox, Message, Owner};
use super::page::{Answer, News, Order, Page, Setup, Sight};
use super::uploads::Uploads;
use crate::chrome;
use crate::display::{self, Display, Frame, Pace, Size};
use crate::encode::worker::{self, Picture};
use crate::stream::ViewerId;

/// The end user.
pub const END_USER: &str = "p-user";
/// The agent.
pub const AGENT: &str = "p-agent";

/// What people are told of an event of Chrome.
pub fn facts_of(event: chrome::Event) -> Vec<(Audience, event::Body)> {
    facts::of(event)
}

/// Puts the parts of uploaded files together.
#[derive(Debug, Default)]
pub struct Files(Uploads);

impl Files {
    /// Takes a part; gives names and contents after the last.
    ///
    /// # Errors
    /// With the reason as people's programs get it.
    pub fn take(&mut self, part: &v1::FilePart) -> Result<Option<Vec<chrome::Upload>>, &'static str> {
        self.0.take(part)
    }
}

/// Something that happens to the pod beside what people say.
pub enum Happening {
    /// Chrome copied a text.
    Copied(String),
    /// Chrome shows this at the pointer.
    Cursor(display::Cursor),
    /// The page told a fact.
    Fact(Audience, event::Body),
    /// A picture was coded.
    Picture(Picture),
    /// A protected field got or lost the focus.
    Protected(bool),
}

/// A bound session with an end user and an agent, both attached.
pub struct Stage {
    owner: Owner,
    page: Arc<FakePage>,
    screen: Arc<FakeScreen>,
    urgent: mpsc::Receiver<Message>,
    ordinary: mpsc::Receiver<Message>,
    told: watch::Receiver<v1::WatchResponse>,
    links: [(ViewerId, Downlink); 2],
}

impl Stage {
    /// Needs a runtime. `secret` is what the page takes out of texts.
    pub fn new(secret: &str) -> Option<Self> {
        let page = Arc::new(FakePage { secret: secret.to_owned(), protected: AtomicBool::default() });
        let screen = Arc::new(FakeScreen::default());
        let ((urgent_in, urgent), (ordinary_in, ordinary)) = (mpsc::channel(4_096), mpsc::channel(4_096));
        let (tell, told) = watch::channel(v1::WatchResponse::default());
        let mailbox = Mailbox { urgent: urgent_in, ordinary: ordinary_in };
        let mut owner = Owner::new(mailbox, page.clone(), screen.clone(), worker::Handle::default(), tell);
        bind(&mut owner);
        let links = [attach(&mut owner, END_USER)?, attach(&mut owner, AGENT)?];
        owner.settle();
        Some(Self { owner, page, screen, urgent, ordinary, told, links })
    }

    /// Person 0 is the end user, 1 the agent.
    pub fn say(&mut self, person: usize, body: client_message::Body) {
        if let Some((viewer, _)) = self.links.get(person) {
            self.owner.take(Message::Said(*viewer, body));
        }
        self.owner.settle();
    }

    /// A person's stream is closed and opened again.
    pub fn again(&mut self, person: usize, attach: v1::Attach) {
        if let Some((viewer, _)) = self.links.get(person) {
            self.owner.take(Message::Left(*viewer));
        }
        if let (Some(link), Some(again)) = (self.links.get_mut(person), attach_as(&mut self.owner, attach)) {
            *link = again;
        }
        self.owner.settle();
    }

    /// Something else happens.
    pub fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Copied(text) => self.owner.take(Message::Display(display::Event::Copied(text))),
            Happening::Cursor(cursor) => self.owner.take(Message::Display(display::Event::Cursor(cursor))),
            Happening::Fact(audience, body) => {
                self.owner.take(Message::Page(News::Fact { audience, body: Box::new(body) }));
            }
            Happening::Picture(picture) => self.owner.picture(picture),
            Happening::Protected(protected) => self.page.protected.store(protected, Ordering::SeqCst),
        }
        self.owner.settle();
    }

    /// Takes what answers of the page came to the owner. Yield to the runtime before.
    pub fn carry_on(&mut self) {
        while let Ok(message) = self.urgent.try_recv() {
            self.owner.take(message);
        }
        while let Ok(message) = self.ordinary.try_recv() {
            self.owner.take(message);
        }
        self.owner.settle();
    }

    /// What a person's stream got since the last time.
    pub fn heard(&mut self, person: usize) -> Vec<server_message::Body> {
        let Some((_, downlink)) = self.links.get_mut(person) else { return Vec::new() };
        std::iter::from_fn(|| downlink.next().now_or_never().flatten()).take(4_096).collect()
    }

    /// What the screen got since the last time.
    pub fn acts(&self) -> Vec<display::Input> {
        std::mem::take(&mut self.screen.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What session-api is told.
    pub fn facts(&self) -> v1::WatchResponse {
        self.told.borrow().clone()
    }
}

fn bind(owner: &mut Owner) {
    let sites = HostPattern::parse("https://a.example").into_iter().collect();
    let policy = BoundPolicy { sites, mask_selectors: Vec::new(), live: LivePolicy::default() };
    let request = v1::BindRequest {
        session_id: "s-1".into(),
        tenant: "northwind".into(),
        policy: Some(v1::Policy::from(&policy)),
        viewport: Some(v1::Viewport { width: 1_280, height: 720, scale_percent: 100, touch: false }),
        locale: "en-US".into(),
        timezone: "UTC".into(),
        participants: vec![participant(END_USER, v1::Role::EndUser), participant(AGENT, v1::Role::Agent)],
    };
    owner.take(Message::Bind(request, oneshot::channel().0));
}

fn participant(id: &str, role: v1::Role) -> v1::Participant {
    let permissions = Some(v1::Permissions { view: true, point: true, act: true, clipboard: false });
    v1::Participant { id: id.into(), role: role.into(), name: "Sam".into(), permissions, ..v1::Participant::default() }
}

fn attach(owner: &mut Owner, who: &str) -> Option<(ViewerId, Downlink)> {
    let participant = Some(v1::Participant { id: who.into(), ..v1::Participant::default() });
    attach_as(owner, v1::Attach { protocol_version: 1, participant, ..v1::Attach::default() })
}

fn attach_as(owner: &mut Owner, attach: v1::Attach) -> Option<(ViewerId, Downlink)> {
    let (outbox, downlink) = downlink::pair();
    let (reply, mut answer) = oneshot::channel();
    owner.take(Message::Attach(attach, outbox, reply));
    let viewer = answer.try_recv().ok()?.ok()?;
    Some((viewer, downlink))
}

/// A screen that remembers what it was given.
#[derive(Default)]
struct FakeScreen(Mutex<Vec<display::Input>>);

impl Display for FakeScreen {
    fn inject(&self, input: display::Input) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(input);
    }
    fn take_frame(&self, _frame: &mut Frame) -> bool {
        false
    }
    fn resize(&self, _size: Size) {}
    fn set_pace(&self, _pace: Pace) {}
    fn offer_clipboard(&self, _text: String) {}
}

/// A page that does everything at once.
struct FakePage {
    secret: String,
    protected: AtomicBool,
}

impl FakePage {
    fn answer<T: Send + 'static>(answer: T) -> Answer<T> {
        futures::future::ready(Ok(answer)).boxed()
    }
}

impl Page for FakePage {
    fn bind(&self, _setup: Setup) -> Answer<()> {
        Self::answer(())
    }
    fn carry_out(&self, _order: Order) -> Answer<()> {
        Self::answer(())
    }
    fn element_at(&self, _x: f64, _y: f64) -> Answer<v1::Rect> {
        Self::answer(v1::Rect::default())
    }
    fn acting(&self, _end_user: bool, _moves_focus: bool) {}
    fn protected_focus(&self) -> bool {
        self.protected.load(Ordering::SeqCst)
    }
    fn focus_known(&self) -> BoxFuture<'static, bool> {
        futures::future::ready(self.protected_focus()).boxed()
    }
    fn sight(&self) -> Sight {
        Sight { turn: 0, clear: true }
    }
    fn redact(&self, text: &str) -> String {
        text.replace(&self.secret, "••••")
    }
    fn upload(&self, _part: v1::FilePart) -> Answer<()> {
        Self::answer(())
    }
    fn download(&self, _id: String) -> Answer<mpsc::Receiver<Bytes>> {
        Self::answer(mpsc::channel(1).1)
    }
}
