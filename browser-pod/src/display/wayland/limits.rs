//! How much a client may have. Far above what Chrome uses, low enough that a hostile one cannot fill our memory.

/// Surfaces of all clients together.
pub(super) const SURFACES: usize = 256;
/// Regions alive at once.
pub(super) const REGIONS: usize = 256;
/// Operations in one region. What comes after is ignored, so the region may be larger or smaller than meant.
pub(super) const REGION_PARTS: usize = 256;
/// Shared memory pools alive at once.
pub(super) const POOLS: usize = 256;
/// Bytes of one pool: eight pictures of 4096 x 4096 would be more, Chrome makes one pool per buffer.
pub(super) const POOL_BYTES: usize = 256 << 20;
/// Buffers alive at once.
pub(super) const BUFFERS: usize = 512;
/// Longest side of a buffer in pixels.
pub(super) const SIDE: i32 = 8192;
/// Frame callbacks and presentation feedbacks that wait in one surface or for the end of a pause.
pub(super) const CALLBACKS: usize = 256;
/// Objects of the seat, the output, clipboard or text input of one kind.
pub(super) const OBJECTS: usize = 64;
/// Levels of surfaces within surfaces.
pub(super) const DEPTH: usize = 16;
/// Positioners alive at once.
pub(super) const POSITIONERS: usize = 256;
/// Clients connected at once.
pub(super) const CLIENTS: usize = 16;
/// Offers of the clipboard and of drags alive at once. We make them, the client ends them; without room nothing is offered.
pub(super) const OFFERS: usize = 256;
/// MIME types of one clipboard source, and bytes of one.
pub(super) const MIME_TYPES: usize = 64;
/// Bytes of a MIME type that is kept.
pub(super) const MIME_BYTES: usize = 256;
/// Bytes of text taken from or given to the clipboard.
pub(super) const CLIPBOARD_BYTES: usize = 256 << 10;
/// Acts that wait for the compositor. It drains them whenever it runs, so this is reached only if it hangs.
pub(super) const WAITING_ACTS: usize = 8192;
