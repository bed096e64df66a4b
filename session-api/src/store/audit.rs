//! The audit: rows are added and never changed. They hold no PIN, no query of an address, no typed text.

use super::{Error, SystemScope, Write, query, signed};
use crate::hex;
use cobrowse_session::permission::TenantScope;
use cobrowse_session::{SessionId, Timestamp};

/// One act of somebody.
#[derive(Clone, Debug)]
pub struct Act<'a> {
    /// When.
    pub at: Timestamp,
    /// `account:ID`, `end-user`, `visitor`, or `system`.
    pub who: &'a str,
    /// CamelCase: "StartSession", "JoinRefused".
    pub act: &'a str,
    /// In which session.
    pub session: Option<&'a SessionId>,
    /// Stable words and ids, an origin, a size. Never free text.
    pub detail: &'a str,
    /// Address prefix the call came from; empty for acts of our own.
    pub address: &'a str,
}

impl Write<'_> {
    /// Adds an act, in the transaction that carries it out.
    pub async fn audit(&mut self, scope: &TenantScope, act: &Act<'_>) -> Result<(), Error> {
        self.add_act(scope.tenant().as_str(), act).await
    }

    /// Adds an act of which nobody can say whose tenant it is about: somebody who does not exist was tried to sign in as.
    pub async fn audit_of_nobody(&mut self, _: SystemScope, act: &Act<'_>) -> Result<(), Error> {
        self.add_act("", act).await
    }

    async fn add_act(&mut self, tenant: &str, act: &Act<'_>) -> Result<(), Error> {
        let sql = "INSERT INTO audit (id, tenant, at_ms, who, act, session, detail, address) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let insert = sqlx::query(sql)
            .bind(hex::encode(&crate::clock::random::<16>()))
            .bind(tenant.to_owned())
            .bind(signed(act.at.as_millis()))
            .bind(act.who.to_owned())
            .bind(act.act.to_owned())
            .bind(act.session.map(SessionId::to_string))
            .bind(act.detail.to_owned())
            .bind(act.address.to_owned());
        insert.execute(self.connection()).await.map(drop).map_err(query("keep an audit row"))
    }
}
