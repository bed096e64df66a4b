//! Patches: the changed part of the screen as it is, compressed without loss. A press or a letter changes little; coding the
//! whole screen for it costs 7 ms and decoding it as much again, a patch well under one each. What a patch shows the next
//! H.264 picture holds too, so patches may be left out.

use bytes::Bytes;
use miniz_oxide::deflate::compress_to_vec_zlib;

use super::{Codec, Coded, check_planes};
use crate::display::{Frame, Rect};

/// Pixels of a patch at most: compressing them costs less than a millisecond. A dialog's button has 5,000, a line of text
/// 20,000.
const PIXELS: u32 = 64 << 10;
/// Bytes of a patch at most. More is a photograph, which H.264 codes smaller.
const BYTES: usize = 24 << 10;
/// miniz_oxide's fastest level.
const LEVEL: u8 = 1;

/// A patch of all that changed in this frame; none when that is too much for one, or nothing.
#[must_use]
pub fn encode(frame: &Frame) -> Option<Coded> {
    check_planes(frame).ok()?;
    let area = around(&frame.damage).filter(|area| area.width * area.height <= PIXELS)?;
    let mut rows = Vec::with_capacity((area.width * area.height) as usize * 3 / 2);
    copy(&frame.luma, frame.width, area, &mut rows)?;
    let half = Rect { x: area.x / 2, y: area.y / 2, width: area.width / 2, height: area.height / 2 };
    copy(&frame.cb, frame.width / 2, half, &mut rows)?;
    copy(&frame.cr, frame.width / 2, half, &mut rows)?;
    let data = compress_to_vec_zlib(&rows, LEVEL);
    let coded = Coded {
        codec: Codec::Patch,
        key: false,
        width: frame.width,
        height: frame.height,
        area: Some(area),
        data: Bytes::from(data),
    };
    (coded.data.len() <= BYTES).then_some(coded)
}

/// The smallest area that holds all of these.
fn around(areas: &[Rect]) -> Option<Rect> {
    let left = areas.iter().map(|area| area.x).min()?;
    let top = areas.iter().map(|area| area.y).min()?;
    let right = areas.iter().map(|area| area.x + area.width).max()?;
    let bottom = areas.iter().map(|area| area.y + area.height).max()?;
    Some(Rect { x: left, y: top, width: right - left, height: bottom - top })
}

/// Appends the rows of an area of a plane; none when it is not inside.
fn copy(plane: &[u8], stride: u32, area: Rect, rows: &mut Vec<u8>) -> Option<()> {
    let (stride, x, width) = (stride as usize, area.x as usize, area.width as usize);
    if x + width > stride {
        return None;
    }
    for y in area.y as usize..(area.y + area.height) as usize {
        rows.extend_from_slice(plane.get(y * stride + x..y * stride + x + width)?);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use miniz_oxide::inflate::decompress_to_vec_zlib;

    use super::*;

    /// 64x32, each luma value its place.
    fn frame(damage: Vec<Rect>) -> Frame {
        let luma = (0..64 * 32).map(|at| u8::try_from(at % 251).expect("small")).collect();
        Frame { width: 64, height: 32, luma, cb: vec![1; 512], cr: vec![2; 512], damage, generation: 1 }
    }

    #[test]
    fn a_patch_holds_the_rows_around_all_that_changed() {
        let damage = vec![Rect { x: 4, y: 2, width: 2, height: 2 }, Rect { x: 8, y: 4, width: 4, height: 2 }];
        let frame = frame(damage);
        let coded = encode(&frame).expect("a patch");
        assert_eq!(coded.area, Some(Rect { x: 4, y: 2, width: 8, height: 4 }));
        let rows = decompress_to_vec_zlib(&coded.data).expect("zlib");
        assert_eq!(rows.len(), 8 * 4 * 3 / 2);
        assert_eq!(rows[..8], frame.luma[2 * 64 + 4..2 * 64 + 12]);
        assert_eq!(rows[24..32], frame.luma[5 * 64 + 4..5 * 64 + 12]);
        assert_eq!(rows[32..], [[1; 8], [2; 8]].concat());
    }

    #[test]
    fn nothing_and_too_much_are_no_patch() {
        assert_eq!(encode(&frame(Vec::new())), None);
        let (width, height) = (512, 256);
        let damage = vec![Rect { x: 0, y: 0, width, height }];
        let large = Frame {
            width,
            height,
            luma: vec![16; 512 * 256],
            cb: vec![128; 256 * 128],
            cr: vec![128; 256 * 128],
            damage,
            generation: 1,
        };
        assert_eq!(encode(&large), None);
        // Marsaglia's xorshift.
        let mut state = 1_u32;
        let noise = |_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state.to_le_bytes()[3]
        };
        let damage = vec![Rect { x: 0, y: 0, width: 256, height: 128 }];
        let noisy = Frame { luma: (0..512 * 256).map(noise).collect(), damage, ..large };
        assert_eq!(encode(&noisy), None, "it does not get smaller");
    }

    #[test]
    fn an_area_outside_of_the_picture_is_no_patch() {
        assert_eq!(encode(&frame(vec![Rect { x: 60, y: 0, width: 8, height: 2 }])), None);
        assert_eq!(encode(&frame(vec![Rect { x: 0, y: 30, width: 2, height: 8 }])), None);
    }
}
