//! The two Secrets of the egress gateway: the key of grants, whose public half it mounts, and its certificate. Whoever installs makes them,
//! empty; what is empty is filled here, once, and the certificate made anew in time. Two replicas that fill one at once have one winner.

use crate::authority::Holding;
use crate::cluster::{self, Failure, answer};
use cobrowse_identity::authorities::Authorities;
use cobrowse_identity::grant::{self, GrantKey, GrantKeys};
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, PostParams};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The private key of grants, PEM.
pub const PRIVATE: &str = "grants.key";
/// The public keys of grants, PEM: several while one is changed for another.
pub const PUBLIC: &str = "grants.pem";
/// The gateway's certificate and key by the authority that signs pods, and by the other one while there are two.
const PAIRS: [[&str; 2]; 2] = [["tls.crt", "tls.key"], ["second.crt", "second.key"]];
/// The authorities of pods.
const AUTHORITIES: &str = "ca.crt";
/// Annotation: when the certificate is made anew, in seconds since 1970.
const RENEW_AT: &str = "cobrowse.dev/renew-at";
/// How long the gateway's certificate is good.
const LIFE: Duration = Duration::from_secs(90 * 24 * 3600);
/// And when it is made anew: long before, so that an operator that is away does no harm.
const RENEW: Duration = Duration::from_secs(30 * 24 * 3600);

/// Why a Secret cannot be gone by.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not there, or may not be read or filled.
    #[error(
        "failed to read or fill the Secret {0}: it must be there, be it empty, and this program may get and update it"
    )]
    Api(String, #[source] cluster::Failure),
    /// What is in it is no key.
    #[error("failed to go by {PRIVATE} of the Secret {0}: it must be an Ed25519 key, PKCS #8, PEM")]
    Key(String, #[source] grant::Error),
    /// No key or certificate could be made.
    #[error("failed to make the egress gateway's certificate")]
    Identity(#[source] cobrowse_identity::Error),
}

impl Error {
    /// Whether somebody else wrote in the same moment.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Api(_, failure) if failure.code() == 409)
    }
}

/// The Secrets.
pub struct Secrets {
    /// Where they are.
    pub api: Api<Secret>,
    /// The name of that with the key of grants.
    pub grant: String,
    /// The name of that with the gateway's certificate, where this program makes it.
    pub gateway: Option<String>,
    /// Who signs it.
    pub holding: Holding,
}

impl Secrets {
    /// The key that signs grants: the one that is there, or a new one.
    pub async fn grant_key(&self) -> Result<GrantKey, Error> {
        let failed = |error| Error::Key(self.grant.clone(), error);
        let (key, filled) = keyed(self.get(&self.grant).await?).map_err(failed)?;
        if let Some(filled) = filled {
            self.replace(&self.grant, &filled).await?;
            tracing::info!(secret = self.grant, "the key of grants is told to the egress gateway");
        }
        Ok(key)
    }

    /// Makes the gateway's certificate, where it is this program's to make and due.
    pub async fn certify(&self, now: SystemTime) -> Result<(), Error> {
        let Some(name) = &self.gateway else { return Ok(()) };
        let secret = self.get(name).await?;
        let held = self.holding.borrow().clone();
        if let Some(filled) = certified(secret, &held.authorities, now).map_err(Error::Identity)? {
            self.replace(name, &filled).await?;
            tracing::info!(secret = name, "the egress gateway has a new certificate");
        }
        Ok(())
    }

    async fn get(&self, name: &str) -> Result<Secret, Error> {
        answer(self.api.get(name)).await.map_err(|error| Error::Api(name.to_owned(), error))
    }

    /// In the version that was read alone.
    async fn replace(&self, name: &str, secret: &Secret) -> Result<(), Error> {
        let written: Result<Secret, Failure> = answer(self.api.replace(name, &PostParams::default(), secret)).await;
        written.map(drop).map_err(|error| Error::Api(name.to_owned(), error))
    }
}

/// The key in a Secret, or a new one; and the Secret as it is to be, where something is missing in it.
fn keyed(mut secret: Secret) -> Result<(GrantKey, Option<Secret>), grant::Error> {
    let private = text(&secret, PRIVATE);
    let key = match &private {
        Some(pem) => GrantKey::from_pem(pem)?,
        None => GrantKey::generate()?,
    };
    let public = text(&secret, PUBLIC).unwrap_or_default();
    if private.is_some() && GrantKeys::from_pem(&public).is_ok_and(|keys| keys.has(&key)) {
        return Ok((key, None));
    }
    put(&mut secret, PRIVATE, &key.to_pem());
    put(&mut secret, PUBLIC, &format!("{}{public}", key.public_pem()));
    Ok((key, Some(secret)))
}

/// The Secret with new certificates; none while those in it are good.
fn certified(
    mut secret: Secret,
    authorities: &Authorities,
    now: SystemTime,
) -> Result<Option<Secret>, cobrowse_identity::Error> {
    let roots: String = authorities.all().map(|authority| format!("{}\n", authority.to_pem().0.trim_end())).collect();
    let pairs = || PAIRS.into_iter().zip(authorities.all());
    let whole = pairs().all(|(pair, _)| pair.iter().all(|name| text(&secret, name).is_some()));
    let notes = secret.metadata.annotations.as_ref().and_then(|notes| notes.get(RENEW_AT));
    let renew_at = notes.and_then(|text| text.parse().ok()).map(Duration::from_secs);
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    if whole && renew_at.is_some_and(|at| at > since) && text(&secret, AUTHORITIES).as_ref() == Some(&roots) {
        return Ok(None);
    }
    let renew_at = (since + RENEW).as_secs().to_string();
    secret.metadata.annotations.get_or_insert_default().insert(RENEW_AT.to_owned(), renew_at);
    PAIRS.iter().flatten().for_each(|name| drop(secret.data.get_or_insert_default().remove(*name)));
    for ([certificate, key], authority) in pairs() {
        let (made, made_key) = authority.issue_gateway(now, LIFE)?;
        put(&mut secret, certificate, &made);
        put(&mut secret, key, &made_key);
    }
    put(&mut secret, AUTHORITIES, &roots);
    Ok(Some(secret))
}

/// A text in a Secret; one that is empty is none.
fn text(secret: &Secret, name: &str) -> Option<String> {
    let bytes = secret.data.as_ref()?.get(name)?;
    String::from_utf8(bytes.0.clone()).ok().filter(|text| !text.trim().is_empty())
}

fn put(secret: &mut Secret, name: &str, text: &str) {
    secret.data.get_or_insert_default().insert(name.to_owned(), ByteString(text.as_bytes().to_vec()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use cobrowse_identity::authority::Authority;

    const NOW: Duration = Duration::from_secs(1_767_225_700);

    fn now(later: Duration) -> SystemTime {
        UNIX_EPOCH + NOW + later
    }

    #[test]
    fn an_empty_secret_gets_a_key_and_keeps_it() {
        let (key, filled) = keyed(Secret::default()).expect("a key");
        let filled = filled.expect("it was empty");
        let public = GrantKeys::from_pem(&text(&filled, PUBLIC).expect("public keys")).expect("keys");
        assert!(public.has(&key) && !public.has(&GrantKey::generate().expect("another")));
        let (again, changed) = keyed(filled).expect("the key");
        assert_eq!((again.public_pem(), changed), (key.public_pem(), None));
    }

    #[test]
    fn a_key_that_somebody_brought_is_told_beside_the_one_before() {
        let (before, brought) = (GrantKey::generate().expect("a key"), GrantKey::generate().expect("a key"));
        let mut secret = Secret::default();
        put(&mut secret, PRIVATE, &brought.to_pem());
        put(&mut secret, PUBLIC, &before.public_pem());
        let (key, filled) = keyed(secret).expect("a key");
        assert_eq!(key.public_pem(), brought.public_pem());
        let public = text(&filled.expect("told"), PUBLIC).expect("public keys");
        let public = GrantKeys::from_pem(&public).expect("keys");
        assert!(public.has(&before) && public.has(&brought));
    }

    #[test]
    fn what_is_no_key_is_never_replaced() {
        let mut secret = Secret::default();
        put(&mut secret, PRIVATE, "no key");
        assert!(keyed(secret).is_err());
    }

    /// One authority, or two with names of their own.
    fn authorities(count: usize) -> Authorities {
        let made = || Authority::generate(now(Duration::ZERO)).expect("an authority");
        let mut all = (0..count).map(|_| made());
        Authorities::new(all.next().expect("one"), all.next()).expect("two")
    }

    #[test]
    fn a_certificate_is_made_once_again_in_time_and_for_another_authority() {
        let one = authorities(1);
        let made = certified(Secret::default(), &one, now(Duration::ZERO)).expect("made").expect("it was empty");
        for (name, other, later, due) in [
            ("soon", None, RENEW - Duration::from_secs(1), false),
            ("in time", None, RENEW, true),
            ("another authority", Some(authorities(1)), Duration::ZERO, true),
        ] {
            let again = certified(made.clone(), other.as_ref().unwrap_or(&one), now(later)).expect("made");
            assert_eq!(again.is_some(), due, "{name}");
            assert!(again.is_none_or(|again| text(&again, "tls.key") != text(&made, "tls.key")), "{name}");
        }
        let mut broken = made;
        put(&mut broken, "tls.crt", " ");
        assert!(certified(broken, &one, now(Duration::ZERO)).expect("made").is_some());
    }

    #[test]
    fn while_there_are_two_authorities_there_is_a_certificate_of_each() {
        let read = |secret: &Secret, name: &str| text(secret, name).unwrap_or_default();
        let serves = |secret: &Secret| {
            let [first, second] = PAIRS.map(|[certificate, key]| (read(secret, certificate), read(secret, key)));
            let second =
                Some((second.0.as_str(), second.1.as_str())).filter(|(certificate, _)| !certificate.is_empty());
            let first = (first.0.as_str(), first.1.as_str());
            cobrowse_identity::mutual::gateway_of_two(first, second, &read(secret, AUTHORITIES)).is_ok()
        };
        let both = authorities(2);
        let made = certified(Secret::default(), &both, now(Duration::ZERO)).expect("made").expect("it was empty");
        assert!(serves(&made) && text(&made, "second.crt").is_some());
        assert_eq!(text(&made, AUTHORITIES).map(|all| all.matches("BEGIN CERTIFICATE").count()), Some(2));
        assert!(certified(made.clone(), &both, now(Duration::ZERO)).expect("read").is_none());
        let after = certified(made, &authorities(1), now(Duration::ZERO)).expect("made").expect("another authority");
        assert!(serves(&after) && text(&after, "second.crt").is_none());
    }
}
