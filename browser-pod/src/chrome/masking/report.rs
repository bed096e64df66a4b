//! What the extension says, parsed: every size, count and number has a limit, for a page may have taken over its renderer.

use serde::Deserialize;

/// Longest payload, bytes: two hundred fields of the longest text, each character escaped at worst.
const MAX_PAYLOAD: usize = 4 << 20;
/// Most fields of one document that are reported.
const MAX_FIELDS: usize = 200;
/// Most frames of one document that are reported.
const MAX_FRAMES: usize = 200;
/// Most protected values of one document.
const MAX_SECRETS: usize = 264;
/// Longest real text of a field, UTF-16 units, as the extension counts.
const MAX_TEXT: usize = 4_096;
/// Longest id or frame name, bytes.
const MAX_NAME: usize = 128;
/// Farthest coordinate, CSS pixels: no viewport is as large.
const MAX_COORDINATE: f64 = 100_000.0;

/// Why a report was refused. Says nothing of its content.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Larger than any true report.
    #[error("failed to read a masking report: it has {0} bytes")]
    TooLong(usize),
    /// Not JSON, or not of a known form. The cause is left out, for it may quote the content.
    #[error("failed to read a masking report: it is malformed")]
    Malformed,
    /// A count, length or number is beyond its limit.
    #[error("failed to read a masking report: {0} is out of range")]
    OutOfRange(&'static str),
}

/// One report of one document.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// What is protected and in view: all of it, in place of what was said before.
    Fields(Fields),
    /// Where the keys go.
    Focus(Focus),
    /// What protected elements hold, in view or not: all of it, in place of what was said before. For taking it out of texts.
    Secrets(Secrets),
    /// The document is shown, with its sheets. At the top level: and was painted since.
    Alive,
    /// The extension failed and has blanked the document. For the log; the text is its own stack trace.
    Fault(String),
}

/// What the protected elements of one document hold.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secrets(pub Vec<String>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the values: this may come into a log.
        write!(f, "{} values", self.0.len())
    }
}

/// What is protected and in view in one document.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    /// Rises by one or more with each report of the document.
    pub sequence: u64,
    /// Protected elements in view.
    pub fields: Vec<Field>,
    /// Frames in view that were given a name.
    pub frames: Vec<Frame>,
    /// The part that is seen of a pinched top frame.
    pub zoom: Option<Zoom>,
}

/// The part of a top frame that pinching left in view.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zoom {
    /// Left edge of that part, CSS pixels of the layout.
    pub x: f64,
    /// Top edge of that part.
    pub y: f64,
    /// How much larger it is shown.
    pub scale: f64,
}

/// One protected element.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Stable for as long as the document lives; unique in it.
    pub id: String,
    /// Why it is protected.
    pub kind: Kind,
    /// How it is painted.
    pub look: Look,
    /// What is seen of it, CSS pixels of its own frame's viewport.
    #[serde(flatten)]
    pub rect: Rect,
    /// The real content; as many dots as it has characters for a password that the page does not show, and empty for pictures.
    pub text: String,
    /// Font size, CSS pixels.
    pub font: f64,
    /// The page paints it as dots itself.
    pub password: bool,
    /// It may have several lines.
    pub multiline: bool,
    /// The keys go there.
    pub focused: bool,
    /// Start and end of the selection in the text, UTF-16 units, when focused and known.
    pub selection: Option<(u32, u32)>,
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the text: this may come into a log.
        f.debug_struct("Field")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("rect", &self.rect)
            .finish_non_exhaustive()
    }
}

/// Why an element is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Is or was a password.
    Password,
    /// A card number, or another part of a card's data.
    Card,
    /// A one-time code or a card's check number.
    Code,
    /// A number of an account or a person.
    Account,
    /// The tenant's selectors name it.
    Selector,
    /// It shows the value of another protected field.
    Mirror,
    /// A copy of a protected element.
    Copy,
}

/// How an element is painted instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Look {
    /// A form field: its own box, a row of dots.
    Field,
    /// Editable text: its own box, a row of dots.
    Edit,
    /// Text: a small box with a row of dots.
    Text,
    /// A picture, film, drawing or frame: nothing at all.
    Cover,
}

/// A rectangle in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

/// Where a frame is, in CSS pixels of the document that holds it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// The name it was given: its frame id.
    pub name: String,
    /// Left edge of its viewport.
    pub x: f64,
    /// Top edge of its viewport.
    pub y: f64,
    /// How much larger than its own pixels it is painted.
    pub scale: f64,
    /// What is seen of it.
    pub seen: Rect,
}

/// Where the keys go, as one document sees it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Focus {
    /// Rises by one or more with each report of the document; 0 in an answer to [`super::ASK_FOCUS`].
    #[serde(default)]
    pub sequence: u64,
    /// The focus is in this document, not in a frame of it or elsewhere.
    pub focused: bool,
    /// What would get the keys is protected.
    pub protected: bool,
    /// The id of that element.
    pub id: Option<String>,
    /// The name of the frame in this document that has the focus, when it has one.
    pub frame: Option<String>,
}

impl Focus {
    /// Parses the answer to [`super::ASK_FOCUS`].
    ///
    /// # Errors
    /// When it is not such an answer.
    pub fn parse(answer: &str) -> Result<Self, Error> {
        let focus: Self = from_json(answer)?;
        name_fits(focus.id.as_deref())?;
        name_fits(focus.frame.as_deref())?;
        Ok(focus)
    }

    /// Whether an agent's keys must be held back.
    #[must_use]
    pub fn blocks(&self) -> bool {
        self.focused && self.protected
    }
}

/// Parses one payload of the binding.
///
/// # Errors
/// When it is not a report, or larger than a report may be.
pub fn parse(payload: &str) -> Result<Report, Error> {
    #[derive(Deserialize)]
    #[serde(tag = "kind", rename_all = "lowercase")]
    enum Payload {
        Fields(Fields),
        Focus(Focus),
        Secrets {
            #[serde(rename = "sequence")]
            _sequence: u64,
            values: Vec<String>,
        },
        Alive {
            #[serde(rename = "sequence")]
            _sequence: u64,
        },
        Fault {
            text: String,
        },
    }
    match from_json(payload)? {
        Payload::Fields(fields) => fields_fit(&fields).map(|()| Report::Fields(fields)),
        Payload::Focus(focus) => {
            name_fits(focus.id.as_deref())?;
            name_fits(focus.frame.as_deref())?;
            Ok(Report::Focus(focus))
        }
        Payload::Secrets { values, .. } => {
            within("the number of values", values.len() <= MAX_SECRETS)?;
            let fits = |value: &String| value.encode_utf16().count() <= MAX_TEXT;
            within("a value", values.iter().all(fits))?;
            Ok(Report::Secrets(Secrets(values)))
        }
        Payload::Alive { .. } => Ok(Report::Alive),
        Payload::Fault { text } => Ok(Report::Fault(text.chars().take(500).collect())),
    }
}

fn from_json<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Error> {
    if text.len() > MAX_PAYLOAD {
        return Err(Error::TooLong(text.len()));
    }
    serde_json::from_str(text).map_err(|_| Error::Malformed)
}

fn fields_fit(report: &Fields) -> Result<(), Error> {
    within("the number of fields", report.fields.len() <= MAX_FIELDS)?;
    within("the number of frames", report.frames.len() <= MAX_FRAMES)?;
    for field in &report.fields {
        name_fits(Some(&field.id))?;
        rect_fits(field.rect)?;
        within("a text", field.text.encode_utf16().count() <= MAX_TEXT)?;
        within("a font size", (0.0..=1_000.0).contains(&field.font))?;
    }
    for frame in &report.frames {
        name_fits(Some(&frame.name))?;
        coordinates_fit(&[frame.x, frame.y])?;
        within("a scale", (0.0..=100.0).contains(&frame.scale))?;
        rect_fits(frame.seen)?;
    }
    if let Some(zoom) = report.zoom {
        coordinates_fit(&[zoom.x, zoom.y])?;
        within("a scale", zoom.scale > 0.0 && zoom.scale <= 100.0)?;
    }
    Ok(())
}

fn name_fits(name: Option<&str>) -> Result<(), Error> {
    within("a name", name.is_none_or(|name| !name.is_empty() && name.len() <= MAX_NAME))
}

fn rect_fits(rect: Rect) -> Result<(), Error> {
    coordinates_fit(&[rect.x, rect.y, rect.w, rect.h])?;
    within("a rectangle", rect.w >= 0.0 && rect.h >= 0.0)
}

fn coordinates_fit(all: &[f64]) -> Result<(), Error> {
    // Not a number is in no range.
    within("a coordinate", all.iter().all(|value| (-MAX_COORDINATE..=MAX_COORDINATE).contains(value)))
}

fn within(what: &'static str, holds: bool) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::OutOfRange(what)) }
}

#[cfg(test)]
mod tests;
