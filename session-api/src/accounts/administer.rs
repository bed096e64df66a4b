//! What administrators do with accounts of their tenant. Passwords are made here and shown once; nobody chooses a weak one.

use super::Accounts;
use super::password;
use crate::caller::{Caller, Who};
use crate::clock;
use crate::refusal::Refusal;
use crate::store::{self, Account, Act, Write};
use cobrowse_session::permission::{AccountRole, SignedIn};
use cobrowse_session::{AccountId, PersonName};
use cobrowse_wire::v1;
use zeroize::Zeroizing;

/// As the contract says.
const PAGE: u32 = 50;
const PAGE_MOST: u32 = 200;

/// What an administrator does to one account.
enum Change {
    Disable,
    Role(AccountRole),
    Password(String),
}

impl Accounts {
    pub(super) async fn list(
        &self,
        caller: &Caller,
        request: v1::ListAccountsRequest,
    ) -> Result<v1::ListAccountsResponse, Refusal> {
        let size = match request.page_size {
            0 => PAGE,
            1..=PAGE_MOST => request.page_size,
            _ => return Err(Refusal::invalid("page_size", "must be 0 to 200")),
        };
        self.reads(caller, "AccountsListed").await?;
        let mut accounts = self.store.accounts(caller.scope()?, &request.page_token, size + 1).await?;
        let more = accounts.len() > usize::try_from(size).unwrap_or(usize::MAX);
        if more {
            accounts.pop();
        }
        let next_page_token = accounts.last().filter(|_| more).map(|a| a.email.clone()).unwrap_or_default();
        let accounts = accounts.iter().map(|account| self.shape(account)).collect::<Result<_, _>>()?;
        Ok(v1::ListAccountsResponse { accounts, next_page_token })
    }

    pub(super) async fn create(
        &self,
        caller: &Caller,
        request: v1::CreateAccountRequest,
    ) -> Result<(v1::Account, Zeroizing<String>), Refusal> {
        let by = administrator(caller)?;
        let role = role(request.role())?;
        let email =
            super::email(&request.email).ok_or_else(|| Refusal::invalid("email", "must be like a@b.example"))?;
        let name = PersonName::parse(&request.name).map_err(|error| Refusal::invalid("name", error.to_string()))?;
        let (shown, hash) = self.fresh_password().await?;
        let account = Account {
            id: AccountId::from_random(clock::random()),
            tenant: by.scope().tenant().clone(),
            email,
            name: name.to_string(),
            role,
            password: hash,
            disabled: false,
        };
        let mut write = self.begin(by).await?;
        match write.add_account(by.scope(), &account, clock::now()).await {
            Err(store::Error::Conflict) => return Err(Refusal::EmailTaken),
            added => added?,
        }
        audit(&mut write, by, caller, "AccountCreated", &account.id).await?;
        write.commit().await?;
        Ok((self.shape(&account)?, shown))
    }

    pub(super) async fn disable(&self, caller: &Caller, id: &str) -> Result<v1::Account, Refusal> {
        self.change(caller, id, Change::Disable).await
    }

    pub(super) async fn change_role(
        &self,
        caller: &Caller,
        request: v1::ChangeRoleRequest,
    ) -> Result<v1::Account, Refusal> {
        let role = role(request.role())?;
        self.change(caller, &request.account_id, Change::Role(role)).await
    }

    pub(super) async fn reset_password(
        &self,
        caller: &Caller,
        id: &str,
    ) -> Result<(v1::Account, Zeroizing<String>), Refusal> {
        let (shown, hash) = self.fresh_password().await?;
        Ok((self.change(caller, id, Change::Password(hash)).await?, shown))
    }

    async fn change(&self, caller: &Caller, id: &str, change: Change) -> Result<v1::Account, Refusal> {
        let by = administrator(caller)?;
        let id = AccountId::parse(id).map_err(|_| Refusal::AccountNotFound)?;
        if !matches!(change, Change::Password(_)) && !by.may_demote(&id) {
            return Err(Refusal::invalid("account_id", "is your own: another administrator does this"));
        }
        let (scope, now) = (by.scope(), clock::now());
        let mut write = self.begin(by).await?;
        let act = match change {
            Change::Disable => {
                write.disable_account(scope, &id, now).await.map_err(absent)?;
                "AccountDisabled"
            }
            Change::Role(role) => {
                write.change_role(scope, &id, role).await.map_err(absent)?;
                "RoleChanged"
            }
            Change::Password(hash) => {
                write.set_password(scope, &id, &hash).await.map_err(absent)?;
                "PasswordReset"
            }
        };
        audit(&mut write, by, caller, act, &id).await?;
        write.commit().await?;
        self.shape(&self.store.account(scope, &id).await?)
    }

    /// A transaction in which the caller still is an administrator: two who disable each other at once do not both succeed.
    async fn begin(&self, by: &SignedIn) -> Result<Write<'_>, Refusal> {
        let mut write = self.store.write().await?;
        match write.holds_role(by.scope(), by.account(), AccountRole::Administrator).await? {
            true => Ok(write),
            false => Err(Refusal::PermissionDenied),
        }
    }

    async fn fresh_password(&self) -> Result<(Zeroizing<String>, String), Refusal> {
        let shown = password::fresh();
        let hash = self.passwords.hash(shown.clone()).await.map_err(|_| Refusal::Internal)?;
        Ok((shown, hash))
    }
}

fn administrator(caller: &Caller) -> Result<&SignedIn, Refusal> {
    match &caller.who {
        Who::Account { signed_in, .. } => Ok(signed_in),
        Who::Visitor | Who::EndUser { .. } => Err(Refusal::PermissionDenied),
    }
}

fn role(role: v1::AccountRole) -> Result<AccountRole, Refusal> {
    AccountRole::try_from(role).map_err(|_| Refusal::invalid("role", "must be one of ACCOUNT_ROLE_*"))
}

fn absent(error: store::Error) -> Refusal {
    match error {
        store::Error::Absent => Refusal::AccountNotFound,
        other => other.into(),
    }
}

async fn audit(
    write: &mut Write<'_>,
    by: &SignedIn,
    caller: &Caller,
    act: &str,
    whose: &AccountId,
) -> Result<(), Refusal> {
    let (who, whose, address) = (format!("account:{}", by.account()), whose.to_string(), caller.prefix.to_string());
    let act = Act { at: clock::now(), who: &who, act, session: None, detail: &whose, address: &address };
    Ok(write.audit(by.scope(), &act).await?)
}
