//! Before an uninstall: no session may live, or nobody would end it, and people would be cut off in the middle.

use clap::Args;
use cobrowse_crds::kind::CoBrowseSession;
use cobrowse_crds::kind::session::Phase;
use kube::api::ListParams;
use kube::{Api, ResourceExt};

use crate::cluster::{self, Failure, answer};

/// As many as are named.
const NAMED: usize = 5;
/// Objects in one answer.
const PAGE: u32 = 500;
/// Answers at most: more objects than there can be sessions and those that wait to be cleared away.
const PAGES: usize = 200;

/// Where to look.
#[derive(Args, Clone, Debug)]
pub struct Arguments {
    /// Namespace of the sessions.
    #[arg(long, value_name = "NAMESPACE")]
    namespace: String,
}

/// Why an uninstall must wait.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No way to the cluster.
    #[error(transparent)]
    Cluster(#[from] cluster::Error),
    /// The sessions cannot be read.
    #[error("failed to read the sessions")]
    Read(#[source] Failure),
    /// There are some.
    #[error("{0}")]
    Alive(String),
}

/// Says that no session lives.
pub(super) async fn check(arguments: &Arguments) -> Result<String, Error> {
    let sessions: Api<CoBrowseSession> = Api::namespaced(cluster::client().await?, &arguments.namespace);
    let mut names = Vec::new();
    let mut page = ListParams::default().limit(PAGE);
    for _ in 0..PAGES {
        let list = match answer(sessions.list(&page)).await {
            Ok(list) => list,
            // Without the kind there is no session.
            Err(failure) if failure.code() == 404 => break,
            Err(failure) => return Err(Error::Read(failure)),
        };
        names.extend(list.items.iter().filter(|session| lives(session)).map(ResourceExt::name_any));
        match list.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => page = page.continue_token(&token),
            None => break,
        }
    }
    if names.is_empty() {
        return Ok(format!("no session lives in {}", arguments.namespace));
    }
    Err(Error::Alive(refusal(&names, &arguments.namespace)))
}

fn lives(session: &CoBrowseSession) -> bool {
    let Some(status) = &session.status else { return true };
    status.finish_reason.is_none() && !matches!(status.phase, Some(Phase::Finished | Phase::Failed))
}

fn refusal(names: &[String], namespace: &str) -> String {
    let shown = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = if names.len() > NAMED { ", …" } else { "" };
    let live = if names.len() == 1 { "session lives" } else { "sessions live" };
    format!(
        "{} {live} in {namespace} ({shown}{more}): wait, or end them by spec.lifecycle.desiredState: Ended, \
         or uninstall with --no-hooks and cut people off",
        names.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn session(status: serde_json::Value) -> CoBrowseSession {
        let spec = json!({"tenantRef": {"name": "t"}, "poolRef": {"name": "p"}, "site": "https://a.example"});
        let object = json!({"apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowseSession", "metadata": {"name": "s"},
            "spec": spec, "status": status});
        serde_json::from_value(object).expect("a session")
    }

    #[test]
    fn a_session_lives_until_it_has_an_end() {
        assert!(lives(&session(json!(null))));
        assert!(lives(&session(json!({"phase": "Pending"}))));
        assert!(lives(&session(json!({"phase": "Draining"}))));
        assert!(!lives(&session(json!({"phase": "Finished"}))));
        assert!(!lives(&session(json!({"phase": "Failed"}))));
        assert!(!lives(&session(json!({"phase": "Draining", "finishReason": "Agent"}))));
    }

    #[test]
    fn the_refusal_counts_all_and_names_some() {
        let names: Vec<String> = (0..7).map(|n| format!("s{n}")).collect();
        let said = refusal(&names, "sessions");
        assert!(said.starts_with("7 sessions live in sessions (s0, s1, s2, s3, s4, …): "), "{said}");
        assert!(refusal(&names[..1], "x").starts_with("1 session lives in x (s0): "));
    }
}
