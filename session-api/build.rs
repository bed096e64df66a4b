//! Makes the folder of the built console, so that the program compiles before the console was built. It builds nothing.

use std::path::Path;

fn main() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../console/dist");
    println!("cargo::rerun-if-changed=../console/dist");
    if let Err(error) = std::fs::create_dir_all(&dist) {
        println!("cargo::error=failed to create {}: {error}", dist.display());
    }
}
