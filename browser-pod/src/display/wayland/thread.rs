//! The compositor's thread: waits for clients, acts and deadlines, and passes each on. It holds no rule of its own.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{SocketFlags, accept_with};
use tokio::sync::mpsc::Sender;
use wayland_protocols::wp::cursor_shape::v1::server::wp_cursor_shape_manager_v1::WpCursorShapeManagerV1;
use wayland_protocols::wp::fractional_scale::v1::server::wp_fractional_scale_manager_v1::WpFractionalScaleManagerV1;
use wayland_protocols::wp::presentation_time::server::wp_presentation::WpPresentation;
use wayland_protocols::wp::text_input::zv3::server::zwp_text_input_manager_v3::ZwpTextInputManagerV3;
use wayland_protocols::wp::viewporter::server::wp_viewporter::WpViewporter;
use wayland_protocols::xdg::activation::v1::server::xdg_activation_v1::XdgActivationV1;
use wayland_protocols::xdg::decoration::zv1::server::zxdg_decoration_manager_v1::ZxdgDecorationManagerV1;
use wayland_protocols::xdg::shell::server::xdg_wm_base::XdgWmBase;
use wayland_server::backend::{ClientData, ClientId, DisconnectReason};
use wayland_server::protocol::wl_compositor::WlCompositor;
use wayland_server::protocol::wl_data_device_manager::WlDataDeviceManager;
use wayland_server::protocol::wl_output::WlOutput;
use wayland_server::protocol::wl_seat::WlSeat;
use wayland_server::protocol::wl_shm::WlShm;
use wayland_server::protocol::wl_subcompositor::WlSubcompositor;
use wayland_server::{Display, DisplayHandle};

use super::drag::Drag;
use super::state::{State, now_ns};
use super::{Command, Error, Shared, limits};
use crate::display::{Event, Size};

/// Events that wait for a client that does not read, in bytes; then it is disconnected. Minutes of pointer motion.
const CLIENT_BUFFER: usize = 4 << 20;
/// How long to wait before trying again what could not be done.
const RETRY_NS: u64 = 10_000_000;
/// The same for accepting a client, which fails when descriptors run out.
const DEAF_NS: u64 = 200_000_000;

/// Counts a client until it disconnects.
struct Connected(Arc<AtomicUsize>);

impl ClientData for Connected {
    fn initialized(&self, _: ClientId) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn disconnected(&self, _: ClientId, reason: DisconnectReason) {
        self.0.fetch_sub(1, Ordering::Relaxed);
        if let DisconnectReason::ProtocolError(error) = reason {
            let (interface, code) = (&error.object_interface, error.code);
            tracing::warn!(interface, code, message = error.message, "a wayland client broke the protocol");
        }
    }
}

pub(super) struct Thread {
    display: Display<State>,
    pub(super) state: State,
    listener: OwnedFd,
    shared: Arc<Shared>,
    events: Sender<Event>,
    clients: Arc<AtomicUsize>,
    /// Something must be tried again.
    retry: bool,
    /// Until when no client is accepted, because the system could not give us one.
    deaf_until: Option<u64>,
    stop: bool,
}

pub(super) fn start(listener: OwnedFd, size: Size, shared: Arc<Shared>, events: Sender<Event>) -> Result<(), Error> {
    let told = events.clone();
    let mut thread = Thread::new(listener, size, shared, events)?;
    let run = move || {
        if catch_unwind(AssertUnwindSafe(|| thread.run())).is_err() {
            tracing::error!("the compositor failed");
            let _ = told.try_send(Event::Gone);
        }
    };
    std::thread::Builder::new().name("compositor".to_owned()).spawn(run).map_err(Error::Thread)?;
    Ok(())
}

/// Versions are the highest whose requests are handled.
fn create_globals(handle: &DisplayHandle) {
    handle.create_global::<State, WlCompositor, ()>(6, ());
    handle.create_global::<State, WlSubcompositor, ()>(1, ());
    handle.create_global::<State, WlShm, ()>(1, ());
    handle.create_global::<State, WlOutput, ()>(4, ());
    handle.create_global::<State, WlSeat, ()>(8, ());
    handle.create_global::<State, WlDataDeviceManager, ()>(3, ());
    handle.create_global::<State, ZwpTextInputManagerV3, ()>(1, ());
    handle.create_global::<State, XdgWmBase, ()>(6, ());
    handle.create_global::<State, WpViewporter, ()>(1, ());
    handle.create_global::<State, WpFractionalScaleManagerV1, ()>(1, ());
    handle.create_global::<State, WpPresentation, ()>(1, ());
    handle.create_global::<State, WpCursorShapeManagerV1, ()>(1, ());
    handle.create_global::<State, ZxdgDecorationManagerV1, ()>(1, ());
    handle.create_global::<State, XdgActivationV1, ()>(1, ());
}

impl Thread {
    pub(super) fn new(
        listener: OwnedFd,
        size: Size,
        shared: Arc<Shared>,
        events: Sender<Event>,
    ) -> Result<Self, Error> {
        let display = Display::<State>::new()?;
        let handle = display.handle();
        handle.set_default_max_buffer_size(CLIENT_BUFFER);
        create_globals(&handle);
        let state = State::new(handle, size, shared.latest.clone());
        let clients = Arc::new(AtomicUsize::new(0));
        Ok(Self { display, state, listener, shared, events, clients, retry: false, deaf_until: None, stop: false })
    }

    fn run(&mut self) {
        while !self.stop {
            if let Err(error) = self.wait() {
                tracing::error!(%error, "failed to wait for clients");
                self.state.outbox.gone = true;
                self.stop = true;
            }
            self.accept();
            self.turn();
        }
    }

    /// Does all there is to do.
    pub(super) fn turn(&mut self) {
        if let Err(error) = self.display.dispatch_clients(&mut self.state) {
            tracing::warn!(%error, "failed to read from a wayland client");
        }
        for command in self.shared.take() {
            self.obey(command);
        }
        self.state.run_transfers();
        self.state.drag_repeat();
        self.state.notice_end();
        self.state.compose();
        self.state.update_pointer_focus();
        self.state.presentation.answer();
        let _ = self.display.flush_clients();
        self.retry = !self.state.outbox.send(&self.events);
    }

    /// Sleeps until there is something to do.
    fn wait(&mut self) -> rustix::io::Result<()> {
        let now = now_ns();
        let retry = self.retry.then_some(now + RETRY_NS);
        let state = &self.state;
        let drag = state.drag.as_ref().map(Drag::deadline);
        let deadlines =
            [state.screen.deadline(), state.clipboard.deadline(), drag, state.end_deadline(), self.deaf_until, retry];
        let deadline = deadlines.into_iter().flatten().min();
        let timeout = deadline.map(|at| timespec(at.saturating_sub(now)));
        let backend = self.display.backend();
        let mut descriptors = vec![
            PollFd::from_borrowed_fd(backend.poll_fd(), PollFlags::IN),
            PollFd::new(&self.shared.wake, PollFlags::IN),
        ];
        if self.deaf_until.is_none() {
            descriptors.push(PollFd::new(&self.listener, PollFlags::IN));
        }
        descriptors.extend(self.state.clipboard.poll_descriptors());
        match poll(&mut descriptors, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn accept(&mut self) {
        self.deaf_until.take_if(|until| *until <= now_ns());
        loop {
            match accept_with(&self.listener, SocketFlags::CLOEXEC | SocketFlags::NONBLOCK) {
                Ok(socket) => self.take_client(UnixStream::from(socket)),
                Err(Errno::INTR | Errno::CONNABORTED) => {}
                Err(Errno::AGAIN) => return,
                Err(error) => {
                    tracing::warn!(%error, "failed to accept a wayland client");
                    self.deaf_until = Some(now_ns() + DEAF_NS);
                    return;
                }
            }
        }
    }

    pub(super) fn take_client(&mut self, socket: UnixStream) {
        if self.clients.load(Ordering::Relaxed) >= limits::CLIENTS {
            return tracing::warn!("too many wayland clients; one is turned away");
        }
        let data = Arc::new(Connected(self.clients.clone()));
        if let Err(error) = self.display.handle().insert_client(socket, data) {
            tracing::warn!(%error, "failed to take a wayland client");
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Input(input) => self.state.inject(input),
            Command::Resize(size) => self.state.resize(size),
            Command::Pace(pace) => self.state.presentation.pace = pace,
            Command::Clipboard(text) => self.state.offer_text(text),
            Command::Stop => self.stop = true,
        }
    }
}

fn timespec(ns: u64) -> Timespec {
    let part = |v: u64| i64::try_from(v).unwrap_or(i64::MAX);
    Timespec { tv_sec: part(ns / 1_000_000_000), tv_nsec: part(ns % 1_000_000_000) }
}
