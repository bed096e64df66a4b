//! The program `images`. What it does is in the library.

use clap::Parser as _;

fn main() -> anyhow::Result<()> {
    cobrowse_images::run(&cobrowse_images::Arguments::parse())
}
