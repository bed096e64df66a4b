//! Chrome over the DevTools pipe: navigation, tabs, dialogs, files and masking. It draws nothing and injects no input.
//!
//! One task reads Chrome's events in order and never waits for an answer; whatever needs an answer runs beside it.

mod dialogs;
mod dispatch;
mod event;
mod files;
pub mod fuzzing;
mod history;
mod inject;
mod layout;
mod leave;
pub mod masking;
mod protect;
mod protocol;
mod refused;
mod sight;
mod sites;
mod state;
mod tabs;
mod transport;
mod view;

pub use event::{Dialog, DialogKind, Download, Event, Menu, Navigation, Picker, PickerKind, PickerOption, Spot, Tab};
pub use files::Upload;
pub use refused::{Refusals, RefusedPage};
pub use sight::Sight;
pub use sites::Sites;

use crate::handover::{self, Browser, Handover};
use protocol::browser;
use state::{Bound, Inner};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Why Chrome did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A thread could not be started.
    #[error("failed to start the DevTools connection")]
    Start(#[source] std::io::Error),
    /// Chrome is gone.
    #[error("failed to reach Chrome: it is gone")]
    Gone,
    /// Chrome does not keep up.
    #[error("failed to ask Chrome: too many questions are open")]
    Busy,
    /// Chrome did not answer.
    #[error("failed to hear from Chrome in time: {0}")]
    Timeout(&'static str),
    /// Chrome said no.
    #[error("failed to have Chrome act: {0}")]
    Refused(String),
    /// Chrome's answer is not as described.
    #[error("failed to understand Chrome: {0}")]
    Malformed(&'static str, #[source] serde_json::Error),
    /// The browser side failed.
    #[error("failed to have the browser side act")]
    Handover(#[from] handover::Error),
    /// The address is none of the tenant's sites.
    #[error("failed to open {host}: it is not one of the sites")]
    SiteNotAllowed {
        /// The host, or the scheme of an address without one.
        host: String,
    },
    /// The address could not be loaded.
    #[error("failed to load the page: {0}")]
    LoadFailed(String),
    /// Nothing may load before `bind`.
    #[error("failed to act: no session is bound yet")]
    NotBound,
    /// A second `bind`.
    #[error("failed to bind: a session is bound already")]
    Bound,
    /// The tenant's selectors cannot be used.
    #[error("failed to prepare masking")]
    Selectors(#[from] masking::SelectorsError),
    /// None or too many files for a chooser.
    #[error("failed to choose files: give at least one and at most {limit}")]
    Files {
        /// At most so many.
        limit: usize,
    },
    /// No tab, dialog, chooser, field or download with this id is open.
    #[error("failed to find that {0}")]
    NoSuch(&'static str),
}

/// What a session may do in Chrome.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the top level may go.
    pub sites: Sites,
    /// CSS selectors of further fields to mask.
    pub mask_selectors: Vec<String>,
    /// BCP 47, for example "nl-NL".
    pub locale: String,
    /// IANA, for example "Europe/Amsterdam".
    pub timezone: String,
    /// The end user's device is used by touch.
    pub touch: bool,
    /// Width and height of the end user's viewport, CSS pixels.
    pub size: (u32, u32),
    /// Tabs open at one time, at least 1.
    pub max_tabs: usize,
}

/// A running Chrome. Cheap to clone; Chrome ends with the last one.
#[derive(Debug, Clone)]
pub struct Chrome {
    inner: Arc<Inner>,
}

/// What `attach` gives.
#[derive(Debug)]
pub struct Attached {
    /// For Chrome's screen.
    pub wayland: OwnedFd,
    /// Chrome.
    pub chrome: Chrome,
    /// What happens in Chrome. `Event::Gone` is the last.
    pub events: mpsc::UnboundedReceiver<Event>,
}

/// Takes over Chrome. Its first page is there, blank, and the masking extension is loaded when this returns; Chrome may need its screen for
/// that, so serve the screen first.
pub async fn attach(
    cdp_in: OwnedFd,
    cdp_out: OwnedFd,
    side: Browser,
) -> Result<(Chrome, mpsc::UnboundedReceiver<Event>), Error> {
    let (cdp, arrived) = transport::open(cdp_in, cdp_out)?;
    let (tell, events) = mpsc::unbounded_channel();
    let inner = Arc::new(Inner::new(cdp, side, tell));
    tokio::spawn(dispatch::run(Arc::downgrade(&inner), arrived));
    tokio::spawn(history::publish(Arc::downgrade(&inner)));
    tokio::spawn(sight::watch(Arc::downgrade(&inner)));
    let version = inner.cdp.ask_within(transport::START, None, browser::GetVersion {}).await?;
    inner.state().user_agent = version.user_agent;
    inner.cdp.ask(None, dispatch::auto_attach(&["page"])).await?;
    inner.first_tab().await?;
    // It knows no tenant's selectors yet. A session without any starts about 50 ms sooner than if it were loaded at Bind.
    inner.load_masking(&[]).await?;
    Ok((Chrome { inner }, events))
}

impl Attached {
    /// Takes over what the browser side handed over, when the screen is served by the caller right after.
    pub async fn new(handover: Handover) -> Result<Self, Error> {
        let (chrome, events) = attach(handover.cdp_in, handover.cdp_out, handover.browser).await?;
        Ok(Self { wayland: handover.wayland, chrome, events })
    }
}

impl Chrome {
    /// Asks there why connections of the top level are not made, from now on; once.
    pub fn explain_refusals(&self, refusals: Arc<dyn Refusals>) {
        // A second one would know the same.
        let _ = self.inner.refusals.set(refusals);
    }

    /// Gives Chrome its session. Once; nothing loads before.
    pub async fn bind(&self, settings: Settings) -> Result<(), Error> {
        let folder = self.inner.side.folders().downloads.clone();
        if std::mem::replace(&mut self.inner.state().binding, true) {
            return Err(Error::Bound);
        }
        let selectors = settings.mask_selectors.clone();
        self.inner.state().size = settings.size;
        let bound = Arc::new(Bound::new(settings));
        let downloads = browser::SetDownloadBehavior {
            behavior: "allowAndName".into(),
            download_path: Some(folder),
            events_enabled: Some(true),
        };
        self.inner.cdp.ask(None, downloads).await?;
        if !selectors.is_empty() {
            self.inner.load_masking(&selectors).await?;
        }
        self.inner.prepare_open_tabs(&bound).await?;
        // Only now may anything load: a failure before leaves Chrome blank for ever.
        self.inner.state().bound = Some(bound);
        Ok(())
    }

    /// Opens an address in the active tab.
    pub async fn navigate(&self, url: &str) -> Result<(), Error> {
        self.inner.navigate(url).await
    }

    /// The same, and a page that says in the website's place why it cannot be reached is an error.
    pub async fn open_first(&self, url: &str) -> Result<(), Error> {
        self.inner.open_first(url).await
    }

    /// One page back; nothing at the first.
    pub async fn back(&self) -> Result<(), Error> {
        self.inner.step(-1).await
    }

    /// One page forward; nothing at the last.
    pub async fn forward(&self) -> Result<(), Error> {
        self.inner.step(1).await
    }

    /// Loads the page again, also a crashed one.
    pub async fn reload(&self) -> Result<(), Error> {
        self.inner.reload().await
    }

    /// Brings a tab to the front.
    pub async fn activate(&self, tab: &str) -> Result<(), Error> {
        self.inner.activate(tab).await
    }

    /// Opens an address of the sites in a tab of its own, in front.
    pub async fn open_tab(&self, url: &str) -> Result<(), Error> {
        self.inner.open_tab(url).await
    }

    /// Closes a tab. The last one stays.
    pub async fn close(&self, tab: &str) -> Result<(), Error> {
        self.inner.close(tab).await
    }

    /// Answers an open dialog.
    pub async fn answer_dialog(&self, id: u64, accept: bool, text: Option<&str>) -> Result<(), Error> {
        self.inner.answer_dialog(id, accept, text).await
    }

    /// Answers a picker with values as the form would send them; none: cancelled.
    pub async fn pick(&self, id: u64, values: Option<&[String]>) -> Result<(), Error> {
        self.inner.pick(id, values).await
    }

    /// The box of the element at a point, both in CSS pixels of the viewport.
    pub async fn element_at(&self, x: f64, y: f64) -> Result<masking::Rect, Error> {
        self.inner.element_at(x, y).await
    }

    /// Answers an open file chooser with files, of the end user alone.
    pub async fn choose_files(&self, id: u64, files: Vec<Upload>) -> Result<(), Error> {
        self.inner.choose(id, files).await
    }

    /// Closes a file chooser without files.
    pub fn cancel_chooser(&self, id: u64) -> Result<(), Error> {
        self.inner.cancel_chooser(id)
    }

    /// Opens a complete download, for the end user alone. Read at most 64 MiB of it.
    pub async fn download(&self, id: &str) -> Result<OwnedFd, Error> {
        self.inner.download(id).await
    }

    /// Who acts from now on. Say it before passing on any act of the end user, and an agent's that is more than a movement;
    /// it costs nothing while it stays the same.
    pub fn acting(&self, actor: masking::Actor) {
        self.inner.acting(actor);
    }

    /// Say it when passing on anybody's act that may move the focus: a button, a finger, Tab.
    pub fn focus_may_move(&self) {
        self.inner.focus_may_move();
    }

    /// Puts text into a protected field, for the end user alone.
    pub async fn fill(&self, field: &str, text: &str) -> Result<(), Error> {
        self.inner.fill(field, text).await
    }

    /// Whether an agent's keys and text must be held back now: they would go to a protected field, or it is not known
    /// where. Cheap.
    pub fn focused_is_protected(&self) -> bool {
        self.inner.focused_is_protected()
    }

    /// Waits until it is known where the focus is, and says whether that is protected.
    pub async fn focus_known(&self) -> bool {
        self.inner.focus_known().await
    }

    /// Who may see the screen at this moment. Cheap. `Event::Sight` comes after each change.
    pub fn sight(&self) -> Sight {
        self.inner.sight()
    }

    /// A text without what is protected on the page, for everybody but the end user.
    pub fn redact(&self, text: &str) -> String {
        let state = self.inner.state();
        state.active_tab().map_or_else(|_| masking::redact(text, []), |tab| tab.scene.redact(text))
    }

    /// Where Chrome is now. The same comes as `Event::Navigation` after each change.
    pub fn navigation(&self) -> Navigation {
        self.inner.state().navigation()
    }

    /// Waits until Chrome's process is gone.
    pub async fn exited(&self) -> handover::Exit {
        self.inner.side.exited().await
    }

    /// Ends Chrome.
    pub fn quit(&self) {
        self.inner.cdp.tell(None, browser::Close {});
    }
}
