//! Codes synthetic text and looks at it with OpenH264's own decoder.

use openh264::decoder::Decoder;
use openh264::formats::YUVSource;

use super::*;

const WIDTH: u32 = 320;
const HEIGHT: u32 = 192;

/// Rows of black strokes on white, like text, moved up by `scroll` rows.
fn text(scroll: u32) -> Frame {
    let ink =
        |x: u32, y: u32| (y / 12).is_multiple_of(2) && (x * 7 + y / 12 * 13) % 11 < 4 && !(x + y).is_multiple_of(3);
    let luma = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| if ink(x, y + scroll) { 16 } else { 235 })).collect();
    let chroma = vec![128; (WIDTH * HEIGHT / 4) as usize];
    Frame { width: WIDTH, height: HEIGHT, luma, cb: chroma.clone(), cr: chroma, ..Frame::default() }
}

fn luma_psnr(decoder: &mut Decoder, coded: &Coded, frame: &Frame) -> f64 {
    let picture = decoder.decode(&coded.data).expect("decodes").expect("a picture");
    let stride = picture.strides().0;
    let mut squares = 0.0;
    for (y, row) in frame.luma.chunks(WIDTH as usize).enumerate() {
        for (x, want) in row.iter().enumerate() {
            let difference = f64::from(picture.y()[y * stride + x]) - f64::from(*want);
            squares += difference * difference;
        }
    }
    let mean = squares / f64::from(WIDTH * HEIGHT);
    10.0 * (255.0 * 255.0 / mean.max(1e-9)).log10()
}

fn code(encoder: &mut OpenH264, frame: &Frame, quality: Quality, key: bool) -> Coded {
    encoder.encode(frame, quality, key).expect("a valid frame").expect("a picture")
}

#[test]
fn the_first_picture_is_a_key_with_parameter_sets_and_two_slices() {
    let coded = code(&mut OpenH264::default(), &text(0), Quality::CRISP, false);
    let units: Vec<u8> =
        openh264::nal_units(&coded.data).map(|unit| unit[if unit[2] == 1 { 3 } else { 4 }] & 31).collect();
    assert!(coded.key);
    assert_eq!(units, [7, 8, 5, 5]);
}

#[test]
fn later_pictures_are_not_keys_until_one_is_asked_for() {
    let mut encoder = OpenH264::default();
    let keys: Vec<bool> = [(0, false), (1, false), (2, true), (3, false)]
        .map(|(scroll, key)| code(&mut encoder, &text(scroll), Quality::CRISP, key).key)
        .to_vec();
    assert_eq!(keys, [true, false, true, false]);
}

#[test]
fn changing_the_quality_makes_no_key() {
    let mut encoder = OpenH264::default();
    code(&mut encoder, &text(0), Quality::MOTION, false);
    assert!(!code(&mut encoder, &text(1), Quality::COARSE, false).key);
    assert!(!code(&mut encoder, &text(1), Quality::CRISP, false).key);
}

#[test]
fn a_still_picture_sent_coarse_becomes_visually_lossless_when_coded_again_crisp() {
    let (mut encoder, mut decoder) = (OpenH264::default(), Decoder::new().expect("a decoder"));
    let frame = text(0);
    let coarse = code(&mut encoder, &frame, Quality::COARSE, false);
    let before = luma_psnr(&mut decoder, &coarse, &frame);
    let crisp = code(&mut encoder, &frame, Quality::CRISP, false);
    let after = luma_psnr(&mut decoder, &crisp, &frame);
    assert!(before < 36.0, "coarse was {before} dB already");
    assert!(after > 42.0, "crisp is only {after} dB");
}

#[test]
fn an_unchanged_picture_costs_next_to_nothing() {
    let mut encoder = OpenH264::default();
    code(&mut encoder, &text(0), Quality::CRISP, false);
    assert!(code(&mut encoder, &text(0), Quality::CRISP, false).data.len() < 100);
}

#[test]
fn another_size_starts_with_a_key() {
    let mut encoder = OpenH264::default();
    code(&mut encoder, &text(0), Quality::CRISP, false);
    let chroma = vec![128; 64 * 16];
    let small =
        Frame { width: 64, height: 64, luma: vec![50; 64 * 64], cb: chroma.clone(), cr: chroma, ..Frame::default() };
    let coded = code(&mut encoder, &small, Quality::CRISP, false);
    assert!(coded.key);
    assert_eq!((coded.width, coded.height), (64, 64));
}

#[test]
fn short_planes_are_refused_and_the_encoder_goes_on() {
    let mut encoder = OpenH264::default();
    let mut broken = text(0);
    broken.cb.pop();
    assert!(matches!(encoder.encode(&broken, Quality::CRISP, false), Err(Error::Frame { .. })));
    assert!(code(&mut encoder, &text(0), Quality::CRISP, false).key);
}

#[test]
fn the_stream_says_bt709_limited() {
    let coded = code(&mut OpenH264::default(), &text(0), Quality::CRISP, false);
    let mut decoder = Decoder::new().expect("a decoder");
    assert!(decoder.decode(&coded.data).expect("decodes").is_some());
    // profile_idc 66 and constraint_set1: constrained baseline.
    let start = coded.data.windows(4).position(|bytes| bytes[..3] == [0, 0, 1] && bytes[3] & 31 == 7).expect("an SPS");
    assert_eq!(coded.data[start + 4], 66);
    assert_eq!(coded.data[start + 5] & 0b0100_0000, 0b0100_0000);
}
