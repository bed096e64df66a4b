//! Generates code: from `proto/` for Rust and for the console, from the DevTools protocol for the browser pod, and from the
//! kinds' Rust types for a cluster and for the charts. It writes files and compares nothing; `tidy` compares.

mod cdp;
mod charts;
mod description;

pub(crate) use description::trim;

use anyhow::{Context, Result, ensure};
use prost::Message;
use std::path::Path;
use std::process::Command;

const FILES: [&str; 6] = ["participant", "control", "stream", "session", "pod", "account"];

/// One folder of generated code and what writes it.
pub(crate) struct Generated {
    /// Below the repository's root.
    pub(crate) folder: &'static str,
    /// The files of the folder that are generated; none named: all of them.
    pub(crate) files: &'static [&'static str],
    /// Writes these files to another folder.
    pub(crate) write: fn(&Path) -> Result<()>,
}

/// All generated code of the repository.
pub(crate) const GENERATED: &[Generated] = &[
    Generated { folder: "wire/src/gen", files: &[], write: wire },
    Generated { folder: "browser-pod/src/chrome/protocol/gen", files: &[], write: cdp::write },
    Generated { folder: "crds/yaml", files: &[], write: kinds },
    Generated { folder: "charts/cobrowse-crds/templates", files: &[], write: charts::kinds },
    Generated { folder: "charts/cobrowse", files: charts::FILES, write: charts::write },
    Generated { folder: "console/src/gen", files: &[], write: console },
];

/// Writes all generated code below the repository's root.
pub(crate) fn all() -> Result<()> {
    GENERATED.iter().try_for_each(|generated| (generated.write)(Path::new(generated.folder)))
}

/// Writes the Rust code of `cobrowse.v1` and its descriptor set to `out`.
fn wire(out: &Path) -> Result<()> {
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
        .context("failed to generate code from proto/")?;
    format(&out.join("cobrowse.v1.rs"))
}

/// Writes the definitions of all kinds to `out`.
fn kinds(out: &Path) -> Result<()> {
    std::fs::create_dir_all(out)?;
    for definition in cobrowse_crds::kind::definitions() {
        std::fs::write(out.join(&definition.file), definition.yaml())?;
    }
    Ok(())
}

/// Formats one generated Rust file as `cargo fmt` would, so that both agree on it.
pub(crate) fn format(file: &Path) -> Result<()> {
    let status = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path", "rustfmt.toml"])
        .arg(file)
        .status()
        .context("failed to start rustfmt")?;
    ensure!(status.success(), "failed to format {}", file.display());
    Ok(())
}

/// Writes the TypeScript code of `cobrowse.v1` to `out`, with the tools among the console's packages.
fn console(out: &Path) -> Result<()> {
    let tools = std::env::current_dir()?.join("console/node_modules/.bin");
    let (buf, plugin) = (tools.join("buf"), tools.join("protoc-gen-es"));
    ensure!(buf.exists() && plugin.exists(), "failed to find buf among the console's packages: run `make packages`");
    let out = std::path::absolute(out)?;
    let template = serde_json::json!({
        "version": "v2",
        "clean": true,
        "plugins": [{ "local": plugin, "out": out, "opt": "target=ts" }],
    });
    let status = Command::new(buf)
        .args(["generate", "--template", &template.to_string()])
        .current_dir("proto")
        .status()
        .context("failed to start buf")?;
    ensure!(status.success(), "failed to generate the console's code from proto/");
    Ok(())
}
