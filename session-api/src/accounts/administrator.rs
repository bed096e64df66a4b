//! The administrator of a tenant comes by a one-use invitation, which the operator left in a Secret of the cluster. Who may set one up,
//! the tenant's object says; that it was not done before, the store.

use super::{Accounts, password, sign_in_of};
use crate::caller::Caller;
use crate::clock;
use crate::refusal::Refusal;
use crate::store::{self, Account, Act};
use cobrowse_session::permission::{AccountRole, AdministratorInvitation, TenantScope};
use cobrowse_session::secret::{Purpose, Secret, SecretHash};
use cobrowse_session::{AccountId, PersonName, Timestamp};
use cobrowse_wire::v1;
use std::time::Instant;
use zeroize::Zeroizing;

impl Accounts {
    /// Makes the account and signs it in.
    pub(super) async fn set_up_administrator(
        &self,
        caller: &Caller,
        request: v1::SetUpAdministratorRequest,
    ) -> Result<(v1::Account, Secret), Refusal> {
        let (invitation, chosen) = (Zeroizing::new(request.invitation), Zeroizing::new(request.password));
        self.of_address.take(caller.prefix, Instant::now()).map_err(Refusal::RateLimited)?;
        let (scope, invitation) = self.invited(&invitation, clock::now()).ok_or(Refusal::InvitationInvalid)?;
        let email =
            super::email(&request.email).ok_or_else(|| Refusal::invalid("email", "must be like a@b.example"))?;
        let name = PersonName::parse(&request.name).map_err(|error| Refusal::invalid("name", error.to_string()))?;
        password::check_chosen(&chosen, [&email, name.as_str()]).map_err(|why| Refusal::invalid("password", why))?;
        let hash = self.passwords.hash(chosen).await.map_err(|_| Refusal::Internal)?;
        let account = Account {
            id: AccountId::from_random(clock::random()),
            tenant: scope.tenant().clone(),
            email,
            name: name.to_string(),
            role: AccountRole::Administrator,
            password: hash,
            disabled: false,
        };
        let shown = self.shape(&account)?;
        let secret = self.found(caller, (&scope, &invitation), &account).await?;
        tracing::info!(tenant = %scope.tenant(), "an administrator was set up by an invitation");
        self.used.notify_one();
        Ok((shown, secret))
    }

    /// What a presented invitation proves.
    fn invited(&self, text: &str, now: Timestamp) -> Option<(TenantScope, AdministratorInvitation)> {
        let (tenant, hash) = read(text)?;
        let tenants = self.tenants.now();
        let tenant = tenants.iter().find(|(found, _)| found.id.as_str() == tenant);
        let invitation = tenant.and_then(|(tenant, _)| tenant.invitation.clone())?;
        Some((TenantScope::of_administrator(&invitation, &hash, now)?, invitation))
    }

    /// Uses the invitation up, and writes the account and its sign-in, all in one.
    async fn found(
        &self,
        caller: &Caller,
        (scope, invitation): (&TenantScope, &AdministratorInvitation),
        account: &Account,
    ) -> Result<Secret, Refusal> {
        let now = clock::now();
        let (secret, record) = sign_in_of(account, now)?;
        let mut write = self.store.write().await?;
        match write.use_invitation(scope, &invitation.hash, now).await {
            Err(store::Error::Conflict) => return Err(Refusal::InvitationInvalid),
            used => used?,
        }
        // The tenant may have been deleted and made again: who is there already invites others.
        if !invitation.asked && write.has_administrator(scope).await? {
            return Err(Refusal::InvitationInvalid);
        }
        match write.add_account(scope, account, now).await {
            Err(store::Error::Conflict) => return Err(Refusal::EmailTaken),
            added => added?,
        }
        write.add_sign_in(scope, &record, now).await?;
        let (who, address) = (format!("account:{}", account.id), caller.prefix.to_string());
        let detail = if invitation.asked { "Asked" } else { "First" };
        let act = Act { at: now, who: &who, act: "AdministratorSetUp", session: None, detail, address: &address };
        write.audit(scope, &act).await?;
        write.commit().await?;
        Ok(secret)
    }
}

/// `<tenant>.<64 hexadecimal digits>`.
fn read(text: &str) -> Option<(&str, SecretHash)> {
    let (tenant, secret) = text.rsplit_once('.')?;
    Some((tenant, Secret::parse(secret).ok()?.hash(Purpose::Administrator)))
}
