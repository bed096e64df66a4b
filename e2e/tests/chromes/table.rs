//! The figures as a table, with the machine they were measured on, and what misses its bar.

use crate::size::Size;
use crate::usage::Still;
use cobrowse_e2e::figures::{Spread, machine};
use std::fmt::Write as _;
use std::time::Duration;

/// The bars of design.md, from the create call to the first picture.
const WARM: Spread = Spread { half: 300.0, most: 500.0 };
const COLD: Spread = Spread { half: 2_500.0, most: 5_000.0 };

/// How long sessions took from their create call on.
pub(crate) struct Times {
    pub(crate) sessions: usize,
    /// Until a watch saw the binding.
    pub(crate) bound: Spread,
    /// Until it saw that the first picture was there.
    pub(crate) pictured: Spread,
}

/// All that was measured.
pub(crate) struct Figures {
    pub(crate) cold: Times,
    /// Warm, one at a time.
    pub(crate) one: Times,
    /// Warm, all at once.
    pub(crate) all: Times,
    pub(crate) warm: Still,
    pub(crate) watched: Still,
    /// Of pictures, while people looked at what did not change.
    pub(crate) bytes: usize,
    pub(crate) warm_after: Duration,
    pub(crate) gone_after: Duration,
}

/// Prints it, writes it, and fails by what misses a bar if that is asked for.
pub(crate) fn tell(size: &Size, figures: &Figures) {
    let text = table(size, figures);
    println!("{text}");
    if let Some(file) = &size.table {
        std::fs::write(file, &text).expect("CHROMES_TABLE can be written");
    }
    let misses = |name: &str, times: &Times, bar: Spread| {
        times.pictured.misses(bar).then(|| format!("{name}: {} is over {bar}", times.pictured))
    };
    let missed: Vec<String> =
        [misses("cold", &figures.cold, COLD), misses("warm", &figures.one, WARM)].into_iter().flatten().collect();
    assert!(!size.bars || missed.is_empty(), "{missed:?}");
}

fn table(size: &Size, figures: &Figures) -> String {
    let mut out = format!(
        "## Real Chromes\n\n{}; the whole cluster, its pods, the sample shop and the test on it.\n\nOne node with a real kubelet, pods of our image, \
         the shop's first page at 1280x720. {} pods were warm {:.0} s after their pool was asked for, four at a time.\n\n",
        machine(),
        size.count,
        figures.warm_after.as_secs_f64()
    );
    out += "| sessions | pods | create call to Bound seen, p50 / p99 ms | create call to first picture seen, p50 / p99 ms | bar |\n";
    out += "| --- | --- | --- | --- | --- |\n";
    let rows = [
        ("started for each, one at a time", &figures.cold, COLD.to_string()),
        ("warm, one at a time", &figures.one, WARM.to_string()),
        ("warm, all at once", &figures.all, String::new()),
    ];
    for (pods, Times { sessions, bound, pictured }, bar) in rows {
        let _ = writeln!(out, "| {sessions} | {pods} | {bound} | {pictured} | {bar} |");
    }
    out += "\n| pods, nobody does anything | memory of a pod, p50 / most MiB | processor of a pod, p50 / most % of a core | memory of the node, \
            MiB for each pod | processor of the node, cores |\n| --- | --- | --- | --- | --- |\n";
    for (what, still) in [("warm", &figures.warm), ("with a session that somebody looks at", &figures.watched)] {
        let Still { memory, processor, node_memory, node_processor } = still;
        let _ = writeln!(
            out,
            "| {} {what} | {memory} | {:.1} / {:.1} | {node_memory:.0} | {node_processor:.2} |",
            size.count, processor.half, processor.most
        );
    }
    let _ = writeln!(
        out,
        "\nEach session had a pod of its own, and somebody saw the shop in it. While {} people looked at it for {} s, {} bytes of pictures came to \
         all of them together. {:.0} s after the word to end no pod and no session was left.",
        size.count,
        size.idle.as_secs(),
        figures.bytes,
        figures.gone_after.as_secs_f64()
    );
    out
}
