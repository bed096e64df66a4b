//! How many, by environment variables. Without them it is what continuous integration has time for.

use cobrowse_e2e::wish;
use std::path::PathBuf;
use std::time::Duration;

/// The sizes of one run.
pub(crate) struct Size {
    /// CHROMES: warm pods, and sessions at once.
    pub(crate) count: usize,
    /// CHROMES_COLD: sessions before them whose pods are started for them alone.
    pub(crate) cold: usize,
    /// CHROMES_IDLE: seconds in which nobody does anything, to measure what that costs.
    pub(crate) idle: Duration,
    /// CHROMES_BARS: whether a figure that misses its bar is a fault.
    pub(crate) bars: bool,
    /// CHROMES_TABLE: the file that the table is written to.
    pub(crate) table: Option<PathBuf>,
}

impl Size {
    /// What the environment says.
    pub(crate) fn of_environment() -> Self {
        Self {
            count: wish("CHROMES", 4).expect("a number"),
            cold: wish("CHROMES_COLD", 1).expect("a number"),
            idle: Duration::from_secs(wish("CHROMES_IDLE", 5).expect("seconds")),
            bars: std::env::var_os("CHROMES_BARS").is_some(),
            table: std::env::var_os("CHROMES_TABLE").map(PathBuf::from),
        }
    }
}
