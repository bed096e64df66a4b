//! JPEG pictures of the whole screen, for viewers that cannot decode H.264.

use bytes::Bytes;
use dcv_color_primitives::{ColorSpace, ImageFormat, PixelFormat, convert_image};
use jpeg_encoder::{ColorType, SamplingFactor};

use super::{Codec, Coded, Encoder, Error, Quality, check_planes};
use crate::display::{FORMAT, Frame};

/// JPEG pictures. Keeps its RGB buffer between calls.
#[derive(Default)]
pub struct Jpeg {
    rgb: Vec<u8>,
}

impl Encoder for Jpeg {
    fn encode(&mut self, frame: &Frame, quality: Quality, _key: bool) -> Result<Option<Coded>, Error> {
        check_planes(frame)?;
        self.convert(frame)?;
        let mut data = Vec::with_capacity(256 * 1024);
        let mut encoder = jpeg_encoder::Encoder::new(&mut data, percent(quality));
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        let size =
            |value: u32| u16::try_from(value).map_err(|_| Error::Frame { width: frame.width, height: frame.height });
        let (width, height) = (size(frame.width)?, size(frame.height)?);
        encoder.encode(&self.rgb, width, height, ColorType::Rgb).map_err(Error::Jpeg)?;
        let (width, height, data) = (frame.width, frame.height, Bytes::from(data));
        Ok(Some(Coded { codec: Codec::Jpeg, key: true, width, height, area: None, data }))
    }
}

impl Jpeg {
    fn convert(&mut self, frame: &Frame) -> Result<(), Error> {
        self.rgb.resize(frame.width as usize * frame.height as usize * 3, 0);
        let planes: [&[u8]; 3] = [&frame.luma, &frame.cb, &frame.cr];
        convert_image(frame.width, frame.height, &FORMAT, None, &planes, &RGB, None, &mut [&mut self.rgb])
            .map_err(Error::Convert)
    }
}

const RGB: ImageFormat = ImageFormat { pixel_format: PixelFormat::Rgb, color_space: ColorSpace::Rgb, num_planes: 1 };

/// JPEG's own scale, 1 to 100, for a quantiser: 20 is 89, 38 is 53.
fn percent(quality: Quality) -> u8 {
    129_u8.saturating_sub(quality.quantiser() * 2).clamp(40, 90)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grey_frame_becomes_a_jpeg_of_its_size() {
        let frame = Frame {
            width: 32,
            height: 16,
            luma: vec![126; 512],
            cb: vec![128; 128],
            cr: vec![128; 128],
            ..Frame::default()
        };
        let coded =
            Jpeg::default().encode(&frame, Quality::CRISP, false).expect("a valid frame").expect("always a picture");
        assert!(coded.key);
        assert_eq!(&coded.data[..2], [0xff, 0xd8]);
        assert_eq!(&coded.data[coded.data.len() - 2..], [0xff, 0xd9]);
    }

    #[test]
    fn a_frame_with_short_planes_is_refused() {
        let frame = Frame {
            width: 32,
            height: 16,
            luma: vec![126; 511],
            cb: vec![128; 128],
            cr: vec![128; 128],
            ..Frame::default()
        };
        assert!(matches!(Jpeg::default().encode(&frame, Quality::CRISP, false), Err(Error::Frame { .. })));
    }
}
