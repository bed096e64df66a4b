//! The gateway's sandbox, by bubblewrap as that of the pods: it sees programs and the resolver's settings read-only, no other process,
//! and nobody's files. As root it gets a user id of its own. It keeps the network: that is its task.

use crate::config::Gateway;
use std::path::Path;
use std::process::Stdio;
use tokio::process::Command;

/// Where the program is inside.
const PROGRAM: &str = "/run/egress-gateway";
/// The uid inside a user namespace: of nobody on the machine.
const INSIDE: &str = "65532";
/// What it needs of the machine's files.
const SEEN: [&str; 11] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/nsswitch.conf",
    "/etc/resolv.conf",
];

/// Starts the program; its own arguments follow.
pub(super) fn command(gateway: &Gateway) -> Command {
    let mut command = Command::new("bwrap");
    command.args(["--new-session", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--hostname", "gateway"]);
    command.args(["--clearenv", "--setenv", "PATH", "/usr/bin:/bin"]);
    let root = rustix::process::geteuid().is_root();
    if !root {
        command.args(["--unshare-user", "--uid", INSIDE, "--gid", INSIDE]);
    }
    // Made before anything is put into them: bubblewrap would make them for its own uid alone.
    command.args(["--perms", "0755", "--dir", "/etc", "--perms", "0755", "--dir", "/run"]);
    for place in SEEN {
        show(&mut command, Path::new(place));
    }
    command.args(["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp"]);
    command.arg("--ro-bind").arg(&gateway.program).args([PROGRAM, "--chdir", "/", "--"]);
    if root {
        let id = gateway.uid.to_string();
        command.args(["/usr/bin/setpriv", "--reuid", &id, "--regid", &id, "--clear-groups", "--no-new-privs"]);
        command.args(["--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--"]);
    }
    command.arg(PROGRAM);
    command.env_clear().envs(std::env::vars_os().filter(|(name, _)| name == "PATH"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    // A group of its own: Ctrl-C reaches this process, which then ends it in order.
    command.process_group(0);
    command
}

/// A folder that is a link, as on a machine with everything in /usr, stays one. A file that is one, such as resolv.conf often is,
/// points outside; what it points to is seen in its place.
fn show(command: &mut Command, place: &Path) {
    match (place.read_link(), place.canonicalize()) {
        (Ok(target), Ok(real)) if real.is_dir() => command.arg("--symlink").arg(target).arg(place),
        (_, Ok(real)) => command.arg("--ro-bind-try").arg(real).arg(place),
        // Not on this machine.
        (_, Err(_)) => command,
    };
}
