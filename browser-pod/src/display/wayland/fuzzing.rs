//! The compositor without its thread, for a fuzz target that is the client and says when a turn is done. The product does
//! not use it.

use std::os::unix::net::UnixStream;
use std::sync::Arc;

use tokio::sync::mpsc::{self, Receiver};

use super::thread::Thread;
use super::{Compositor, Error, Shared, WAITING_EVENTS, limits};
use crate::display::{Display, Event, Size};

/// A compositor between a fuzz target's clients and its acts.
pub struct Stage {
    thread: Thread,
    compositor: Compositor,
    events: Receiver<Event>,
}

impl Stage {
    /// A compositor that nobody is connected to.
    ///
    /// # Errors
    /// If the system has no memory or descriptors to give.
    pub fn new(size: Size) -> Result<Self, Error> {
        let (events, receiver) = mpsc::channel(WAITING_EVENTS);
        let shared = Arc::new(Shared::new()?);
        // Clients come by `connect`, so nothing listens.
        let nobody = shared.wake.try_clone().map_err(Error::Thread)?;
        let thread = Thread::new(nobody, size, shared.clone(), events)?;
        Ok(Self { thread, compositor: Compositor { shared }, events: receiver })
    }

    /// The socket of a new client.
    ///
    /// # Errors
    /// If the system has no descriptors to give.
    pub fn connect(&mut self) -> std::io::Result<UnixStream> {
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        self.thread.take_client(ours);
        Ok(theirs)
    }

    /// Reads what clients said, acts, draws and answers.
    pub fn turn(&mut self) {
        self.thread.turn();
    }

    /// The screen as the rest of the pod has it.
    pub fn display(&self) -> &dyn Display {
        &self.compositor
    }

    /// The next of what was told.
    pub fn told(&mut self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// The name of a limit that is broken, if one is.
    pub fn broken_limit(&self) -> Option<&'static str> {
        let (state, counts) = (&self.thread.state, &self.thread.state.counts);
        let held = [
            ("surfaces", state.surfaces.len(), limits::SURFACES),
            ("windows", state.windows.len(), limits::SURFACES),
            ("layers", state.screen.layers.len(), limits::SURFACES),
            ("pools", counts.pools, limits::POOLS),
            ("buffers", counts.buffers, limits::BUFFERS),
            ("regions", counts.regions, limits::REGIONS),
            ("positioners", counts.positioners, limits::POSITIONERS),
            ("sources", counts.sources, limits::OBJECTS),
            ("offers", counts.offers, limits::OFFERS),
        ];
        held.into_iter().find(|(_, count, most)| count > most).map(|(name, ..)| name)
    }
}
