//! Demo accounts: an agent, a supervisor and an administrator for every tenant that asks for them, made once, passwords shown
//! once. On a cluster tenants come at any time, and so do their accounts.

use super::password::{self, Passwords};
use crate::refusal::Refusal;
use crate::store::{self, Account, Store};
use crate::tenants::Current;
use crate::{announce, clock};
use cobrowse_crds::{Tenant, Tenants};
use cobrowse_session::AccountId;
use cobrowse_session::permission::{AccountRole, TenantScope};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

/// First names, last names and mailbox names of demo people, in the tenants' order.
const PEOPLE: [[(&str, &str); 3]; 3] = [
    [("Ana Costa", "ana"), ("Tom Becker", "tom"), ("Noor Haddad", "noor")],
    [("Sam de Vries", "sam"), ("Priya Nair", "priya"), ("Kim Olsen", "kim")],
    [("Lee Park", "lee"), ("Mia Rossi", "mia"), ("Eva Novak", "eva")],
];

/// A demo account with its password, to show once.
pub struct Shown {
    /// The company.
    pub company: String,
    /// "agent", "supervisor" or "administrator".
    pub role: &'static str,
    /// The address to sign in with.
    pub email: String,
    /// The password.
    pub password: Zeroizing<String>,
}

/// Makes the accounts of tenants as they come, and tells them, until `stop`.
pub async fn follow(store: Store, tenants: Current, passwords: Passwords, stop: CancellationToken) {
    let mut changes = tenants.changes();
    loop {
        let now = changes.borrow_and_update().clone();
        match make(&store, &now, &passwords).await {
            Ok(shown) => announce::sign_ins(&shown),
            // The store is away, and the next change comes.
            Err(refusal) => tracing::warn!(reason = refusal.reason(), "demo accounts were not made here"),
        }
        let changed = stop.run_until_cancelled(changes.changed()).await;
        if !matches!(changed, Some(Ok(()))) {
            return;
        }
    }
}

/// Makes the accounts of tenants that have none.
pub async fn make(store: &Store, tenants: &Tenants, passwords: &Passwords) -> Result<Vec<Shown>, Refusal> {
    let mut shown = Vec::new();
    for (index, (tenant, owner)) in tenants.iter().enumerate() {
        let scope = TenantScope::of_site_owner(&owner);
        if !tenant.demo || store.count_accounts(&scope).await? > 0 {
            continue;
        }
        let [agent, supervisor, administrator] = PEOPLE[index % PEOPLE.len()];
        let people = [
            (agent, AccountRole::Agent, "agent"),
            (supervisor, AccountRole::Supervisor, "supervisor"),
            (administrator, AccountRole::Administrator, "administrator"),
        ];
        let (mut write, mut told) = (Vec::new(), Vec::new());
        for ((name, mailbox), role, role_name) in people {
            let password = password::fresh();
            let hash = passwords.hash(password.clone()).await.map_err(|_| Refusal::Internal)?;
            let account = account(tenant, name, mailbox, role, hash);
            let (company, email) = (tenant.display_name.to_string(), account.email.clone());
            told.push(Shown { company, role: role_name, email, password });
            write.push(account);
        }
        match add(store, &scope, &write).await {
            Ok(()) => shown.extend(told),
            // Another replica was faster, and has told them.
            Err(store::Error::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(shown)
}

async fn add(store: &Store, scope: &TenantScope, accounts: &[Account]) -> Result<(), store::Error> {
    let mut write = store.write().await?;
    for account in accounts {
        write.add_account(scope, account, clock::now()).await?;
    }
    write.commit().await
}

fn account(tenant: &Tenant, name: &str, mailbox: &str, role: AccountRole, password: String) -> Account {
    Account {
        id: AccountId::from_random(clock::random()),
        tenant: tenant.id.clone(),
        email: format!("{mailbox}@{}.example", tenant.id),
        name: name.to_owned(),
        role,
        password,
        disabled: false,
    }
}
