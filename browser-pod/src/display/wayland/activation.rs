//! `xdg_activation`: Chrome asks for tokens; they are given and mean nothing, since the newest window is on top anyway.

use wayland_protocols::xdg::activation::v1::server::xdg_activation_token_v1::{self, XdgActivationTokenV1};
use wayland_protocols::xdg::activation::v1::server::xdg_activation_v1::{self, XdgActivationV1};
use wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New};

use super::state::State;

impl GlobalDispatch<XdgActivationV1, ()> for State {
    fn bind(
        _: &mut State,
        _: &DisplayHandle,
        _: &Client,
        new: New<XdgActivationV1>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        init.init(new, ());
    }
}

impl Dispatch<XdgActivationV1, ()> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &XdgActivationV1,
        request: xdg_activation_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        if let xdg_activation_v1::Request::GetActivationToken { id } = request {
            init.init(id, ());
        }
    }
}

impl Dispatch<XdgActivationTokenV1, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &XdgActivationTokenV1,
        request: xdg_activation_token_v1::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        if let xdg_activation_token_v1::Request::Commit = request {
            resource.done(format!("token-{}", state.serial()));
        }
    }
}
