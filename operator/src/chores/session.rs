//! A session as a check of an installation: from its making to its first picture and its end. It is one of nobody, so what it shows is
//! that API server, operator, pool, node, browser and website work together.

use clap::Args;
use cobrowse_crds::kind::CoBrowseSession;
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use serde_json::json;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::Instant;

use crate::cluster::{self, Failure, answer};

/// How often the object is read. It is one object for one minute.
const PERIOD: Duration = Duration::from_millis(500);
/// How long the end may take.
const END: Duration = Duration::from_secs(30);
/// How long the object may take to go. A pod that is told to end has no more than 30 seconds.
const CLEAR: Duration = Duration::from_secs(15);

/// What session.
#[derive(Args, Clone, Debug)]
pub struct Arguments {
    /// Namespace of the sessions.
    #[arg(long, value_name = "NAMESPACE")]
    namespace: String,
    /// The CoBrowsePool that the browser comes from.
    #[arg(long, value_name = "NAME")]
    pool: String,
    /// The CoBrowseTenant whose session it is.
    #[arg(long, value_name = "NAME")]
    tenant: String,
    /// The pattern of the tenant's site, as its spec.sites has it.
    #[arg(long, value_name = "PATTERN")]
    site: String,
    /// Seconds until the first picture must be there.
    #[arg(long, value_name = "N", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout_seconds: u64,
}

/// What is not as it should be.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No way to the cluster.
    #[error(transparent)]
    Cluster(#[from] cluster::Error),
    /// No signals.
    #[error("failed to wait for signals")]
    Signals(#[source] std::io::Error),
    /// No name for the object.
    #[error("failed to draw random bytes")]
    NoChance,
    /// Somebody ended the check, or its time was up.
    #[error("failed to keep the session {0} to its end: the check was told to end")]
    Interrupted(String),
    /// The object was refused, for example for a pattern that is none.
    #[error("failed to make a session")]
    Make(#[source] Failure),
    /// The object cannot be read or changed.
    #[error("failed to follow the session {0}")]
    Follow(String, #[source] Failure),
    /// It ended by itself.
    #[error("failed to keep the session {name}: it finished with {reason}; {story}")]
    Ended {
        /// The session.
        name: String,
        /// Why it ended.
        reason: String,
        /// Its conditions.
        story: String,
    },
    /// Too late.
    #[error("failed to see {what} of the session {name} in time; {story}")]
    Late {
        /// What was waited for.
        what: &'static str,
        /// The session.
        name: String,
        /// Its conditions.
        story: String,
    },
}

/// Makes a session, waits for its picture, ends it, and says how long the picture took. The session is ended and its object gone whatever
/// came of it, also when the check is told to end meanwhile.
pub(super) async fn check(arguments: &Arguments) -> Result<String, Error> {
    let mut told_to_end = signal(SignalKind::terminate()).map_err(Error::Signals)?;
    let sessions: Api<CoBrowseSession> = Api::namespaced(cluster::client().await?, &arguments.namespace);
    let name = name()?;
    let began = Instant::now();
    let made = answer(sessions.create(&PostParams::default(), &object(arguments, &name))).await;
    let lived = match made {
        Err(failure) if failure.code() != 0 => return Err(Error::Make(failure)),
        // Without an answer it may be there all the same.
        Err(failure) => Err(Error::Make(failure)),
        Ok(_) => tokio::select! {
            lived = live(&sessions, &name, Duration::from_secs(arguments.timeout_seconds)) => lived,
            _ = told_to_end.recv() => Err(Error::Interrupted(name.clone())),
        },
    };
    let cleared = clear(&sessions, &name).await;
    let pictured_at = lived?;
    cleared?;
    let took = pictured_at - began;
    Ok(format!("the session {name} had its first picture after {:.1} s, and ended", took.as_secs_f32()))
}

/// From the making to the end, which a session without a picture has too; when the picture was there.
async fn live(sessions: &Api<CoBrowseSession>, name: &str, within: Duration) -> Result<Instant, Error> {
    let pictured = picture(sessions, name, within).await;
    let at = Instant::now();
    let ended = end(sessions, name).await;
    pictured?;
    ended?;
    Ok(at)
}

/// A name that nobody else has.
fn name() -> Result<String, Error> {
    let mut random = [0; 5];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| Error::NoChance)?;
    Ok(random.iter().fold("check-".to_owned(), |name, byte| format!("{name}{byte:02x}")))
}

fn object(arguments: &Arguments, name: &str) -> CoBrowseSession {
    let object = json!({
        "apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowseSession", "metadata": {"name": name},
        "spec": {
            "tenantRef": {"name": arguments.tenant}, "poolRef": {"name": arguments.pool}, "site": arguments.site,
            // A pool that is empty is no fault of the installation.
            "whenPoolEmpty": "Cold",
            "claimDeadline": format!("{}s", arguments.timeout_seconds),
            "lifecycle": {"maxDuration": "10m", "ttlSecondsAfterFinished": 60},
        },
    });
    serde_json::from_value(object).expect("texts and numbers make a session")
}

async fn picture(sessions: &Api<CoBrowseSession>, name: &str, within: Duration) -> Result<(), Error> {
    let seen = |session: &CoBrowseSession| {
        session
            .status
            .as_ref()
            .and_then(|status| status.timings.as_ref())
            .is_some_and(|times| times.first_picture.is_some())
    };
    let session = until(sessions, name, within, |session| seen(session) || reason(session).is_some()).await?;
    match reason(&session) {
        Some(reason) => Err(Error::Ended { name: name.to_owned(), reason, story: story(&session) }),
        None if seen(&session) => Ok(()),
        None => Err(Error::Late { what: "the first picture", name: name.to_owned(), story: story(&session) }),
    }
}

async fn end(sessions: &Api<CoBrowseSession>, name: &str) -> Result<(), Error> {
    let patch = json!({"spec": {"lifecycle": {"desiredState": "Ended"}}});
    let asked = answer(sessions.patch(name, &PatchParams::default(), &Patch::Merge(patch))).await;
    asked.map_err(|failure| Error::Follow(name.to_owned(), failure))?;
    let session = until(sessions, name, END, |session| reason(session).is_some()).await?;
    match reason(&session) {
        Some(_) => Ok(()),
        None => Err(Error::Late { what: "the end", name: name.to_owned(), story: story(&session) }),
    }
}

/// Deletes the object, which ends a session that has no end yet, until the API server says that it is gone.
async fn clear(sessions: &Api<CoBrowseSession>, name: &str) -> Result<(), Error> {
    let last = Instant::now() + CLEAR;
    loop {
        let said = answer(sessions.delete(name, &DeleteParams::default())).await;
        match said {
            Err(failure) if failure.code() == 404 => return Ok(()),
            _ if Instant::now() < last => tokio::time::sleep(PERIOD).await,
            // What is left then is cleared away by its limits: nobody comes to it.
            Err(failure) => return Err(Error::Follow(name.to_owned(), failure)),
            Ok(_) => {
                let story = "something keeps the object from going".to_owned();
                return Err(Error::Late { what: "the going", name: name.to_owned(), story });
            }
        }
    }
}

/// The object as it was when it fitted, or when time was up.
async fn until(
    sessions: &Api<CoBrowseSession>,
    name: &str,
    within: Duration,
    fits: impl Fn(&CoBrowseSession) -> bool,
) -> Result<CoBrowseSession, Error> {
    let last = Instant::now() + within;
    loop {
        let session = answer(sessions.get(name)).await.map_err(|failure| Error::Follow(name.to_owned(), failure))?;
        if fits(&session) || Instant::now() >= last {
            return Ok(session);
        }
        tokio::time::sleep(PERIOD).await;
    }
}

/// Why it ended, if it did.
fn reason(session: &CoBrowseSession) -> Option<String> {
    session.status.as_ref()?.finish_reason.map(|reason| format!("{reason:?}"))
}

/// Its conditions, for people.
fn story(session: &CoBrowseSession) -> String {
    let conditions = session.status.iter().flat_map(|status| &status.conditions);
    let told: Vec<String> =
        conditions.map(|one| format!("{} {} ({} {})", one.type_, one.status, one.reason, one.message)).collect();
    if told.is_empty() { "the operator said nothing of it: does one lead?".to_owned() } else { told.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_object_is_one_that_the_kind_takes() {
        let arguments = Arguments {
            namespace: "sessions".into(),
            pool: "default".into(),
            tenant: "example".into(),
            site: "https://www.example.test".into(),
            timeout_seconds: 120,
        };
        let name = name().expect("random bytes");
        let object = object(&arguments, &name);
        assert_eq!(object.metadata.name.as_deref(), Some(name.as_str()));
        assert!(name.starts_with("check-") && name.len() == 16, "{name}");
        assert_eq!(
            (object.spec.claim_deadline.as_str(), object.spec.site.as_str()),
            ("120s", "https://www.example.test")
        );
        assert_eq!(reason(&object), None);
        assert!(story(&object).contains("does one lead"));
    }
}
