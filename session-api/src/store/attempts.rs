//! Wrong tries per agent, address and tenant. Counting locks the row, so that tries at the same time are all counted.

use super::{Error, SystemScope, Write, query, signed};
use cobrowse_session::Timestamp;
use cobrowse_session::attempts::Attempts;
use cobrowse_session::permission::TenantScope;

impl Write<'_> {
    /// The tries of one of the tenant's keys, locked until the transaction's end.
    pub async fn attempts(&mut self, scope: &TenantScope, key: &str) -> Result<Attempts, Error> {
        let sql = "INSERT INTO attempts (key, moments, forget_ms) VALUES ($1, '', 0) \
                   ON CONFLICT (key) DO UPDATE SET moments = attempts.moments RETURNING moments";
        let moments: String = sqlx::query_scalar(sql)
            .bind(own(scope, key))
            .fetch_one(self.connection())
            .await
            .map_err(query("read wrong tries"))?;
        let moments = moments.split_whitespace().map(|text| text.parse().map(Timestamp::from_millis));
        let moments = moments.collect::<Result<Vec<_>, _>>().map_err(|_| Error::Damaged { what: "wrong tries" })?;
        Ok(Attempts::from_moments(moments))
    }

    /// Keeps the tries of one of the tenant's keys until `forget_at`.
    pub async fn keep_attempts(
        &mut self,
        scope: &TenantScope,
        key: &str,
        attempts: &Attempts,
        forget_at: Timestamp,
    ) -> Result<(), Error> {
        let moments: Vec<String> = attempts.moments().iter().map(Timestamp::to_string).collect();
        let update = sqlx::query("UPDATE attempts SET moments = $2, forget_ms = $3 WHERE key = $1")
            .bind(own(scope, key))
            .bind(moments.join(" "))
            .bind(signed(forget_at.as_millis()));
        update.execute(self.connection()).await.map(drop).map_err(query("keep wrong tries"))
    }

    /// Forgets keys whose tries are all old.
    pub async fn forget_attempts(&mut self, _: SystemScope, now: Timestamp) -> Result<u64, Error> {
        let delete = sqlx::query("DELETE FROM attempts WHERE forget_ms <= $1").bind(signed(now.as_millis()));
        let done = delete.execute(self.connection()).await.map_err(query("forget wrong tries"))?;
        Ok(done.rows_affected())
    }
}

/// Tenants' keys never meet.
fn own(scope: &TenantScope, key: &str) -> String {
    format!("{}/{key}", scope.tenant())
}
