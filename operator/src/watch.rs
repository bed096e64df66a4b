//! Watches: what the API server has of each kind, as changes for the deciding task. An object that cannot be read is passed over and
//! told of; it stops no watch.

use crate::decide::Event;
use crate::{chain, names, seen};
use cobrowse_crds::kind::{CoBrowsePool, CoBrowseSession, CoBrowseTenant};
use futures::{Stream, StreamExt as _};
use k8s_openapi::api::core::v1 as core;
use kube::api::Api;
use kube::core::DeserializeGuard;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, watcher};
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use tokio::sync::mpsc;

/// One change of what a kind's objects are.
#[derive(Clone, Debug)]
pub enum Change<T> {
    /// All are listed from here on.
    Begin,
    /// An object, new or changed or listed.
    Seen(T),
    /// An object is gone; what it was at last.
    Gone(T),
    /// The list is complete.
    End,
}

/// Starts the four watches. Each ends with the receiver of its changes.
pub fn begin(client: &kube::Client, namespace: &str, events: &mpsc::Sender<Event>) {
    let ours = watcher::Config::default().labels(&format!("{}={}", names::MANAGED_BY, names::MANAGER));
    let pods = watch::<core::Pod, _, _>(client, namespace, ours, |pod| seen::Pod::read(&pod));
    let all = watcher::Config::default();
    let sessions =
        watch::<CoBrowseSession, _, _>(client, namespace, all.clone(), |object| seen::Session::read(&object));
    let pools = watch::<CoBrowsePool, _, _>(client, namespace, all.clone(), seen::Pool::read);
    let tenants = watch::<CoBrowseTenant, _, _>(client, namespace, all, seen::Tenant::read);
    tokio::spawn(pass(pods, Event::Pods, events.clone()));
    tokio::spawn(pass(sessions, Event::Sessions, events.clone()));
    tokio::spawn(pass(pools, Event::Pools, events.clone()));
    tokio::spawn(pass(tenants, Event::Tenants, events.clone()));
}

async fn pass<T>(changes: impl Stream<Item = Change<T>>, event: fn(Change<T>) -> Event, events: mpsc::Sender<Event>) {
    let mut changes = std::pin::pin!(changes);
    while let Some(change) = changes.next().await {
        if events.send(event(change)).await.is_err() {
            return;
        }
    }
}

fn watch<K, T, F>(
    client: &kube::Client,
    namespace: &str,
    config: watcher::Config,
    read: F,
) -> impl Stream<Item = Change<T>> + use<K, T, F>
where
    F: Fn(K) -> Result<T, seen::Error>,
    K: kube::Resource<Scope = kube::core::NamespaceResourceScope> + Clone + DeserializeOwned + Debug + Send + 'static,
    K::DynamicType: Default,
{
    let api: Api<DeserializeGuard<K>> = Api::namespaced(client.clone(), namespace);
    let kind = K::kind(&K::DynamicType::default()).into_owned();
    // Without a backoff a watch that fails would be tried as fast as the machine can.
    watcher(api, config).default_backoff().filter_map(move |event| {
        let change = match event {
            Ok(event) => changed(event, &kind, &read),
            Err(error) => {
                tracing::warn!(kind, error = chain(&error), "a watch failed; it is begun again");
                None
            }
        };
        std::future::ready(change)
    })
}

fn changed<K: kube::Resource, T>(
    event: watcher::Event<DeserializeGuard<K>>,
    kind: &str,
    read: impl Fn(K) -> Result<T, seen::Error>,
) -> Option<Change<T>> {
    let parsed = |guard: DeserializeGuard<K>| match guard.0 {
        Ok(object) => match read(object) {
            Ok(object) => Some(object),
            Err(error) => {
                tracing::error!(kind, error = chain(&error), "an object cannot be read; it is left alone");
                None
            }
        },
        Err(invalid) => {
            let name = invalid.metadata.name.as_deref().unwrap_or_default();
            tracing::error!(kind, name, error = invalid.error, "an object is malformed; it is left alone");
            None
        }
    };
    match event {
        watcher::Event::Init => Some(Change::Begin),
        watcher::Event::InitDone => Some(Change::End),
        watcher::Event::InitApply(guard) | watcher::Event::Apply(guard) => parsed(guard).map(Change::Seen),
        watcher::Event::Delete(guard) => parsed(guard).map(Change::Gone),
    }
}
