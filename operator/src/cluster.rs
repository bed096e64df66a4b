//! The API server: the client, what its answers mean for a claim, and how long to wait for one.

use crate::metrics::Metrics;
use crate::requests::Counted;
use cobrowse_identity::policy;
use cobrowse_session::claim::Outcome;
use kube::client::ClientBuilder;
use kube::{Client, Config};
use std::sync::Arc;
use std::time::Duration;

/// How long one request may take. A claim that waits longer goes another way.
pub const PATIENCE: Duration = Duration::from_secs(5);
const CONNECT: Duration = Duration::from_secs(3);

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Neither KUBECONFIG nor a service account says where.
    #[error("failed to find the cluster: run in one, or set KUBECONFIG")]
    Config(#[source] kube::config::InferConfigError),
    /// The client cannot be built.
    #[error("failed to make a client of the API server")]
    Client(#[source] kube::Error),
}

/// A client without retries of its own, so that nobody sleeps inside of a claim: what fails is decided anew.
pub async fn client() -> Result<Client, Error> {
    Client::try_from(config().await?).map_err(Error::Client)
}

/// The same, and its requests are counted.
pub async fn counted(metrics: Arc<Metrics>) -> Result<Client, Error> {
    let builder = ClientBuilder::try_from(config().await?).map_err(Error::Client)?;
    Ok(builder.with_layer(&Counted::new(metrics)).build())
}

async fn config() -> Result<Config, Error> {
    policy::install();
    let mut config = Config::infer().await.map_err(Error::Config)?;
    config.default_retry = false;
    config.connect_timeout = Some(CONNECT);
    Ok(config)
}

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The API server said so, or could not be asked.
    #[error("failed to ask the API server")]
    Kube(#[source] Box<kube::Error>),
    /// The machine gives no random bytes.
    #[error("failed to draw random bytes")]
    NoChance,
    /// No answer in time. It may have been done all the same.
    #[error("failed to get the API server's answer in time")]
    Slow,
}

/// Why an object was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untaken {
    /// A quota of the namespace forbids one more.
    Quota,
    /// It was found wrong, and will be again until something changes.
    Refused,
    /// The API server did not answer, or said "later". It is not known for long.
    Unanswered,
}

impl Failure {
    /// What it means for an object that was to be made.
    pub fn untaken(&self) -> Untaken {
        match self.code() {
            _ if self.is_quota() => Untaken::Quota,
            408 | 429 => Untaken::Unanswered,
            400..500 => Untaken::Refused,
            _ => Untaken::Unanswered,
        }
    }

    /// What it means for a claim.
    pub fn outcome(&self) -> Outcome {
        let Self::Kube(error) = self else { return Outcome::Unavailable };
        let kube::Error::Api(status) = error.as_ref() else { return Outcome::Unavailable };
        let causes = status.details.as_ref().is_some_and(|details| !details.causes.is_empty());
        match status.code {
            404 => Outcome::NotFound,
            409 => Outcome::Conflict,
            // A patch whose test failed has no causes; an object that is wrong has.
            422 if !causes => Outcome::LostRace,
            400 | 422 => Outcome::Invalid,
            _ => Outcome::Unavailable,
        }
    }

    /// The HTTP status, where there is one.
    pub fn code(&self) -> u16 {
        match self {
            Self::Kube(error) => match error.as_ref() {
                kube::Error::Api(status) => status.code,
                _ => 0,
            },
            Self::Slow | Self::NoChance => 0,
        }
    }

    /// A quota of the namespace forbids it.
    fn is_quota(&self) -> bool {
        let Self::Kube(error) = self else { return false };
        let kube::Error::Api(status) = error.as_ref() else { return false };
        status.code == 403 && status.message.contains("exceeded quota")
    }
}

/// Waits for an answer, but not for ever.
pub async fn answer<T>(request: impl Future<Output = Result<T, kube::Error>>) -> Result<T, Failure> {
    match tokio::time::timeout(PATIENCE, request).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(Failure::Kube(Box::new(error))),
        Err(_) => Err(Failure::Slow),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn failure(code: u16, causes: serde_json::Value) -> Outcome {
        let status = json!({"code": code, "message": "", "reason": "", "details": {"causes": causes}});
        Failure::Kube(Box::new(kube::Error::Api(serde_json::from_value(status).expect("a status")))).outcome()
    }

    #[test]
    fn an_api_server_that_is_away_refuses_nothing() {
        let untaken = |code: u16, message: &str| {
            let status = json!({"code": code, "message": message, "reason": ""});
            Failure::Kube(Box::new(kube::Error::Api(serde_json::from_value(status).expect("a status")))).untaken()
        };
        assert_eq!(untaken(403, "exceeded quota: few"), Untaken::Quota);
        for code in [400, 403, 404, 409, 422] {
            assert_eq!(untaken(code, "no"), Untaken::Refused, "{code}");
        }
        for code in [408, 429, 500, 503, 504] {
            assert_eq!(untaken(code, "later"), Untaken::Unanswered, "{code}");
        }
        assert_eq!(Failure::Slow.untaken(), Untaken::Unanswered);
    }

    #[test]
    fn a_failed_test_is_a_lost_race_and_a_wrong_object_is_not() {
        assert_eq!(failure(422, json!([])), Outcome::LostRace);
        assert_eq!(failure(422, json!([{"message": "spec.x: Required value", "field": "spec.x"}])), Outcome::Invalid);
        assert_eq!(failure(404, json!([])), Outcome::NotFound);
        assert_eq!(failure(409, json!([])), Outcome::Conflict);
        assert_eq!(failure(500, json!([])), Outcome::Unavailable);
        assert_eq!(failure(429, json!([])), Outcome::Unavailable);
        assert_eq!(Failure::Slow.outcome(), Outcome::Unavailable);
    }
}
