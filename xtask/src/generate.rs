//! Generates Rust code from `proto/` into `wire/src/gen`. It writes files and compares nothing; `tidy` compares.

use anyhow::{Context, Result};
use prost::Message;
use std::path::Path;

const FILES: [&str; 6] = ["participant", "control", "stream", "session", "pod", "account"];

/// Writes all generated code below the repository's root.
pub(crate) fn all() -> Result<()> {
    wire(Path::new("wire/src/gen"))
}

/// Writes the code of `cobrowse.v1` and its descriptor set to `out`.
pub(crate) fn wire(out: &Path) -> Result<()> {
    let files = FILES.map(|name| format!("cobrowse/v1/{name}.proto"));
    let descriptors = protox::compile(files, ["proto"]).context("failed to compile proto/")?;
    std::fs::create_dir_all(out)?;
    std::fs::write(out.join("cobrowse.v1.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        .out_dir(out)
        .bytes(".cobrowse.v1.Picture.data")
        .bytes(".cobrowse.v1.FilePart.content")
        .bytes(".cobrowse.v1.DownloadFileResponse.content")
        .bytes(".cobrowse.v1.DownloadResponse.content")
        .compile_fds(descriptors)
        .context("failed to generate code from proto/")
}
