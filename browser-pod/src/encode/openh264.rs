//! H.264 by OpenH264: screen-content mode, two slices, a quantiser chosen per picture, no rate control of its own.

mod raw;

use bytes::Bytes;

use super::{Codec, Coded, Encoder, Error, Quality, check_planes};
use crate::display::Frame;

/// H.264 pictures of one screen. Made anew inside whenever the screen's size changes.
#[derive(Default)]
pub struct OpenH264 {
    library: Option<raw::Library>,
    coded: u64,
}

impl OpenH264 {
    fn library(&mut self, frame: &Frame, quality: Quality) -> Result<&mut raw::Library, Error> {
        let size = (frame.width, frame.height);
        match self.library.take().filter(|library| library.size() == size) {
            Some(library) => Ok(self.library.insert(library)),
            None => Ok(self.library.insert(raw::Library::new(size.0, size.1, quality.quantiser())?)),
        }
    }

    fn code(&mut self, frame: &Frame, quality: Quality, key: bool) -> Result<Option<Coded>, Error> {
        let number = self.coded;
        let library = self.library(frame, quality)?;
        library.set_quantiser(quality.quantiser())?;
        if key {
            library.force_key()?;
        }
        let mut data = Vec::new();
        let key = library.encode(frame, number, &mut data)?;
        self.coded += 1;
        let (width, height, data) = (frame.width, frame.height, Bytes::from(data));
        let coded = Coded { codec: Codec::H264, key, width, height, area: None, data };
        Ok((!coded.data.is_empty()).then_some(coded))
    }
}

impl Encoder for OpenH264 {
    fn encode(&mut self, frame: &Frame, quality: Quality, key: bool) -> Result<Option<Coded>, Error> {
        check_planes(frame)?;
        let coded = self.code(frame, quality, key);
        if coded.is_err() {
            self.library = None;
        }
        coded
    }
}

#[cfg(test)]
mod tests;
