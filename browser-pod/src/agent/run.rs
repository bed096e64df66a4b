//! The agent side's life: listen, take over the browser, be enrolled, serve one session, end.

use std::io::{self, Read};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use cobrowse_identity::ServerConfig;
use cobrowse_identity::enrollment::{self, PodKey};
use cobrowse_session::participant::EndReason;
use cobrowse_wire::v1;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::browser::{self, ChromePage};
use super::canary::{Found, Watch};
use super::ending::{Listening, say};
use super::enroll::{Configurations, Enrollment};
use super::owner::{Inbox, Mailbox, Message, Outcome, Owner};
use super::page::{News, Page};
use super::service::Service;
use super::token::Token;
use super::{Args, Error, serve};
use crate::chrome::{self, Chrome};
use crate::display::{self, Display, Size};
use crate::egress::Egress;
use crate::encode::worker::{Picture, Worker};
use crate::handover::{self, Browser, Socket};

/// Calls and commands that wait for the owner.
const URGENT: usize = 256;
/// Input and facts that wait for the owner.
const ORDINARY: usize = 1_024;
/// Coded pictures that wait for the owner; the encoder waits beyond.
const PICTURES: usize = 2;
/// How long the browser side may take to say why Chrome is gone.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// The screen until Bind says another size.
const SCREEN: Size = Size { width: 1280, height: 720, scale: 1 };

/// Chrome and its screen.
struct Taken {
    display: Arc<dyn Display>,
    shown: mpsc::Receiver<display::Event>,
    chrome: Chrome,
    events: mpsc::UnboundedReceiver<chrome::Event>,
}

const LOST: Outcome = Outcome { reason: EndReason::PodLost, last_seq: 0, chrome_exit: None };

/// How the socket to the browser side is got. May block.
pub(super) type Join = Box<dyn FnOnce() -> Result<Socket, handover::Error> + Send>;

/// What reached something that it must not.
const OPEN: Outcome = Outcome { reason: EndReason::NetworkNotEnforced, last_seq: 0, chrome_exit: None };

/// Runs to the end of the session; `closed` ends it. `found` says what was reached where that is why.
pub(super) async fn run(
    args: &Args,
    join: Join,
    token: Token,
    (closed, found): (CancellationToken, Found),
) -> Result<Outcome, Error> {
    let listen = args.listen;
    let proxy = proxy(args).await?;
    let listener = TcpListener::bind(listen).await.map_err(|error| Error::Listen(listen, error))?;
    let address = listener.local_addr().map_err(|error| Error::Listen(listen, error))?;
    say(&Listening { address });
    let mut canary = Watch::new(&args.forbidden, found);
    let ready = tokio::select! {
        ready = ready(&listener, join, token, &mut canary) => ready?,
        () = closed.cancelled() => return Ok(LOST),
    };
    match ready {
        Ready::Both(config, taken) => {
            let Configurations { serve, dial } = config;
            let egress = proxy.map(|proxy| Egress::start(proxy, args.gateway.clone(), dial));
            session(&listener, (serve, egress), taken, (closed, canary)).await
        }
        Ready::NotEnrolled => Ok(LOST),
        Ready::NetworkOpen => Ok(OPEN),
        Ready::ChromeGone(chrome_exit) => Ok(Outcome { reason: EndReason::BrowserCrashed, last_seq: 0, chrome_exit }),
    }
}

/// Where Chrome's proxy listens, if this pod has a gateway. Chrome may dial at once, and waits until it is served.
async fn proxy(args: &Args) -> Result<Option<TcpListener>, Error> {
    let listener = match (args.proxy_fd, args.proxy_port) {
        (Some(number), _) => {
            let listener = std::net::TcpListener::from(handover::inherited::take(number)?);
            listener.set_nonblocking(true).and_then(|()| TcpListener::from_std(listener))
        }
        (None, Some(port)) => TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await,
        (None, None) => return Ok(None),
    };
    let on_loopback = |listener: &TcpListener| listener.local_addr().is_ok_and(|address| address.ip().is_loopback());
    let listener = listener.map_err(Error::Proxy)?;
    if !on_loopback(&listener) {
        return Err(Error::Proxy(io::ErrorKind::AddrNotAvailable.into()));
    }
    Ok(Some(listener))
}

/// What came of the start.
enum Ready {
    Both(Configurations, Taken),
    NotEnrolled,
    /// It reached what it must not, until the last try.
    NetworkOpen,
    ChromeGone(Option<i32>),
}

/// The canary makes its first tries while Chrome starts. Until it knows, nobody is served.
async fn ready(listener: &TcpListener, join: Join, token: Token, canary: &mut Watch) -> Result<Ready, Error> {
    let (both, held) = (both(listener, join, token), canary.start());
    tokio::pin!(both, held);
    tokio::select! {
        ready = &mut both => {
            let ready = ready?;
            Ok(if held.await { ready } else { Ready::NetworkOpen })
        }
        held = &mut held => if held { both.await } else { Ok(Ready::NetworkOpen) },
    }
}

/// Chrome starts while the pod is enrolled. It may wait for that for hours, so its end is noticed meanwhile.
async fn both(listener: &TcpListener, join: Join, token: Token) -> Result<Ready, Error> {
    let (enroll, taking) = (enroll(listener, token), take_over(join));
    tokio::pin!(enroll, taking);
    let (config, taken) = tokio::select! {
        taken = &mut taking => (None, taken?),
        config = &mut enroll => (Some(config?), taking.await?),
    };
    let config = match config {
        Some(config) => config,
        None => tokio::select! {
            config = enroll => config?,
            exit = taken.chrome.exited() => {
                tracing::error!(exit.code, exit.reason, "Chrome ended before the pod was enrolled");
                return Ok(Ready::ChromeGone(exit.code));
            }
        },
    };
    Ok(config.map_or(Ready::NotEnrolled, |config| Ready::Both(config, taken)))
}

/// Notices the end of standard input. What follows the token means nothing; only its end does.
pub(super) fn when_input_ends(closed: CancellationToken) -> io::Result<()> {
    let read = move || {
        // An error is an end too.
        let _ = io::copy(&mut io::stdin().lock().by_ref(), &mut io::sink());
        closed.cancel();
    };
    std::thread::Builder::new().name("input".into()).spawn(read).map(drop)
}

/// Notices that the kubelet wants the end. The first process of a container gets no signal that it does not ask for.
pub(super) fn when_told(closed: CancellationToken) -> io::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::spawn(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        closed.cancel();
    });
    Ok(())
}

async fn enroll(listener: &TcpListener, token: Token) -> Result<Option<Configurations>, Error> {
    let key = Arc::new(PodKey::generate()?);
    let config = enrollment::server(&key, SystemTime::now())?;
    let (certified, configured) = oneshot::channel();
    let enrollment = Enrollment { key, token, certified: Mutex::new(Some(certified)) };
    Ok(serve::enroll(listener, config, enrollment, configured).await?)
}

async fn take_over(join: Join) -> Result<Taken, Error> {
    let handover = tokio::task::spawn_blocking(move || join().and_then(handover::accept)).await;
    let handover = handover.map_err(|error| Error::Start(std::io::Error::other(error)))??;
    let (display, shown) = display::wayland::start(handover.wayland, SCREEN)?;
    let browser = handover.browser.clone();
    let attached = chrome::attach(handover.cdp_in, handover.cdp_out, handover.browser).await;
    let (chrome, events) = match attached {
        Ok(attached) => attached,
        Err(error) => return Err(gone(&browser).await.map_or(Error::Chrome(error), Error::Handover)),
    };
    // Until then nobody is let in.
    browser.sandboxed().await.map_err(handover::Error::Exited)?;
    tracing::info!("Chrome is there, and in its sandbox");
    Ok(Taken { display, shown, chrome, events })
}

/// Who does not answer may be gone; the browser side says so some moments later, and why.
async fn gone(browser: &Browser) -> Option<handover::Error> {
    tokio::time::timeout(LAST_WORDS, browser.exited()).await.ok().map(handover::Error::Exited)
}

/// Serves the session; `closed` ends it.
async fn session(
    listener: &TcpListener,
    (config, egress): (Arc<ServerConfig>, Option<Egress>),
    taken: Taken,
    (closed, canary): (CancellationToken, Watch),
) -> Result<Outcome, Error> {
    let Taken { display, shown, chrome, events } = taken;
    let (urgent, urgent_end) = mpsc::channel(URGENT);
    let (ordinary, ordinary_end) = mpsc::channel(ORDINARY);
    let (coded, pictures) = mpsc::channel::<Picture>(PICTURES);
    let mailbox = Mailbox { urgent, ordinary };
    let encoder = Worker::spawn(Arc::clone(&display), move |picture| coded.blocking_send(picture).is_ok());
    let encoder = encoder.map_err(Error::Start)?;
    if let Some(egress) = &egress {
        chrome.explain_refusals(Arc::new(egress.recent()));
    }
    let page: Arc<dyn Page> = Arc::new(ChromePage::new(chrome.clone()));
    let (told, facts) = watch::channel(v1::WatchResponse::default());
    let owner = Owner::new(mailbox.clone(), Arc::clone(&page), display, encoder.handle(), told);
    tokio::spawn(pass_on_display(shown, mailbox.clone()));
    tokio::spawn(pass_on_page(chrome, events, mailbox.clone()));
    tokio::spawn(end_when_closed(closed, mailbox.clone()));
    let bound = facts.clone();
    let is_bound = move || bound.borrow().phase() != v1::Phase::Unspecified;
    tokio::spawn(canary.go_on(is_bound, mailbox.urgent.clone()));
    let stop = CancellationToken::new();
    let service = Service { mailbox, told: facts, page, egress };
    let inbox = Inbox { urgent: urgent_end, ordinary: ordinary_end, pictures };
    let serve = serve::serve(listener, config, service, stop.clone());
    let own = async {
        let outcome = owner.run(inbox).await;
        stop.cancel();
        outcome
    };
    let (served, outcome) = futures::join!(serve, own);
    served?;
    Ok(outcome)
}

async fn pass_on_display(mut shown: mpsc::Receiver<display::Event>, mailbox: Mailbox) {
    while let Some(event) = shown.recv().await {
        if mailbox.ordinary.send(Message::Display(event)).await.is_err() {
            return;
        }
    }
}

async fn pass_on_page(chrome: Chrome, events: mpsc::UnboundedReceiver<chrome::Event>, mailbox: Mailbox) {
    let tell = |news: News| {
        let mailbox = mailbox.clone();
        async move { mailbox.ordinary.send(Message::Page(news)).await.is_ok() }
    };
    browser::pass_on(chrome, events, tell).await;
}

async fn end_when_closed(closed: CancellationToken, mailbox: Mailbox) {
    closed.cancelled().await;
    // The owner may be gone already.
    let _ = mailbox.urgent.send(Message::End(EndReason::PodLost)).await;
}
