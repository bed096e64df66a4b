//! Repository chores. `cargo run -p xtask -- help` lists them.

mod generate;

use anyhow::Result;
use clap::Parser;

/// What to do.
#[derive(Parser)]
enum Chore {
    /// Writes the code generated from proto/.
    Gen,
}

fn main() -> Result<()> {
    match Chore::parse() {
        Chore::Gen => generate::all(),
    }
}
