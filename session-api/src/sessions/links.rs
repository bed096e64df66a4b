//! Where a session's pod is, and the connection to it. Any replica that shares the data folder may dial any pod.

use crate::pods::dial::Dialer;
use crate::refusal::Refusal;
use cobrowse_identity::name::PodUid;
use cobrowse_session::SessionId;
use cobrowse_session::waiting::{Claim, Row, Stage};
use cobrowse_wire::v1::pod_service_client::PodServiceClient;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tonic::transport::Channel;

/// Bytes of one message to or from a pod. A message of many empty parts takes a hundred times as much memory here, and a
/// pod may have been taken over.
const MESSAGE_BYTES: usize = 1024 * 1024;
/// Bytes of one message of a live stream: a key picture of the largest viewport at double scale stays well below.
pub const PICTURE_BYTES: usize = 16 * 1024 * 1024;
/// Connections kept.
const KEPT: usize = 1024;

/// Connections to pods. Cheap to clone.
#[derive(Clone)]
pub struct Links {
    dialer: Dialer,
    open: Arc<Mutex<HashMap<SessionId, Channel>>>,
}

/// A pod's place, as the row's claim keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where it listens.
    pub address: SocketAddr,
    /// Whose certificate it shows.
    pub uid: PodUid,
}

impl Place {
    /// As text for the row.
    pub fn to_text(&self) -> String {
        format!("{} {}", self.address, self.uid.as_str())
    }

    /// The place of a bound claim.
    pub fn of(row: &Row) -> Option<Self> {
        let Claim::Bound { pod, .. } = &row.claim else { return None };
        let (address, uid) = pod.split_once(' ')?;
        Some(Self { address: address.parse().ok()?, uid: PodUid::parse(uid).ok()? })
    }
}

impl Links {
    /// Without any connection yet.
    pub fn new(dialer: Dialer) -> Self {
        Self { dialer, open: Arc::default() }
    }

    /// How pods are dialled.
    pub fn dialer(&self) -> &Dialer {
        &self.dialer
    }

    /// A client of the session's pod.
    pub async fn pod(&self, row: &Row) -> Result<PodServiceClient<Channel>, Refusal> {
        if row.stage == Stage::Ended {
            return Err(Refusal::SessionEnded);
        }
        let place = Place::of(row).ok_or(Refusal::NotReady)?;
        let known = self.lock().get(&row.id).cloned();
        let channel = match known {
            Some(channel) => channel,
            None => self.dial(&row.id, &place).await?,
        };
        Ok(client(channel))
    }

    /// Keeps a connection that was made elsewhere.
    pub fn keep(&self, id: &SessionId, channel: Channel) {
        let mut open = self.lock();
        if open.len() >= KEPT {
            // Any will do: it is dialled again when needed.
            let some = open.keys().next().cloned();
            some.map(|id| open.remove(&id));
        }
        open.insert(id.clone(), channel);
    }

    /// Forgets the connection of a session.
    pub fn forget(&self, id: &SessionId) {
        self.lock().remove(id);
    }

    async fn dial(&self, id: &SessionId, place: &Place) -> Result<Channel, Refusal> {
        let channel = self.dialer.dial(place.address, &place.uid).await.map_err(|error| {
            tracing::warn!(session_id = %id, error = %crate::chain(&error), "a pod cannot be reached");
            Refusal::PodUnreachable
        })?;
        self.keep(id, channel.clone());
        Ok(channel)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Channel>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A client with our limits.
pub fn client(channel: Channel) -> PodServiceClient<Channel> {
    PodServiceClient::new(channel).max_decoding_message_size(MESSAGE_BYTES).max_encoding_message_size(MESSAGE_BYTES)
}
