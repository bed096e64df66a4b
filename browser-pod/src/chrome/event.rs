//! What Chrome tells the owner of the session. Plain data.

use super::masking::{PlacedField, Rect};
use serde::Deserialize;

/// Something happened in Chrome.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Address, title, history, loading or tabs changed. Comes at most every 30 ms.
    Navigation(Navigation),
    /// The page wanted to leave the sites; nothing was sent there.
    Blocked {
        /// The host, or the scheme of an address without one.
        host: String,
    },
    /// A page could not be loaded.
    LoadFailed {
        /// The host.
        host: String,
        /// Chrome's code, for example "ERR_CONNECTION_REFUSED".
        code: String,
    },
    /// A site's certificate is not valid; the page was not loaded.
    CertificateInvalid {
        /// The host.
        host: String,
    },
    /// A page asks. It stands still until somebody answers.
    Dialog(Dialog),
    /// The question is no more.
    DialogClosed {
        /// The dialog's.
        id: u64,
    },
    /// A page asked too often; its further questions are dismissed.
    DialogLimit,
    /// A page opened more tabs than allowed; the new one was closed.
    TabLimit,
    /// The page of the active tab crashed; `reload` helps.
    Crashed,
    /// A page asked for a passkey or stored password, which cannot work in a browser elsewhere. It was told so.
    CredentialsRefused {
        /// The host.
        host: String,
    },
    /// A page wants files of the end user.
    FileChooser {
        /// For the answer.
        id: u64,
        /// More than one file.
        multiple: bool,
        /// As the page wrote it, for example "image/*".
        accept: String,
    },
    /// The file chooser is no more.
    FileChooserClosed {
        /// The chooser's.
        id: u64,
    },
    /// A page offers a file, or more of it is there.
    Download(Download),
    /// All protected fields in view, in place of those before. For the end user alone.
    Protected(Vec<PlacedField>),
    /// Where text goes changed, in the active tab.
    EditFocus {
        /// The page takes text now.
        editable: bool,
        /// It goes into a protected field.
        protected: bool,
        /// HTML inputmode, for example "numeric".
        input_mode: String,
        /// Where the field is, when it is not in a frame of another site.
        rect: Option<Rect>,
    },
    /// A finger wants to choose, where the end user's device is used by touch.
    Picker {
        /// For the answer.
        id: u64,
        /// What to choose from.
        picker: Picker,
    },
    /// The picker is no more.
    PickerClosed {
        /// The picker's.
        id: u64,
    },
    /// Somebody asked for a menu in the active tab, and the page drew none of its own.
    Menu(Menu),
    /// [`super::Chrome::sight`] is new.
    Sight,
    /// Chrome is gone. The last event.
    Gone,
}

/// What is where somebody asked for a menu. Its link holds the query, so nobody gets it but who asked.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Menu {
    /// Where, when it is not in a frame. CSS pixels of the viewport.
    pub at: Option<Spot>,
    /// Where the link there leads, http or https; empty: none.
    pub link: String,
    /// Something is selected.
    pub selected: bool,
    /// A field that takes text.
    pub editable: bool,
    /// What is there is protected.
    pub protected: bool,
}

/// A point of the viewport.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
pub struct Spot {
    /// CSS pixels from the left.
    pub x: f64,
    /// CSS pixels from the top.
    pub y: f64,
}

/// Where Chrome is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Navigation {
    /// The whole address of the active tab. Holds the query, so it is for the end user alone.
    pub url: String,
    /// The address for the others: without query and fragment, and without what is protected.
    pub shared_url: String,
    /// The page's title, without what is protected.
    pub title: String,
    /// There is a page to go back to.
    pub can_go_back: bool,
    /// There is a page to go forward to.
    pub can_go_forward: bool,
    /// The page is loading.
    pub loading: bool,
    /// All tabs, oldest first.
    pub tabs: Vec<Tab>,
}

/// A tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// Opaque.
    pub id: String,
    /// The page's title.
    pub title: String,
    /// In front.
    pub active: bool,
}

/// A form field to choose in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Picker {
    /// What kind of field.
    #[serde(rename = "picker")]
    pub kind: PickerKind,
    /// CSS pixels of its frame's viewport.
    pub rect: Rect,
    /// What a list offers.
    pub options: Vec<PickerOption>,
    /// What the field holds now, as its form would send it.
    pub value: String,
    /// More than one may be chosen.
    pub multiple: bool,
    /// The least value, empty for none.
    pub min: String,
    /// The greatest value, empty for none.
    pub max: String,
}

/// What kind of field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names of HTML's input types")]
pub enum PickerKind {
    Select,
    Date,
    Time,
    Color,
    Datetime,
    Month,
    Week,
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PickerOption {
    /// As the form would send it.
    pub value: String,
    /// As people read it.
    pub label: String,
    /// Chosen now.
    pub selected: bool,
    /// Not to be chosen.
    pub disabled: bool,
    /// The heading above it, or empty.
    pub group: String,
}

/// A file that a page offers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Download {
    /// Opaque.
    pub id: String,
    /// The page's name for it, one plain component.
    pub name: String,
    /// Bytes, as far as known.
    pub size: u64,
    /// It can be fetched.
    pub complete: bool,
    /// It never will be: cancelled, refused or too large.
    pub failed: bool,
}

/// A page's question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialog {
    /// For the answer.
    pub id: u64,
    /// Which question.
    pub kind: DialogKind,
    /// The page's text without what is protected, cut at 2,000 characters.
    pub message: String,
    /// What a prompt starts with, cut likewise.
    pub default_text: String,
    /// Scheme, host and port of the page that asks.
    pub origin: String,
}

/// Which question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialogKind {
    /// To be acknowledged.
    Alert,
    /// Yes or no.
    Confirm,
    /// A line of text.
    Prompt,
    /// Whether to leave the page.
    BeforeUnload,
}
