//! One tab as the extension reports it: the documents of all its frames, composed into the viewport that people see.

use super::report::{Fields, Focus, Kind, Look, Rect, Report, Secrets, Zoom};
use std::collections::{HashMap, HashSet, VecDeque};

/// Most frames of one tab that are followed.
const MAX_FRAMES: usize = 256;
/// Most fields of one tab that are handed on.
const MAX_FIELDS: usize = 400;
/// Values of documents before, that the next ones may still name.
const MAX_PAST: usize = 128;
/// Frames deeper than this are not placed.
const MAX_DEPTH: usize = 16;
/// Frames that are placed at one time. A frame that is named by several others is placed as often; documents that all name
/// each other would never end.
const MAX_PLACED: usize = 1_024;

/// What a report changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Change {
    /// [`Scene::fields`] may be new.
    pub fields: bool,
    /// [`Scene::focused_protected`] may be new.
    pub focus: bool,
    /// [`Scene::take_unplaced`] has something.
    pub unplaced: bool,
}

/// A protected field in the viewport of the tab.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedField {
    /// The field as its document reports it; `rect` and `font` are in CSS pixels of the top viewport.
    pub field: super::Field,
    /// Stable for as long as the document lives; unique in the tab.
    pub id: String,
}

/// What is protected in one tab.
#[derive(Debug)]
pub struct Scene {
    top: String,
    documents: HashMap<String, Document>,
    asked: HashSet<String>,
    /// What documents held that are gone.
    past: Past,
}

#[derive(Default)]
struct Past(VecDeque<String>);

impl std::fmt::Debug for Past {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the values.
        write!(f, "{} values", self.0.len())
    }
}

impl Past {
    fn keep(&mut self, values: &[String]) {
        for value in values {
            self.0.retain(|known| known != value);
            self.0.push_back(value.clone());
        }
        self.0.drain(..self.0.len().saturating_sub(MAX_PAST));
    }
}

#[derive(Debug, Default)]
struct Document {
    fields: Option<Fields>,
    focus: Option<Focus>,
    secrets: Secrets,
}

/// How a frame's pixels become those of the top viewport, and what is seen of it there.
#[derive(Debug, Clone, Copy)]
struct Place {
    x: f64,
    y: f64,
    scale: f64,
    seen: Rect,
}

const EVERYWHERE: Rect = Rect { x: -1e6, y: -1e6, w: 2e6, h: 2e6 };

impl Scene {
    /// A tab with nothing reported; `top` is the id of its top frame.
    #[must_use]
    pub fn new(top: impl Into<String>) -> Self {
        Self { top: top.into(), documents: HashMap::new(), asked: HashSet::new(), past: Past::default() }
    }

    /// Takes a report of the document in a frame.
    pub fn report(&mut self, frame: &str, report: Report) -> Change {
        if !self.documents.contains_key(frame) && self.documents.len() >= MAX_FRAMES {
            return Change::default();
        }
        let document = self.documents.entry(frame.to_owned()).or_default();
        match report {
            Report::Fields(fields) => {
                document.fields = Some(fields);
                Change { fields: true, focus: false, unplaced: self.unplaced().next().is_some() }
            }
            Report::Focus(focus) => {
                document.focus = Some(focus);
                Change { focus: true, ..Change::default() }
            }
            Report::Secrets(secrets) => {
                document.secrets = secrets;
                Change { fields: true, ..Change::default() }
            }
            Report::Alive | Report::Fault(_) => Change::default(),
        }
    }

    /// The document of a frame is gone.
    pub fn gone(&mut self, frame: &str) -> Change {
        self.asked.remove(frame);
        let gone = self.documents.remove(frame);
        let was = gone.is_some();
        self.past.keep(&gone.map(|document| document.secrets.0).unwrap_or_default());
        Change { fields: was, focus: was, unplaced: false }
    }

    /// Frames with something protected in them, of which nobody has said where they are. Each is given once.
    /// The caller names them to the documents that hold them, and those documents' frames to theirs, up to the top.
    pub fn take_unplaced(&mut self) -> Vec<String> {
        let all: Vec<String> = self.unplaced().map(str::to_owned).collect();
        self.asked.extend(all.iter().cloned());
        all
    }

    fn unplaced(&self) -> impl Iterator<Item = &str> {
        let wanted = |document: &Document| {
            document.fields.as_ref().is_some_and(|all| !all.fields.is_empty() || !all.frames.is_empty())
        };
        self.documents
            .iter()
            .filter(move |(frame, document)| **frame != self.top && wanted(document) && !self.asked.contains(*frame))
            .map(|(frame, _)| frame.as_str())
    }

    /// Whether the keys would go to a protected element.
    #[must_use]
    pub fn focused_protected(&self) -> bool {
        self.documents.values().any(|document| document.focus.as_ref().is_some_and(Focus::blocks))
    }

    /// All protected fields in view.
    #[must_use]
    pub fn fields(&self) -> Vec<PlacedField> {
        let (mut out, mut left) = (Vec::new(), MAX_PLACED);
        let zoom =
            self.documents.get(&self.top).and_then(|document| document.fields.as_ref()).and_then(|fields| fields.zoom);
        self.collect(&self.top, top_place(zoom), 0, (&mut out, &mut left));
        out
    }

    fn collect(&self, frame: &str, place: Place, depth: usize, (out, left): (&mut Vec<PlacedField>, &mut usize)) {
        let Some(all) = self.documents.get(frame).and_then(|document| document.fields.as_ref()) else { return };
        let Some(less) = left.checked_sub(1) else { return };
        *left = less;
        for field in &all.fields {
            let Some(rect) = place.apply(field.rect) else { continue };
            if out.len() >= MAX_FIELDS {
                return;
            }
            let mut placed = field.clone();
            placed.rect = rect;
            placed.font *= place.scale;
            out.push(PlacedField { id: format!("{frame}.{}", field.id), field: placed });
        }
        for inner in &all.frames {
            // A frame that names itself or one around it ends here.
            if depth < MAX_DEPTH
                && inner.name != self.top
                && let Some(seen) = place.apply(inner.seen)
            {
                let place = Place {
                    x: place.x + inner.x * place.scale,
                    y: place.y + inner.y * place.scale,
                    scale: place.scale * inner.scale,
                    seen,
                };
                self.collect(&inner.name, place, depth + 1, (out, left));
            }
        }
    }

    /// The text without what is protected in this tab, and without any card number. For everybody but the end user.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let fields =
            self.documents.values().filter_map(|document| document.fields.as_ref()).flat_map(|all| &all.fields);
        // Dots are nobody's secret: what a password holds is among the held.
        let seen = fields.filter(|field| field.look != Look::Cover && !field.password).map(|field| &field.text);
        let held = self.documents.values().flat_map(|document| &document.secrets.0);
        super::redact(text, seen.chain(held).chain(&self.past.0).map(String::as_str))
    }

    /// Whether anything of this kind is in view.
    #[must_use]
    pub fn shows(&self, kind: Kind) -> bool {
        self.fields().iter().any(|placed| placed.field.kind == kind)
    }
}

fn top_place(zoom: Option<Zoom>) -> Place {
    let zoom = zoom.unwrap_or(Zoom { x: 0.0, y: 0.0, scale: 1.0 });
    Place { x: -zoom.x * zoom.scale, y: -zoom.y * zoom.scale, scale: zoom.scale, seen: EVERYWHERE }
}

impl Place {
    fn apply(self, rect: Rect) -> Option<Rect> {
        let left = (self.x + rect.x * self.scale).max(self.seen.x);
        let top = (self.y + rect.y * self.scale).max(self.seen.y);
        let right = (self.x + (rect.x + rect.w) * self.scale).min(self.seen.x + self.seen.w);
        let bottom = (self.y + (rect.y + rect.h) * self.scale).min(self.seen.y + self.seen.h);
        let rect = Rect { x: left, y: top, w: right - left, h: bottom - top };
        (rect.w >= 1.0 && rect.h >= 1.0).then_some(rect)
    }
}

#[cfg(test)]
mod tests;
