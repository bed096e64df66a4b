//! Accounts of tenants' people: signing in and out, who the caller is, the reports they may read, and what administrators do.

mod administer;
mod administrator;
pub mod demo;
pub mod invited;
pub mod password;
mod reports;
pub mod service;

use crate::caller::{Caller, Who};
use crate::clock;
use crate::door::Prefix;
use crate::door::rate::Rate;
use crate::refusal::Refusal;
use crate::store::{Account, Act, Store, SystemScope};
use crate::tenants::Current;
use cobrowse_session::Timestamp;
use cobrowse_session::permission::{SignInRecord, SignedIn, TenantScope};
use cobrowse_session::secret::{Purpose, Secret};
use cobrowse_wire::v1;
use password::Passwords;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use zeroize::Zeroizing;

/// A working day with some room.
const SIGN_IN_LIFE: Duration = Duration::from_secs(12 * 3600);
/// Tries of one address and for one account, and the time in which so many come back.
const TRIES_OF_ADDRESS: u32 = 30;
const TRIES_OF_ACCOUNT: u32 = 10;
const TRIES_PERIOD: Duration = Duration::from_secs(600);
/// Bytes of an address (RFC 5321, 4.5.3.1.3, less the angle brackets).
const EMAIL_BYTES: usize = 254;

/// All accounts. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    store: Store,
    tenants: Current,
    passwords: Passwords,
    of_address: Arc<Rate<Prefix>>,
    of_account: Arc<Rate<String>>,
    used: Arc<Notify>,
}

impl Accounts {
    /// On this store.
    pub fn new(store: Store, tenants: Current, passwords: Passwords) -> Self {
        Self {
            store,
            tenants,
            passwords,
            of_address: Arc::new(Rate::new(TRIES_OF_ADDRESS, TRIES_PERIOD)),
            of_account: Arc::new(Rate::new(TRIES_OF_ACCOUNT, TRIES_PERIOD)),
            used: Arc::default(),
        }
    }

    /// Tells when an administrator's invitation was used here.
    pub fn used(&self) -> Arc<Notify> {
        self.used.clone()
    }

    async fn sign_in(&self, caller: &Caller, request: v1::SignInRequest) -> Result<(v1::Account, Secret), Refusal> {
        let password = Zeroizing::new(request.password);
        if request.email.len() > EMAIL_BYTES || password.len() > password::LONGEST {
            return Err(Refusal::invalid("email", "address up to 254 bytes, password up to 1,024"));
        }
        let email = normal(&request.email);
        let now = Instant::now();
        self.of_address.take(caller.prefix, now).map_err(Refusal::RateLimited)?;
        self.of_account.take(email.clone(), now).map_err(Refusal::RateLimited)?;
        let found = self.store.account_of_email(SystemScope::to_prove(), &email).await?;
        let known = found.as_ref().map(|account| account.password.clone());
        let right = self.passwords.verify(password, known).await.map_err(|_| Refusal::Internal)?;
        let account = match found {
            Some(account) if right && !account.disabled => account,
            other => return Err(self.refused(other.as_ref(), caller).await.err().unwrap_or(Refusal::SignInFailed)),
        };
        let secret = self.keep(&account, caller).await?;
        Ok((self.shape(&account)?, secret))
    }

    /// Audits a sign-in that failed: of a known account in its tenant, of an unknown one in none. Both take as long.
    async fn refused(&self, account: Option<&Account>, caller: &Caller) -> Result<(), Refusal> {
        let (who, address) = (caller.audited(), caller.prefix.to_string());
        let whose = account.map(|account| account.id.to_string()).unwrap_or_default();
        let act =
            Act { at: clock::now(), who: &who, act: "SignInRefused", session: None, detail: &whose, address: &address };
        let tenants = self.tenants.now();
        let mut all = tenants.iter();
        let owner = account.and_then(|account| all.find(|(tenant, _)| tenant.id == account.tenant));
        let mut write = self.store.write().await?;
        match owner {
            Some((_, owner)) => write.audit(&TenantScope::of_site_owner(&owner), &act).await?,
            None => write.audit_of_nobody(SystemScope::to_prove(), &act).await?,
        }
        Ok(write.commit().await?)
    }

    /// Audits that somebody reads what is of others, before they do.
    async fn reads(&self, caller: &Caller, act: &str) -> Result<(), Refusal> {
        let (who, address) = (caller.audited(), caller.prefix.to_string());
        let act = Act { at: clock::now(), who: &who, act, session: None, detail: "", address: &address };
        let mut write = self.store.write().await?;
        write.audit(caller.scope()?, &act).await?;
        Ok(write.commit().await?)
    }

    async fn keep(&self, account: &Account, caller: &Caller) -> Result<Secret, Refusal> {
        let now = clock::now();
        let (secret, record) = sign_in_of(account, now)?;
        let proven = SignedIn::prove(&record, &record.token, now).ok_or(Refusal::Internal)?;
        self.write_act(&proven, caller, "SignedIn", Some(&record)).await?;
        Ok(secret)
    }

    async fn sign_out(&self, caller: &Caller) -> Result<(), Refusal> {
        let Who::Account { signed_in, .. } = &caller.who else { return Err(Refusal::Unauthenticated) };
        self.write_act(signed_in, caller, "SignedOut", None).await
    }

    /// Keeps a new sign-in, or forgets the caller's, with its audit row.
    async fn write_act(
        &self,
        of: &SignedIn,
        caller: &Caller,
        act: &str,
        add: Option<&SignInRecord>,
    ) -> Result<(), Refusal> {
        let now = clock::now();
        let mut write = self.store.write().await?;
        match (add, &caller.who) {
            (Some(record), _) => write.add_sign_in(of.scope(), record, now).await?,
            (None, Who::Account { token, .. }) => write.remove_sign_in(of.scope(), token).await?,
            (None, _) => {}
        }
        let (who, address) = (format!("account:{}", of.account()), caller.prefix.to_string());
        let act = Act { at: now, who: &who, act, session: None, detail: "", address: &address };
        write.audit(of.scope(), &act).await?;
        Ok(write.commit().await?)
    }

    async fn own(&self, caller: &Caller) -> Result<v1::Account, Refusal> {
        let Who::Account { signed_in, .. } = &caller.who else { return Err(Refusal::Unauthenticated) };
        self.shape(&self.store.account(signed_in.scope(), signed_in.account()).await?)
    }

    fn shape(&self, account: &Account) -> Result<v1::Account, Refusal> {
        // A tenant that is gone from the configuration is suspended: its people cannot sign in.
        let tenants = self.tenants.now();
        let tenant = tenants.get(&account.tenant).ok_or(Refusal::SignInFailed)?;
        Ok(v1::Account {
            id: account.id.to_string(),
            tenant: account.tenant.to_string(),
            company: tenant.display_name.to_string(),
            name: account.name.clone(),
            email: account.email.clone(),
            role: v1::AccountRole::from(account.role).into(),
            disabled: account.disabled,
        })
    }
}

/// A new sign-in of this account.
fn sign_in_of(account: &Account, now: Timestamp) -> Result<(Secret, SignInRecord), Refusal> {
    let secret = Secret::mint(&mut clock::source()).map_err(|_| Refusal::Internal)?;
    let record = SignInRecord {
        account: account.id.clone(),
        tenant: account.tenant.clone(),
        role: account.role,
        token: secret.hash(Purpose::SignIn),
        expires_at: now + SIGN_IN_LIFE,
    };
    Ok((secret, record))
}

/// As addresses are kept and compared.
fn normal(email: &str) -> String {
    email.trim().to_lowercase()
}

/// An address that can be one: a name, an at sign and a host. Whether mail arrives there, only mail can tell.
fn email(text: &str) -> Option<String> {
    let email = normal(text);
    let (name, host) = email.rsplit_once('@')?;
    let fits = |part: &str| !part.is_empty() && part.chars().all(|c| !c.is_whitespace() && !c.is_control());
    (email.len() <= EMAIL_BYTES && fits(name) && fits(host)).then_some(email)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_kept_in_one_form() {
        assert_eq!(email(" Sam@Northwind.Example "), Some("sam@northwind.example".to_owned()));
        for bad in ["", "sam", "@northwind.example", "sam@", "sam de@vries", "a\u{7}@b", &"a".repeat(255)] {
            assert_eq!(email(bad), None, "{bad}");
        }
    }
}
