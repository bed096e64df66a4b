//! The seam `Display`: Chrome's screen, pointer, keyboard and clipboard. It knows no session, no encoder and no network.

pub mod keysym;
pub mod wayland;

mod area;
mod damage;
mod keymap;
mod latest;

use dcv_color_primitives::{ColorSpace, ImageFormat, PixelFormat};

/// How the planes of a [`Frame`] are to be read.
pub(crate) const FORMAT: ImageFormat =
    ImageFormat { pixel_format: PixelFormat::I420, color_space: ColorSpace::Bt709, num_planes: 3 };

/// A rectangle in device pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    /// Distance from the left edge.
    pub x: u32,
    /// Distance from the top edge.
    pub y: u32,
    /// Width, not 0.
    pub width: u32,
    /// Height, not 0.
    pub height: u32,
}

/// The size of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// CSS pixels, even.
    pub width: u32,
    /// CSS pixels, even.
    pub height: u32,
    /// Device pixels per CSS pixel: 1 or 2.
    pub scale: u32,
}

/// One whole picture as I420, limited range BT.709, and what changed in it since it was last taken.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// Device pixels, even.
    pub width: u32,
    /// Device pixels, even.
    pub height: u32,
    /// `width * height` bytes.
    pub luma: Vec<u8>,
    /// `width/2 * height/2` bytes.
    pub cb: Vec<u8>,
    /// `width/2 * height/2` bytes.
    pub cr: Vec<u8>,
    /// Changed since the last take, even-aligned, inside the picture. Everything after a resize.
    pub damage: Vec<Rect>,
    /// Rises with every change.
    pub generation: u64,
}

/// How fast Chrome draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Pictures per second, 1 to 60.
    PerSecond(u32),
    /// Chrome draws nothing; its timers and network go on.
    Paused,
}

/// An act for Chrome. Points are CSS pixels of the screen.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "x, y, code and down say themselves; the rest is said at the variant")]
pub enum Input {
    /// The pointer moved.
    Move { x: f64, y: f64 },
    /// A button changed, at the pointer's place. Linux codes (`BTN_LEFT` is 0x110).
    Button { code: u32, down: bool },
    /// The wheel turned; CSS pixels, right and down positive.
    Wheel { dx: f64, dy: f64 },
    /// A key changed. `code` is an evdev code (0 if there is none), `keysym` what it must mean (0 for what a US keyboard
    /// has there); modifiers are keys like others. A repeated key is sent down again. See [`keysym`].
    Key { code: u32, keysym: u32, down: bool },
    /// Text of an input method: `preedit` while composing, `commit` when done; deletes are characters around the caret, done
    /// first. Typed as keys where no field takes text of an input method.
    Text { preedit: String, commit: String, delete_before: u32, delete_after: u32 },
    /// A finger, 0 to 9.
    TouchDown { id: i32, x: f64, y: f64 },
    /// A finger moved.
    TouchMove { id: i32, x: f64, y: f64 },
    /// A finger left.
    TouchUp { id: i32 },
    /// All fingers are taken back.
    TouchCancel,
}

/// What Chrome shows at the pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// A CSS cursor name.
    Named(String),
    /// RGBA rows of a custom cursor, in device pixels.
    #[expect(missing_docs, reason = "the names say it")]
    Image { width: u32, height: u32, rgba: Vec<u8>, hotspot_x: u32, hotspot_y: u32 },
    /// None.
    Hidden,
}

/// What a display tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// There is a newer frame to take. Not told again before it was taken.
    Frame,
    /// The cursor changed.
    Cursor(Cursor),
    /// Chrome copied text.
    Copied(String),
    /// Chrome asks for (or no longer wants) text of an input method.
    #[expect(missing_docs, reason = "said above")]
    TextInput { active: bool },
    /// Chrome closed its last window or its connection.
    Gone,
}

/// Chrome's screen. Calls never block for longer than a copy of the picture.
pub trait Display: Send + Sync {
    /// Passes an act on, in order.
    fn inject(&self, input: Input);
    /// Copies what changed since the last take into `frame` and says whether anything did. The first take, a take into a
    /// frame of another size and a take after a resize copy everything.
    fn take_frame(&self, frame: &mut Frame) -> bool;
    /// Changes the size of the screen; the frames follow.
    fn resize(&self, size: Size);
    /// Changes how fast Chrome draws.
    fn set_pace(&self, pace: Pace);
    /// Makes text available to a paste.
    fn offer_clipboard(&self, text: String);
}
