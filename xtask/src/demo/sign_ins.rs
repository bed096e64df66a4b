//! The demo's sign-ins: session-api shows them once, at its first start; here they are kept beside its data, so that each start
//! of the demo can show them. For the demo alone, which only this machine reaches.

use anyhow::{Context, Result};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// The last line that session-api tells at its start.
const LAST: &str = "Ctrl-C ends it.";
/// How long each line is awaited. Its first start makes accounts and keys, which takes long on a busy machine.
const LINE_WITHIN: Duration = Duration::from_secs(30);

/// Lines that a program prints, until it ends.
pub(crate) fn told_by(program: &mut Child) -> UnboundedReceiver<String> {
    let (tell, told) = unbounded_channel();
    if let Some(output) = program.stdout.take() {
        tokio::spawn(async move {
            let mut lines = BufReader::new(output).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                // Nobody listens after the start; the program must not block on a full pipe all the same.
                let _ = tell.send(line);
            }
        });
    }
    told
}

/// The sign-ins that were just told, kept for later, or else those kept.
pub(crate) async fn all(data_dir: &Path, mut told: UnboundedReceiver<String>) -> Result<String> {
    let kept = data_dir.join("demo-sign-ins.txt");
    let mut fresh = String::new();
    while let Ok(Some(line)) = tokio::time::timeout(LINE_WITHIN, told.recv()).await {
        if line == LAST {
            break;
        }
        if line.contains('@') {
            fresh.push_str("  ");
            fresh.push_str(line.trim_end());
            fresh.push('\n');
        }
    }
    let fresh = shop_first(&fresh);
    if fresh.is_empty() {
        return Ok(std::fs::read_to_string(&kept)
            .unwrap_or_else(|_| "    unknown: run `make clean-demo` for new ones\n".to_owned()));
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&kept).with_context(|| format!("failed to keep {}", kept.display()))?;
    file.write_all(fresh.as_bytes()).context("failed to keep the sign-ins")?;
    Ok(fresh)
}

/// The shop's company comes first: whoever takes the first sign-in is let in by the shop's PIN.
fn shop_first(sign_ins: &str) -> String {
    let mut lines: Vec<&str> = sign_ins.split_inclusive('\n').collect();
    lines.sort_by_key(|line| !line.contains("@northwind."));
    lines.concat()
}

#[cfg(test)]
mod tests {
    use super::shop_first;

    #[test]
    fn the_shop_s_people_are_told_first() {
        let told = "agent ana@contoso.example a\nagent sam@northwind.example b\nsupervisor priya@northwind.example c\n";
        let first: Vec<String> =
            shop_first(told).lines().map(|line| line.split(['@', ' ']).nth(1).unwrap_or_default().to_owned()).collect();
        assert_eq!(first, ["sam", "priya", "ana"]);
    }
}
