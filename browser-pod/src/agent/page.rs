//! What the owner asks of the page and what the page tells. Chrome stands behind it; tests put a fake there.

use bytes::Bytes;
use cobrowse_session::site::HostPattern;
use cobrowse_wire::v1::{self, event::Body};
use futures::future::BoxFuture;
use tokio::sync::mpsc;

pub(super) use crate::chrome::{Menu, Sight};

/// Why something was not done: CamelCase and stable, for programs.
pub(super) type Reason = &'static str;

/// An answer that may take a while.
pub(super) type Answer<T> = BoxFuture<'static, Result<T, Reason>>;

/// How the page is shown, and where it may go.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    /// Where the top level may go.
    pub(super) sites: Vec<HostPattern>,
    /// CSS selectors of further fields to mask.
    pub(super) mask_selectors: Vec<String>,
    /// BCP 47.
    pub(super) locale: String,
    /// IANA name.
    pub(super) timezone: String,
    /// Size and kind of the end user's screen.
    pub(super) viewport: v1::Viewport,
    /// Tabs at once.
    pub(super) max_tabs: u32,
}

/// Something to do, already permitted.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Order {
    /// The start page. Answered when its navigation was committed.
    Open(String),
    /// Another address, back, forward, again.
    Navigate(v1::navigate_command::To),
    /// An answer to a dialog.
    Dialog(v1::DialogAnswer),
    /// Another tab, or one less.
    Tab(v1::TabCommand),
    /// This address in a tab of its own.
    OpenTab(String),
    /// Another size.
    Resize(v1::Viewport),
    /// A choice made in the viewer's own picker.
    Picker(v1::PickerAnswer),
    /// New content of a protected field.
    ProtectedText(v1::ProtectedText),
    /// No file for a chooser.
    ChooserCancel(String),
}

/// What the page tells by itself.
#[derive(Clone, Debug)]
pub(super) enum News {
    /// Something people should know.
    Fact {
        /// Who.
        audience: v1::Audience,
        /// What.
        body: Box<Body>,
    },
    /// Somebody asked for a menu.
    Menu(Menu),
    /// [`Page::sight`] is new.
    Sight,
    /// Chrome is gone, with its exit status when it has one.
    Gone(Option<i32>),
}

/// The page and its browser. No call blocks.
pub(super) trait Page: Send + Sync {
    /// Gets ready; once, before anything else.
    fn bind(&self, setup: Setup) -> Answer<()>;
    /// Does something.
    fn carry_out(&self, order: Order) -> Answer<()>;
    /// The rectangle of the element at a point, in CSS pixels of the viewport.
    fn element_at(&self, x: f64, y: f64) -> Answer<v1::Rect>;
    /// Somebody is about to act: the end user or another; the act may move the focus.
    fn acting(&self, end_user: bool, moves_focus: bool);
    /// A protected field has the focus at this moment, or it is not known.
    fn protected_focus(&self) -> bool;
    /// Waits until it is known where the focus is, and says whether that is protected.
    fn focus_known(&self) -> BoxFuture<'static, bool>;
    /// Who may see the screen at this moment.
    fn sight(&self) -> Sight;
    /// A text without what is protected on the page.
    fn redact(&self, text: &str) -> String;
    /// Hands a part of a file to an open chooser.
    fn upload(&self, part: v1::FilePart) -> Answer<()>;
    /// Opens a finished download.
    fn download(&self, id: String) -> Answer<mpsc::Receiver<Bytes>>;
}
