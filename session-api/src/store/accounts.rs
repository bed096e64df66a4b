//! Accounts and sign-ins. What is read without a scope is read to prove who somebody is, and for nothing else.

use super::{Error, Store, SystemScope, Write, query, signed, unless_unique, unsigned};
use crate::hex;
use cobrowse_session::permission::{AccountRole, SignInRecord, TenantScope};
use cobrowse_session::secret::SecretHash;
use cobrowse_session::{AccountId, TenantId, Timestamp};
use sqlx::Row as _;
use sqlx::any::{AnyQueryResult, AnyRow};

const ADMINISTRATORS: &str = "SELECT COUNT(*) FROM accounts WHERE tenant = $1 AND role = $2";

/// An account of a tenant.
#[derive(Clone)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its tenant.
    pub tenant: TenantId,
    /// Lower case; unique in the installation.
    pub email: String,
    /// As shown to others.
    pub name: String,
    /// What it may do.
    pub role: AccountRole,
    /// PHC string.
    pub password: String,
    /// It may not sign in.
    pub disabled: bool,
}

impl Store {
    /// The account of an address, to check a password against.
    pub async fn account_of_email(&self, _: SystemScope, email: &str) -> Result<Option<Account>, Error> {
        let sql = "SELECT id, tenant, email, name, role, password, disabled_ms FROM accounts WHERE email = $1";
        let row = sqlx::query(sql).bind(email.to_owned()).fetch_optional(self.pool()).await;
        row.map_err(query("find an account"))?.map(|row| account(&row)).transpose()
    }

    /// An account of this tenant.
    pub async fn account(&self, scope: &TenantScope, id: &AccountId) -> Result<Account, Error> {
        let sql = "SELECT id, tenant, email, name, role, password, disabled_ms FROM accounts \
                   WHERE id = $1 AND tenant = $2";
        let row = sqlx::query(sql).bind(id.to_string()).bind(scope.tenant().to_string());
        let row = row.fetch_optional(self.pool()).await.map_err(query("find an account"))?;
        account(&row.ok_or(Error::Absent)?)
    }

    /// Accounts of this tenant whose address comes after the given one, in the order of addresses.
    pub async fn accounts(&self, scope: &TenantScope, after: &str, most: u32) -> Result<Vec<Account>, Error> {
        let sql = "SELECT id, tenant, email, name, role, password, disabled_ms FROM accounts \
                   WHERE tenant = $1 AND email > $2 ORDER BY email LIMIT $3";
        let select = sqlx::query(sql).bind(scope.tenant().to_string()).bind(after.to_owned()).bind(i64::from(most));
        select.fetch_all(self.pool()).await.map_err(query("list accounts"))?.iter().map(account).collect()
    }

    /// How many accounts the tenant has.
    pub async fn count_accounts(&self, scope: &TenantScope) -> Result<u64, Error> {
        let sql = "SELECT COUNT(*) FROM accounts WHERE tenant = $1";
        let count = sqlx::query_scalar(sql).bind(scope.tenant().to_string()).fetch_one(self.pool()).await;
        count.map(unsigned).map_err(query("count accounts"))
    }

    /// Whether the tenant has an administrator. One that is disabled counts: another one lets it in again.
    pub async fn has_administrator(&self, scope: &TenantScope) -> Result<bool, Error> {
        let count = sqlx::query_scalar::<_, i64>(ADMINISTRATORS).bind(scope.tenant().to_string());
        let count = count.bind(role_name(AccountRole::Administrator)).fetch_one(self.pool()).await;
        count.map(|count| count > 0).map_err(query("look for an administrator"))
    }

    /// Whether an administrator's invitation of this tenant was used.
    pub async fn is_used(&self, scope: &TenantScope, hash: &SecretHash) -> Result<bool, Error> {
        let sql = "SELECT COUNT(*) FROM used_invitations WHERE hash = $1 AND tenant = $2";
        let count = sqlx::query_scalar::<_, i64>(sql).bind(hash.to_hex()).bind(scope.tenant().to_string());
        count.fetch_one(self.pool()).await.map(|count| count > 0).map_err(query("look for an invitation"))
    }

    /// The sign-in of a secret's hash, to prove it.
    pub async fn sign_in(&self, _: SystemScope, hash: &SecretHash) -> Result<Option<SignInRecord>, Error> {
        let sql = "SELECT s.account, s.tenant, s.hash, s.expires_ms, a.role FROM sign_ins s \
                   JOIN accounts a ON a.id = s.account AND a.tenant = s.tenant WHERE s.hash = $1 AND a.disabled_ms IS NULL";
        let row = sqlx::query(sql).bind(hex::encode(hash.as_bytes())).fetch_optional(self.pool()).await;
        row.map_err(query("find a sign-in"))?.map(|row| record(&row)).transpose()
    }
}

impl Write<'_> {
    /// Whether this account is enabled and has this role; locked until the transaction's end.
    pub async fn holds_role(&mut self, scope: &TenantScope, id: &AccountId, role: AccountRole) -> Result<bool, Error> {
        let sql = "UPDATE accounts SET role = role WHERE id = $1 AND tenant = $2 AND role = $3 AND disabled_ms IS NULL";
        let update = sqlx::query(sql).bind(id.to_string()).bind(scope.tenant().to_string()).bind(role_name(role));
        let done = update.execute(self.connection()).await.map_err(query("look at an account"))?;
        Ok(done.rows_affected() == 1)
    }

    /// Lets an account sign in no more. Its sign-ins count no more at once, and are forgotten.
    pub async fn disable_account(&mut self, scope: &TenantScope, id: &AccountId, now: Timestamp) -> Result<(), Error> {
        let sql = "UPDATE accounts SET disabled_ms = $3 WHERE id = $1 AND tenant = $2";
        let update = sqlx::query(sql).bind(id.to_string()).bind(scope.tenant().to_string());
        let done = update.bind(signed(now.as_millis())).execute(self.connection()).await;
        one_account(done, "disable an account")?;
        self.forget_sign_ins(id).await
    }

    /// Gives an account another role.
    pub async fn change_role(&mut self, scope: &TenantScope, id: &AccountId, role: AccountRole) -> Result<(), Error> {
        let sql = "UPDATE accounts SET role = $3 WHERE id = $1 AND tenant = $2";
        let update = sqlx::query(sql).bind(id.to_string()).bind(scope.tenant().to_string());
        one_account(update.bind(role_name(role)).execute(self.connection()).await, "change a role")
    }

    /// Gives an account another password, lets it sign in again, and forgets its sign-ins.
    pub async fn set_password(&mut self, scope: &TenantScope, id: &AccountId, hash: &str) -> Result<(), Error> {
        let sql = "UPDATE accounts SET password = $3, disabled_ms = NULL WHERE id = $1 AND tenant = $2";
        let update = sqlx::query(sql).bind(id.to_string()).bind(scope.tenant().to_string());
        one_account(update.bind(hash.to_owned()).execute(self.connection()).await, "set a password")?;
        self.forget_sign_ins(id).await
    }

    async fn forget_sign_ins(&mut self, id: &AccountId) -> Result<(), Error> {
        let delete = sqlx::query("DELETE FROM sign_ins WHERE account = $1").bind(id.to_string());
        delete.execute(self.connection()).await.map(drop).map_err(query("forget sign-ins"))
    }

    /// Adds an account of this tenant. An address that is taken is `Conflict`.
    pub async fn add_account(&mut self, scope: &TenantScope, account: &Account, now: Timestamp) -> Result<(), Error> {
        let sql = "INSERT INTO accounts (id, tenant, email, name, role, password, created_ms) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let insert = sqlx::query(sql)
            .bind(account.id.to_string())
            .bind(scope.tenant().to_string())
            .bind(account.email.clone())
            .bind(account.name.clone())
            .bind(role_name(account.role))
            .bind(account.password.clone())
            .bind(signed(now.as_millis()));
        insert.execute(self.connection()).await.map(drop).map_err(unless_unique("add an account"))
    }

    /// Whether the tenant has an administrator, as `Store::has_administrator`.
    pub async fn has_administrator(&mut self, scope: &TenantScope) -> Result<bool, Error> {
        let count = sqlx::query_scalar::<_, i64>(ADMINISTRATORS).bind(scope.tenant().to_string());
        let count = count.bind(role_name(AccountRole::Administrator)).fetch_one(self.connection()).await;
        count.map(|count| count > 0).map_err(query("look for an administrator"))
    }

    /// Uses an administrator's invitation up. One that was used before is `Conflict`, for whoever comes second of two at once, too.
    pub async fn use_invitation(
        &mut self,
        scope: &TenantScope,
        hash: &SecretHash,
        now: Timestamp,
    ) -> Result<(), Error> {
        let sql = "INSERT INTO used_invitations (hash, tenant, used_ms) VALUES ($1, $2, $3)";
        let insert = sqlx::query(sql).bind(hash.to_hex()).bind(scope.tenant().to_string());
        let done = insert.bind(signed(now.as_millis())).execute(self.connection()).await;
        done.map(drop).map_err(unless_unique("use an invitation"))
    }

    /// Keeps a new sign-in, and forgets this account's expired ones.
    pub async fn add_sign_in(
        &mut self,
        scope: &TenantScope,
        record: &SignInRecord,
        now: Timestamp,
    ) -> Result<(), Error> {
        let sql = "INSERT INTO sign_ins (hash, account, tenant, created_ms, expires_ms) VALUES ($1, $2, $3, $4, $5)";
        let insert = sqlx::query(sql)
            .bind(hex::encode(record.token.as_bytes()))
            .bind(record.account.to_string())
            .bind(scope.tenant().to_string())
            .bind(signed(now.as_millis()))
            .bind(signed(record.expires_at.as_millis()));
        insert.execute(self.connection()).await.map_err(query("keep a sign-in"))?;
        let sql = "DELETE FROM sign_ins WHERE account = $1 AND expires_ms <= $2";
        let delete = sqlx::query(sql).bind(record.account.to_string()).bind(signed(now.as_millis()));
        delete.execute(self.connection()).await.map(drop).map_err(query("forget old sign-ins"))
    }

    /// Forgets a sign-in.
    pub async fn remove_sign_in(&mut self, scope: &TenantScope, hash: &SecretHash) -> Result<(), Error> {
        let sql = "DELETE FROM sign_ins WHERE hash = $1 AND tenant = $2";
        let delete = sqlx::query(sql).bind(hex::encode(hash.as_bytes())).bind(scope.tenant().to_string());
        delete.execute(self.connection()).await.map(drop).map_err(query("forget a sign-in"))
    }
}

fn account(row: &AnyRow) -> Result<Account, Error> {
    let damaged = Error::Damaged { what: "an account" };
    let text = |column: &str| row.try_get::<String, _>(column).map_err(query("read an account"));
    let (id, tenant) = (AccountId::parse(&text("id")?), TenantId::parse(&text("tenant")?));
    let (Ok(id), Ok(tenant), Some(role)) = (id, tenant, role_of(&text("role")?)) else {
        return Err(damaged);
    };
    let disabled: Option<i64> = row.try_get("disabled_ms").map_err(query("read an account"))?;
    let (email, name, password) = (text("email")?, text("name")?, text("password")?);
    Ok(Account { id, tenant, email, name, role, password, disabled: disabled.is_some() })
}

fn one_account(done: Result<AnyQueryResult, sqlx::Error>, what: &'static str) -> Result<(), Error> {
    match done.map_err(query(what))?.rows_affected() {
        1 => Ok(()),
        _ => Err(Error::Absent),
    }
}

fn record(row: &AnyRow) -> Result<SignInRecord, Error> {
    let text = |column: &str| row.try_get::<String, _>(column).map_err(query("read a sign-in"));
    let expires: i64 = row.try_get("expires_ms").map_err(query("read a sign-in"))?;
    let (account, tenant) = (AccountId::parse(&text("account")?), TenantId::parse(&text("tenant")?));
    let (role, hash) = (role_of(&text("role")?), hex::decode(&text("hash")?));
    let (Ok(account), Ok(tenant), Some(role), Some(hash)) = (account, tenant, role, hash) else {
        return Err(Error::Damaged { what: "a sign-in" });
    };
    let expires_at = Timestamp::from_millis(unsigned(expires));
    Ok(SignInRecord { account, tenant, role, token: SecretHash::from_bytes(hash), expires_at })
}

fn role_name(role: AccountRole) -> &'static str {
    match role {
        AccountRole::Agent => "Agent",
        AccountRole::Supervisor => "Supervisor",
        AccountRole::Auditor => "Auditor",
        AccountRole::Administrator => "Administrator",
    }
}

fn role_of(name: &str) -> Option<AccountRole> {
    use AccountRole::{Administrator, Agent, Auditor, Supervisor};
    [Agent, Supervisor, Auditor, Administrator].into_iter().find(|role| role_name(*role) == name)
}
