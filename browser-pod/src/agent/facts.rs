//! What Chrome tells, as facts for people: who may know, and without query or typed text where not the end user alone.

use std::collections::HashMap;

use cobrowse_wire::v1::{self, Audience, event::Body};

use crate::chrome::masking::PlacedField;
use crate::chrome::{self, Dialog, DialogKind, Event, Navigation, Tab};

/// The facts of one event, in order.
pub(super) fn of(event: Event) -> Vec<(Audience, Body)> {
    match event {
        Event::Navigation(navigation) => navigated(navigation).into(),
        Event::Dialog(dialog) => vec![(Audience::All, Body::Dialog(asked(dialog)))],
        Event::DialogClosed { id } => {
            vec![(Audience::All, Body::Dialog(v1::Dialog { id: id.to_string(), ..v1::Dialog::default() }))]
        }
        Event::Blocked { host } => notice("SiteNotAllowed", [("host", host)]),
        Event::LoadFailed { host, code } => notice("LoadFailed", [("host", host), ("code", code)]),
        Event::CertificateInvalid { host } => notice("CertificateInvalid", [("host", host)]),
        Event::CredentialsRefused { host } => notice("PasskeyUnsupported", [("host", host)]),
        Event::DialogLimit => notice("DialogLimit", []),
        Event::TabLimit => notice("TabLimit", []),
        Event::Crashed => notice("PageCrashed", []),
        Event::FileChooser { id, multiple, accept } => {
            let chooser = v1::FileChooser { id: id.to_string(), open: true, multiple, accept };
            vec![(Audience::EndUser, Body::FileChooser(chooser))]
        }
        Event::FileChooserClosed { id } => {
            let chooser = v1::FileChooser { id: id.to_string(), ..v1::FileChooser::default() };
            vec![(Audience::EndUser, Body::FileChooser(chooser))]
        }
        Event::Download(chrome::Download { id, name, size, complete, failed }) => {
            let download = v1::Download { id, name, size_bytes: size, complete, failed };
            vec![(Audience::EndUser, Body::Download(download))]
        }
        Event::Protected(fields) => {
            let fields = fields.into_iter().map(protected).collect();
            vec![(Audience::EndUser, Body::ProtectedFields(v1::ProtectedFields { fields }))]
        }
        Event::Gone => Vec::new(),
    }
}

fn notice<const N: usize>(code: &str, details: [(&str, String); N]) -> Vec<(Audience, Body)> {
    let details: HashMap<_, _> = details.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    vec![(Audience::All, Body::Notice(v1::Notice { code: code.to_owned(), details }))]
}

/// Without query and fragment to all, then whole to the end user.
fn navigated(navigation: Navigation) -> [(Audience, Body); 2] {
    let Navigation { url, shared_url, title, can_go_back, can_go_forward, loading, tabs } = navigation;
    let tab = |tab: Tab| v1::Tab { id: tab.id, title: tab.title, active: tab.active };
    let whole =
        v1::Navigation { url, title, can_go_back, can_go_forward, loading, tabs: tabs.into_iter().map(tab).collect() };
    let plain = v1::Navigation { url: shared_url, ..whole.clone() };
    [(Audience::All, Body::Navigation(plain)), (Audience::EndUser, Body::Navigation(whole))]
}

#[expect(clippy::cast_possible_truncation, reason = "coordinates of a screen")]
fn protected(placed: PlacedField) -> v1::ProtectedField {
    let PlacedField { id, field } = placed;
    let rect = field.rect;
    v1::ProtectedField {
        id,
        rect: Some(v1::Rect { x: rect.x as f32, y: rect.y as f32, width: rect.w as f32, height: rect.h as f32 }),
        text: field.text,
        focused: field.focused,
        font_px: field.font as f32,
        password: field.password,
    }
}

fn asked(dialog: Dialog) -> v1::Dialog {
    let kind = match dialog.kind {
        DialogKind::Alert => v1::DialogKind::Alert,
        DialogKind::Confirm => v1::DialogKind::Confirm,
        DialogKind::Prompt => v1::DialogKind::Prompt,
        DialogKind::BeforeUnload => v1::DialogKind::BeforeUnload,
    };
    v1::Dialog {
        id: dialog.id.to_string(),
        open: true,
        kind: kind.into(),
        message: dialog.message,
        default_text: dialog.default_text,
        origin: dialog.origin,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_is_the_end_users_alone_and_comes_last() {
        let navigation = Navigation { url: "https://a.example/p?card=4111#x".into(), shared_url: "https://a.example/p".into(), ..Navigation::default() };
        let facts = of(Event::Navigation(navigation));
        let urls: Vec<_> = facts
            .into_iter()
            .map(|(audience, body)| match body {
                Body::Navigation(navigation) => (audience, navigation.url),
                _ => panic!("not a navigation"),
            })
            .collect();
        let wanted = [(Audience::All, "https://a.example/p"), (Audience::EndUser, "https://a.example/p?card=4111#x")];
        assert_eq!(urls, wanted.map(|(audience, url)| (audience, url.to_owned())));
    }
}
