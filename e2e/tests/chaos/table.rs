//! The table of one run, for people who were not there.

use cobrowse_e2e::figures::{Spread, machine};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

/// What was played, and what came of it. Whatever leaked, was shared or had no end has failed the run before.
pub(crate) struct Run {
    pub(crate) seed: u64,
    /// How often each kind was killed.
    pub(crate) kills: BTreeMap<&'static str, u64>,
    pub(crate) ends: BTreeMap<String, usize>,
    /// How long sessions waited for their pods while the kills went on, those that got one.
    pub(crate) waits: Vec<Duration>,
    /// The same of the one that was made after the last kill.
    pub(crate) afterwards: Duration,
    /// From the first kill to the last.
    pub(crate) killing: Duration,
    /// From the test's begin until all had ended.
    pub(crate) took: Duration,
}

/// Writes it as Markdown.
pub(crate) fn write(run: &Run, file: &Path) {
    std::fs::write(file, table(run)).expect("CHAOS_TABLE can be written");
}

fn table(run: &Run) -> String {
    let seconds = |time: Duration| format!("{:.1}", time.as_secs_f64());
    let (count, sessions): (u64, usize) = (run.kills.values().sum(), run.ends.values().sum());
    let longest = run.waits.iter().max().copied().unwrap_or_default();
    let mut out = format!(
        "## Chaos\n\n{}; the control plane, two operators, two replicas of session-api, PostgreSQL, pods that answer as real ones do, and the \
         test on it.\n\n{count} kills in {:.0} s, CHAOS_SEED={}.\n\n| killed | times |\n| --- | --- |\n",
        machine(),
        run.killing.as_secs_f64(),
        run.seed
    );
    for (what, times) in &run.kills {
        let _ = writeln!(out, "| {what} | {times} |");
    }
    let _ = writeln!(out, "\n| what | figure | bar |\n| --- | --- | --- |\n| sessions | {sessions} | |");
    for what in ["pods that leaked", "pods with two sessions, sessions with two pods", "sessions without an end"] {
        let _ = writeln!(out, "| {what} | 0 | 0 |");
    }
    let _ = writeln!(
        out,
        "| from a session's making, or Allow, to its pod, p50 / p99 ms | {} | |",
        Spread::of(run.waits.iter().copied())
    );
    let _ = writeln!(out, "| the longest of these: recovery while the kills go on, s | {} | |", seconds(longest));
    let _ = writeln!(out, "| the same of a session after the last kill, s | {} | |", seconds(run.afterwards));
    let _ = writeln!(out, "| all has ended after, s | {} | |", seconds(run.took));
    let ends: Vec<_> = run.ends.iter().map(|(reason, times)| format!("{reason} {times}")).collect();
    let _ = writeln!(
        out,
        "\nHow sessions ended: {}.\n\nA run in which one of the noughts is another number fails, and writes no table.",
        ends.join(", ")
    );
    out
}
