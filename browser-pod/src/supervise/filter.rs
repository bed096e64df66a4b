//! The filter of system calls on both sides where no container brings one: what neither side needs, and an intruder would. It names
//! what is closed, as a container's profile names what is open, so it is weaker than that (`images/seccomp`); Chrome's own filter
//! comes on top of it. A program for the kernel's packet filter, as seccomp(2) has it.

use nix::libc;

/// One instruction: code, where to go on if it holds and if not, and a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Instruction(u16, u8, u8, u32);

const LOAD: u16 = 0x20;
const IS: u16 = 0x15;
const AT_LEAST: u16 = 0x35;
const HAS_ANY: u16 = 0x45;
const GIVE: u16 = 0x06;

/// Where the kernel puts the call's number, its architecture and the lower halves of two of its arguments.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const FIRST: u32 = 16;
const THIRD: u32 = 32;

const ALLOW: u32 = 0x7fff_0000;
const END: u32 = 0x8000_0000;
const REFUSE: u32 = 0x0005_0000 | libc::EPERM as u32;
/// So that C libraries go on by the older call.
const UNKNOWN: u32 = 0x0005_0000 | libc::ENOSYS as u32;

const X86_64: u32 = 0xc000_003e;
/// Numbers from here on are those of a second, unused kind of calls.
const X32: u32 = 0x4000_0000;

/// Closed whatever the arguments.
const CLOSED: [libc::c_long; 51] = [
    libc::SYS_acct,
    libc::SYS_add_key,
    libc::SYS_bpf,
    libc::SYS_clock_settime,
    libc::SYS_delete_module,
    libc::SYS_fanotify_init,
    libc::SYS_finit_module,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fsopen,
    libc::SYS_fspick,
    libc::SYS_get_mempolicy,
    libc::SYS_init_module,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_io_uring_setup,
    libc::SYS_ioperm,
    libc::SYS_iopl,
    libc::SYS_kcmp,
    libc::SYS_kexec_file_load,
    libc::SYS_kexec_load,
    libc::SYS_keyctl,
    libc::SYS_lookup_dcookie,
    libc::SYS_mbind,
    libc::SYS_migrate_pages,
    libc::SYS_mount,
    libc::SYS_mount_setattr,
    libc::SYS_move_mount,
    libc::SYS_move_pages,
    libc::SYS_open_by_handle_at,
    libc::SYS_open_tree,
    libc::SYS_perf_event_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pivot_root,
    libc::SYS_process_madvise,
    libc::SYS_quotactl,
    libc::SYS_reboot,
    libc::SYS_request_key,
    libc::SYS_set_mempolicy,
    libc::SYS_setdomainname,
    libc::SYS_sethostname,
    libc::SYS_setns,
    libc::SYS_settimeofday,
    libc::SYS_swapoff,
    libc::SYS_swapon,
    libc::SYS_syslog,
    libc::SYS_umount2,
    libc::SYS_uselib,
    libc::SYS_userfaultfd,
    libc::SYS_ustat,
    libc::SYS_vhangup,
];

/// Families of sockets that a browser needs. Of the kernel's own sockets it needs those that tell of routes.
const FAMILIES: [u32; 3] = [libc::AF_UNIX as u32, libc::AF_INET as u32, libc::AF_INET6 as u32];
const KERNEL: u32 = libc::AF_NETLINK as u32;
const ROUTES: u32 = 0;

/// A user namespace.
const USERS: u32 = libc::CLONE_NEWUSER as u32;
/// The three ways in which Chrome's sandbox makes a child with namespaces, each with the signal at its end.
const CHILDREN: [u32; 3] = [
    USERS | libc::SIGCHLD as u32,
    USERS | libc::CLONE_NEWPID as u32 | libc::CLONE_NEWNET as u32 | libc::SIGCHLD as u32,
    libc::CLONE_NEWPID as u32 | libc::SIGCHLD as u32,
];
/// All namespaces that a child may have of its own.
const NAMESPACES: u32 = 0x7e02_0000;
/// How a program may be run: as ever.
const PERSONALITIES: [u32; 5] = [0, 8, 0x0002_0000, 0x0002_0008, u32::MAX];

/// The program's bytes, for bubblewrap's `--seccomp`.
pub(super) fn bytes() -> Vec<u8> {
    let mut bytes = Vec::new();
    for Instruction(code, yes, no, number) in program() {
        bytes.extend(code.to_ne_bytes());
        bytes.extend([yes, no]);
        bytes.extend(number.to_ne_bytes());
    }
    bytes
}

fn program() -> Vec<Instruction> {
    let mut all = vec![Instruction(LOAD, 0, 0, ARCHITECTURE), Instruction(IS, 1, 0, X86_64), give(END)];
    all.extend([Instruction(LOAD, 0, 0, NUMBER), Instruction(AT_LEAST, 0, 1, X32), give(REFUSE)]);
    for closed in CLOSED {
        all.extend(where_is(number(closed), &[give(REFUSE)]));
    }
    all.extend(where_is(number(libc::SYS_clone3), &[give(UNKNOWN)]));
    all.extend(where_is(number(libc::SYS_unshare), &one_of(&[USERS])));
    all.extend(where_is(number(libc::SYS_personality), &one_of(&PERSONALITIES)));
    all.extend(where_is(number(libc::SYS_clone), &children()));
    all.extend(where_is(number(libc::SYS_socket), &sockets()));
    all.push(give(ALLOW));
    all
}

fn number(call: libc::c_long) -> u32 {
    u32::try_from(call).expect("calls have small numbers")
}

const fn give(what: u32) -> Instruction {
    Instruction(GIVE, 0, 0, what)
}

/// These instructions where what was loaded is this. They all end by giving something.
fn where_is(what: u32, then: &[Instruction]) -> Vec<Instruction> {
    let mut all = vec![Instruction(IS, 0, u8::try_from(then.len()).expect("a short list"), what)];
    all.extend_from_slice(then);
    all
}

fn allowed(what: u32) -> Vec<Instruction> {
    where_is(what, &[give(ALLOW)])
}

/// Allowed with one of these as its first argument.
fn one_of(first: &[u32]) -> Vec<Instruction> {
    let mut all = vec![Instruction(LOAD, 0, 0, FIRST)];
    all.extend(first.iter().copied().flat_map(allowed));
    all.push(give(REFUSE));
    all
}

/// Children without namespaces, and those of Chrome's sandbox.
fn children() -> Vec<Instruction> {
    let mut all = one_of(&CHILDREN);
    all.pop();
    all.extend([Instruction(HAS_ANY, 0, 1, NAMESPACES), give(REFUSE), give(ALLOW)]);
    all
}

fn sockets() -> Vec<Instruction> {
    let mut all = one_of(&FAMILIES);
    all.pop();
    let mut kernel = vec![Instruction(LOAD, 0, 0, THIRD)];
    kernel.extend(allowed(ROUTES));
    kernel.push(give(REFUSE));
    all.extend(where_is(KERNEL, &kernel));
    all.push(give(REFUSE));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the kernel would do with a call: it goes through the program as seccomp(2) says.
    fn judged(architecture: u32, number: libc::c_long, arguments: [u32; 3]) -> u32 {
        let program = program();
        let (mut at, mut held) = (0, 0);
        loop {
            let Instruction(code, yes, no, operand) = program[at];
            at += 1;
            let holds = match code {
                GIVE => return operand,
                LOAD => {
                    held = match operand {
                        NUMBER => u32::try_from(number).expect("a number"),
                        ARCHITECTURE => architecture,
                        FIRST => arguments[0],
                        THIRD => arguments[2],
                        other => panic!("nothing is at {other}"),
                    };
                    continue;
                }
                IS => held == operand,
                AT_LEAST => held >= operand,
                HAS_ANY => held & operand != 0,
                other => panic!("no such instruction: {other}"),
            };
            at += usize::from(if holds { yes } else { no });
        }
    }

    fn call(number: libc::c_long, arguments: [u32; 3]) -> u32 {
        judged(X86_64, number, arguments)
    }

    #[test]
    fn what_is_closed_is_closed_and_all_else_is_open() {
        for closed in CLOSED {
            assert_eq!(call(closed, [0; 3]), REFUSE, "{closed}");
        }
        for open in [libc::SYS_read, libc::SYS_execve, libc::SYS_seccomp, libc::SYS_chroot, libc::SYS_rseq, 460] {
            assert_eq!(call(open, [0; 3]), ALLOW, "{open}");
        }
        assert_eq!(call(libc::SYS_clone3, [0; 3]), UNKNOWN);
        // A program of 32 bits, and the second kind of calls.
        assert_eq!(judged(0x4000_0003, libc::SYS_read, [0; 3]), END);
        assert_eq!(call(libc::SYS_read + 0x4000_0000, [0; 3]), REFUSE);
    }

    #[test]
    fn namespaces_are_those_of_chromes_sandbox() {
        let threads = 0x003d_0f00;
        for open in [0x1000_0011, 0x7000_0011, 0x2000_0011, threads, 17] {
            assert_eq!(call(libc::SYS_clone, [open, 0, 0]), ALLOW, "{open:#x}");
        }
        for closed in [0x1002_0011, 0x0002_0011, 0x4000_0011, 0x5000_0011, 0x0200_0011, 0x2000_0000] {
            assert_eq!(call(libc::SYS_clone, [closed, 0, 0]), REFUSE, "{closed:#x}");
        }
        assert_eq!(call(libc::SYS_unshare, [0x1000_0000, 0, 0]), ALLOW);
        for closed in [0, 0x0002_0000, 0x4000_0000, 0x1002_0000] {
            assert_eq!(call(libc::SYS_unshare, [closed, 0, 0]), REFUSE, "{closed:#x}");
        }
    }

    #[test]
    fn sockets_are_those_of_a_browser() {
        for open in [[1, 1, 0], [1, 5, 0], [2, 1, 0], [2, 2, 17], [10, 1, 0], [16, 3, 0]] {
            assert_eq!(call(libc::SYS_socket, open), ALLOW, "{open:?}");
        }
        for closed in [[17, 3, 0], [16, 3, 12], [16, 3, 9], [38, 5, 0], [40, 1, 0], [44, 3, 0], [31, 3, 0], [15, 3, 2]]
        {
            assert_eq!(call(libc::SYS_socket, closed), REFUSE, "{closed:?}");
        }
        assert_eq!(call(libc::SYS_personality, [0, 0, 0]), ALLOW);
        assert_eq!(call(libc::SYS_personality, [0x0004_0000, 0, 0]), REFUSE);
    }

    #[test]
    fn the_kernel_gets_eight_bytes_for_each_instruction() {
        let (program, bytes) = (program(), bytes());
        assert_eq!(bytes.len(), program.len() * 8);
        assert_eq!(bytes[..8], [0x20, 0, 0, 0, 4, 0, 0, 0]);
    }
}
