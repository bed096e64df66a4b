//! A kind, listed and then watched, again and again: what is there, what becomes of it, what goes. A small loop of its own, since
//! controllers are the operator's.

use futures::{StreamExt, TryStreamExt};
use kube::api::{ListParams, WatchParams};
use kube::core::{DeserializeGuard, WatchEvent};
use kube::{Api, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// How long one watch lasts before the next one takes up where it ended.
pub(super) const SECONDS: u64 = 50;
/// Objects of one page of a list.
const PAGE: u32 = 500;
/// From a failure to the next try.
const AGAIN: Duration = Duration::from_secs(1);
/// The API server does not know so old a version any more.
const GONE: u16 = 410;

/// What is seen.
pub(super) enum Seen<K> {
    /// All there is.
    All(Vec<K>),
    /// One as it is now.
    Now(Box<K>),
    /// One that is not there any more, by name.
    Gone(String),
}

/// Tells `see` what is seen, until `stop`, and `first` once all there is was seen. An object that cannot be read is passed over: it
/// must keep nobody else from being served.
pub(super) async fn follow<K, S>(api: Api<K>, stop: CancellationToken, mut see: S, first: oneshot::Sender<()>)
where
    K: Resource<DynamicType = (), Scope = kube::core::NamespaceResourceScope>
        + Clone
        + DeserializeOwned
        + Debug
        + Send
        + 'static,
    S: FnMut(Seen<K>) + Send,
{
    let mut first = Some(first);
    let api: Api<DeserializeGuard<K>> = guarded(&api);
    let mut failing = false;
    while let Some(seen) = stop.run_until_cancelled(follow_once(&api, &mut see, &mut first)).await {
        match seen {
            Ok(()) => failing = false,
            Err(error) => {
                if !std::mem::replace(&mut failing, true) {
                    tracing::warn!(kind = %K::kind(&()), error = %crate::chain(&error), "a kind cannot be watched");
                }
                if stop.run_until_cancelled(tokio::time::sleep(AGAIN)).await.is_none() {
                    return;
                }
            }
        }
    }
}

fn guarded<K>(api: &Api<K>) -> Api<DeserializeGuard<K>>
where
    K: Resource<DynamicType = (), Scope = kube::core::NamespaceResourceScope> + Clone,
{
    let client = api.clone().into_client();
    match api.namespace() {
        Some(namespace) => Api::namespaced(client, namespace),
        None => Api::all(client),
    }
}

/// Lists, and watches until the server forgot where we are.
async fn follow_once<K, S>(
    api: &Api<DeserializeGuard<K>>,
    see: &mut S,
    first: &mut Option<oneshot::Sender<()>>,
) -> Result<(), kube::Error>
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + 'static,
    S: FnMut(Seen<K>) + Send,
{
    let (all, mut version) = list(api).await?;
    see(Seen::All(all.into_iter().filter_map(readable).collect()));
    // Only at the program's start does anybody wait for it.
    first.take().map(|first| first.send(()));
    let parameters = WatchParams::default().timeout(u32::try_from(SECONDS).unwrap_or(50));
    loop {
        let mut stream = api.watch(&parameters, &version).await?.boxed();
        while let Some(event) = stream.try_next().await? {
            match event {
                WatchEvent::Added(object) | WatchEvent::Modified(object) => {
                    version = object.resource_version().unwrap_or(version);
                    if let Some(object) = readable(object) {
                        see(Seen::Now(Box::new(object)));
                    }
                }
                WatchEvent::Deleted(object) => {
                    version = object.resource_version().unwrap_or(version);
                    see(Seen::Gone(object.name_any()));
                }
                WatchEvent::Bookmark(bookmark) => version = bookmark.metadata.resource_version,
                WatchEvent::Error(status) if status.code == GONE => return Ok(()),
                WatchEvent::Error(status) => return Err(kube::Error::Api(status)),
            }
        }
    }
}

/// Everything, page by page, and the version from which to watch.
async fn list<K>(api: &Api<DeserializeGuard<K>>) -> Result<(Vec<DeserializeGuard<K>>, String), kube::Error>
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug,
{
    let (mut all, mut parameters) = (Vec::new(), ListParams::default().limit(PAGE));
    loop {
        let page = api.list(&parameters).await?;
        all.extend(page.items);
        let version = page.metadata.resource_version.unwrap_or_default();
        match page.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => parameters = ListParams::default().limit(PAGE).continue_token(&token),
            None => return Ok((all, version)),
        }
    }
}

fn readable<K: Resource<DynamicType = ()>>(object: DeserializeGuard<K>) -> Option<K> {
    let warn = |error: &kube::core::error_boundary::InvalidObject| {
        let name = error.metadata.name.as_deref().unwrap_or_default();
        tracing::warn!(kind = %K::kind(&()), name, "an object cannot be read and is passed over");
    };
    object.0.inspect_err(warn).ok()
}
