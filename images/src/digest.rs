//! SHA-256 of bytes and of files, in hexadecimal digits.

use anyhow::{Context as _, Result};
use aws_lc_rs::digest::{Context, SHA256};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Of bytes.
pub(crate) fn bytes(content: &[u8]) -> String {
    let mut digest = Context::new(&SHA256);
    digest.update(content);
    hex(digest)
}

/// Of a file, however large, with its bytes counted.
pub(crate) fn file(path: &Path) -> Result<(String, u64)> {
    let mut file = File::open(path).with_context(|| format!("failed to read {}", path.display()))?;
    let (mut digest, mut buffer, mut count) = (Context::new(&SHA256), vec![0; 1 << 20], 0);
    loop {
        let read = file.read(&mut buffer).with_context(|| format!("failed to read {}", path.display()))?;
        if read == 0 {
            return Ok((hex(digest), count));
        }
        digest.update(&buffer[..read]);
        count += read as u64;
    }
}

fn hex(digest: Context) -> String {
    digest.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
