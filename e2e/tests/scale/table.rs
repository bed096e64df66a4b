//! The table of figures, with the machine they were measured on.

use crate::live::Live;
use crate::rates::{Figures, PROGRAMS, Spread};
use std::fmt::Write as _;
use std::fs;

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
        let misses = bound.half > bar.half || bound.most > bar.most;
        misses.then(|| format!("{}/s: {} is over {}", found.rate, text(bound), text(bar)))
    };
    figures.iter().filter_map(over).collect()
}

fn bar(rate: f64) -> Option<Spread> {
    BARS.iter().find(|(of, _)| *of == rate).map(|(_, bar)| *bar)
}

fn text(spread: Spread) -> String {
    let number = |value: f64| if value.is_finite() { format!("{value:.0}") } else { "-".to_owned() };
    format!("{} / {}", number(spread.half), number(spread.most))
}

/// The whole table, as Markdown.
pub(crate) fn table(nodes: usize, warm: usize, figures: &[Figures], live: &Live) -> String {
    let mut out = String::from("# The operator at scale\n\nWritten by `make bench-cluster`.\n\n");
    let _ = writeln!(
        out,
        "{}\n\n{nodes} nodes of kwok, {warm} warm pods before each rate, refill 20 a second, arrivals for 10 s.\n",
        machine()
    );
    let _ = writeln!(
        out,
        "| claims/s | sessions | create call, p50 / p99 ms | create call to Bound seen, p50 / p99 ms | bar | load before | cores used: {} |",
        PROGRAMS.join(", ")
    );
    let _ = writeln!(out, "| --- | --- | --- | --- | --- | --- | --- |");
    for found in figures {
        let bound = found.bound.map_or_else(|| "no operator".to_owned(), text);
        let bar = found.bound.and(bar(found.rate)).map(text).unwrap_or_default();
        let cores = found.cores.map(|cores| format!("{cores:.2}")).join(", ");
        let _ = writeln!(
            out,
            "| {} | {} | {} | {bound} | {bar} | {} | {cores} |",
            found.rate,
            found.sessions,
            text(found.create),
            found.load
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

fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let memory = field(&read("/proc/meminfo"), "MemTotal");
    let gib = memory.trim_end_matches(" kB").parse::<f64>().unwrap_or_default() / 1024.0 / 1024.0;
    format!(
        "Machine: {cores} cores of {}, {gib:.0} GiB, Linux {}; the whole control plane, the fake pods and the test on it.",
        field(&read("/proc/cpuinfo"), "model name"),
        read("/proc/sys/kernel/osrelease").trim()
    )
}
