//! The reader: a manifest, the data key and a segment's object make records, and whatever does not fit is named. It fetches nothing:
//! whoever plays asks [`Manifest::seek`] which objects to bring.

use crate::entry::{Entry, digest_of};
use crate::id::Position;
use crate::key::DataKey;
use crate::manifest::Manifest;
use crate::object::{self, identify};
use crate::segment::Segment;

/// Why a segment cannot be read. Each names the segment that was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The key is of another recording, or was changed.
    #[error("failed to read the recording: the data key is not its own")]
    OtherKey,
    /// The manifest lists fewer segments.
    #[error("failed to read segment {index} of the list: there are {count}")]
    NoSuch {
        /// Which was asked for, from 0.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// There is no such object.
    #[error("failed to read segment {0}: it is missing")]
    Missing(Position),
    /// Another segment of this recording is in its place.
    #[error("failed to read segment {position}: segment {found} is in its place")]
    Swapped {
        /// Which was asked for.
        position: Position,
        /// Which is there.
        found: Position,
    },
    /// A segment of another recording is in its place.
    #[error("failed to read segment {0}: another recording's is in its place")]
    Foreign(Position),
    /// The object ends too early.
    #[error("failed to read segment {position}: it is cut to {bytes} of {listed} bytes")]
    Cut {
        /// Which was asked for.
        position: Position,
        /// Bytes that there are.
        bytes: u64,
        /// Bytes that the manifest lists.
        listed: u64,
    },
    /// The object goes on after its end.
    #[error("failed to read segment {position}: it has {bytes} bytes instead of {listed}")]
    Longer {
        /// Which was asked for.
        position: Position,
        /// Bytes that there are.
        bytes: u64,
        /// Bytes that the manifest lists.
        listed: u64,
    },
    /// The object is not the one that was written.
    #[error("failed to read segment {0}: it was changed")]
    Altered(Position),
    /// The object is the one that the manifest lists, and cannot be opened: who wrote the manifest did not write the recording.
    #[error("failed to read segment {position}")]
    Object {
        /// Which was asked for.
        position: Position,
        /// Why it cannot be opened.
        #[source]
        source: object::Error,
    },
}

/// Reads one recording.
#[derive(Debug)]
pub struct Reader {
    manifest: Manifest,
    key: DataKey,
}

impl Reader {
    /// Of a manifest and the data key that it speaks of.
    pub fn new(manifest: Manifest, key: DataKey) -> Result<Self, Error> {
        if key.is(&manifest.head().key_check) { Ok(Self { manifest, key }) } else { Err(Error::OtherKey) }
    }

    /// The manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Reads the segment at this index of the manifest's entries from its object; `None` when there is no such object.
    pub fn open(&self, index: usize, object: Option<&[u8]>) -> Result<Segment, Error> {
        let count = self.manifest.entries().len();
        let entry = self.manifest.entries().get(index).ok_or(Error::NoSuch { index, count })?;
        let object = object.ok_or(Error::Missing(entry.position))?;
        self.check(entry, object)?;
        let origin = &self.manifest.head().origin;
        object::open(&self.key, origin, entry, object)
            .map_err(|source| Error::Object { position: entry.position, source })
    }

    /// Whether an object is the one that the manifest lists; if not, what it is instead.
    fn check(&self, entry: &Entry, object: &[u8]) -> Result<(), Error> {
        let position = entry.position;
        if object.len() as u64 == entry.object_bytes && digest_of(object) == entry.digest {
            return Ok(());
        }
        match identify(object) {
            Some((recording, _)) if recording != self.manifest.head().origin.recording => {
                return Err(Error::Foreign(position));
            }
            Some((_, found)) if found != position => return Err(Error::Swapped { position, found }),
            _ => {}
        }
        let (bytes, listed) = (object.len() as u64, entry.object_bytes);
        Err(match bytes.cmp(&listed) {
            std::cmp::Ordering::Less => Error::Cut { position, bytes, listed },
            std::cmp::Ordering::Equal => Error::Altered(position),
            std::cmp::Ordering::Greater => Error::Longer { position, bytes, listed },
        })
    }
}
