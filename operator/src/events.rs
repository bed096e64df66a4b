//! Events of the cluster, for `kubectl describe`. So many at most: whoever makes a thousand sessions learns nothing from three thousand
//! events, and the API server would pay for them. No event carries an address, a query or a person.

use crate::{chain, names, seen};
use cobrowse_session::Timestamp;
use cobrowse_session::pool::{Bucket, Refill};
use k8s_openapi::api::core::v1::ObjectReference;
use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use std::time::Duration;
use tokio::sync::mpsc;

/// Events a second in the long run, and at once after a rest.
const RATE: Refill = Refill { per_second: 5, burst: 25, max_pending: 0 };
/// Events that wait to be written.
const QUEUE: usize = 64;
/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest note that an API server takes has 1 kB.
const NOTE_MAX: usize = 900;

/// Where events go. Cheap to clone; never waits.
#[derive(Clone, Debug)]
pub struct Events {
    queue: mpsc::Sender<(ObjectReference, Event)>,
    namespace: String,
}

impl Events {
    /// Begins to write events in this namespace.
    pub fn begin(client: kube::Client, namespace: &str, identity: &str) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let reporter = Reporter { controller: names::MANAGER.to_owned(), instance: Some(identity.to_owned()) };
        tokio::spawn(write(Recorder::new(client, reporter), waiting));
        Self { queue, namespace: namespace.to_owned() }
    }

    /// Events that go nowhere, for tests.
    pub fn none() -> Self {
        let (queue, _) = mpsc::channel(1);
        Self { queue, namespace: String::new() }
    }

    /// What happened to a session.
    pub fn session(&self, session: &seen::Session, reason: &str, note: &str) {
        self.tell(EventType::Normal, session, reason, note);
    }

    /// What should not have happened to a session.
    pub fn alarm(&self, session: &seen::Session, reason: &str, note: &str) {
        self.tell(EventType::Warning, session, reason, note);
    }

    fn tell(&self, type_: EventType, session: &seen::Session, reason: &str, note: &str) {
        let about = ObjectReference {
            api_version: Some(cobrowse_crds::kind::API_VERSION.to_owned()),
            kind: Some("CoBrowseSession".to_owned()),
            name: Some(session.name.clone()),
            namespace: Some(self.namespace.clone()),
            uid: Some(session.uid.to_string()),
            ..ObjectReference::default()
        };
        let note = note.chars().take(NOTE_MAX).collect();
        let event =
            Event { type_, reason: reason.to_owned(), note: Some(note), action: reason.to_owned(), secondary: None };
        // One too many is left out.
        let _ = self.queue.try_send((about, event));
    }
}

async fn write(recorder: Recorder, mut waiting: mpsc::Receiver<(ObjectReference, Event)>) {
    let mut bucket = Bucket::new();
    while let Some((about, event)) = waiting.recv().await {
        let now: Timestamp = crate::now();
        if bucket.tokens(&RATE, now) == 0 {
            continue;
        }
        bucket = bucket.take(1, &RATE, now);
        match tokio::time::timeout(PATIENCE, recorder.publish(&event, &about)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(error = chain(&error), "an event could not be written"),
            Err(_) => tracing::debug!("an event could not be written in time"),
        }
    }
}
