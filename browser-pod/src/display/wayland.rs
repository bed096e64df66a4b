//! The first implementation of the seam: our own headless Wayland compositor, on a thread of its own. No GPU, no X server.

mod activation;
mod buffer;
mod clipboard;
mod commit;
mod compose;
mod cursor;
mod drag;
pub mod fuzzing;
mod keyboard;
mod limits;
mod offer;
mod outbox;
mod output;
mod ping;
mod pointer;
mod popup;
mod positioner;
mod presentation;
mod screen;
mod seat;
mod shell;
mod shm;
mod state;
mod subsurface;
mod surface;
mod text_input;
mod thread;
mod toplevel;
mod touch;
mod transfer;
mod viewport;

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::event::{EventfdFlags, eventfd};
use tokio::sync::mpsc::{self, Receiver};

use super::latest::Latest;
use super::{Display, Event, Frame, Input, Pace, Size};

/// Events that wait for the reader. What does not fit waits in the compositor, the newest of each kind.
const WAITING_EVENTS: usize = 64;

/// Why a compositor did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The Wayland server could not be made.
    #[error("failed to make a wayland server")]
    Server(#[from] wayland_server::backend::InitError),
    /// A descriptor could not be made or used.
    #[error("failed to prepare a descriptor for the compositor")]
    Descriptor(#[from] rustix::io::Errno),
    /// The thread could not be started.
    #[error("failed to start the compositor's thread")]
    Thread(#[source] std::io::Error),
}

/// What the compositor is asked to do.
#[derive(Debug)]
enum Command {
    Input(Input),
    Resize(Size),
    Pace(Pace),
    Clipboard(String),
    Stop,
}

/// What the handle and the thread share.
#[derive(Debug)]
struct Shared {
    commands: Mutex<VecDeque<Command>>,
    /// Readable when there are commands.
    wake: OwnedFd,
    latest: Arc<Mutex<Latest>>,
}

impl Shared {
    fn new() -> Result<Self, Error> {
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self { commands: Mutex::default(), wake, latest: Arc::default() })
    }

    fn push(&self, command: Command) {
        let mut commands = self.commands.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(Command::Input(Input::Move { .. })), Command::Input(Input::Move { .. })) =
            (commands.back(), &command)
        {
            commands.pop_back();
        }
        if commands.len() >= limits::WAITING_ACTS {
            tracing::warn!("the compositor does not answer; an act is dropped");
            return;
        }
        commands.push_back(command);
        drop(commands);
        // Fails only if the counter is full, and then it is readable already.
        let _ = rustix::io::write(&self.wake, &1u64.to_ne_bytes());
    }

    fn take(&self) -> VecDeque<Command> {
        let _ = rustix::io::read(&self.wake, &mut [0; 8]);
        std::mem::take(&mut *self.commands.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The handle of a compositor, which ends when this is dropped.
#[derive(Debug)]
struct Compositor {
    shared: Arc<Shared>,
}

/// Starts a compositor for the clients of `listener`, a listening Unix socket.
///
/// Sizes are cut to 64 to 4096 CSS pixels a side, even. The events end after [`Event::Gone`] if the compositor fails.
///
/// # Errors
/// If the system has no memory, descriptors or threads to give.
pub fn start(listener: OwnedFd, size: Size) -> Result<(Arc<dyn Display>, Receiver<Event>), Error> {
    let (events, receiver) = mpsc::channel(WAITING_EVENTS);
    rustix::io::ioctl_fionbio(&listener, true)?;
    let shared = Arc::new(Shared::new()?);
    thread::start(listener, size, shared.clone(), events)?;
    Ok((Arc::new(Compositor { shared }), receiver))
}

impl Display for Compositor {
    fn inject(&self, input: Input) {
        self.shared.push(Command::Input(input));
    }

    fn take_frame(&self, frame: &mut Frame) -> bool {
        self.shared.latest.lock().unwrap_or_else(PoisonError::into_inner).take(frame)
    }

    fn resize(&self, size: Size) {
        self.shared.push(Command::Resize(size));
    }

    fn set_pace(&self, pace: Pace) {
        self.shared.push(Command::Pace(pace));
    }

    fn offer_clipboard(&self, text: String) {
        self.shared.push(Command::Clipboard(text));
    }
}

impl Drop for Compositor {
    fn drop(&mut self) {
        self.shared.push(Command::Stop);
    }
}
