//! Files from the end user to a page's file chooser, and downloads of a page. The bytes go through the browser side; Chrome
//! never sees a path of this side.

use super::Error;
use super::event::{Download, Event};
use super::protocol::{browser, dom, page};
use super::state::{Inner, cut, misleads};
use crate::handover::{MAX_FILE, Place};
use std::os::fd::OwnedFd;
use std::sync::Arc;

/// Files of one answer.
const MAX_FILES: usize = 20;
/// Downloads of one session; further ones are refused.
const MAX_DOWNLOADS: usize = 20;
/// Characters of a file's name.
const MAX_NAME: usize = 200;

/// An open file chooser.
#[derive(Debug, Clone)]
pub(super) struct Chooser {
    session: Arc<str>,
    node: i64,
    multiple: bool,
}

/// A file for a chooser.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Its name; what comes before a slash is dropped.
    pub name: String,
    /// Its content, at most 64 MiB.
    pub content: bytes::Bytes,
}

impl Inner {
    /// A page wants files. Only one chooser is open at one time; a second one takes its place.
    pub(super) fn chooser_opened(self: &Arc<Self>, session: &Arc<str>, opened: &page::FileChooserOpened) {
        // Choosers without an element would give the page a handle on the file system; that is not offered.
        let Some(node) = opened.backend_node_id else { return };
        let chooser = Chooser { session: Arc::clone(session), node, multiple: opened.mode == "selectMultiple" };
        let (id, before) = {
            let mut state = self.state();
            let before: Vec<u64> = state.choosers.drain().map(|(id, _)| id).collect();
            let id = state.next_id();
            state.choosers.insert(id, chooser.clone());
            (id, before)
        };
        for id in before {
            self.tell(Event::FileChooserClosed { id });
        }
        let inner = Arc::clone(self);
        tokio::spawn(async move {
            let accept = inner.accept_of(&chooser).await.unwrap_or_default();
            inner.tell(Event::FileChooser { id, multiple: chooser.multiple, accept });
        });
    }

    async fn accept_of(&self, chooser: &Chooser) -> Result<String, Error> {
        let asked = dom::DescribeNode { backend_node_id: Some(chooser.node), object_id: None };
        let node = self.cdp.ask(Some(&chooser.session), asked).await?.node;
        let attributes = node.attributes.unwrap_or_default();
        let mut pairs = attributes.chunks_exact(2);
        Ok(pairs.find(|pair| pair[0] == "accept").map(|pair| cut(&pair[1])).unwrap_or_default())
    }

    pub(super) async fn choose(&self, id: u64, files: Vec<Upload>) -> Result<(), Error> {
        let chooser = self.state().choosers.remove(&id).ok_or(Error::NoSuch("file chooser"))?;
        self.tell(Event::FileChooserClosed { id });
        let limit = if chooser.multiple { MAX_FILES } else { 1 };
        if files.is_empty() || files.len() > limit {
            return Err(Error::Files { limit });
        }
        let mut paths = Vec::new();
        for (at, file) in files.into_iter().enumerate() {
            let batch = id.wrapping_mul(MAX_FILES as u64).wrapping_add(at as u64);
            paths.push(self.side.put(Place::Upload(batch), &plain(&file.name), &file.content).await?);
        }
        let set = dom::SetFileInputFiles { files: paths, backend_node_id: Some(chooser.node) };
        self.cdp.ask(Some(&chooser.session), set).await.map(|_| ())
    }

    pub(super) fn cancel_chooser(&self, id: u64) -> Result<(), Error> {
        self.state().choosers.remove(&id).ok_or(Error::NoSuch("file chooser"))?;
        self.tell(Event::FileChooserClosed { id });
        Ok(())
    }

    pub(super) fn download_began(&self, began: browser::DownloadWillBegin) {
        let mut state = self.state();
        if state.downloads.len() >= MAX_DOWNLOADS {
            drop(state);
            self.cdp.tell(None, browser::CancelDownload { guid: began.guid });
            return;
        }
        let download = Download { id: began.guid, name: plain(&began.suggested_filename), ..Download::default() };
        state.downloads.push(download.clone());
        self.tell(Event::Download(download));
    }

    pub(super) fn download_moved(&self, moved: &browser::DownloadProgress) {
        let mut state = self.state();
        let Some(download) = state.downloads.iter_mut().find(|one| one.id == moved.guid) else { return };
        if download.complete || download.failed {
            return;
        }
        let bytes = moved.received_bytes.max(moved.total_bytes).max(0.0);
        // Sizes beyond 2^53 are no sizes.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "not negative, and capped by the limit"
        )]
        let size = bytes.min(MAX_FILE as f64 + 1.0) as u64;
        let (was, too_large) = (download.size, size > MAX_FILE);
        download.size = size;
        download.complete = moved.state == "completed" && !too_large;
        download.failed = moved.state == "canceled" || too_large;
        let news = download.complete || download.failed || size / 100_000 != was / 100_000;
        let told = download.clone();
        drop(state);
        if too_large {
            self.cdp.tell(None, browser::CancelDownload { guid: moved.guid.clone() });
        }
        if news {
            self.tell(Event::Download(told));
        }
    }

    pub(super) async fn download(&self, id: &str) -> Result<OwnedFd, Error> {
        let known = self.state().downloads.iter().any(|one| one.id == id && one.complete);
        if !known {
            return Err(Error::NoSuch("download"));
        }
        Ok(self.side.take(id).await?)
    }
}

/// The last component of a name, without what no file system likes.
pub(super) fn plain(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String =
        last.chars().filter(|letter| !letter.is_control() && !misleads(*letter)).take(MAX_NAME).collect();
    let mut kept = kept.trim().trim_start_matches('.').to_owned();
    while kept.len() > 240 {
        kept.pop();
    }
    if kept.is_empty() { "file".into() } else { kept }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn names_are_one_plain_component() {
        assert_eq!(plain("../../etc/passwd"), "passwd");
        assert_eq!(plain("C:\\a\\b.txt"), "b.txt");
        assert_eq!(plain(".."), "file");
        assert_eq!(plain("a\u{0}b\n.png"), "ab.png");
        assert_eq!(plain("bill\u{202e}fdp.exe"), "billfdp.exe", "what it is is seen at its end");
        assert!(plain(&"é".repeat(500)).len() <= 240);
    }
}
