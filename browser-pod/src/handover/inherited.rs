//! The one place that turns the number of an inherited file descriptor into an owned one.
#![expect(unsafe_code, reason = "an inherited descriptor is known by its number only")]

use super::Error;
use std::os::fd::{FromRawFd, OwnedFd};
use std::sync::Mutex;

static TAKEN: Mutex<Vec<i32>> = Mutex::new(Vec::new());

/// Takes the socket with this number, which this process was started with. Each number can be taken once.
pub(crate) fn take(number: i32) -> Result<OwnedFd, Error> {
    let mut taken = TAKEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let kind = std::fs::read_link(format!("/proc/self/fd/{number}")).map_err(|_| Error::NotInherited(number))?;
    if number < 0 || taken.contains(&number) || !kind.to_string_lossy().starts_with("socket:") {
        return Err(Error::NotInherited(number));
    }
    taken.push(number);
    // SAFETY: the descriptor is open (its link was read) and a socket, nothing of this process opened it (it is called
    // before anything else opens sockets), and the list above hands each number out once.
    let fd = unsafe { OwnedFd::from_raw_fd(number) };
    rustix::io::fcntl_setfd(&fd, rustix::io::FdFlags::CLOEXEC)?;
    Ok(fd)
}
