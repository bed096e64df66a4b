//! `wl_data_source` and `wl_data_offer`: what is copied or dragged, seen from who gives and from who takes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wayland_server::backend::ClientId;
use wayland_server::protocol::wl_data_device_manager::DndAction;
use wayland_server::protocol::wl_data_offer::{self, WlDataOffer};
use wayland_server::protocol::wl_data_source::{self, WlDataSource};
use wayland_server::{Client, DataInit, Dispatch, DisplayHandle, Resource, WEnum};

use super::limits;
use super::state::State;

/// What a client gives.
#[derive(Debug)]
pub(super) struct SourceData {
    types: Vec<String>,
    actions: DndAction,
}

/// The data of a new source.
pub(super) fn source_data(actions: DndAction) -> Mutex<SourceData> {
    Mutex::new(SourceData { types: Vec::new(), actions })
}

fn lock(source: &WlDataSource) -> Option<MutexGuard<'_, SourceData>> {
    Some(source.data::<Mutex<SourceData>>()?.lock().unwrap_or_else(PoisonError::into_inner))
}

pub(super) fn mime_types(source: &WlDataSource) -> Vec<String> {
    lock(source).map(|data| data.types.clone()).unwrap_or_default()
}

/// What may be done with what is dragged.
pub(super) fn actions(source: &WlDataSource) -> DndAction {
    lock(source).map_or(DndAction::None, |data| data.actions)
}

/// What an offer offers.
#[derive(Clone, Debug)]
pub(super) enum Offered {
    /// Text of ours, to be pasted.
    Text(Arc<str>),
    /// What another client, or the same one, copied.
    Source(WlDataSource),
    /// What is dragged.
    Drag(WlDataSource),
}

impl Dispatch<WlDataSource, Mutex<SourceData>> for State {
    fn request(
        _: &mut State,
        _: &Client,
        resource: &WlDataSource,
        request: wl_data_source::Request,
        data: &Mutex<SourceData>,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        let mut data = data.lock().unwrap_or_else(PoisonError::into_inner);
        match request {
            wl_data_source::Request::Offer { mime_type }
                if data.types.len() < limits::MIME_TYPES && mime_type.len() <= limits::MIME_BYTES =>
            {
                data.types.push(mime_type);
            }
            wl_data_source::Request::SetActions { dnd_actions } => match dnd_actions {
                WEnum::Value(actions) => data.actions = actions,
                WEnum::Unknown(_) => {
                    resource.post_error(wl_data_source::Error::InvalidActionMask, "actions are unknown");
                }
            },
            _ => {}
        }
    }

    fn destroyed(state: &mut State, _: ClientId, resource: &WlDataSource, _: &Mutex<SourceData>) {
        state.counts.sources = state.counts.sources.saturating_sub(1);
        state.source_is_gone(resource);
        state.drag_source_is_gone(resource);
    }
}

impl Dispatch<WlDataOffer, Offered> for State {
    fn request(
        state: &mut State,
        _: &Client,
        offer: &WlDataOffer,
        request: wl_data_offer::Request,
        offered: &Offered,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        match (request, offered) {
            (wl_data_offer::Request::Receive { fd, .. }, Offered::Text(text)) => state.clipboard.send_text(text, fd),
            (wl_data_offer::Request::Receive { mime_type, fd }, Offered::Source(source) | Offered::Drag(source))
                if source.is_alive() =>
            {
                // The mime type was a C string of the client already, so it can be one again.
                source.send(mime_type, std::os::fd::AsFd::as_fd(&fd));
            }
            (wl_data_offer::Request::Accept { mime_type, .. }, Offered::Drag(source)) => {
                state.drag_accepted(offer, source, mime_type);
            }
            (wl_data_offer::Request::SetActions { dnd_actions, preferred_action }, Offered::Drag(source)) => {
                let (WEnum::Value(wanted), WEnum::Value(preferred)) = (dnd_actions, preferred_action) else {
                    return offer.post_error(wl_data_offer::Error::InvalidActionMask, "actions are unknown");
                };
                state.drag_actions(offer, source, wanted, preferred);
            }
            (wl_data_offer::Request::Finish, Offered::Drag(source)) if source.is_alive() && source.version() >= 3 => {
                source.dnd_finished();
            }
            _ => {}
        }
    }

    fn destroyed(state: &mut State, _: ClientId, _: &WlDataOffer, _: &Offered) {
        state.counts.offers = state.counts.offers.saturating_sub(1);
    }
}
