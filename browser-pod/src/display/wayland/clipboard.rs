//! `wl_data_device`: the clipboard. What a client copies is read and told; what is offered to us can be pasted.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use rustix::event::PollFd;
use wayland_server::backend::ClientId;
use wayland_server::protocol::wl_data_device::{self, WlDataDevice};
use wayland_server::protocol::wl_data_device_manager::{self, DndAction, WlDataDeviceManager};
use wayland_server::protocol::wl_data_offer::WlDataOffer;
use wayland_server::protocol::wl_data_source::WlDataSource;
use wayland_server::protocol::wl_surface::WlSurface;
use wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource};

use super::limits;
use super::offer::{Offered, mime_types, source_data};
use super::seat::room_for;
use super::state::{State, of_client};
use super::transfer::{Step, Transfer};

/// Names of plain text, the best first. The first two are offered.
const TEXT: [&str; 5] = ["text/plain;charset=utf-8", "text/plain", "UTF8_STRING", "STRING", "TEXT"];
/// Pastes that are under way at once.
const MOST_TRANSFERS: usize = 16;

/// Who has the clipboard.
#[derive(Clone, Debug, Default)]
enum Selection {
    #[default]
    Empty,
    Ours(Arc<str>),
    Client(WlDataSource),
}

/// The clipboard.
#[derive(Debug, Default)]
pub(super) struct Clipboard {
    pub(super) devices: Vec<WlDataDevice>,
    selection: Selection,
    transfers: Vec<Transfer>,
}

impl Clipboard {
    pub(super) fn deadline(&self) -> Option<u64> {
        self.transfers.iter().map(Transfer::deadline).min()
    }

    pub(super) fn poll_descriptors(&self) -> impl Iterator<Item = PollFd<'_>> {
        self.transfers.iter().map(|transfer| {
            let (fd, flags) = transfer.interest();
            PollFd::from_borrowed_fd(fd, flags)
        })
    }

    fn start(&mut self, transfer: Transfer) {
        if self.transfers.len() < MOST_TRANSFERS {
            self.transfers.push(transfer);
        }
    }

    /// Gives the text to the client that reads the other end of `fd`.
    pub(super) fn send_text(&mut self, text: &Arc<str>, fd: OwnedFd) {
        if let Some(transfer) = Transfer::to_client(fd, text.clone()) {
            self.start(transfer);
        }
    }
}

impl State {
    /// Moves all text on as far as it goes.
    pub(super) fn run_transfers(&mut self) {
        let copied = &mut self.outbox.copied;
        self.clipboard.transfers.retain_mut(|transfer| match transfer.step() {
            Step::Waits => true,
            Step::Ended => false,
            Step::Received(text) => {
                *copied = Some(text);
                false
            }
        });
    }

    /// Makes text available to a paste. Longer text than the limit is not offered at all: half of it would mislead.
    pub(super) fn offer_text(&mut self, text: String) {
        if text.len() > limits::CLIPBOARD_BYTES {
            tracing::info!("text is too long to be offered to the browser");
            return;
        }
        self.select(Selection::Ours(text.into()));
    }

    fn select(&mut self, selection: Selection) {
        let old = std::mem::replace(&mut self.clipboard.selection, selection);
        if let Selection::Client(old) = old
            && old.is_alive()
        {
            old.cancelled();
        }
        if let Some(surface) = self.seat.keyboard.focus().and_then(|id| self.surface_resource(id)) {
            self.offer_selection(&surface);
        }
    }

    /// Tells the client that gets the keyboard what it could paste.
    pub(super) fn offer_selection(&mut self, surface: &WlSurface) {
        let (offered, types) = match &self.clipboard.selection {
            Selection::Empty => return,
            Selection::Ours(text) => {
                (Offered::Text(text.clone()), TEXT.iter().take(2).map(|name| (*name).to_owned()).collect())
            }
            Selection::Client(source) => (Offered::Source(source.clone()), mime_types(source)),
        };
        let devices: Vec<WlDataDevice> = of_client(&self.clipboard.devices, surface).cloned().collect();
        for device in devices {
            if let Some(offer) = self.make_offer(&device, offered.clone(), &types) {
                device.selection(Some(&offer));
            }
        }
    }

    /// Introduces an offer to a client.
    pub(super) fn make_offer(&mut self, device: &WlDataDevice, of: Offered, types: &[String]) -> Option<WlDataOffer> {
        if self.counts.offers >= limits::OFFERS {
            return None;
        }
        let client = device.client()?;
        let new = client.create_resource::<WlDataOffer, _, State>(&self.handle, device.version(), of).ok()?;
        self.counts.offers += 1;
        device.data_offer(&new);
        for name in types {
            new.offer(name.clone());
        }
        Some(new)
    }

    fn set_selection(&mut self, device: &WlDataDevice, source: Option<WlDataSource>) {
        let focus = self.seat.keyboard.focus().and_then(|id| self.surface_resource(id));
        let may = focus.is_some_and(|focus| focus.id().same_client_as(&device.id()));
        let Some(source) = source else {
            if may {
                self.select(Selection::Empty);
            }
            return;
        };
        if !may {
            return source.cancelled();
        }
        self.clipboard.transfers.retain(|transfer| !transfer.is_from_client());
        let types = mime_types(&source);
        self.select(Selection::Client(source.clone()));
        let Some(best) = TEXT.iter().find(|name| types.iter().any(|known| known == *name)) else { return };
        match Transfer::from_client() {
            Ok((transfer, write)) => {
                source.send((*best).to_owned(), write.as_fd());
                self.clipboard.start(transfer);
            }
            Err(error) => tracing::warn!(%error, "failed to make a pipe for copied text"),
        }
    }

    pub(super) fn source_is_gone(&mut self, source: &WlDataSource) {
        if matches!(&self.clipboard.selection, Selection::Client(known) if known == source) {
            self.clipboard.selection = Selection::Empty;
        }
    }
}

impl GlobalDispatch<WlDataDeviceManager, ()> for State {
    fn bind(
        _: &mut State,
        _: &DisplayHandle,
        _: &Client,
        new: New<WlDataDeviceManager>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        init.init(new, ());
    }
}

impl Dispatch<WlDataDeviceManager, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &WlDataDeviceManager,
        request: wl_data_device_manager::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        match request {
            wl_data_device_manager::Request::CreateDataSource { id } => {
                if state.counts.sources >= limits::OBJECTS {
                    return resource.post_error(0u32, "too many data sources");
                }
                state.counts.sources += 1;
                init.init(id, source_data(DndAction::None));
            }
            wl_data_device_manager::Request::GetDataDevice { id, .. } => {
                if !room_for(&mut state.clipboard.devices) {
                    return resource.post_error(0u32, "too many data devices");
                }
                let device = init.init(id, ());
                state.clipboard.devices.push(device.clone());
                let focus = state.seat.keyboard.focus().and_then(|id| state.surface_resource(id));
                if let Some(focus) = focus.filter(|focus| focus.id().same_client_as(&device.id())) {
                    state.offer_selection(&focus);
                }
            }
            _ => {}
        }
    }
}

impl Dispatch<WlDataDevice, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        device: &WlDataDevice,
        request: wl_data_device::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        match request {
            wl_data_device::Request::SetSelection { source, .. } => state.set_selection(device, source),
            wl_data_device::Request::StartDrag { source, origin, icon, .. } => {
                state.start_drag(device, source, &origin, icon.as_ref());
            }
            _ => {}
        }
    }

    fn destroyed(state: &mut State, _: ClientId, resource: &WlDataDevice, (): &()) {
        state.clipboard.devices.retain(|device| device != resource);
    }
}
