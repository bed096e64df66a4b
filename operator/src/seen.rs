//! Objects as the operator goes by them: small, parsed, with their versions. What is not needed is left out, since there may be ten
//! thousand of each.

mod pod;
mod session;

pub use pod::{Over, Pod, Stage};
pub use session::{Binding, Finished, Session};

use cobrowse_crds::kind::{CoBrowsePool, CoBrowseTenant};
use cobrowse_session::{SessionUid, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
use std::sync::Arc;

/// Why an object cannot be gone by. The definitions of the kinds let none of these through.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An object without a UID or version.
    #[error("failed to read an object's metadata: {0} is missing or malformed")]
    Metadata(&'static str),
    /// A field of its status.
    #[error("failed to read an object's status: {0} is malformed")]
    Status(&'static str),
}

/// A pool with its metadata.
#[derive(Clone, Debug)]
pub struct Pool {
    /// Its UID.
    pub uid: u128,
    /// Its version.
    pub version: u64,
    /// The object.
    pub object: Arc<CoBrowsePool>,
}

/// A tenant with its metadata.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Its UID.
    pub uid: u128,
    /// Its version.
    pub version: u64,
    /// The object.
    pub object: Arc<CoBrowseTenant>,
}

impl Pool {
    /// Reads an object.
    pub fn read(mut object: CoBrowsePool) -> Result<Self, Error> {
        object.metadata.managed_fields = None;
        Ok(Self { uid: uid(&object.metadata)?, version: version(&object.metadata)?, object: Arc::new(object) })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.object.metadata.name.as_deref().unwrap_or_default()
    }
}

impl Tenant {
    /// Reads an object.
    pub fn read(mut object: CoBrowseTenant) -> Result<Self, Error> {
        object.metadata.managed_fields = None;
        Ok(Self { uid: uid(&object.metadata)?, version: version(&object.metadata)?, object: Arc::new(object) })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.object.metadata.name.as_deref().unwrap_or_default()
    }
}

/// The UID of an object, as a number.
pub(crate) fn uid(metadata: &ObjectMeta) -> Result<u128, Error> {
    let text = metadata.uid.as_deref().ok_or(Error::Metadata("uid"))?;
    SessionUid::parse(text).map(SessionUid::as_u128).map_err(|_| Error::Metadata("uid"))
}

/// The version of an object. Kubernetes promises that those of one kind can be compared as numbers.
pub(crate) fn version(metadata: &ObjectMeta) -> Result<u64, Error> {
    let text = metadata.resource_version.as_deref().ok_or(Error::Metadata("resourceVersion"))?;
    text.parse().map_err(|_| Error::Metadata("resourceVersion"))
}

/// A time of the API server, which has whole seconds.
pub(crate) fn moment(time: Option<&Time>) -> Option<Timestamp> {
    time.and_then(|time| u64::try_from(time.0.as_millisecond()).ok()).map(Timestamp::from_millis)
}
