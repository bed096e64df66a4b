//! Reads Chrome's events in order. Each is handled at once; what needs an answer of Chrome goes on beside.

use super::event::Event;
use super::protocol::{Event as Seen, fetch, page, target};
use super::refused;
use super::sites::Verdict;
use super::state::{Coming, Inner};
use super::transport::Arrived;
use std::sync::{Arc, Weak};
use std::time::Instant;
use tokio::sync::mpsc;

/// Attaches to all targets of these kinds, and has new ones wait until they are prepared.
pub(super) fn auto_attach(kinds: &[&str]) -> target::SetAutoAttach {
    let filter = kinds.iter().map(|kind| target::FilterEntry { exclude: None, r#type: Some((*kind).to_owned()) });
    target::SetAutoAttach {
        auto_attach: true,
        wait_for_debugger_on_start: true,
        flatten: Some(true),
        filter: Some(filter.collect()),
    }
}

/// Runs until Chrome or the last handle is gone.
pub(super) async fn run(inner: Weak<Inner>, mut arrived: mpsc::UnboundedReceiver<Arrived>) {
    while let Some(arrived) = arrived.recv().await {
        let Some(inner) = inner.upgrade() else { return };
        handle(&inner, arrived);
    }
    if let Some(inner) = inner.upgrade() {
        inner.tell(Event::Gone);
        inner.tabs_changed.notify_waiters();
    }
}

/// Acts on one event.
pub(super) fn handle(inner: &Arc<Inner>, Arrived { session, event }: Arrived) {
    match session {
        Some(session) => of_session(inner, &session, event),
        None => of_browser(inner, event),
    }
}

fn of_browser(inner: &Arc<Inner>, event: Seen) {
    match event {
        Seen::TargetAttachedToTarget(attached) => inner.attached(None, &attached),
        Seen::TargetDetachedFromTarget(gone) => inner.detached(&gone.session_id),
        Seen::BrowserDownloadWillBegin(began) => inner.download_began(began),
        Seen::BrowserDownloadProgress(moved) => inner.download_moved(&moved),
        _ => {}
    }
}

fn of_session(inner: &Arc<Inner>, session: &Arc<str>, event: Seen) {
    match event {
        Seen::TargetAttachedToTarget(attached) => inner.attached(Some(session), &attached),
        Seen::TargetDetachedFromTarget(gone) => inner.detached(&gone.session_id),
        Seen::FetchRequestPaused(paused) => paused_on_its_way(inner, session, paused),
        Seen::PageFrameNavigated(navigated) => inner.navigated(session, navigated),
        Seen::PageNavigatedWithinDocument(moved) => inner.moved(session, &moved.frame_id, moved.url),
        Seen::PageFrameStartedLoading(page::FrameStartedLoading { frame_id }) => loading(inner, &frame_id, true),
        Seen::PageFrameStoppedLoading(page::FrameStoppedLoading { frame_id }) => loading(inner, &frame_id, false),
        Seen::PageJavascriptDialogOpening(opening) => inner.dialog_opened(session, &opening),
        Seen::PageJavascriptDialogClosed(_) => inner.dialog_closed(session),
        Seen::PageFileChooserOpened(opened) => inner.chooser_opened(session, &opened),
        Seen::InspectorTargetCrashed(_) => crashed(inner, session),
        Seen::RuntimeBindingCalled(call) => {
            inner.bound_call(session, &call);
            inner.reported(session, &call);
            inner.view_told(session, &call);
        }
        Seen::RuntimeExecutionContextCreated(created) => inner.context_created(session, &created.context),
        Seen::RuntimeExecutionContextDestroyed(gone) => inner.document_gone(session, Some(gone.execution_context_id)),
        Seen::RuntimeExecutionContextsCleared(_) => inner.document_gone(session, None),
        Seen::PageFrameAttached(frame) => inner.frame_attached(&frame.frame_id, &frame.parent_frame_id),
        Seen::PageFrameDetached(frame) => inner.frame_detached(session, &frame),
        _ => {}
    }
}

fn paused_on_its_way(inner: &Arc<Inner>, session: &Arc<str>, paused: fetch::RequestPaused) {
    if paused.response_status_code.is_none() && paused.response_error_reason.is_none() {
        return admit(inner, session, paused);
    }
    let top = inner.state().tab(session).is_some_and(|tab| tab.target == paused.frame_id);
    if top {
        inner.coming(session, &paused.frame_id, Coming::Answered(Instant::now()));
        inner.document_arrives(session);
    }
    if top && refused::answer(inner, session, &paused) {
        return;
    }
    inner.cdp.tell(Some(session), fetch::ContinueRequest { request_id: paused.request_id });
}

/// Decides on a document before its request leaves. Frames inside a page may go anywhere, up to so many websites; the top level only
/// to the sites.
fn admit(inner: &Arc<Inner>, session: &Arc<str>, paused: fetch::RequestPaused) {
    let url = &paused.request.url;
    let verdict = {
        let mut state = inner.state();
        let owner = state.tab_session(session);
        match state.tab(&owner).map(|tab| tab.target == paused.frame_id || tab.has_room_for(url)) {
            Some(true) if state.tab(session).is_some_and(|tab| tab.target == paused.frame_id) => state.judge(url),
            Some(true) => Verdict::Site,
            Some(false) => {
                drop(state);
                tracing::warn!("a page has frames of too many websites; one is not loaded");
                return refuse(inner, session, paused.request_id);
            }
            None => {
                // A page that is being closed goes nowhere.
                drop(state);
                return refuse(inner, session, paused.request_id);
            }
        }
    };
    match verdict {
        Verdict::Site | Verdict::Blank => {
            inner.coming(session, &paused.frame_id, Coming::Asked);
            inner.cdp.tell(Some(session), fetch::ContinueRequest { request_id: paused.request_id });
        }
        Verdict::Foreign(host) => {
            refuse(inner, session, paused.request_id);
            blocked(inner, session, host);
        }
    }
}

/// "Aborted" leaves the page that was there.
fn refuse(inner: &Inner, session: &str, request_id: String) {
    inner.cdp.tell(Some(session), fetch::FailRequest { request_id, error_reason: "Aborted".into() });
}

/// Tells that a page was refused, and closes the tab that was opened for it.
pub(super) fn blocked(inner: &Arc<Inner>, session: &Arc<str>, host: String) {
    // A page may have put anything there.
    let host = inner.state().redact(&host);
    inner.tell(Event::Blocked { host });
    let fresh = inner.state().tab(session).filter(|tab| tab.fresh).map(|tab| tab.target.clone());
    if let Some(target) = fresh {
        inner.cdp.tell(None, target::CloseTarget { target_id: target });
    }
}

fn loading(inner: &Arc<Inner>, frame: &str, now: bool) {
    let session = {
        let mut state = inner.state();
        let Some(tab) = state.tab_of_target(frame) else { return };
        tab.loading = now;
        Arc::clone(&tab.session)
    };
    if now {
        inner.dirty.notify_one();
    } else {
        inner.nothing_comes(&session);
        inner.document_stays(&session);
        inner.read_history_later(&session);
    }
}

fn crashed(inner: &Arc<Inner>, session: &Arc<str>) {
    inner.documents_crashed(session);
    let mut state = inner.state();
    let active = state.active.clone();
    if let Some(tab) = state.tab(session) {
        tab.loading = false;
        (tab.crashed, tab.coming) = (true, Coming::Nothing);
        inner.tabs_changed.notify_waiters();
        if tab.target == active {
            inner.tell(Event::Crashed);
        }
        inner.dirty.notify_one();
    }
}
