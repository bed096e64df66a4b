//! Report rows: what stays of a session. Written with the row's own changes, from the first one on.

use super::{Error, Store, Write, query, signed, unsigned};
use cobrowse_session::permission::TenantScope;
use cobrowse_session::waiting::{Consent, Row};
use cobrowse_session::{Role, Timestamp};
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// What stays of one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The session's id.
    pub session: String,
    /// When it was started.
    pub created_at: Timestamp,
    /// When the page was first there.
    pub live_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// scheme, host and port.
    pub origin: String,
    /// Names of those who were allowed.
    pub agents: Vec<String>,
    /// CamelCase; empty while it runs.
    pub end_reason: String,
}

impl Store {
    /// Reports of this tenant, newest first, older than the given place (created, session).
    pub async fn reports(
        &self,
        scope: &TenantScope,
        before: Option<(Timestamp, String)>,
        most: u32,
    ) -> Result<Vec<Report>, Error> {
        let (at, session) = before.unwrap_or((Timestamp::from_millis(u64::MAX), String::new()));
        let sql = "SELECT session, created_ms, live_ms, ended_ms, origin, agents, end_reason FROM reports \
                   WHERE tenant = $1 AND (created_ms < $2 OR (created_ms = $2 AND session < $3)) \
                   ORDER BY created_ms DESC, session DESC LIMIT $4";
        let select = sqlx::query(sql)
            .bind(scope.tenant().to_string())
            .bind(signed(at.as_millis()))
            .bind(session)
            .bind(i64::from(most));
        let rows = select.fetch_all(self.pool()).await.map_err(query("list reports"))?;
        rows.iter().map(report).collect()
    }
}

impl Write<'_> {
    /// Brings the report up to the row.
    pub async fn report(&mut self, scope: &TenantScope, row: &Row, origin: &str) -> Result<(), Error> {
        let sql = "INSERT INTO reports (session, tenant, created_ms, live_ms, ended_ms, origin, agents, end_reason) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (session) DO UPDATE SET \
                   live_ms = $4, ended_ms = $5, agents = $7, end_reason = $8 WHERE reports.tenant = $2";
        let insert = sqlx::query(sql)
            .bind(row.id.to_string())
            .bind(scope.tenant().to_string())
            .bind(signed(row.created_at.as_millis()))
            .bind(row.live_at.map(|at| signed(at.as_millis())))
            .bind(row.ended_at.map(|at| signed(at.as_millis())))
            .bind(origin.to_owned())
            .bind(serde_json::to_string(&agents(row)).map_err(|_| Error::Damaged { what: "a report" })?)
            .bind(row.end_reason.map_or("", cobrowse_session::EndReason::reason).to_owned());
        insert.execute(self.connection()).await.map(drop).map_err(query("keep a report"))
    }
}

fn agents(row: &Row) -> Vec<&str> {
    let was_in = |consent| matches!(consent, Consent::Allowed | Consent::Left);
    let others = row.people.iter().filter(|person| person.participant.role != Role::EndUser && was_in(person.consent));
    others.map(|person| person.participant.name.as_str()).collect()
}

fn report(found: &AnyRow) -> Result<Report, Error> {
    let text = |column: &str| found.try_get::<String, _>(column).map_err(query("read a report"));
    let at = |column: &str| found.try_get::<Option<i64>, _>(column).map_err(query("read a report"));
    let moment = |ms: Option<i64>| ms.map(|ms| Timestamp::from_millis(unsigned(ms)));
    Ok(Report {
        session: text("session")?,
        created_at: moment(at("created_ms")?).unwrap_or_default(),
        live_at: moment(at("live_ms")?),
        ended_at: moment(at("ended_ms")?),
        origin: text("origin")?,
        agents: serde_json::from_str(&text("agents")?).map_err(|_| Error::Damaged { what: "a report" })?,
        end_reason: text("end_reason")?,
    })
}
