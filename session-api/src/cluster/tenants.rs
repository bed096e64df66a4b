//! The tenants of the cluster, as they are now. Which site is whose, the operator says; what it has not said yet is nobody's.

use super::watch::Seen;
use crate::tenants::Current;
use cobrowse_crds::Tenants;
use cobrowse_crds::kind::CoBrowseTenant;
use std::collections::BTreeMap;

/// Tenants that are watched.
#[derive(Default)]
pub(super) struct Watched {
    objects: BTreeMap<String, CoBrowseTenant>,
    current: Current,
}

impl Watched {
    /// Where everybody else reads them.
    pub(super) fn current(&self) -> Current {
        self.current.clone()
    }

    /// Takes what the watch tells.
    pub(super) fn seer(mut self) -> impl FnMut(Seen<CoBrowseTenant>) + Send {
        move |seen| {
            match seen {
                Seen::All(objects) => self.objects = objects.into_iter().filter_map(named).collect(),
                Seen::Now(object) => self.objects.extend(named(*object)),
                Seen::Gone(name) => drop(self.objects.remove(&name)),
            }
            self.publish();
        }
    }

    fn publish(&self) {
        let objects: Vec<CoBrowseTenant> = self.objects.values().cloned().collect();
        let (tenants, refused) = Tenants::of_cluster(&objects);
        for (name, error) in refused {
            tracing::warn!(tenant = name, error = %crate::chain(&error), "a tenant cannot be read and is suspended");
        }
        self.current.set(tenants);
    }
}

fn named(object: CoBrowseTenant) -> Option<(String, CoBrowseTenant)> {
    object.metadata.name.clone().map(|name| (name, object))
}
