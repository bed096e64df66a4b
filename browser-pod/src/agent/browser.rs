//! The real page: Chrome, behind the owner's seam `Page`.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use cobrowse_wire::v1::{self, navigate_command};
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::mpsc;

use super::facts;
use super::page::{Answer, News, Order, Page, Reason, Setup, Sight};
use super::uploads::{self, Uploads};
use crate::chrome::masking::Actor;
use crate::chrome::{self, Chrome, Settings, Sites};

/// Chrome as the owner's page.
pub(super) struct ChromePage {
    chrome: Chrome,
    uploads: Arc<Mutex<Uploads>>,
}

impl ChromePage {
    pub(super) fn new(chrome: Chrome) -> Self {
        Self { chrome, uploads: Arc::default() }
    }
}

impl Page for ChromePage {
    fn bind(&self, setup: Setup) -> Answer<()> {
        let chrome = self.chrome.clone();
        let settings = Settings {
            sites: Sites::new(setup.sites),
            mask_selectors: setup.mask_selectors,
            locale: setup.locale,
            timezone: setup.timezone,
            touch: setup.viewport.touch,
            size: (setup.viewport.width, setup.viewport.height),
            max_tabs: usize::try_from(setup.max_tabs).unwrap_or(1),
        };
        async move { chrome.bind(settings).await.map_err(|error| reason(&error)) }.boxed()
    }

    fn carry_out(&self, order: Order) -> Answer<()> {
        let chrome = self.chrome.clone();
        async move { carry_out(&chrome, order).await }.boxed()
    }

    fn element_at(&self, x: f64, y: f64) -> Answer<v1::Rect> {
        let chrome = self.chrome.clone();
        async move { chrome.element_at(x, y).await.map(facts::shape).map_err(|error| reason(&error)) }.boxed()
    }

    fn acting(&self, end_user: bool, moves_focus: bool) {
        self.chrome.acting(if end_user { Actor::EndUser } else { Actor::Agent });
        if moves_focus {
            self.chrome.focus_may_move();
        }
    }

    fn protected_focus(&self) -> bool {
        self.chrome.focused_is_protected()
    }

    fn focus_known(&self) -> BoxFuture<'static, bool> {
        let chrome = self.chrome.clone();
        async move { chrome.focus_known().await }.boxed()
    }

    fn sight(&self) -> Sight {
        self.chrome.sight()
    }

    fn redact(&self, text: &str) -> String {
        self.chrome.redact(text)
    }

    fn upload(&self, part: v1::FilePart) -> Answer<()> {
        let taken = self.uploads.lock().unwrap_or_else(PoisonError::into_inner).take(&part);
        let chrome = self.chrome.clone();
        async move {
            let Some(files) = taken? else { return Ok(()) };
            let id = part.chooser_id.parse().map_err(|_| "NotFound")?;
            chrome.choose_files(id, files).await.map_err(|error| reason(&error))
        }
        .boxed()
    }

    fn download(&self, id: String) -> Answer<mpsc::Receiver<Bytes>> {
        let chrome = self.chrome.clone();
        async move {
            let file = chrome.download(&id).await.map_err(|error| reason(&error))?;
            let (tell, parts) = mpsc::channel(4);
            tokio::task::spawn_blocking(move || uploads::read(file.into(), &tell));
            Ok(parts)
        }
        .boxed()
    }
}

async fn carry_out(chrome: &Chrome, order: Order) -> Result<(), Reason> {
    let done = match order {
        Order::Open(url) => chrome.open_first(&url).await,
        Order::Navigate(navigate_command::To::Url(url)) => chrome.navigate(&url).await,
        Order::Navigate(navigate_command::To::Back(_)) => chrome.back().await,
        Order::Navigate(navigate_command::To::Forward(_)) => chrome.forward().await,
        Order::Navigate(navigate_command::To::Reload(_)) => chrome.reload().await,
        Order::Dialog(answer) => {
            let id = answer.dialog_id.parse().map_err(|_| "NotFound")?;
            let text = (!answer.prompt_text.is_empty()).then_some(answer.prompt_text.as_str());
            chrome.answer_dialog(id, answer.accept, text).await
        }
        Order::Tab(tab) if tab.close => chrome.close(&tab.tab_id).await,
        Order::Tab(tab) => chrome.activate(&tab.tab_id).await,
        Order::OpenTab(url) => chrome.open_tab(&url).await,
        Order::Resize(viewport) => {
            chrome.lay_out(viewport.width, viewport.height);
            Ok(())
        }
        Order::ChooserCancel(id) => chrome.cancel_chooser(id.parse().map_err(|_| "NotFound")?),
        Order::ProtectedText(new) => chrome.fill(&new.field_id, &new.text).await,
        Order::Picker(answer) => {
            let id = answer.picker_id.parse().map_err(|_| "NotFound")?;
            chrome.pick(id, (!answer.cancelled).then_some(answer.values.as_slice())).await
        }
    };
    done.map_err(|error| reason(&error))
}

/// The stable name of what went wrong. What Chrome said stays in the log, and holds no address.
fn reason(error: &chrome::Error) -> Reason {
    tracing::info!(%error, "Chrome did not act");
    match error {
        chrome::Error::Busy => "Busy",
        chrome::Error::Timeout(_) => "Timeout",
        chrome::Error::SiteNotAllowed { .. } => "SiteNotAllowed",
        chrome::Error::LoadFailed(_) => "LoadFailed",
        chrome::Error::NotBound => "NotBound",
        chrome::Error::Selectors(_) => "MaskSelectorInvalid",
        chrome::Error::NoSuch(_) => "NotFound",
        chrome::Error::Files { .. } => "TooManyFiles",
        chrome::Error::Refused(_) | chrome::Error::Malformed(..) | chrome::Error::Bound => "Refused",
        chrome::Error::Gone | chrome::Error::Start(_) | chrome::Error::Handover(_) => "BrowserGone",
    }
}

/// Passes on what Chrome tells until it is gone; `tell` is false when nobody listens any more.
pub(super) async fn pass_on<F, T>(chrome: Chrome, mut events: mpsc::UnboundedReceiver<chrome::Event>, tell: F)
where
    F: Fn(News) -> T,
    T: Future<Output = bool>,
{
    while let Some(event) = events.recv().await {
        if event == chrome::Event::Gone {
            break;
        }
        if let chrome::Event::Menu(menu) = event {
            if !tell(News::Menu(menu)).await {
                return;
            }
            continue;
        }
        if event == chrome::Event::Sight && !tell(News::Sight).await {
            return;
        }
        for (audience, body) in facts::of(event) {
            if !tell(News::Fact { audience, body: Box::new(body) }).await {
                return;
            }
        }
    }
    tell(News::Gone(chrome.exited().await.code)).await;
}
