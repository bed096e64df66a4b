//! How the agent side tells its parent that it listens, and why it ended: lines on standard output, and the file that a
//! kubelet reads. Neither holds an address of a page or anything of a person.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

use cobrowse_session::canary::{Forbidden, Reached};
use cobrowse_session::participant::EndReason;
use cobrowse_session::pool::Trouble;
use cobrowse_wire::v1;

use super::Error;
use super::owner::Outcome;

/// The first line on standard output.
#[derive(serde::Serialize)]
pub(super) struct Listening {
    pub(super) address: SocketAddr,
}

/// The last line on standard output.
#[derive(serde::Serialize)]
pub(super) struct Ended {
    reason: &'static str,
    last_seq: u64,
    chrome_exit: Option<i32>,
}

impl From<Outcome> for Ended {
    fn from(outcome: Outcome) -> Self {
        let Outcome { reason, last_seq, chrome_exit } = outcome;
        Self { reason: v1::EndReason::from(reason).as_str_name(), last_seq, chrome_exit }
    }
}

/// Writes one JSON line on standard output, for the parent.
pub(super) fn say(line: &impl serde::Serialize) {
    let Ok(line) = serde_json::to_string(line) else { return };
    let mut out = std::io::stdout().lock();
    // Without a reader there is nobody to tell; the closed input ends the session.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// The content of the termination log.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    reason: &'static str,
    last_seq: u64,
    /// Why the pod could not start, by a word of a closed list.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<&'static str>,
    /// What was reached that must not be, where that is the reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reached: Vec<&'static str>,
}

/// What the reason alone does not say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Why {
    /// What kept the pod from starting.
    pub(super) trouble: Option<Trouble>,
    /// What was reached that must not be.
    pub(super) reached: Reached,
}

/// The file that says the reason of the end, if there is one.
#[derive(Debug)]
pub(super) struct TerminationLog(Option<PathBuf>);

impl TerminationLog {
    /// Writes what holds if this process is killed.
    pub(super) fn begin(path: Option<PathBuf>) -> Result<Self, Error> {
        let log = Self(path);
        log.write(EndReason::PodLost, 0, Why::default())?;
        Ok(log)
    }

    /// Writes what came of it.
    pub(super) fn end(self, outcome: Outcome, why: Why) -> Result<(), Error> {
        self.write(outcome.reason, outcome.last_seq, why)
    }

    fn write(&self, reason: EndReason, last_seq: u64, why: Why) -> Result<(), Error> {
        let Some(path) = &self.0 else { return Ok(()) };
        let reached = why.reached.iter().map(Forbidden::name).collect();
        let message = Message { reason: reason.reason(), last_seq, trouble: why.trouble.map(Trouble::word), reached };
        let text = serde_json::to_string(&message).map_err(std::io::Error::from);
        text.and_then(|text| std::fs::write(path, text)).map_err(|error| Error::TerminationLog(path.clone(), error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_begins_with_the_reason() {
        let ended = Ended::from(Outcome { reason: EndReason::EndUser, last_seq: 7, chrome_exit: None });
        let line = serde_json::to_string(&ended).expect("JSON");
        assert_eq!(line, r#"{"reason":"END_REASON_END_USER","last_seq":7,"chrome_exit":null}"#);
    }

    #[test]
    fn the_termination_log_has_a_reason_from_the_start_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        let read = || std::fs::read_to_string(&path).expect("written");
        let log = TerminationLog::begin(Some(path.clone())).expect("begun");
        assert_eq!(read(), r#"{"reason":"PodLost","lastSeq":0}"#);
        let outcome = |reason| Outcome { reason, last_seq: 7, chrome_exit: None };
        log.end(outcome(EndReason::MaxDuration), Why::default()).expect("ended");
        assert_eq!(read(), r#"{"reason":"MaxDuration","lastSeq":7}"#);
        let log = TerminationLog::begin(Some(path.clone())).expect("begun");
        let crashed = Outcome { reason: EndReason::BrowserCrashed, last_seq: 0, chrome_exit: Some(1) };
        let why = Why { trouble: Some(Trouble::SandboxUnavailable), ..Why::default() };
        log.end(crashed, why).expect("ended");
        assert_eq!(read(), r#"{"reason":"BrowserCrashed","lastSeq":0,"trouble":"SandboxUnavailable"}"#);
        let log = TerminationLog::begin(Some(path.clone())).expect("begun");
        let reached = Reached::NOTHING.and(Forbidden::Metadata).and(Forbidden::ApiServer);
        log.end(outcome(EndReason::NetworkNotEnforced), Why { reached, ..Why::default() }).expect("ended");
        assert_eq!(read(), r#"{"reason":"NetworkNotEnforced","lastSeq":7,"reached":["ApiServer","Metadata"]}"#);
        assert!(TerminationLog::begin(Some(folder.path().join("no/such"))).is_err());
    }
}
