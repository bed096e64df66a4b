//! `ListReports`.

use super::Accounts;
use crate::caller::Caller;
use crate::refusal::Refusal;
use crate::store;
use cobrowse_session::Timestamp;
use cobrowse_wire::timestamp;
use cobrowse_wire::v1::{ListReportsRequest, ListReportsResponse, Report};

/// As the contract says.
const PAGE: u32 = 50;
const PAGE_MOST: u32 = 200;

impl Accounts {
    pub(super) async fn list_reports(
        &self,
        caller: &Caller,
        request: ListReportsRequest,
    ) -> Result<ListReportsResponse, Refusal> {
        let size = match request.page_size {
            0 => PAGE,
            1..=PAGE_MOST => request.page_size,
            _ => return Err(Refusal::invalid("page_size", "must be 0 to 200")),
        };
        let before = match request.page_token.as_str() {
            "" => None,
            token => Some(place(token).ok_or_else(|| Refusal::invalid("page_token", "is not one of ours"))?),
        };
        self.reads(caller, "ReportsListed").await?;
        let mut reports = self.store.reports(caller.scope()?, before, size + 1).await?;
        let more = reports.len() > usize::try_from(size).unwrap_or(usize::MAX);
        if more {
            reports.pop();
        }
        let last = reports.last().filter(|_| more);
        let next_page_token = last.map(|r| format!("{}.{}", r.created_at, r.session)).unwrap_or_default();
        Ok(ListReportsResponse { reports: reports.into_iter().map(shape).collect(), next_page_token })
    }
}

/// Where a page begins: after this moment and session.
fn place(token: &str) -> Option<(Timestamp, String)> {
    let (at, session) = token.split_once('.')?;
    Some((Timestamp::from_millis(at.parse().ok()?), session.to_owned()))
}

fn shape(report: store::Report) -> Report {
    Report {
        session_id: report.session,
        created_at: Some(timestamp(report.created_at)),
        live_at: report.live_at.map(timestamp),
        ended_at: report.ended_at.map(timestamp),
        origin: report.origin,
        agent_names: report.agents,
        end_reason: screaming(&report.end_reason),
    }
}

/// `EndUser` as `END_USER`, the way the contract writes end reasons.
fn screaming(camel: &str) -> String {
    let mut out = String::with_capacity(camel.len() + 4);
    for c in camel.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_written_as_in_the_contract() {
        assert_eq!(screaming("EndUser"), "END_USER");
        assert_eq!(screaming("Idle"), "IDLE");
        assert_eq!(screaming(""), "");
    }
}
