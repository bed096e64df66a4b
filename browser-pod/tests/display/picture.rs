//! Reads colours out of frames, and keeps a frame as a PPM file to look at when a test fails.

use std::path::PathBuf;

use cobrowse_browser_pod::display::Frame;

pub(crate) type Colour = [u8; 3];

pub(crate) const RED: Colour = [255, 0, 0];
pub(crate) const GREEN: Colour = [0, 255, 0];
pub(crate) const WHITE: Colour = [255, 255, 255];
pub(crate) const BLUE: Colour = [0, 0, 255];

/// The colour of a pixel, from limited range BT.709. Black outside the picture.
pub(crate) fn colour_at(frame: &Frame, (x, y): (u32, u32)) -> Colour {
    if x >= frame.width || y >= frame.height {
        return [0; 3];
    }
    let luma = f64::from(frame.luma[(y * frame.width + x) as usize]);
    let at = (y / 2 * (frame.width / 2) + x / 2) as usize;
    let (cb, cr) = (f64::from(frame.cb[at]) - 128.0, f64::from(frame.cr[at]) - 128.0);
    let y = (luma - 16.0) * 1.16438;
    let rgb = [y + 1.79274 * cr, y - 0.21325 * cb - 0.53291 * cr, y + 2.11240 * cb];
    rgb.map(|v| v.round().clamp(0.0, 255.0) as u8)
}

/// Whether two colours differ by no more than conversion may make them.
pub(crate) fn near(a: Colour, b: Colour) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= 12)
}

/// Writes a frame beside the other build results and says where.
pub(crate) fn save(frame: &Frame, what: &str) -> PathBuf {
    let name: String = what.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.ppm"));
    let mut ppm = format!("P6\n{} {}\n255\n", frame.width, frame.height).into_bytes();
    for y in 0..frame.height {
        for x in 0..frame.width {
            ppm.extend(colour_at(frame, (x, y)));
        }
    }
    std::fs::write(&path, ppm).expect("the target directory is writable");
    path
}
