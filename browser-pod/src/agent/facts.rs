//! What Chrome tells, as facts for people: who may know, and without query or typed text where not the end user alone.

use std::collections::HashMap;

use cobrowse_wire::v1::{self, Audience, event::Body};

use crate::chrome::masking::{PlacedField, Rect};
use crate::chrome::{self, Dialog, DialogKind, Event, Navigation, Picker, PickerKind, PickerOption, Tab};

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
            let mut facts = vec![(Audience::EndUser, Body::FileChooser(chooser))];
            facts.extend(notice("FileForEndUser", []));
            facts
        }
        Event::FileChooserClosed { id } => {
            let chooser = v1::FileChooser { id: id.to_string(), ..v1::FileChooser::default() };
            vec![(Audience::EndUser, Body::FileChooser(chooser))]
        }
        Event::Download(chrome::Download { id, name, size, complete, failed }) => {
            let ready = if complete { notice("DownloadForEndUser", []) } else { Vec::new() };
            let download = v1::Download { id, name, size_bytes: size, complete, failed };
            // What the file is called is the end user's own business.
            std::iter::once((Audience::EndUser, Body::Download(download))).chain(ready).collect()
        }
        Event::Protected(fields) => {
            let fields = fields.into_iter().map(protected).collect();
            vec![(Audience::EndUser, Body::ProtectedFields(v1::ProtectedFields { fields }))]
        }
        Event::EditFocus { editable, protected, input_mode, rect } => {
            let focus = v1::EditFocus { editable, protected, input_mode, rect: rect.map(shape) };
            vec![(Audience::All, Body::EditFocus(focus))]
        }
        Event::Picker { id, picker } => vec![(Audience::EndUser, Body::Picker(chosen(id, picker)))],
        Event::PickerClosed { id } => {
            let picker = v1::Picker { id: id.to_string(), ..v1::Picker::default() };
            vec![(Audience::EndUser, Body::Picker(picker))]
        }
        // A menu is for one person alone.
        Event::Menu(_) | Event::Sight | Event::Gone => Vec::new(),
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

fn protected(placed: PlacedField) -> v1::ProtectedField {
    let PlacedField { id, field } = placed;
    #[expect(clippy::cast_possible_truncation, reason = "a size of letters")]
    let font_px = field.font as f32;
    let rect = Some(shape(field.rect));
    v1::ProtectedField { id, rect, text: field.text, focused: field.focused, font_px, password: field.password }
}

#[expect(clippy::cast_possible_truncation, reason = "coordinates of a screen")]
pub(super) fn shape(rect: Rect) -> v1::Rect {
    v1::Rect { x: rect.x as f32, y: rect.y as f32, width: rect.w as f32, height: rect.h as f32 }
}

fn chosen(id: u64, picker: Picker) -> v1::Picker {
    let kind = match picker.kind {
        PickerKind::Select => v1::PickerKind::Select,
        PickerKind::Date => v1::PickerKind::Date,
        PickerKind::Time => v1::PickerKind::Time,
        PickerKind::Color => v1::PickerKind::Color,
        PickerKind::Datetime => v1::PickerKind::Datetime,
        PickerKind::Month => v1::PickerKind::Month,
        PickerKind::Week => v1::PickerKind::Week,
    };
    let option = |one: PickerOption| {
        let PickerOption { value, label, selected, disabled, group } = one;
        v1::PickerOption { value, label, selected, disabled, group }
    };
    v1::Picker {
        id: id.to_string(),
        open: true,
        kind: kind.into(),
        rect: Some(shape(picker.rect)),
        options: picker.options.into_iter().map(option).collect(),
        value: picker.value,
        multiple: picker.multiple,
        min: picker.min,
        max: picker.max,
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
        let navigation = Navigation {
            url: "https://a.example/p?card=4111#x".into(),
            shared_url: "https://a.example/p".into(),
            ..Navigation::default()
        };
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
