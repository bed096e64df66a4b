//! Steps with a deadline: what is waited for, until when, and the end of the log of whom it depends on when it never comes.

use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often a condition of another process is looked at; none of them tells by itself.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const LINES_OF_LOG: usize = 20;

/// A step of the way up, which says how long it took.
pub(crate) struct Step {
    name: String,
    began: Instant,
}

impl Step {
    /// Begins, and says so.
    pub(crate) fn begin(name: impl Into<String>) -> Self {
        let name = name.into();
        say(&format!("    {name} …"));
        Self { name, began: Instant::now() }
    }

    /// Says how long it took.
    pub(crate) fn done(self) {
        say(&format!("    {} {:.1} s", self.name, self.began.elapsed().as_secs_f32()));
    }
}

/// Prints a line for the person who waits.
#[expect(clippy::print_stdout, reason = "a chore talks to the person who runs it")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// Looks until the condition holds, for at most `limit`. The logs are those of the components it depends on.
pub(crate) fn until(what: &str, limit: Duration, logs: &[PathBuf], mut holds: impl FnMut() -> bool) -> Result<()> {
    let began = Instant::now();
    while !holds() {
        if began.elapsed() >= limit {
            let tails: String = logs.iter().map(|log| tail(log)).collect();
            bail!("failed to see {what} within {} s{tails}", limit.as_secs());
        }
        std::thread::park_timeout(LOOK_EVERY);
    }
    Ok(())
}

/// The last lines of a log, with its name.
pub(crate) fn tail(log: &Path) -> String {
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(LINES_OF_LOG)..];
    format!("\n--- the end of {}\n{}", log.display(), last.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_comes_is_told_with_the_end_of_the_log() {
        let log = std::env::temp_dir().join(format!("cluster-wait-{}.log", std::process::id()));
        let text: String = (0..100).map(|line| format!("line {line}\n")).collect();
        fs::write(&log, text).expect("written");
        let error = until("it", Duration::ZERO, std::slice::from_ref(&log), || false).expect_err("never").to_string();
        fs::remove_file(log).expect("removed");
        assert!(error.starts_with("failed to see it within 0 s"), "{error}");
        assert!(error.contains("line 80") && error.ends_with("line 99") && !error.contains("line 79"), "{error}");
    }
}
