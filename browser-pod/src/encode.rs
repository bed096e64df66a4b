//! The seam `Encoder`: frames in, coded pictures out. It knows no session and no network; `worker` runs it on its own thread.

pub mod jpeg;
pub mod openh264;
pub mod patch;
pub mod rate;
pub mod worker;

use bytes::Bytes;

use crate::display::{Frame, Rect};

/// How pictures are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// H.264 constrained baseline, Annex B, limited range BT.709.
    H264,
    /// Pictures that each stand alone.
    Jpeg,
    /// A part of the screen over the last H.264 picture; see [`patch`].
    Patch,
}

/// One coded picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coded {
    /// How it is coded.
    pub codec: Codec,
    /// Needs no earlier picture.
    pub key: bool,
    /// Device pixels.
    pub width: u32,
    /// Device pixels.
    pub height: u32,
    /// Where a patch goes; none for whole pictures.
    pub area: Option<Rect>,
    /// The bytes a decoder takes.
    pub data: Bytes,
}

/// The quantiser of H.264, 0 (all kept) to 51. 20 keeps text sharp, 38 is as coarse as text stays readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quality(u8);

impl Quality {
    /// Text looks as on a screen of one's own.
    pub const CRISP: Self = Self(20);
    /// For pictures followed by others at once. Above 26, so that the encoder codes still blocks again when asked for `CRISP`.
    pub const MOTION: Self = Self(28);
    /// The coarsest we ever send.
    pub const COARSE: Self = Self(38);

    /// A quality `steps` quantisers coarser, not beyond `COARSE`.
    #[must_use]
    pub fn coarser(self, steps: u8) -> Self {
        Self(self.0.saturating_add(steps).min(Self::COARSE.0))
    }

    /// A quality `steps` quantisers finer, not beyond `MOTION`.
    #[must_use]
    pub fn finer(self, steps: u8) -> Self {
        Self(self.0.saturating_sub(steps).max(Self::MOTION.0))
    }

    /// The quantiser.
    #[must_use]
    pub const fn quantiser(self) -> u8 {
        self.0
    }
}

/// Why a picture could not be coded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The frame's planes do not have the sizes its width and height ask for.
    #[error("failed to encode a frame of {width} x {height}: its planes have other sizes")]
    Frame {
        /// Device pixels.
        width: u32,
        /// Device pixels.
        height: u32,
    },
    /// The library refused.
    #[error("failed to encode: OpenH264 {call} returned {code}")]
    OpenH264 {
        /// The call that failed.
        call: &'static str,
        /// What it returned.
        code: i32,
    },
    /// The JPEG library refused.
    #[error("failed to encode a JPEG picture")]
    Jpeg(#[source] jpeg_encoder::EncodingError),
    /// The frame could not be converted to RGB.
    #[error("failed to convert a frame to RGB: {0}")]
    Convert(dcv_color_primitives::ErrorKind),
}

/// Codes frames of one screen, one after the other.
pub trait Encoder: Send {
    /// Codes a frame. `key` asks for a picture that needs no earlier one. `None` when the frame equals the one before and
    /// nothing is worth sending.
    ///
    /// # Errors
    /// When the frame is malformed or the library refuses; the next call starts afresh with a key picture.
    fn encode(&mut self, frame: &Frame, quality: Quality, key: bool) -> Result<Option<Coded>, Error>;
}

/// Refuses frames whose planes are not what width and height say; codecs in C read them unchecked.
fn check_planes(frame: &Frame) -> Result<(), Error> {
    let (width, height) = (frame.width as usize, frame.height as usize);
    let even = width % 2 == 0 && height % 2 == 0 && width > 0 && height > 0;
    let within = width <= 5120 && height <= 5120;
    let chroma = width / 2 * (height / 2);
    let sizes = frame.luma.len() == width * height && frame.cb.len() == chroma && frame.cr.len() == chroma;
    (even && within && sizes).then_some(()).ok_or(Error::Frame { width: frame.width, height: frame.height })
}
