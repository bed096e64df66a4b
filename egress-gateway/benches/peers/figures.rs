//! What was measured, as a table, and what the kernel says of a process.

use std::fmt::Write;
use std::time::Duration;

/// Clock ticks of a second, as Linux counts a process's time for others.
const TICKS: f64 = 100.0;

/// A process by its number.
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// KiB that it has in memory.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0)).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// Seconds that it was busy.
    pub(crate) fn busy(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0)).expect("it runs");
        let after = stat.rsplit(") ").next().expect("fields");
        let ticks: f64 = after.split(' ').skip(11).take(2).map(|field| field.parse::<f64>().expect("a number")).sum();
        ticks / TICKS
    }
}

/// One way's figures.
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    pub(crate) alone: (Duration, Duration),
    pub(crate) together: (Duration, Duration),
    /// MiB a second, and seconds of a processor for each GiB.
    pub(crate) one: (f64, f64),
    pub(crate) eight: (f64, f64),
    /// KiB, fresh and with a thousand connections.
    pub(crate) memory: (u64, u64),
}

pub(crate) fn percentile(values: &[Duration], percent: usize) -> Duration {
    let mut sorted = values.to_vec();
    sorted.sort();
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied().unwrap_or_default()
}

pub(crate) fn table(all: &[Measured]) -> String {
    let machine = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = machine.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = machine.lines().filter(|line| line.starts_with("processor")).count();
    let mut text = format!(
        "# The egress gateway beside squid\n\nAs `make bench-egress` writes it: {cores} cores, {}, everything on loopback.\n\n\
         | way | set-up alone, p50 / p99 ms | 16 at a time, p50 / p99 ms | one stream, MiB/s | processor, s/GiB | eight streams, MiB/s | processor, s/GiB | memory fresh, MiB | with 1,000 streams, MiB |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
        model.map_or("unknown processor", |(_, name)| name)
    );
    let ms = |(a, b): (Duration, Duration)| format!("{:.2} / {:.2}", a.as_secs_f64() * 1e3, b.as_secs_f64() * 1e3);
    let mib = |kib: u64| format!("{:.1}", kib as f64 / 1024.0);
    for one in all {
        // A text takes whatever is written to it.
        let _ = writeln!(
            text,
            "| {} | {} | {} | {:.0} | {:.2} | {:.0} | {:.2} | {} | {} |",
            one.name,
            ms(one.alone),
            ms(one.together),
            one.one.0,
            one.one.1,
            one.eight.0,
            one.eight.1,
            mib(one.memory.0),
            mib(one.memory.1)
        );
    }
    text.push_str(
        "\nSet-up: from asking the proxy to the origin's first byte. A pod has one connection for all; a browser opens one to squid each \
         time. Streams carry 512 MiB in all from the origin; processor is the proxy's own. Memory is what the proxy has resident, each of \
         the 1,000 streams having carried 64 KiB.\n",
    );
    text
}
