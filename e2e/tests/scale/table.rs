//! The table of figures, with the machine they were measured on.

use crate::live::Live;
use crate::rates::{Figures, PROGRAMS};
use cobrowse_e2e::figures::{Spread, machine};
use std::fmt::Write as _;

/// The bars of design.md: at this rate, in milliseconds: half of all claims, and all but one of a hundred. Where there is none it is infinite.
const BARS: [(f64, Spread); 3] = [
    (10.0, Spread { half: 60.0, most: 200.0 }),
    (25.0, Spread { half: 100.0, most: 400.0 }),
    (75.0, Spread { half: 1000.0, most: f64::INFINITY }),
];

/// What misses its bar, in words.
pub(crate) fn missed(figures: &[Figures]) -> Vec<String> {
    let over = |found: &Figures| {
        let (bound, bar) = (found.bound?, bar(found.rate)?);
        bound.misses(bar).then(|| format!("{}/s: {bound} is over {bar}", found.rate))
    };
    figures.iter().filter_map(over).collect()
}

fn bar(rate: f64) -> Option<Spread> {
    BARS.iter().find(|(of, _)| *of == rate).map(|(_, bar)| *bar)
}

/// The whole table, as Markdown.
pub(crate) fn table(nodes: usize, warm: usize, figures: &[Figures], live: &Live) -> String {
    let mut out = String::from("# The operator at scale\n\nWritten by `make bench-cluster`.\n\n");
    let _ = writeln!(
        out,
        "{}; the whole control plane, the fake pods and the test on it.\n\n{nodes} nodes of kwok, {warm} warm pods before each rate, refill 20 a second, arrivals for 10 s.\n",
        machine()
    );
    let _ = writeln!(
        out,
        "| claims/s | sessions | create call, p50 / p99 ms | create call to Bound seen, p50 / p99 ms | bar | load before | cores used: {} |",
        PROGRAMS.join(", ")
    );
    let _ = writeln!(out, "| --- | --- | --- | --- | --- | --- | --- |");
    for found in figures {
        let bound = found.bound.map_or_else(|| "no operator".to_owned(), |bound| bound.to_string());
        let bar = found.bound.and(bar(found.rate)).map(|bar| bar.to_string()).unwrap_or_default();
        let cores = found.cores.map(|cores| format!("{cores:.2}")).join(", ");
        let _ = writeln!(
            out,
            "| {} | {} | {} | {bound} | {bar} | {} | {cores} |",
            found.rate, found.sessions, found.create, found.load
        );
    }
    let _ = writeln!(out, "\nNothing was lost: each session was bound once, to a pod that was no other's.");
    let _ = writeln!(
        out,
        "With {} live sessions the operator had {} MiB in memory (bar 150), and {:.1} s after it was told to end another one had bound \
         a new session (bar 10).",
        live.sessions,
        live.memory,
        live.restart.as_secs_f64()
    );
    out
}
