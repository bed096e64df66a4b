//! A top level whose connection was not made shows a page of ours, in people's words, in the place of Chrome's. The address stays, so
//! that loading again tries again. As the first page of a session it is none.

use super::protocol::fetch;
use super::state::Inner;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cobrowse_session::site::Origin;
use std::fmt::Debug;
use std::sync::Arc;

/// Who knows why connections are not made: the way out.
pub trait Refusals: Debug + Send + Sync {
    /// The page about this `host:port`, in this language, when it was refused just now.
    fn page(&self, target: &str, locale: &str) -> Option<RefusedPage>;
}

/// What Chrome shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedPage {
    /// Of HTTP.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The document.
    pub html: String,
}

/// Answers a request of the top level that failed, when it is known why. False: Chrome says what it knows, or what the way out said of
/// an address without TLS.
pub(super) fn answer(inner: &Arc<Inner>, session: &Arc<str>, paused: &fetch::RequestPaused) -> bool {
    let failed = paused.response_error_reason.is_some();
    if !failed && paused.response_status_code.is_none_or(|status| status < 400) {
        return false;
    }
    let Some(page) = page(inner, &paused.request.url) else { return false };
    if let Some(tab) = inner.state().tab(session) {
        tab.refused = true;
    }
    if !failed {
        return false;
    }
    let header = |(name, value): (String, String)| fetch::HeaderEntry { name, value };
    let fulfil = fetch::FulfillRequest {
        request_id: paused.request_id.clone(),
        response_code: page.status.into(),
        response_headers: Some(page.headers.into_iter().map(header).collect()),
        body: Some(STANDARD.encode(page.html)),
    };
    inner.cdp.tell(Some(session), fulfil);
    true
}

fn page(inner: &Inner, url: &str) -> Option<RefusedPage> {
    let refusals = inner.refusals.get()?;
    let origin = Origin::of_address(url).ok()?;
    let locale = inner.state().bound.as_ref().map(|bound| bound.settings.locale.clone()).unwrap_or_default();
    refusals.page(&format!("{}:{}", origin.host().as_str(), origin.port()), &locale)
}
