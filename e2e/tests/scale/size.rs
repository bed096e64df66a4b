//! How much is tried, by environment variables. Without them it is what continuous integration has time for.

use cobrowse_e2e::wish;
use std::path::PathBuf;

/// The sizes of one run.
pub(crate) struct Size {
    /// SCALE_NODES: nodes of kwok.
    pub(crate) nodes: usize,
    /// SCALE_WARM: warm pods before each rate.
    pub(crate) warm: usize,
    /// SCALE_RATES: sessions a second, with commas between.
    pub(crate) rates: Vec<f64>,
    /// SCALE_SESSIONS: how many live at the end.
    pub(crate) sessions: usize,
    /// SCALE_BARS: whether a figure that misses its bar is a fault.
    pub(crate) bars: bool,
    /// SCALE_TABLE: the file that the table is written to.
    pub(crate) table: Option<PathBuf>,
}

impl Size {
    /// What the environment says.
    pub(crate) fn of_environment() -> Self {
        let rates: String = wish("SCALE_RATES", "10,25".to_owned()).expect("a text");
        let rates = rates.split(',').map(|rate| rate.parse().expect("SCALE_RATES has numbers")).collect();
        Self {
            nodes: wish("SCALE_NODES", 100).expect("a number"),
            warm: wish("SCALE_WARM", 250).expect("a number"),
            rates,
            sessions: wish("SCALE_SESSIONS", 500).expect("a number"),
            bars: std::env::var_os("SCALE_BARS").is_some(),
            table: std::env::var_os("SCALE_TABLE").map(PathBuf::from),
        }
    }
}
