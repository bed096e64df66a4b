//! What all connections share. Tests make one with a resolver and a dialler of their own; the program has the machine's.

use crate::ledger::Sessions;
use crate::material::Material;
use crate::metrics::Metrics;
use crate::noticed::Noticed;
use crate::open::Sources;
use crate::reach::{Dial, Resolve};
use cobrowse_session::egress::Network;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// To resolve a name.
    pub lookup: Duration,
    /// To connect to any of a name's addresses.
    pub dial: Duration,
    /// Until a connection has said whom it is for.
    pub hello: Duration,
    /// Without a byte either way. Longer than servers of web sockets are silent, as a rule a minute.
    pub idle: Duration,
    /// How long open connections outlive a grant that nobody renews: longer than the operator's change of leader.
    pub grace: Duration,
}

impl Default for Times {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { lookup: seconds(5), dial: seconds(10), hello: seconds(10), idle: seconds(300), grace: seconds(60) }
    }
}

/// One replica.
pub struct Gateway {
    /// The installation's own network.
    pub network: Network,
    /// Source addresses by group.
    pub sources: Sources,
    /// Finds addresses.
    pub resolve: Box<dyn Resolve>,
    /// Opens connections.
    pub dial: Box<dyn Dial>,
    /// How long things may take.
    pub times: Times,
    /// What the files hold at present.
    pub material: watch::Receiver<Arc<Material>>,
    /// What sessions use.
    pub sessions: Sessions,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Hosts for whoever writes a tenant's list.
    pub noticed: Arc<Noticed>,
}
