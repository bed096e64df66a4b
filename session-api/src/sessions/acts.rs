//! What people ask of a pod, as the audit names it: stable words and ids, nothing that anybody typed. An imperative is what a
//! person asked for; what became of the session is audited where its row changes, in the past tense.

use super::Sessions;
use super::change::Actor;
use crate::clock;
use crate::journal::Entry;
use cobrowse_session::permission::TenantScope;
use cobrowse_session::site::PageUrl;
use cobrowse_session::{ParticipantId, SessionId};
use cobrowse_wire::v1::command::Body;
use cobrowse_wire::v1::navigate_command::To;
use cobrowse_wire::v1::{CommandResult, ControlCommand, Permissions, PermitCommand};

/// Bytes of a pod's word that may be one of ours.
const WORD: usize = 64;

/// Something that was asked of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// CamelCase.
    pub act: &'static str,
    /// Stable words and ids.
    pub detail: String,
    /// Only a person's first time is kept: it comes with every stroke or letter.
    pub once: bool,
}

impl Asked {
    fn of(act: &'static str, detail: impl Into<String>) -> Self {
        Self { act, detail: detail.into(), once: false }
    }

    /// Guidance, of whatever kind.
    pub fn guidance() -> Self {
        Self { once: true, ..Self::of("Guidance", "") }
    }

    /// A file into the page.
    pub fn upload(bytes: u64) -> Self {
        Self::of("UploadFile", format!("{bytes} bytes"))
    }

    /// A file out of the page.
    pub fn download() -> Self {
        Self::of("DownloadFile", "")
    }

    /// The command, if it is an act: a page follows its window by itself.
    pub fn command(body: &Body) -> Option<Self> {
        Some(match body {
            Body::Pause(_) => Self::of("Pause", ""),
            Body::Resume(_) => Self::of("Resume", ""),
            Body::End(_) => Self::of("End", ""),
            Body::Navigate(navigate) => Self::of("Navigate", navigate.to.as_ref().map(to).unwrap_or_default()),
            Body::Control(control) => Self::of("Control", control_detail(control)),
            Body::Permit(permit) => Self::of("Permit", permit_detail(permit)),
            Body::Dialog(dialog) => Self::of("AnswerDialog", if dialog.accept { "Accept" } else { "Dismiss" }),
            Body::Tab(tab) => Self::of("Tab", if tab.close { "Close" } else { "Show" }),
            Body::OpenLink(_) => Self::of("OpenLink", ""),
            Body::Extend(_) => Self::of("Extend", ""),
            Body::Picker(picker) => Self::of("AnswerPicker", if picker.cancelled { "Cancel" } else { "Choose" }),
            Body::ProtectedText(_) => Self { once: true, ..Self::of("TypeProtected", "") },
            Body::ChooserCancel(_) => Self::of("CancelUpload", ""),
            Body::Clipboard(_) => Self::of("Paste", ""),
            Body::Resize(_) => return None,
        })
    }

    /// With what the pod said to it.
    #[must_use]
    pub fn answered(self, result: &CommandResult) -> Self {
        if result.ok { self } else { self.refused(&result.reason) }
    }

    /// With the reason for which it was not done.
    #[must_use]
    pub fn refused(self, reason: &str) -> Self {
        // A pod may have been taken over: its words are looked at before they are kept.
        let stable = !reason.is_empty() && reason.len() <= WORD && reason.chars().all(|c| c.is_ascii_alphanumeric());
        let reason = if stable { reason } else { "Other" };
        let gap = if self.detail.is_empty() { "" } else { " " };
        Self { detail: format!("{}{gap}refused {reason}", self.detail), ..self }
    }
}

impl Sessions {
    /// Keeps what a person of a session asked for.
    pub fn note(&self, scope: &TenantScope, session: &SessionId, by: (&Actor, &ParticipantId), asked: Asked) {
        let (actor, participant) = by;
        let journal = &self.parts.journal;
        if asked.once && !journal.is_first(session, participant, asked.act) {
            return;
        }
        let Asked { act, detail, .. } = asked;
        let (scope, actor, session) = (scope.clone(), actor.clone(), session.clone());
        journal.note(Entry { scope, at: clock::now(), actor, act, session, detail });
    }
}

/// Where to: of an address its origin alone.
fn to(to: &To) -> String {
    match to {
        To::Url(url) => PageUrl::parse(url).map(|url| url.origin().to_string()).unwrap_or_default(),
        To::Back(_) => "Back".to_owned(),
        To::Forward(_) => "Forward".to_owned(),
        To::Reload(_) => "Reload".to_owned(),
    }
}

fn control_detail(control: &ControlCommand) -> String {
    let name = control.action().as_str_name();
    let action = name.trim_start_matches("CONTROL_ACTION_");
    format!("{action} {}", id(&control.participant_id)).trim_end().to_owned()
}

fn permit_detail(permit: &PermitCommand) -> String {
    let Permissions { view, point, act, clipboard } = permit.permissions.unwrap_or_default();
    let all = [(view, "view"), (point, "point"), (act, "act"), (clipboard, "clipboard")];
    let given: Vec<_> = all.iter().filter(|(given, _)| *given).map(|(_, name)| *name).collect();
    format!("{} {}", id(&permit.participant_id), given.join(",")).trim().to_owned()
}

/// An id that is one. A viewer may send anything there.
fn id(text: &str) -> String {
    ParticipantId::parse(text).map(|id| id.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cobrowse_wire::v1::{NavigateCommand, PickerAnswer, ResizeCommand};

    #[test]
    fn nothing_that_was_typed_or_sent_freely_is_kept() {
        let navigate = |url: &str| Body::Navigate(NavigateCommand { to: Some(To::Url(url.to_owned())) });
        let control = ControlCommand { action: 2, participant_id: "' free text".to_owned() };
        let picker = PickerAnswer { values: vec!["secret".to_owned()], ..PickerAnswer::default() };
        for (body, wanted) in [
            (navigate("https://user:pw@shop.example/a?q=secret#f"), ""),
            (navigate("https://shop.example/a?q=secret#f"), "https://shop.example"),
            (navigate("javascript:alert(1)"), ""),
            (Body::Control(control), "GRANT"),
            (Body::Picker(picker), "Choose"),
        ] {
            assert_eq!(Asked::command(&body).map(|asked| asked.detail), Some(wanted.to_owned()), "{body:?}");
        }
        assert_eq!(Asked::command(&Body::Resize(ResizeCommand::default())), None);
    }

    #[test]
    fn a_pods_words_are_looked_at() {
        let asked = || Asked::of("Tab", "Close");
        let result = |ok, reason: &str| CommandResult { id: 1, ok, reason: reason.to_owned() };
        assert_eq!(asked().answered(&result(true, "")).detail, "Close");
        assert_eq!(asked().answered(&result(false, "NotAllowed")).detail, "Close refused NotAllowed");
        for word in ["", "free text", &"a".repeat(65)] {
            assert_eq!(asked().answered(&result(false, word)).detail, "Close refused Other");
        }
    }
}
