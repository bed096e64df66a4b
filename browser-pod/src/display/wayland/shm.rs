//! Shared memory of clients, mapped and read in place. The only file of the display that has unsafe code.
#![expect(unsafe_code, reason = "maps memory of another process: sealed against shrinking, read only, bytes alone")]
// Why this is sound. A mapping is made only of a memory file that carries F_SEAL_SHRINK and is at least as long as the
// mapping, so no read faults. The mapping is read-only, private to `Mapping`, lives as long as it, and never moves; a pool
// that grows gets a new mapping. The client may write while we read: what is read are plain bytes, every value of which is
// valid, and no value read decides a length or an index.

use std::os::fd::OwnedFd;

use rustix::fs::{SealFlags, fcntl_get_seals, fstat};
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

/// Why memory of a client is not used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("shared memory is not sealed against shrinking")]
    NotSealed,
    #[error("shared memory is smaller than the pool")]
    TooSmall,
    #[error("failed to map shared memory")]
    Map(#[from] rustix::io::Errno),
}

/// A read-only view of a client's memory.
#[derive(Debug)]
pub(super) struct Mapping {
    start: *const u8,
    length: usize,
}

// SAFETY: the mapping belongs to this value alone and is only read.
unsafe impl Send for Mapping {}
// SAFETY: as above; reads need no order among themselves.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Maps the first `length` bytes (not 0) of `fd`.
    pub(super) fn new(fd: &OwnedFd, length: usize) -> Result<Mapping, Error> {
        let seals = fcntl_get_seals(fd).map_err(|_| Error::NotSealed)?;
        if !seals.contains(SealFlags::SHRINK) {
            return Err(Error::NotSealed);
        }
        let present = usize::try_from(fstat(fd)?.st_size).unwrap_or(0);
        if length == 0 || present < length {
            return Err(Error::TooSmall);
        }
        // SAFETY: a fresh mapping at an address the kernel chooses aliases nothing of ours; see the top of the file.
        let start = unsafe { mmap(std::ptr::null_mut(), length, ProtFlags::READ, MapFlags::SHARED, fd, 0) }?;
        Ok(Mapping { start: start.cast::<u8>().cast_const(), length })
    }

    /// The bytes of the memory. The client may change them at any time.
    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: `start` and `length` are those of a live mapping that cannot shrink.
        unsafe { std::slice::from_raw_parts(self.start, self.length) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: made by `new`, not unmapped before, and no slice outlives `self`.
        let result = unsafe { munmap(self.start.cast_mut().cast(), self.length) };
        if let Err(error) = result {
            tracing::warn!(%error, "failed to unmap shared memory");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{MemfdFlags, fcntl_add_seals, ftruncate, memfd_create};

    #[test]
    fn only_sealed_memory_that_is_long_enough_is_mapped() {
        let fd = memfd_create("test", MemfdFlags::ALLOW_SEALING).expect("memory files exist");
        ftruncate(&fd, 4096).expect("the file is ours");
        assert!(matches!(Mapping::new(&fd, 4096), Err(Error::NotSealed)));
        fcntl_add_seals(&fd, SealFlags::SHRINK).expect("sealing is allowed");
        assert!(matches!(Mapping::new(&fd, 4097), Err(Error::TooSmall)));
        assert!(matches!(Mapping::new(&fd, 0), Err(Error::TooSmall)));
        let mapping = Mapping::new(&fd, 4096).expect("sealed and long enough");
        assert_eq!(mapping.bytes().len(), 4096);
        let file = std::fs::File::open("/dev/zero").expect("the device exists");
        assert!(matches!(Mapping::new(&file.into(), 1), Err(Error::NotSealed)));
    }
}
