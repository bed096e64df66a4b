//! The messages between the two sides. Plain data.

use serde::{Deserialize, Serialize};

/// Bytes of one message.
pub(super) const MAX_MESSAGE: usize = 4_096;
/// File descriptors of one message.
pub(super) const MAX_FDS: usize = 3;

/// From the browser side to the agent side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// Chrome was started. Carries the listening Wayland socket, the end to read DevTools messages from and the end to
    /// write them to, in this order.
    Started {
        /// The folder for downloads, as Chrome sees it.
        downloads: String,
        /// The folder of the masking extension, as Chrome sees it.
        extension: String,
    },
    /// Chrome is gone. The last message.
    Exited {
        /// The exit status; none when a signal ended it.
        code: Option<i32>,
        /// What is known about the cause, with the mend. Holds nothing of the page.
        reason: Option<String>,
        /// The word of a known trouble (`session::pool::Trouble`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trouble: Option<String>,
    },
    /// The kernel shows Chrome's pages in Chrome's own sandbox. Comes once, after `Started`.
    Sandboxed,
    /// An order was carried out. Carries the file for `Order::Take`.
    Done {
        /// The order's.
        id: u64,
        /// Where Chrome finds the file (`Order::Put`), else empty.
        path: String,
    },
    /// An order failed.
    Failed {
        /// The order's.
        id: u64,
        /// Why, without any name or content of the file.
        reason: String,
    },
}

/// From the agent side to the browser side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Writes the file that comes with it where Chrome can read it.
    Put {
        /// Echoed in the answer.
        id: u64,
        /// The folder.
        place: Place,
        /// The file's name, one component.
        name: String,
    },
    /// Opens a finished download and sends it.
    Take {
        /// Echoed in the answer.
        id: u64,
        /// Chrome's name of the download.
        guid: String,
    },
    /// Removes a download or an upload that is no longer needed.
    Remove {
        /// Echoed in the answer.
        id: u64,
        /// Chrome's name of the download.
        guid: String,
    },
}

/// A folder of the browser side that only it and Chrome see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The masking extension.
    Extension,
    /// A folder of its own for one answer to a file chooser, so that equal names do not meet.
    Upload(u64),
}
