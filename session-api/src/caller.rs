//! Who calls: nobody known, the end user of one session, or a signed-in account. Proven against the store at every call.

use crate::clock;
use crate::door::Prefix;
use crate::refusal::Refusal;
use crate::store::{self, Store, SystemScope};
use cobrowse_session::permission::{CallerRole, SignedIn, TenantScope};
use cobrowse_session::secret::{Purpose, Secret, SecretHash, SessionSecret};
use cobrowse_session::waiting::{Person, Row};
use cobrowse_session::{ParticipantId, SessionId};
use http::{HeaderMap, header};

/// The cookie of a sign-in. The `__Host-` prefix ties it to this host, the whole path, and HTTPS.
pub const COOKIE: &str = "__Host-cobrowse";

/// Who calls, and from where.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub who: Who,
    /// From where.
    pub prefix: Prefix,
}

/// A proven identity.
#[derive(Clone, Debug)]
pub enum Who {
    /// Somebody without token or sign-in.
    Visitor,
    /// The end user of one session.
    EndUser {
        /// Which session.
        session: SessionId,
        /// The end user's own id in it.
        participant: ParticipantId,
        /// The session's tenant.
        scope: TenantScope,
    },
    /// A signed-in account.
    Account {
        /// The proof.
        signed_in: SignedIn,
        /// Hash of the secret shown, to sign out.
        token: SecretHash,
    },
}

impl Caller {
    /// Finds out who sent these headers. A token that proves nothing leaves a visitor.
    pub async fn of(store: &Store, headers: &HeaderMap, prefix: Prefix) -> Result<Self, store::Error> {
        let who = match (bearer(headers), cookie(headers)) {
            (Some(token), _) if token.contains('.') => end_user(store, token).await?,
            (Some(token), _) | (None, Some(token)) => account(store, token).await?,
            (None, None) => None,
        };
        Ok(Self { who: who.unwrap_or(Who::Visitor), prefix })
    }

    /// The role for the permission table.
    pub fn role(&self) -> CallerRole {
        match &self.who {
            Who::Visitor => CallerRole::Visitor,
            Who::EndUser { .. } => CallerRole::EndUser,
            Who::Account { signed_in, .. } => CallerRole::Account(signed_in.role()),
        }
    }

    /// The scope for store calls.
    pub fn scope(&self) -> Result<&TenantScope, Refusal> {
        match &self.who {
            Who::Visitor => Err(Refusal::Unauthenticated),
            Who::EndUser { scope, .. } => Ok(scope),
            Who::Account { signed_in, .. } => Ok(signed_in.scope()),
        }
    }

    /// The caller's own entry in a row; an end user's only in the own session's.
    pub fn person<'a>(&self, row: &'a Row) -> Option<&'a Person> {
        match &self.who {
            Who::Visitor => None,
            Who::EndUser { session, participant, .. } => {
                (row.id == *session).then(|| row.person(participant)).flatten()
            }
            Who::Account { signed_in, .. } => {
                let own = |person: &&Person| person.account.as_ref() == Some(signed_in.account());
                row.person_of(signed_in.account()).or_else(|| row.people.iter().rev().find(own))
            }
        }
    }

    /// Who acted, as the audit names people.
    pub fn audited(&self) -> String {
        match &self.who {
            Who::Visitor => "visitor".to_owned(),
            Who::EndUser { .. } => "end-user".to_owned(),
            Who::Account { signed_in, .. } => format!("account:{}", signed_in.account()),
        }
    }
}

async fn end_user(store: &Store, token: &str) -> Result<Option<Who>, store::Error> {
    let Ok(secret) = SessionSecret::parse(token) else { return Ok(None) };
    let Some(row) = store.row_for_proof(SystemScope::to_prove(), secret.session()).await? else { return Ok(None) };
    let scope = TenantScope::of_end_user(&row, &secret.hash(Purpose::EndUser));
    let proven = scope.zip(row.end_user());
    Ok(proven.map(|(scope, person)| Who::EndUser {
        session: row.id.clone(),
        participant: person.participant.id.clone(),
        scope,
    }))
}

async fn account(store: &Store, token: &str) -> Result<Option<Who>, store::Error> {
    let Ok(secret) = Secret::parse(token) else { return Ok(None) };
    let token = secret.hash(Purpose::SignIn);
    let Some(record) = store.sign_in(SystemScope::to_prove(), &token).await? else { return Ok(None) };
    let signed_in = SignedIn::prove(&record, &token, clock::now());
    Ok(signed_in.map(|signed_in| Who::Account { signed_in, token }))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; __Host-cobrowse=secret".parse().expect("a header"));
        assert_eq!(cookie(&headers), Some("secret"));
        headers.insert(header::COOKIE, "x__Host-cobrowse=secret".parse().expect("a header"));
        assert_eq!(cookie(&headers), None);
    }
}
