//! `cluster`: makes and ends the tests' Kubernetes, and runs commands inside of it.

use clap::Parser as _;
use cobrowse_cluster::{Arguments, run};

fn main() -> anyhow::Result<()> {
    run(Arguments::parse())
}
