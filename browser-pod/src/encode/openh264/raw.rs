//! The one place that calls OpenH264's C interface, because the safe binding has no fixed number of slices and no quantiser
//! per picture.
#![expect(
    unsafe_code,
    reason = "a C library. Sound because the pointer is made and destroyed here alone and never leaves, `&mut self` keeps calls \
              one at a time, `check_planes` has proved the planes' sizes, and the library's output is copied before the next call"
)]

use std::ffi::{c_int, c_void};
use std::ptr::{from_mut, null_mut};

use openh264_sys2 as sys;

use crate::display::Frame;
use crate::encode::{Error, check_planes};

/// BT.709 in the H.264 tables E-3, E-4 and E-5.
const BT709: u8 = 1;

pub(super) struct Library {
    encoder: *mut sys::ISVCEncoder,
    calls: Calls,
    params: Box<sys::SEncParamExt>,
    width: u32,
    height: u32,
}

/// The functions of the library's table that are used, looked up once.
#[derive(Clone, Copy)]
struct Calls {
    initialize: unsafe extern "C" fn(*mut sys::ISVCEncoder, *const sys::SEncParamExt) -> c_int,
    defaults: unsafe extern "C" fn(*mut sys::ISVCEncoder, *mut sys::SEncParamExt) -> c_int,
    uninitialize: unsafe extern "C" fn(*mut sys::ISVCEncoder) -> c_int,
    encode: unsafe extern "C" fn(*mut sys::ISVCEncoder, *const sys::SSourcePicture, *mut sys::SFrameBSInfo) -> c_int,
    force_key: unsafe extern "C" fn(*mut sys::ISVCEncoder, bool) -> c_int,
    set_option: unsafe extern "C" fn(*mut sys::ISVCEncoder, sys::ENCODER_OPTION, *mut c_void) -> c_int,
}

// The library has no thread-local state; an encoder may move between threads as long as calls do not overlap.
unsafe impl Send for Library {}

impl Library {
    pub(super) fn new(width: u32, height: u32, quantiser: u8) -> Result<Self, Error> {
        let mut encoder: *mut sys::ISVCEncoder = null_mut();
        check("WelsCreateSVCEncoder", unsafe { sys::source::APILoader::WelsCreateSVCEncoder(from_mut(&mut encoder)) })?;
        let Some(calls) = (unsafe { lookup(encoder) }) else {
            unsafe { sys::source::APILoader::WelsDestroySVCEncoder(encoder) };
            return Err(Error::OpenH264 { call: "WelsCreateSVCEncoder", code: -1 });
        };
        let mut library = Self { encoder, calls, params: Box::default(), width, height };
        library.initialize(quantiser)?;
        Ok(library)
    }

    pub(super) fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    pub(super) fn set_quantiser(&mut self, quantiser: u8) -> Result<(), Error> {
        if self.params.sSpatialLayers[0].iDLayerQp == c_int::from(quantiser) {
            return Ok(());
        }
        self.params.sSpatialLayers[0].iDLayerQp = quantiser.into();
        let params: *mut sys::SEncParamExt = from_mut(self.params.as_mut());
        self.set_option("SetOption(params)", sys::ENCODER_OPTION_SVC_ENCODE_PARAM_EXT, params.cast())
    }

    pub(super) fn force_key(&mut self) -> Result<(), Error> {
        check("ForceIntraFrame", unsafe { (self.calls.force_key)(self.encoder, true) })
    }

    /// Appends the coded picture, parameter sets included, to `out` and says whether it is a key picture.
    pub(super) fn encode(&mut self, frame: &Frame, number: u64, out: &mut Vec<u8>) -> Result<bool, Error> {
        check_planes(frame)?;
        if (frame.width, frame.height) != self.size() {
            return Err(Error::Frame { width: frame.width, height: frame.height });
        }
        let picture = source_picture(frame, number);
        let mut info = sys::SFrameBSInfo::default();
        check("EncodeFrame", unsafe { (self.calls.encode)(self.encoder, &raw const picture, &raw mut info) })?;
        unsafe { copy_units(&info, out) };
        Ok(info.eFrameType == sys::videoFrameTypeIDR)
    }

    fn initialize(&mut self, quantiser: u8) -> Result<(), Error> {
        let params: *mut sys::SEncParamExt = from_mut(self.params.as_mut());
        check("GetDefaultParams", unsafe { (self.calls.defaults)(self.encoder, params) })?;
        let (width, height) = (size(self.width)?, size(self.height)?);
        fill(&mut self.params, width, height, quantiser);
        check("InitializeExt", unsafe { (self.calls.initialize)(self.encoder, params) })?;
        let mut quiet = sys::WELS_LOG_QUIET;
        self.set_option("SetOption(trace)", sys::ENCODER_OPTION_TRACE_LEVEL, from_mut(&mut quiet).cast())
    }

    fn set_option(&mut self, call: &'static str, option: sys::ENCODER_OPTION, value: *mut c_void) -> Result<(), Error> {
        check(call, unsafe { (self.calls.set_option)(self.encoder, option, value) })
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        unsafe {
            (self.calls.uninitialize)(self.encoder);
            sys::source::APILoader::WelsDestroySVCEncoder(self.encoder);
        }
    }
}

fn fill(params: &mut sys::SEncParamExt, width: c_int, height: c_int, quantiser: u8) {
    params.iUsageType = sys::SCREEN_CONTENT_REAL_TIME;
    params.iPicWidth = width;
    params.iPicHeight = height;
    params.iRCMode = sys::RC_OFF_MODE;
    params.iTargetBitrate = 4_000_000;
    params.fMaxFrameRate = 60.0;
    params.iComplexityMode = sys::LOW_COMPLEXITY;
    params.bEnableFrameSkip = false;
    params.bEnableDenoise = false;
    params.bEnableLongTermReference = false;
    params.bEnableSceneChangeDetect = true;
    params.bEnableBackgroundDetection = false;
    params.bEnableAdaptiveQuant = false;
    params.uiIntraPeriod = 0;
    params.iMultipleThreadIdc = 2;
    params.iSpatialLayerNum = 1;
    params.iTemporalLayerNum = 1;
    let layer = &mut params.sSpatialLayers[0];
    layer.iVideoWidth = width;
    layer.iVideoHeight = height;
    layer.fFrameRate = 60.0;
    layer.iSpatialBitrate = 4_000_000;
    layer.uiProfileIdc = sys::PRO_BASELINE;
    layer.iDLayerQp = quantiser.into();
    layer.sSliceArgument.uiSliceMode = sys::SM_FIXEDSLCNUM_SLICE;
    layer.sSliceArgument.uiSliceNum = 2;
    layer.bVideoSignalTypePresent = true;
    layer.bFullRange = false;
    layer.bColorDescriptionPresent = true;
    layer.uiColorPrimaries = BT709;
    layer.uiTransferCharacteristics = BT709;
    layer.uiColorMatrix = BT709;
}

fn source_picture(frame: &Frame, number: u64) -> sys::SSourcePicture {
    let (width, half) = (frame.width as c_int, (frame.width / 2) as c_int);
    sys::SSourcePicture {
        iColorFormat: sys::videoFormatI420,
        iStride: [width, half, half, 0],
        // The library only reads its source.
        pData: [frame.luma.as_ptr().cast_mut(), frame.cb.as_ptr().cast_mut(), frame.cr.as_ptr().cast_mut(), null_mut()],
        iPicWidth: width,
        iPicHeight: frame.height as c_int,
        // Only differences count; 16 ms is a frame at 60 per second.
        uiTimeStamp: i64::try_from(number).unwrap_or(i64::MAX).saturating_mul(16),
        bPsnrY: false,
        bPsnrU: false,
        bPsnrV: false,
    }
}

unsafe fn lookup(encoder: *mut sys::ISVCEncoder) -> Option<Calls> {
    let table = unsafe { encoder.as_ref()?.as_ref()? };
    Some(Calls {
        initialize: table.InitializeExt?,
        defaults: table.GetDefaultParams?,
        uninitialize: table.Uninitialize?,
        encode: table.EncodeFrame?,
        force_key: table.ForceIntraFrame?,
        set_option: table.SetOption?,
    })
}

/// Copies all layers; a layer's units lie one after the other at `pBsBuf`.
unsafe fn copy_units(info: &sys::SFrameBSInfo, out: &mut Vec<u8>) {
    let layers = usize::try_from(info.iLayerNum).unwrap_or(0).min(info.sLayerInfo.len());
    for layer in &info.sLayerInfo[..layers] {
        let count = usize::try_from(layer.iNalCount).unwrap_or(0);
        if count == 0 || layer.pBsBuf.is_null() || layer.pNalLengthInByte.is_null() {
            continue;
        }
        let lengths = unsafe { std::slice::from_raw_parts(layer.pNalLengthInByte, count) };
        let total = lengths.iter().map(|length| usize::try_from(*length).unwrap_or(0)).sum();
        out.extend_from_slice(unsafe { std::slice::from_raw_parts(layer.pBsBuf, total) });
    }
}

fn size(value: u32) -> Result<c_int, Error> {
    c_int::try_from(value).map_err(|_| Error::Frame { width: value, height: value })
}

fn check(call: &'static str, code: c_int) -> Result<(), Error> {
    if code == 0 { Ok(()) } else { Err(Error::OpenH264 { call, code }) }
}
