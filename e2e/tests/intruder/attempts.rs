//! What native code in a browser would try: one list for all places where it might run. Each attempt is harmless where it is not
//! forbidden, so that the same list can be tried where nothing is.

use cobrowse_e2e::taken::Argument;
use nix::libc::{self, c_long};

/// What must come of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The kernel is forbidden to do it, whatever the arguments.
    Forbidden,
    /// It is forbidden, or what is reached for is not there.
    Nothing,
}

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) what: String,
    pub(crate) number: c_long,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) wanted: Wanted,
}

fn forbidden(what: impl Into<String>, number: c_long, arguments: Vec<Argument>) -> Attempt {
    Attempt { what: what.into(), number, arguments, wanted: Wanted::Forbidden }
}

fn nothing(what: impl Into<String>, number: c_long, arguments: Vec<Argument>) -> Attempt {
    Attempt { wanted: Wanted::Nothing, ..forbidden(what, number, arguments) }
}

fn n(number: i64) -> Argument {
    Argument::Number(number)
}

fn text(text: &str) -> Argument {
    Argument::text(text)
}

fn zeros(count: usize) -> Argument {
    Argument::Bytes(vec![0; count])
}

/// Bytes of these words, as structures for the kernel are.
fn words(words: &[u32]) -> Argument {
    Argument::Bytes(words.iter().flat_map(|word| word.to_ne_bytes()).collect())
}

const HERE: i64 = libc::AT_FDCWD as i64;
const NOWHERE: &str = "/nowhere-at-all";
/// Nobody can make this, either.
const BELOW_NOWHERE: &str = "/nowhere-at-all/below";

pub(crate) fn open(path: &str, flags: i32) -> Attempt {
    let way = if flags & (libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT) == 0 { "open" } else { "write to" };
    nothing(format!("{way} {path}"), libc::SYS_openat, vec![n(HERE), text(path), flags.into(), n(0o600)])
}

/// Files of the machine, of Kubernetes and of the agent side. `others` are the process numbers of the agent side.
pub(crate) fn files(others: &[u32]) -> Vec<Attempt> {
    let read = [
        "/run/secrets/cobrowse/token",
        "/var/run/secrets/kubernetes.io/serviceaccount/token",
        "/run/cobrowse/side.sock",
        "/var/lib/kubelet/config.yaml",
        "/etc/kubernetes/admin.conf",
        "/run/containerd/containerd.sock",
        "/etc/gshadow",
        "/etc/shadow",
        "/dev/mem",
        "/dev/kmsg",
        "/dev/vda",
        "/dev/kvm",
        "/dev/fuse",
        "/dev/net/tun",
        "/dev/bpf",
    ];
    let write = [
        "/etc/passwd",
        "/usr/bin/browser-pod",
        "/proc/sys/kernel/core_pattern",
        "/proc/sysrq-trigger",
        "/sys/kernel/mm/transparent_hugepage/enabled",
    ];
    let made = ["/usr/bin/intruder", "/etc/chromium/policies/managed/zz.json", "/intruder", "/sys/fs/cgroup/intruder"];
    let parts = ["mem", "environ", "maps", "fd/0", "root/etc/passwd"];
    let mut all: Vec<Attempt> = read.iter().map(|path| open(path, libc::O_RDONLY)).collect();
    all.extend(write.iter().map(|path| open(path, libc::O_WRONLY)));
    all.extend(made.iter().map(|path| open(path, libc::O_WRONLY | libc::O_CREAT)));
    let of = |pid: &u32| parts.map(|part| open(&format!("/proc/{pid}/{part}"), libc::O_RDONLY));
    all.extend(others.iter().flat_map(of));
    all
}

/// Processes of the other side.
pub(crate) fn processes(others: &[u32]) -> Vec<Attempt> {
    let of = |pid: &u32| {
        let other = n(i64::from(*pid));
        let vector = words(&[0x1000, 0, 64, 0]);
        [
            nothing(format!("attach to {pid}"), libc::SYS_ptrace, vec![n(16), other.clone(), n(0), n(0)]),
            nothing(format!("signal {pid}"), libc::SYS_kill, vec![other.clone(), n(0)]),
            nothing(format!("hold {pid}"), libc::SYS_pidfd_open, vec![other.clone(), n(0)]),
            nothing(
                format!("trace the limits of {pid}"),
                libc::SYS_prlimit64,
                vec![other.clone(), n(7), n(0), zeros(16)],
            ),
            nothing(
                format!("read the memory of {pid}"),
                libc::SYS_process_vm_readv,
                vec![other.clone(), vector.clone(), n(1), vector.clone(), n(1), n(0)],
            ),
            nothing(
                format!("write the memory of {pid}"),
                libc::SYS_process_vm_writev,
                vec![other, vector.clone(), n(1), vector, n(1), n(0)],
            ),
        ]
    };
    others.iter().flat_map(of).collect()
}

/// Sockets that neither a page nor a browser needs.
pub(crate) fn odd_sockets() -> Vec<Attempt> {
    let kinds = [
        ("a raw socket", libc::AF_INET, libc::SOCK_RAW, 1),
        ("a raw socket, IPv6", libc::AF_INET6, libc::SOCK_RAW, 58),
        ("packets of the wire", libc::AF_PACKET, libc::SOCK_RAW, 0),
        ("a socket to the firewall", libc::AF_NETLINK, libc::SOCK_RAW, 12),
        ("a socket to the audit", libc::AF_NETLINK, libc::SOCK_RAW, 9),
        ("a socket to the hypervisor", libc::AF_VSOCK, libc::SOCK_STREAM, 0),
        ("a socket of the kernel's ciphers", libc::AF_ALG, libc::SOCK_SEQPACKET, 0),
        ("a socket of keys", libc::AF_KEY, libc::SOCK_RAW, 2),
        ("a Bluetooth socket", libc::AF_BLUETOOTH, libc::SOCK_RAW, 0),
        ("a CAN socket", libc::AF_CAN, libc::SOCK_RAW, 1),
        ("an XDP socket", libc::AF_XDP, libc::SOCK_RAW, 0),
    ];
    let of = |(what, family, kind, protocol): (&str, i32, i32, i32)| {
        forbidden(what, libc::SYS_socket, vec![family.into(), kind.into(), protocol.into()])
    };
    kinds.map(of).to_vec()
}

/// Which of the plain sockets are Unix ones.
pub(crate) const UNIX: [usize; 2] = [3, 4];

/// Sockets that a browser needs and a page does not.
pub(crate) fn plain_sockets() -> Vec<Attempt> {
    let kinds = [
        ("a TCP socket", libc::AF_INET, libc::SOCK_STREAM),
        ("a UDP socket", libc::AF_INET, libc::SOCK_DGRAM),
        ("a TCP socket, IPv6", libc::AF_INET6, libc::SOCK_STREAM),
        ("a Unix socket", libc::AF_UNIX, libc::SOCK_STREAM),
        ("a Unix socket of packets", libc::AF_UNIX, libc::SOCK_SEQPACKET),
        ("a socket to the routes", libc::AF_NETLINK, libc::SOCK_RAW),
    ];
    let of = |(what, family, kind): (&str, i32, i32)| {
        forbidden(what, libc::SYS_socket, vec![family.into(), kind.into(), n(0)])
    };
    kinds.map(of).to_vec()
}

/// Parts of the kernel that a browser does not need, and an intruder does.
pub(crate) fn kernel() -> Vec<Attempt> {
    let shared = [mounts(), namespaces(), machine(), rights()];
    shared.into_iter().flatten().chain(engines()).collect()
}

/// Programs and rings that run in the kernel, and its memory.
fn engines() -> Vec<Attempt> {
    let map = words(&[2, 4, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let mut event = vec![0_u8; 128];
    (event[0], event[4]) = (1, 128);
    vec![
        forbidden("io_uring", libc::SYS_io_uring_setup, vec![n(8), zeros(120)]),
        forbidden("bpf", libc::SYS_bpf, vec![n(0), map, n(72)]),
        forbidden("userfaultfd", libc::SYS_userfaultfd, vec![n(1)]),
        forbidden(
            "a performance event",
            libc::SYS_perf_event_open,
            vec![Argument::Bytes(event), n(0), n(-1), n(-1), n(0)],
        ),
        forbidden("the session's keyring", libc::SYS_keyctl, vec![n(0), n(-3), n(1)]),
        forbidden("a new key", libc::SYS_add_key, vec![text("user"), text("intruder"), text("x"), n(1), n(-2)]),
        forbidden("a key of others", libc::SYS_request_key, vec![text("user"), text("intruder"), n(0), n(0)]),
        forbidden("watching files of all", libc::SYS_fanotify_init, vec![n(0), n(0)]),
        forbidden("memory of other nodes", libc::SYS_set_mempolicy, vec![n(0), n(0), n(0)]),
        forbidden("comparing processes", libc::SYS_kcmp, vec![n(-1), n(-1), n(2), n(0), n(0)]),
        forbidden("descriptors of others", libc::SYS_pidfd_getfd, vec![n(-1), n(0), n(0)]),
        forbidden("a file by its handle", libc::SYS_open_by_handle_at, vec![n(HERE), zeros(8), n(0)]),
    ]
}

fn mounts() -> Vec<Attempt> {
    let nowhere = || text(NOWHERE);
    vec![
        forbidden("mount", libc::SYS_mount, vec![text("none"), nowhere(), text("tmpfs"), n(0), n(0)]),
        forbidden("unmount", libc::SYS_umount2, vec![nowhere(), n(0)]),
        forbidden("another root", libc::SYS_pivot_root, vec![nowhere(), nowhere()]),
        forbidden("a file system", libc::SYS_fsopen, vec![text("tmpfs"), n(0)]),
        forbidden("a copy of mounts", libc::SYS_open_tree, vec![n(HERE), nowhere(), n(1)]),
        forbidden("moving a mount", libc::SYS_move_mount, vec![n(-1), text(""), n(HERE), nowhere(), n(0)]),
        forbidden("changing a mount", libc::SYS_mount_setattr, vec![n(HERE), nowhere(), n(0), zeros(32), n(32)]),
        forbidden("swap", libc::SYS_swapon, vec![nowhere(), n(0)]),
        forbidden("no swap", libc::SYS_swapoff, vec![nowhere()]),
        forbidden("accounting", libc::SYS_acct, vec![nowhere()]),
        forbidden("quotas", libc::SYS_quotactl, vec![n(0x0080_0002 << 8), nowhere(), n(0), zeros(64)]),
    ]
}

fn namespaces() -> Vec<Attempt> {
    let kinds = [
        ("mounts", libc::CLONE_NEWNS),
        ("a network", libc::CLONE_NEWNET),
        ("processes", libc::CLONE_NEWPID),
        ("queues", libc::CLONE_NEWIPC),
        ("names", libc::CLONE_NEWUTS),
        ("control groups", libc::CLONE_NEWCGROUP),
    ];
    let own = |(what, flag): (&str, i32)| {
        forbidden(format!("{what} of its own"), libc::SYS_unshare, vec![i64::from(flag).into()])
    };
    let mut all: Vec<Attempt> = kinds.into_iter().map(own).collect();
    // With CLONE_FS the kernel itself takes none of these, so that nobody is born where they are not forbidden.
    let born = |(what, flag): (&str, i32)| {
        let flags = i64::from(flag | libc::CLONE_NEWUSER | libc::CLONE_FS);
        forbidden(format!("a child with {what}"), libc::SYS_clone, vec![n(flags), n(0), n(0), n(0), n(0)])
    };
    all.extend(kinds.into_iter().map(born));
    all.push(forbidden("a child by the newer call", libc::SYS_clone3, vec![n(0), n(0)]));
    all.push(forbidden("another's namespace", libc::SYS_setns, vec![n(-1), n(0)]));
    all
}

/// What belongs to the machine.
fn machine() -> Vec<Attempt> {
    vec![
        forbidden("another kernel", libc::SYS_kexec_load, vec![n(0), n(0), n(0), n(-1)]),
        forbidden("another kernel by file", libc::SYS_kexec_file_load, vec![n(-1), n(-1), n(0), n(0), n(-1)]),
        forbidden("a module", libc::SYS_init_module, vec![zeros(8), n(0), text("")]),
        forbidden("a module by file", libc::SYS_finit_module, vec![n(-1), text(""), n(0)]),
        forbidden("no module", libc::SYS_delete_module, vec![text("intruder"), n(libc::O_NONBLOCK.into())]),
        forbidden("a restart", libc::SYS_reboot, vec![n(0), n(0), n(0), n(0)]),
        forbidden("the clock", libc::SYS_settimeofday, vec![n(0), n(0)]),
        forbidden("the name", libc::SYS_sethostname, vec![text("x"), n(-1)]),
        forbidden("the domain", libc::SYS_setdomainname, vec![text("x"), n(-1)]),
        forbidden("ports of devices", libc::SYS_ioperm, vec![n(0x80), n(1), n(1)]),
        forbidden("all ports of devices", libc::SYS_iopl, vec![n(3)]),
        forbidden("the kernel's log", libc::SYS_syslog, vec![n(10), n(0), n(0)]),
        forbidden("predictable addresses", libc::SYS_personality, vec![n(0x0004_0000)]),
    ]
}

/// More rights than it has. These are last: whoever may, has them afterwards.
fn rights() -> Vec<Attempt> {
    let header = words(&[0x2008_0522, 0]);
    // The one by which a machine is administered; a free process has that, if not all.
    let one = 1 << 21;
    vec![
        // Where root is nobody, there is no such number.
        nothing("root's number", libc::SYS_setuid, vec![n(0)]),
        nothing("root's group", libc::SYS_setgid, vec![n(0)]),
        forbidden("other groups", libc::SYS_setgroups, vec![n(0), n(0)]),
        forbidden("another root folder", libc::SYS_chroot, vec![text("/")]),
        forbidden("a capability", libc::SYS_capset, vec![header, words(&[one, one, 0, 0, 0, 0])]),
    ]
}

/// What pages may not do and a browser may. The last of all lists, where one process tries several.
pub(crate) fn of_a_page() -> Vec<Attempt> {
    vec![
        forbidden("reading a file", libc::SYS_openat, vec![n(HERE), text("/etc/passwd"), n(0), n(0)]),
        forbidden("reading a folder", libc::SYS_openat, vec![n(HERE), text("/"), n(libc::O_DIRECTORY.into()), n(0)]),
        forbidden("its own settings", libc::SYS_openat, vec![n(HERE), text("/proc/self/environ"), n(0), n(0)]),
        forbidden("whether a file is there", libc::SYS_faccessat, vec![n(HERE), text("/etc/passwd"), n(0)]),
        forbidden("another program", libc::SYS_execve, vec![text(NOWHERE), n(0), n(0)]),
        forbidden("attaching to a process", libc::SYS_ptrace, vec![n(16), n(-1), n(0), n(0)]),
        forbidden("a listener", libc::SYS_listen, vec![n(0), n(1)]),
        forbidden("a name for a socket", libc::SYS_bind, vec![n(0), zeros(16), n(16)]),
        forbidden("a connection", libc::SYS_connect, vec![n(0), zeros(16), n(16)]),
        forbidden("shared memory of System V", libc::SYS_shmget, vec![n(0), n(4096), n(0o1600)]),
        forbidden("a queue of System V", libc::SYS_msgget, vec![n(0), n(0o1600)]),
        forbidden("a folder", libc::SYS_mkdirat, vec![n(HERE), text(BELOW_NOWHERE), n(0o700)]),
        forbidden("a link", libc::SYS_symlinkat, vec![text(NOWHERE), n(HERE), text(BELOW_NOWHERE)]),
        // The last, since whoever may has no rights outside of it any more.
        forbidden("a user namespace", libc::SYS_unshare, vec![i64::from(libc::CLONE_NEWUSER).into()]),
    ]
}

/// Where services of the machine and the agent side might listen, asked over a Unix socket that there is already.
pub(crate) fn connections(socket: i64) -> Vec<Attempt> {
    let paths = [
        "/run/cobrowse/side.sock",
        "/run/containerd/containerd.sock",
        "/var/run/docker.sock",
        "/run/dbus/system_bus_socket",
        "/run/systemd/private",
        "/var/lib/kubelet/pod-resources/kubelet.sock",
        "\0/run/cobrowse/side.sock",
        "\0/containerd-shim",
    ];
    let of = |path: &str| {
        let family = u16::try_from(libc::AF_UNIX).expect("a small number").to_ne_bytes();
        let address: Vec<u8> = family.into_iter().chain(path.bytes()).chain([0]).collect();
        let length = n(i64::try_from(address.len()).expect("a small number"));
        let arguments = vec![n(socket), Argument::Bytes(address), length];
        nothing(format!("connect to {}", path.escape_default()), libc::SYS_connect, arguments)
    };
    paths.map(of).to_vec()
}
