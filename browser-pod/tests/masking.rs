//! Masking in a real Chromium: runs the tests in `masking/` with Node's own test runner. They need no package of npm.

use cobrowse_browser_pod::chrome::masking::Selectors;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the tests of the tenant's selectors expect.
const SELECTORS: [&str; 3] = ["#bsn", ".secret", ".photo, [data-private]"];
const BAD: [&str; 3] = ["p:nonsense", "p", "a >> b"];

fn owned(all: &[&str]) -> Vec<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}

/// The extension as the pod writes it for a tenant.
fn tenant_extension(root: &Path) -> PathBuf {
    let folder = root.join("extension");
    std::fs::create_dir(&folder).expect("a folder");
    for (name, content) in Selectors::parse(&owned(&SELECTORS)).expect("good selectors").files() {
        std::fs::write(folder.join(name), content.as_ref()).expect("a file of the extension");
    }
    folder
}

#[test]
fn chromium_masks_what_is_protected() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/masking");
    let root = tempfile::tempdir().expect("a folder");
    let mut files: Vec<_> =
        std::fs::read_dir(&tests).expect("the tests").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    let status = Command::new("node")
        .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
        .args(&files)
        .current_dir(&tests)
        .env("COBROWSE_MASKING_TENANT", tenant_extension(root.path()))
        .env("COBROWSE_MASKING_CHECK", Selectors::parse(&owned(&BAD)).expect("of the right form").check_script())
        .status();
    let status = status.expect("Node.js 20 or newer must be installed as `node` to test masking in Chromium");
    assert!(
        status.success(),
        "tests of masking in Chromium failed; run `node --test {}` to see them alone",
        tests.display()
    );
}
