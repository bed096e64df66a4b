//! What must be there before people come: the programs that a browser pod needs. Each absence says its mend.

use std::env;
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Something is not there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No browser-pod.
    #[error("failed to find browser-pod at {0}: build it with `cargo build`, or give --browser-pod")]
    BrowserPod(PathBuf),
    /// No egress-gateway.
    #[error("failed to find egress-gateway at {0}: build it with `cargo build`, or give --egress-gateway")]
    EgressGateway(PathBuf),
    /// No bubblewrap.
    #[error("failed to find bubblewrap (bwrap): install it, on Debian `apt-get install bubblewrap`")]
    Bubblewrap,
    /// No Chromium.
    #[error("failed to find Chromium: install it, on Debian `apt-get install chromium`")]
    Chromium,
}

/// Where Debian has the browser itself, and the names it is started by.
const CHROMIUM: &str = "/usr/lib/chromium/chromium";
const CHROMIUM_NAMES: [&str; 2] = ["chromium", "chromium-browser"];

/// Checks that pods and their way out can be started at all.
pub fn check(browser_pod: &Path, egress_gateway: &Path) -> Result<(), Error> {
    look((browser_pod, egress_gateway), &env::var_os("PATH").unwrap_or_default(), Path::new(CHROMIUM))
}

fn look((browser_pod, egress_gateway): (&Path, &Path), path: &OsStr, chromium: &Path) -> Result<(), Error> {
    if !is_program(browser_pod) {
        return Err(Error::BrowserPod(browser_pod.to_owned()));
    }
    if !is_program(egress_gateway) {
        return Err(Error::EgressGateway(egress_gateway.to_owned()));
    }
    if !in_path(path, "bwrap") {
        return Err(Error::Bubblewrap);
    }
    if !is_program(chromium) && !CHROMIUM_NAMES.iter().any(|name| in_path(path, name)) {
        return Err(Error::Chromium);
    }
    Ok(())
}

fn in_path(path: &OsStr, name: &str) -> bool {
    env::split_paths(path).any(|folder| is_program(&folder.join(name)))
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_browser_pod_says_its_mend() {
        let nowhere = Path::new("/nowhere/browser-pod");
        let error = check(nowhere, nowhere).expect_err("is not there").to_string();
        assert!(error.contains("/nowhere/browser-pod") && error.contains("--browser-pod"), "{error}");
    }

    #[test]
    fn absent_programs_say_their_mend() {
        let dir = tempfile::tempdir().expect("a folder");
        let program = |name: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, "").expect("written");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("may be started");
            path
        };
        let (pod, nowhere) = (program("browser-pod"), Path::new("/nowhere/chromium"));
        let gateway = dir.path().join("egress-gateway");
        let look = || look((&pod, &gateway), dir.path().as_os_str(), nowhere);
        let error = look().expect_err("no gateway").to_string();
        assert!(error.contains("--egress-gateway"), "{error}");
        program("egress-gateway");
        let error = look().expect_err("no bubblewrap").to_string();
        assert!(error.contains("apt-get install bubblewrap"), "{error}");
        program("bwrap");
        let error = look().expect_err("no Chromium").to_string();
        assert!(error.contains("apt-get install chromium"), "{error}");
        program("chromium");
        look().expect("all is there");
    }
}
