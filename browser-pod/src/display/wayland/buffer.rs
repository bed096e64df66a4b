//! `wl_shm`: pools and buffers in memory that clients share. Sizes are checked here, once, for all who read pixels.

use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};

use wayland_server::protocol::wl_buffer::{self, WlBuffer};
use wayland_server::protocol::wl_shm::{self, WlShm};
use wayland_server::protocol::wl_shm_pool::{self, WlShmPool};
use wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, WEnum};

use super::limits;
use super::shm::{Error, Mapping};
use super::state::State;

/// A pool: its file and the newest mapping of it.
#[derive(Debug)]
pub(super) struct Pool {
    fd: OwnedFd,
    mapping: Mutex<Arc<Mapping>>,
}

/// A picture in a pool, four bytes per pixel: blue, green, red, alpha.
#[derive(Debug)]
pub(super) struct Pixels {
    mapping: Arc<Mapping>,
    offset: usize,
    /// Pixels, more than 0.
    pub(super) width: i32,
    /// Pixels, more than 0.
    pub(super) height: i32,
    /// Bytes from row to row.
    pub(super) stride: usize,
    /// Alpha is to be ignored.
    pub(super) opaque: bool,
}

impl Pixels {
    /// From the first pixel to the last. The client may change it at any time.
    pub(super) fn bytes(&self) -> &[u8] {
        let length = (self.rows() - 1) * self.stride + self.row_bytes();
        self.mapping.bytes().get(self.offset..self.offset + length).unwrap_or(&[])
    }

    /// One row, or nothing if there is none.
    pub(super) fn row(&self, y: i32) -> &[u8] {
        let start = usize::try_from(y).unwrap_or(usize::MAX).saturating_mul(self.stride);
        self.bytes().get(start..start.saturating_add(self.row_bytes())).unwrap_or(&[])
    }

    fn rows(&self) -> usize {
        usize::try_from(self.height).unwrap_or(1).max(1)
    }

    fn row_bytes(&self) -> usize {
        usize::try_from(self.width).unwrap_or(0) * 4
    }
}

/// What a client asks for: offset, width, height, stride.
struct Layout([i32; 4]);

impl Layout {
    /// Checks the layout against the mapping. None if it does not fit.
    fn place(&self, mapping: &Arc<Mapping>, opaque: bool) -> Option<Pixels> {
        let [offset, width, height, stride] = self.0;
        if width <= 0 || height <= 0 || width > limits::SIDE || height > limits::SIDE {
            return None;
        }
        let (offset, stride) = (usize::try_from(offset).ok()?, usize::try_from(stride).ok()?);
        let needed = stride.checked_mul(usize::try_from(height).ok()?)?.checked_add(offset)?;
        if stride < usize::try_from(width).ok()? * 4 || needed > mapping.bytes().len() {
            return None;
        }
        Some(Pixels { mapping: mapping.clone(), offset, width, height, stride, opaque })
    }
}

impl GlobalDispatch<WlShm, ()> for State {
    fn bind(_: &mut State, _: &DisplayHandle, _: &Client, new: New<WlShm>, (): &(), init: &mut DataInit<'_, State>) {
        let shm = init.init(new, ());
        shm.format(wl_shm::Format::Argb8888);
        shm.format(wl_shm::Format::Xrgb8888);
    }
}

impl Dispatch<WlShm, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        shm: &WlShm,
        request: wl_shm::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        if let wl_shm::Request::CreatePool { id, fd, size } = request {
            if state.counts.pools >= limits::POOLS {
                return shm.post_error(wl_shm::Error::InvalidFd, "too many pools");
            }
            match Mapping::new(&fd, pool_size(size)) {
                Ok(mapping) => {
                    state.counts.pools += 1;
                    init.init(id, Pool { fd, mapping: Mutex::new(Arc::new(mapping)) });
                }
                Err(error) => shm.post_error(refusal(&error), error.to_string()),
            }
        }
    }
}

fn refusal(error: &Error) -> wl_shm::Error {
    match error {
        Error::TooSmall => wl_shm::Error::InvalidStride,
        Error::NotSealed | Error::Map(_) => wl_shm::Error::InvalidFd,
    }
}

/// 0, which is refused, if the size is not one that is allowed.
fn pool_size(size: i32) -> usize {
    usize::try_from(size).ok().filter(|size| *size <= limits::POOL_BYTES).unwrap_or(0)
}

impl Dispatch<WlShmPool, Pool> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &WlShmPool,
        request: wl_shm_pool::Request,
        pool: &Pool,
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        match request {
            wl_shm_pool::Request::CreateBuffer { id, offset, width, height, stride, format } => {
                let opaque = match format {
                    WEnum::Value(wl_shm::Format::Argb8888) => false,
                    WEnum::Value(wl_shm::Format::Xrgb8888) => true,
                    _ => return resource.post_error(wl_shm::Error::InvalidFormat, "format was not offered"),
                };
                if state.counts.buffers >= limits::BUFFERS {
                    return resource.post_error(wl_shm::Error::InvalidFd, "too many buffers");
                }
                let mapping = pool.mapping.lock().unwrap_or_else(PoisonError::into_inner).clone();
                match Layout([offset, width, height, stride]).place(&mapping, opaque) {
                    Some(pixels) => {
                        state.counts.buffers += 1;
                        init.init(id, Arc::new(pixels));
                    }
                    None => resource.post_error(wl_shm::Error::InvalidStride, "buffer does not fit into its pool"),
                }
            }
            wl_shm_pool::Request::Resize { size } => {
                let mut mapping = pool.mapping.lock().unwrap_or_else(PoisonError::into_inner);
                if pool_size(size) < mapping.bytes().len() {
                    return resource.post_error(wl_shm::Error::InvalidStride, "pool cannot shrink or grow so far");
                }
                match Mapping::new(&pool.fd, pool_size(size)) {
                    Ok(grown) => *mapping = Arc::new(grown),
                    Err(error) => resource.post_error(refusal(&error), error.to_string()),
                }
            }
            _ => {}
        }
    }

    fn destroyed(state: &mut State, _: wayland_server::backend::ClientId, _: &WlShmPool, _: &Pool) {
        state.counts.pools = state.counts.pools.saturating_sub(1);
    }
}

impl Dispatch<WlBuffer, Arc<Pixels>> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &WlBuffer,
        _: wl_buffer::Request,
        _: &Arc<Pixels>,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
    }

    fn destroyed(state: &mut State, _: wayland_server::backend::ClientId, _: &WlBuffer, _: &Arc<Pixels>) {
        state.counts.buffers = state.counts.buffers.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, ftruncate, memfd_create};

    #[test]
    fn a_layout_must_fit() {
        let fd = memfd_create("test", MemfdFlags::ALLOW_SEALING).expect("memory files exist");
        ftruncate(&fd, 4096).expect("the file is ours");
        fcntl_add_seals(&fd, SealFlags::SHRINK).expect("sealing is allowed");
        let mapping = Arc::new(Mapping::new(&fd, 4096).expect("sealed"));
        let fits = |layout| Layout(layout).place(&mapping, true).is_some();
        assert!(fits([0, 32, 32, 128]));
        assert!(fits([96, 8, 10, 400]));
        assert!(!fits([4, 32, 32, 128]));
        assert!(!fits([0, 32, 32, 127]));
        assert!(!fits([-4, 1, 1, 4]));
        assert!(!fits([0, 0, 1, 4]));
        assert!(!fits([0, 1, -1, 4]));
        assert!(!fits([0, i32::MAX, i32::MAX, i32::MAX]));
        assert!(!fits([0, 1, 2, i32::MIN]));
        let pixels = Layout([96, 8, 10, 400]).place(&mapping, true).expect("fits");
        assert_eq!((pixels.row(9).len(), pixels.row(10).len(), pixels.row(-1).len()), (32, 0, 0));
    }
}
