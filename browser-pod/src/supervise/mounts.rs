//! What each side sees of the machine's files: programs and fonts read-only, memory for the rest, and nobody's home.

use super::sandbox::Side;
use std::path::{Path, PathBuf};

/// Where this program is inside.
pub(super) const PROGRAM: &str = "/run/browser-pod";

/// Process table and devices of the sandbox alone.
pub(super) const VIRTUAL: [&str; 4] = ["--proc", "/proc", "--dev", "/dev"];

/// Needed from /etc by both: names, certificates, the loader, the clock.
const ETC: [&str; 10] = [
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/resolv.conf",
    "/etc/ssl",
    "/etc/timezone",
];

/// A small file made for the sandbox.
pub(super) struct Data {
    pub(super) path: &'static str,
    pub(super) content: &'static str,
}

/// Pairs of what is seen and where.
pub(super) fn read_only(side: Side) -> Vec<(PathBuf, PathBuf)> {
    let mut all: Vec<(PathBuf, PathBuf)> = vec![("/usr".into(), "/usr".into())];
    let folders = ["/bin", "/sbin", "/lib", "/lib32", "/lib64"].map(Path::new);
    all.extend(folders.iter().filter(|path| !path.is_symlink()).map(|path| (path.into(), path.into())));
    let etc = ETC.iter().chain((side == Side::Browser).then_some(&"/etc/fonts"));
    // A link, such as resolv.conf often is, points outside; what it points to is seen in its place.
    all.extend(etc.filter_map(|path| Some((Path::new(path).canonicalize().ok()?, path.into()))));
    all
}

/// Links of the root folder, as on a machine with everything in /usr: target and place.
pub(super) fn links() -> Vec<(PathBuf, String)> {
    let names = ["/bin", "/sbin", "/lib", "/lib32", "/lib64"];
    names.iter().filter_map(|name| Some((std::fs::read_link(name).ok()?, (*name).to_owned()))).collect()
}

/// Folders in memory: place and bytes. The browser side holds the profile, downloads and shared pictures.
pub(super) fn memory(side: Side) -> Vec<String> {
    let sizes: [(&str, u64); 3] = match side {
        Side::Browser => [("/run", 1 << 30), ("/tmp", 256 << 20), ("/dev/shm", 512 << 20)],
        Side::Agent => [("/run", 1 << 20), ("/tmp", 64 << 20), ("/dev/shm", 1 << 20)],
    };
    let one = |(place, size): &(&str, u64)| {
        ["--perms", "1777", "--size", &size.to_string(), "--tmpfs", place].map(str::to_owned)
    };
    sizes.iter().flat_map(one).collect()
}

/// Files made for the sandbox. Chrome adds the policies of all files up.
pub(super) fn data(side: Side, proxied: bool) -> Vec<Data> {
    let passwd = Data { path: "/etc/passwd", content: "browser:x:65532:65532::/tmp:/usr/sbin/nologin\n" };
    let group = Data { path: "/etc/group", content: "browser:x:65532:\n" };
    let policy =
        Data { path: "/etc/chromium/policies/managed/cobrowse.json", content: include_str!("../launcher/policy.json") };
    let egress =
        Data { path: "/etc/chromium/policies/managed/egress.json", content: include_str!("../launcher/egress.json") };
    match side {
        Side::Browser if proxied => vec![passwd, group, policy, egress],
        Side::Browser => vec![passwd, group, policy],
        Side::Agent => vec![passwd, group],
    }
}
