//! The invitation of a tenant's administrator, as its status tells it. One that cannot be read is none.

use cobrowse_session::permission::AdministratorInvitation;
use cobrowse_session::secret::SecretHash;
use cobrowse_session::{TenantId, Timestamp};

use crate::kind::tenant::Invitation;

pub(super) fn read(tenant: &TenantId, told: &Invitation) -> Option<AdministratorInvitation> {
    Some(AdministratorInvitation {
        tenant: tenant.clone(),
        hash: SecretHash::from_hex(&told.hash).ok()?,
        expires_at: Timestamp::from_millis(u64::try_from(told.expires_at.0.as_millisecond()).ok()?),
        asked: told.asked.is_some(),
        used: told.used_at.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_cannot_be_read_invites_nobody() {
        let tenant = TenantId::parse("northwind").expect("a label");
        let read = |hash: &str, used: bool| {
            let mut told = json!({"hash": hash, "expiresAt": "2026-01-04T00:00:00Z"});
            if used {
                told["usedAt"] = json!("2026-01-02T00:00:00Z");
            }
            super::read(&tenant, &serde_json::from_value(told).expect("an invitation"))
        };
        let hash = SecretHash::from_bytes([7; 32]);
        let found = read(&hash.to_hex(), false).expect("is right");
        assert_eq!((found.hash, found.expires_at.as_millis(), found.asked), (hash, 1_767_484_800_000, false));
        assert!(!found.used && read(&hash.to_hex(), true).expect("is right").used);
        assert_eq!(read("abc", false), None);
    }
}
