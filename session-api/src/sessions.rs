//! Sessions as this replica serves them: every change goes through `change`, every live act through the pod. It keeps no
//! state of a session but caches.

pub mod acts;
pub mod change;
pub mod deadlines;
mod files;
mod invite;
mod join;
pub mod links;
mod live;
mod lost;
mod people;
mod queue;
pub mod service;
mod sites;
mod start;
mod tickets;
mod view;
mod watch;

pub use tickets::Admitted;

use crate::admin::metrics::Metrics;
use crate::caller::Caller;
use crate::config::Limits;
use crate::drive::Browsers;
use crate::hub::Hub;
use crate::journal::Journal;
use crate::refusal::Refusal;
use crate::seal::Sealer;
use crate::store::{Store, Stored};
use crate::tenants::Current;
use cobrowse_crds::Tenant;
use cobrowse_session::capacity::Capacity;
use cobrowse_session::id::ReplicaId;
use cobrowse_session::permission::TenantScope;
use cobrowse_session::pin::PinKey;
use cobrowse_session::waiting::{Consent, Person, Row};
use cobrowse_session::{SessionId, TenantId};
use links::Links;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A session that wants a browser, for the task that makes one, and the call in whose trace that is.
pub type Wanted = (TenantScope, SessionId, opentelemetry::Context);

/// What sessions need of the rest of the program.
pub struct Parts {
    /// The store.
    pub store: Store,
    /// Who waits for what here.
    pub hub: Hub,
    /// The tenants.
    pub tenants: Current,
    /// Key of PIN hashes.
    pub pin_key: PinKey,
    /// Key of sealed addresses.
    pub sealer: Sealer,
    /// Acts on their way to the audit.
    pub journal: Journal,
    /// Places for sessions.
    pub capacity: Capacity,
    /// Limits on people.
    pub limits: Limits,
    /// Connections to pods.
    pub links: Links,
    /// Where browsers come from.
    pub browsers: Browsers,
    /// Metrics.
    pub metrics: Arc<Metrics>,
    /// This replica.
    pub replica: ReplicaId,
    /// Cancelled when this replica goes down: who watches is sent elsewhere.
    pub draining: CancellationToken,
    /// Where sessions that want a browser are told to.
    pub wanted: mpsc::UnboundedSender<Wanted>,
}

/// All sessions. Cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    parts: Arc<Parts>,
    starts: Arc<start::Starts>,
}

impl Sessions {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let starts = Arc::new(start::Starts::new(&parts.limits));
        Self { parts: Arc::new(parts), starts }
    }

    /// The parts.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// A session of the caller's tenant in which the caller is a person: the end user of it, or an account that knocked.
    async fn find(&self, caller: &Caller, id: &str) -> Result<Stored, Refusal> {
        let id = SessionId::parse(id).map_err(|_| Refusal::SessionNotFound)?;
        let stored = self.parts.store.session(caller.scope()?, &id).await?;
        match caller.person(&stored.row) {
            Some(_) => Ok(stored),
            None => Err(Refusal::SessionNotFound),
        }
    }

    /// As `find`, for what only people do whom the end user allowed.
    async fn find_allowed(&self, caller: &Caller, id: &str) -> Result<(Stored, Person), Refusal> {
        let stored = self.find(caller, id).await?;
        let person = caller.person(&stored.row).ok_or(Refusal::SessionNotFound)?.clone();
        match person.consent {
            Consent::Allowed => Ok((stored, person)),
            Consent::Asked => Err(Refusal::NotReady),
            Consent::Denied | Consent::Unanswered | Consent::Left => Err(Refusal::Denied),
        }
    }

    fn tenant(&self, id: &TenantId) -> Result<Tenant, Refusal> {
        self.parts.tenants.now().get(id).cloned().ok_or(Refusal::SessionNotFound)
    }

    /// The scope of a row's tenant, for acts of this program alone: facts of pods and deadlines.
    pub fn own_scope(&self, row: &Row) -> Option<TenantScope> {
        let tenants = self.parts.tenants.now();
        let mut all = tenants.iter();
        all.find(|(tenant, _)| tenant.id == row.tenant).map(|(_, owner)| TenantScope::of_site_owner(&owner))
    }
}
