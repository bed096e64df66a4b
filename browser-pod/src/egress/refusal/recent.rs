//! What was refused just now, by host and port. Chrome says of an https address only that there was no tunnel; whoever has to show
//! people why looks here.

use super::Refusal;
use super::page::{self, Language};
use crate::chrome::{Refusals, RefusedPage};
use http::StatusCode;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long Chrome may take from the refusal to the page, on a busy machine.
const RECENT: Duration = Duration::from_secs(10);
/// How many are kept: a page that asks for many hosts at once does not push out the one that people wait for.
const KEPT: usize = 256;

/// Refusals of the last seconds. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Recent(Arc<Mutex<VecDeque<Entry>>>);

#[derive(Debug)]
struct Entry {
    /// `host:port`, as Chrome asked for it.
    target: String,
    word: String,
    status: StatusCode,
    at: Instant,
}

impl Recent {
    /// Keeps a refusal for a moment, in the place of an older one of the same target.
    pub(in crate::egress) fn note(&self, target: &str, refusal: &Refusal) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|entry| entry.at.elapsed() < RECENT && entry.target != target);
        if all.len() >= KEPT {
            all.pop_front();
        }
        let (word, status) = (refusal.word().to_owned(), refusal.status);
        all.push_back(Entry { target: target.to_owned(), word, status, at: Instant::now() });
    }
}

impl Refusals for Recent {
    fn page(&self, target: &str, locale: &str) -> Option<RefusedPage> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = all.iter().rev().find(|entry| entry.target == target && entry.at.elapsed() < RECENT)?;
        let headers = page::HEADERS.map(|(name, value)| (name.to_string(), value.to_owned())).to_vec();
        let html = page::html(&entry.word, Language::of(locale));
        Some(RefusedPage { status: entry.status.as_u16(), headers, html })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_refused_has_a_page() {
        let recent = Recent::default();
        assert!(recent.page("a.example:443", "en").is_none());
        recent.note("a.example:443", &Refusal::GATEWAY_AWAY);
        let page = recent.page("a.example:443", "nl-NL").expect("a page");
        assert!(page.status == 502 && page.html.contains("onderbroken"), "{page:?}");
        assert!(recent.page("a.example:8443", "en").is_none());
        recent.note("a.example:443", &Refusal::GRANT_MISSING);
        assert!(recent.page("a.example:443", "en").is_some_and(|page| page.html.contains("GrantMissing")));
    }

    #[test]
    fn a_page_that_asks_for_thousands_fills_no_memory() {
        let recent = Recent::default();
        for number in 0..10_000 {
            recent.note(&format!("{number}.example:443"), &Refusal::NOT_REACHED);
        }
        assert_eq!(recent.0.lock().expect("kept").len(), KEPT);
        assert!(recent.page("9999.example:443", "en").is_some());
    }
}
