//! A process that somebody took over: system calls are made in its name, one after the other, as native code in it would make
//! them, and it is told what came of each. Needs to be root on the machine where it runs. The rest of the process goes on.

use anyhow::{Context as _, Result, bail};
use nix::errno::Errno;
use nix::libc::{c_long, user_regs_struct};
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use std::fs::{self, File, OpenOptions};
use std::marker::PhantomData;
use std::os::unix::fs::FileExt as _;

/// What the processor calls a system call.
const SYSCALL: [u8; 2] = [0x0f, 0x05];
/// Below what the stopped thread uses of its stack.
const BELOW_STACK: u64 = 8_192;
/// Bytes there that arguments may take.
const SPACE: u64 = 4_096;
/// What the kernel gives for a call that it will repeat once nobody interrupts.
const REPEATED: [i64; 4] = [-512, -513, -514, -516];
/// The largest error number.
const ERRORS: i64 = 4_095;
/// Stops until a call is over. More would be a thread that does something else.
const STOPS_MAX: usize = 64;

/// One argument of a call.
#[derive(Clone, Debug)]
pub enum Argument {
    /// A number.
    Number(i64),
    /// Where these bytes are.
    Bytes(Vec<u8>),
}

impl Argument {
    /// A path or another text, as C has it.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Bytes(text.bytes().chain([0]).collect())
    }
}

impl From<i64> for Argument {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for Argument {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The kernel did it, and gave this.
    Done(i64),
    /// The kernel did not.
    Refused(Errno),
    /// A filter of system calls caught it; by itself the process would end now.
    Caught,
    /// A filter ended the process.
    Ended,
}

/// One thread of a process, stopped. To be used where it was made: the kernel takes orders from that thread alone.
pub struct Taken {
    thread: Pid,
    memory: File,
    /// As it was, so that it can go on.
    before: user_regs_struct,
    /// Where in its code a system call is.
    instruction: u64,
    gone: bool,
    here_only: PhantomData<*const ()>,
}

impl Taken {
    /// Stops the first thread of a process.
    ///
    /// # Errors
    /// It is gone, or this is not root.
    pub fn over(pid: u32) -> Result<Self> {
        let thread = Pid::from_raw(i32::try_from(pid)?);
        let memory = OpenOptions::new().read(true).write(true).open(format!("/proc/{pid}/mem"));
        let memory = memory.context("failed to open the process's memory: only root may")?;
        ptrace::seize(thread, Options::PTRACE_O_TRACESYSGOOD).context("failed to seize the thread")?;
        ptrace::interrupt(thread).context("failed to stop the thread")?;
        waitpid(thread, Some(WaitPidFlag::__WALL)).context("failed to wait until the thread stands")?;
        let mut before = ptrace::getregs(thread).context("failed to read the thread's registers")?;
        let instruction = instruction(pid, &memory, before.rip)?;
        if before.orig_rax.cast_signed() >= 0 && REPEATED.contains(&before.rax.cast_signed()) {
            // What it waited for is asked once more when it goes on.
            (before.rip, before.rax) = (before.rip - 2, before.orig_rax);
        }
        before.orig_rax = u64::MAX;
        Ok(Self { thread, memory, before, instruction, gone: false, here_only: PhantomData })
    }

    /// Makes one call in its name.
    ///
    /// # Errors
    /// The process was ended before, or does not do as it is told.
    pub fn call(&mut self, number: c_long, arguments: &[Argument]) -> Result<Outcome> {
        anyhow::ensure!(!self.gone, "failed to make a call: the process is gone");
        let words = self.lay_out(arguments)?;
        let word = |at: usize| words.get(at).copied().unwrap_or(0);
        let mut now = self.before;
        (now.rip, now.rax, now.orig_rax) = (self.instruction, number.cast_unsigned(), u64::MAX);
        (now.rdi, now.rsi, now.rdx) = (word(0), word(1), word(2));
        (now.r10, now.r8, now.r9) = (word(3), word(4), word(5));
        ptrace::setregs(self.thread, now).context("failed to set the thread's registers")?;
        if !self.until_at_a_call()? || !self.until_at_a_call()? {
            self.gone = true;
            return Ok(Outcome::Ended);
        }
        if self.is_caught()? {
            // It waits to be told of it, and is not.
            return Ok(if self.until_told()? { Outcome::Caught } else { Outcome::Ended });
        }
        let given = ptrace::getregs(self.thread).context("failed to read what came of it")?.rax.cast_signed();
        let failed = (-ERRORS..0).contains(&given);
        Ok(if failed { Outcome::Refused(Errno::from_raw(i32::try_from(-given)?)) } else { Outcome::Done(given) })
    }

    /// Puts bytes into its memory; gives all arguments as the processor has them.
    fn lay_out(&self, arguments: &[Argument]) -> Result<Vec<u64>> {
        let begin = (self.before.rsp - BELOW_STACK) & !15;
        let mut at = begin;
        let mut words = Vec::new();
        for argument in arguments {
            match argument {
                Argument::Number(number) => words.push(number.cast_unsigned()),
                Argument::Bytes(bytes) => {
                    self.memory.write_all_at(bytes, at).context("failed to write to the process's memory")?;
                    words.push(at);
                    at = (at + bytes.len() as u64 + 15) & !15;
                    anyhow::ensure!(at <= begin + SPACE, "failed to lay out a call: its arguments are too long");
                }
            }
        }
        Ok(words)
    }

    /// Lets it run to the beginning or the end of a call; whether it lives. Signals wait no longer for it.
    fn until_at_a_call(&mut self) -> Result<bool> {
        for _ in 0..STOPS_MAX {
            ptrace::syscall(self.thread, None).context("failed to let the thread run")?;
            match self.wait()? {
                WaitStatus::PtraceSyscall(_) => return Ok(true),
                WaitStatus::Exited(..) | WaitStatus::Signaled(..) => return Ok(false),
                _ => {}
            }
        }
        bail!("failed to make a call: the thread does something else")
    }

    /// Lets it run until it would be told of the filter; whether it lives.
    fn until_told(&mut self) -> Result<bool> {
        for _ in 0..STOPS_MAX {
            ptrace::syscall(self.thread, None).context("failed to let the thread run")?;
            match self.wait()? {
                WaitStatus::Stopped(_, Signal::SIGSYS) => return Ok(true),
                WaitStatus::Exited(..) | WaitStatus::Signaled(..) => {
                    self.gone = true;
                    return Ok(false);
                }
                _ => {}
            }
        }
        bail!("failed to make a call: the filter's signal never came")
    }

    fn wait(&self) -> Result<WaitStatus> {
        waitpid(self.thread, Some(WaitPidFlag::__WALL)).context("failed to wait for the thread")
    }

    /// Whether a filter has put its signal on this thread.
    fn is_caught(&self) -> Result<bool> {
        let path = format!("/proc/{0}/task/{0}/status", self.thread);
        let status = fs::read_to_string(path).context("failed to read the thread's status")?;
        let waiting = status.lines().find_map(|line| line.strip_prefix("SigPnd:")).context("no SigPnd")?;
        let waiting = u64::from_str_radix(waiting.trim(), 16).context("SigPnd is no number")?;
        Ok(waiting & (1 << (Signal::SIGSYS as u32 - 1)) != 0)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if !self.gone {
            // A process that died meanwhile needs nothing.
            let _ = ptrace::setregs(self.thread, self.before);
            let _ = ptrace::detach(self.thread, None);
        }
    }
}

/// Where a system call is in the code: just before where a thread stands that waits in one, or else anywhere.
fn instruction(pid: u32, memory: &File, here: u64) -> Result<u64> {
    let mut two = [0; 2];
    if memory.read_exact_at(&mut two, here - 2).is_ok() && two == SYSCALL {
        return Ok(here - 2);
    }
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).context("failed to read the process's maps")?;
    for line in maps.lines().filter(|line| line.contains(" r-xp ")) {
        let range = line.split(' ').next().and_then(|range| range.split_once('-')).context("a map without a range")?;
        let (from, to) = (u64::from_str_radix(range.0, 16)?, u64::from_str_radix(range.1, 16)?);
        let mut code = vec![0; usize::try_from(to - from)?.min(1 << 22)];
        if memory.read_exact_at(&mut code, from).is_err() {
            continue;
        }
        if let Some(at) = code.windows(2).position(|two| two == SYSCALL) {
            return Ok(from + at as u64);
        }
    }
    bail!("failed to find a system call in the process's code")
}
