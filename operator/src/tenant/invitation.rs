//! The invitation of a tenant's administrator: when one is due, and when it is over. Its secret is in a Secret for the people who run
//! the installation; the tenant's status has its hash, by which session-api knows it. Whether it was used, session-api says.

use crate::seen;
use cobrowse_crds::kind::tenant::Invitation;
use cobrowse_session::Timestamp;
use std::time::Duration;

/// With a new word, the annotation asks for one more.
pub const ASK: &str = "cobrowse.dev/invite";
/// How long one counts: over a weekend.
pub const LIFE: Duration = Duration::from_secs(72 * 3600);
/// Characters of the word that are looked at, as many as a label has.
const WORD_MAX: usize = 63;

/// What is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing, or not before this time.
    Nothing(Option<Timestamp>),
    /// A new one is made.
    Issue {
        /// The word that asked for it.
        asked: Option<String>,
        /// The Secret of the last one, which goes.
        before: Option<String>,
    },
    /// This Secret is of no use any more.
    Withdraw(String),
}

/// What is due for a tenant.
pub fn due(tenant: &seen::Tenant, now: Timestamp) -> Due {
    let metadata = &tenant.object.metadata;
    if metadata.deletion_timestamp.is_some() {
        return Due::Nothing(None);
    }
    let word = metadata.annotations.as_ref().and_then(|all| all.get(ASK)).map(|word| word.trim());
    let asked = word.filter(|word| !word.is_empty()).map(|word| word.chars().take(WORD_MAX).collect::<String>());
    let status = tenant.object.status.as_ref();
    let secret = status.and_then(|status| status.invitation_secret.clone());
    let Some(last) = status.and_then(|status| status.invitation.as_ref()) else {
        return Due::Issue { asked, before: secret };
    };
    if asked.is_some() && asked != last.asked {
        return Due::Issue { asked, before: secret };
    }
    match (secret, open_until(last, now)) {
        (_, Some(expiry)) => Due::Nothing(Some(expiry)),
        (Some(secret), None) => Due::Withdraw(secret),
        (None, None) => Due::Nothing(None),
    }
}

/// Until when it counts; none once it does not.
fn open_until(invitation: &Invitation, now: Timestamp) -> Option<Timestamp> {
    let expiry = seen::moment(Some(&invitation.expires_at)).filter(|expiry| *expiry > now);
    expiry.filter(|_| invitation.used_at.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn at(second: u64) -> Timestamp {
        Timestamp::from_millis((1_767_225_600 + second) * 1000)
    }

    fn due(annotation: Value, status: Value) -> Due {
        let object = json!({
            "apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowseTenant",
            "metadata": {"name": "a", "namespace": "cobrowse", "resourceVersion": "1",
                "uid": "00000000-0000-0000-0000-000000000001", "annotations": {ASK: annotation}},
            "spec": {"displayName": "a", "sites": []}, "status": status});
        super::due(&seen::Tenant::read(serde_json::from_value(object).expect("a tenant")).expect("readable"), at(0))
    }

    fn invited(more: Value) -> Value {
        let mut invitation = json!({"hash": "a", "expiresAt": "2026-01-01T00:01:00Z"});
        for (key, value) in more.as_object().into_iter().flatten() {
            invitation[key] = value.clone();
        }
        json!({"invitationSecret": "s", "invitation": invitation})
    }

    #[test]
    fn a_new_tenant_gets_one_and_no_second_one_by_itself() {
        let asked = |word: Option<&str>, before: Option<&str>| Due::Issue {
            asked: word.map(str::to_owned),
            before: before.map(str::to_owned),
        };
        assert_eq!(due(json!(""), json!({})), asked(None, None));
        assert_eq!(due(json!(""), invited(json!({}))), Due::Nothing(Some(at(60))));
        assert_eq!(due(json!("again"), invited(json!({}))), asked(Some("again"), Some("s")));
        assert_eq!(due(json!("again"), invited(json!({"asked": "again"}))), Due::Nothing(Some(at(60))));
        let long = "x".repeat(80);
        let Due::Issue { asked: Some(word), .. } = due(json!(long), invited(json!({}))) else { panic!("is asked for") };
        assert_eq!(due(json!(long), invited(json!({ "asked": word }))), Due::Nothing(Some(at(60))));
    }

    #[test]
    fn its_secret_goes_when_it_is_used_or_expired() {
        let used = json!({"usedAt": "2026-01-01T00:00:00Z"});
        let expired = json!({"expiresAt": "2026-01-01T00:00:00Z"});
        for over in [used, expired] {
            assert_eq!(due(json!(""), invited(over.clone())), Due::Withdraw("s".to_owned()));
            let mut gone = invited(over);
            gone["invitationSecret"] = Value::Null;
            assert_eq!(due(json!(""), gone), Due::Nothing(None));
        }
    }
}
