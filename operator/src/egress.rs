//! The way out of browser pods: where the egress gateway listens, and the key by which their grants are signed. Both are looked up again
//! and again, so that one that is changed is gone by, and whoever leads next goes on with the same. Who gets a grant, `decide` says.

pub mod secrets;

use crate::decide::Event;
use cobrowse_identity::grant::GrantKey;
use secrets::Secrets;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::net::lookup_host;
use tokio::sync::mpsc;

/// How often it is looked up, once it is known.
const EVERY: Duration = Duration::from_secs(60);
/// And before, when no pod can be made yet.
const SOON: Duration = Duration::from_secs(1);
/// How long a name's addresses may take.
const LOOKUP: Duration = Duration::from_secs(5);

/// Why there is no way out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The gateway's name.
    #[error("failed to find the egress gateway {0}: is its Service there, and may this program ask for names?")]
    Lookup(String, #[source] std::io::Error),
    /// It has no address.
    #[error("failed to find the egress gateway {0}: its name has no address")]
    NoAddress(String),
    /// Its Secrets.
    #[error(transparent)]
    Secrets(#[from] secrets::Error),
}

/// The way out, as it is now.
#[derive(Clone)]
pub struct Way {
    /// Where the gateway listens, in order.
    pub gateways: Vec<SocketAddr>,
    /// What signs grants.
    pub key: Arc<GrantKey>,
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Way").field("gateways", &self.gateways).finish_non_exhaustive()
    }
}

impl Way {
    fn is(&self, other: &Self) -> bool {
        self.gateways == other.gateways && self.key.public_pem() == other.key.public_pem()
    }
}

/// Where it is looked up.
pub struct Source {
    /// `host:port` of the gateway.
    pub gateway: String,
    /// Its Secrets.
    pub secrets: Secrets,
}

impl Source {
    async fn look(&self) -> Result<Way, Error> {
        let failed = |error| Error::Lookup(self.gateway.clone(), error);
        let found = tokio::time::timeout(LOOKUP, lookup_host(&self.gateway)).await;
        let found = found.map_err(|_| failed(std::io::ErrorKind::TimedOut.into()))?.map_err(failed)?;
        let mut gateways: Vec<SocketAddr> = found.collect();
        gateways.sort_unstable();
        gateways.dedup();
        if gateways.is_empty() {
            return Err(Error::NoAddress(self.gateway.clone()));
        }
        let now = SystemTime::now();
        self.secrets.certify(now).await?;
        Ok(Way { gateways, key: Arc::new(self.secrets.grant_key().await?) })
    }
}

/// Tells the deciding task of the way out, and of each change, until nobody listens. What cannot be looked up changes nothing.
pub async fn follow(source: Source, events: mpsc::Sender<Event>) {
    let mut known: Option<Way> = None;
    loop {
        match source.look().await {
            Ok(way) if known.as_ref().is_some_and(|known| known.is(&way)) => {}
            Ok(way) => {
                tracing::info!(gateways = ?way.gateways, "browser pods go out by the egress gateway");
                known = Some(way.clone());
                if events.send(Event::Way(way)).await.is_err() {
                    return;
                }
            }
            Err(Error::Secrets(error)) if error.is_conflict() => {
                tracing::info!("another replica filled the Secrets of the egress gateway");
            }
            Err(error) => tracing::warn!(error = crate::chain(&error), "the way out cannot be looked up"),
        }
        tokio::time::sleep(if known.is_some() { EVERY } else { SOON }).await;
    }
}
