//! What the pointer looks like: names of `cursor-shape-v1` as CSS has them, pictures of surfaces as RGBA.

use wayland_protocols::wp::cursor_shape::v1::server::wp_cursor_shape_device_v1::{self, Shape, WpCursorShapeDeviceV1};
use wayland_protocols::wp::cursor_shape::v1::server::wp_cursor_shape_manager_v1::{self, WpCursorShapeManagerV1};
use wayland_server::protocol::wl_pointer::{self, WlPointer};
use wayland_server::protocol::wl_surface::WlSurface;
use wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, WEnum};

use super::state::State;
use super::surface::{Role, Surface, SurfaceId};
use crate::display::Cursor;

/// Longest side of a cursor, as browsers cut it for pages.
const SIDE: i32 = 128;

/// A cursor that is a surface.
#[derive(Clone, Copy, Debug)]
pub(super) struct CursorSurface {
    surface: SurfaceId,
    hotspot: (i32, i32),
}

impl State {
    /// Whether the client of `resource` has the pointer, which alone may change its looks.
    fn has_pointer<R: Resource>(&self, resource: &R) -> bool {
        let focus = self.seat.pointer.focus().and_then(|id| self.surfaces.get(&id));
        focus.is_some_and(|surface| surface.resource.id().same_client_as(&resource.id()))
    }

    pub(super) fn set_cursor(&mut self, pointer: &WlPointer, surface: Option<&WlSurface>, hotspot: (i32, i32)) {
        let id = surface.and_then(|surface| surface.data::<SurfaceId>().copied());
        if let Some(surface) = id.and_then(|id| self.surfaces.get_mut(&id)) {
            if !matches!(surface.role, Role::None | Role::Cursor) {
                return pointer.post_error(wl_pointer::Error::Role, "the surface has another role");
            }
            surface.role = Role::Cursor;
        }
        if !self.has_pointer(pointer) {
            return;
        }
        self.seat.cursor = id.map(|surface| CursorSurface { surface, hotspot });
        match id {
            Some(id) => self.cursor_committed(id),
            None => self.outbox.cursor = Some(Cursor::Hidden),
        }
    }

    /// The cursor's surface may have another picture.
    pub(super) fn cursor_committed(&mut self, id: SurfaceId) {
        let Some(cursor) = self.seat.cursor.filter(|cursor| cursor.surface == id) else { return };
        let Some(surface) = self.surfaces.get(&id) else { return };
        self.outbox.cursor = Some(picture(surface, cursor.hotspot).unwrap_or(Cursor::Hidden));
    }
}

/// The surface's pixels as straight RGBA, with the hotspot in the same pixels.
fn picture(surface: &Surface, hotspot: (i32, i32)) -> Option<Cursor> {
    let pixels = &surface.attached.as_ref()?.pixels;
    let (width, height) = (pixels.width.min(SIDE), pixels.height.min(SIDE));
    let mut rgba = Vec::new();
    for y in 0..height {
        for pixel in pixels.row(y).chunks_exact(4).take(usize::try_from(width).ok()?) {
            let alpha = if pixels.opaque { 255 } else { pixel[3] };
            rgba.extend([pixel[2], pixel[1], pixel[0]].map(|colour| straight(colour, alpha)));
            rgba.push(alpha);
        }
    }
    let spot = |at: i32, side: i32| u32::try_from(at.saturating_mul(surface.scale).clamp(0, side - 1)).ok();
    Some(Cursor::Image {
        width: u32::try_from(width).ok()?,
        height: u32::try_from(height).ok()?,
        hotspot_x: spot(hotspot.0, width)?,
        hotspot_y: spot(hotspot.1, height)?,
        rgba,
    })
}

/// A colour without the alpha that it was multiplied by.
fn straight(colour: u8, alpha: u8) -> u8 {
    let alpha = u32::from(alpha).max(1);
    u8::try_from((u32::from(colour) * 255 + alpha / 2) / alpha).unwrap_or(255)
}

fn css_name(shape: Shape) -> &'static str {
    match shape {
        Shape::ContextMenu => "context-menu",
        Shape::Help => "help",
        Shape::Pointer => "pointer",
        Shape::Progress => "progress",
        Shape::Wait => "wait",
        Shape::Cell => "cell",
        Shape::Crosshair => "crosshair",
        Shape::Text => "text",
        Shape::VerticalText => "vertical-text",
        Shape::Alias => "alias",
        Shape::Copy => "copy",
        Shape::Move => "move",
        Shape::NoDrop => "no-drop",
        Shape::NotAllowed => "not-allowed",
        Shape::Grab => "grab",
        Shape::Grabbing => "grabbing",
        Shape::EResize => "e-resize",
        Shape::NResize => "n-resize",
        Shape::NeResize => "ne-resize",
        Shape::NwResize => "nw-resize",
        Shape::SResize => "s-resize",
        Shape::SeResize => "se-resize",
        Shape::SwResize => "sw-resize",
        Shape::WResize => "w-resize",
        Shape::EwResize => "ew-resize",
        Shape::NsResize => "ns-resize",
        Shape::NeswResize => "nesw-resize",
        Shape::NwseResize => "nwse-resize",
        Shape::ColResize => "col-resize",
        Shape::RowResize => "row-resize",
        Shape::AllScroll => "all-scroll",
        Shape::ZoomIn => "zoom-in",
        Shape::ZoomOut => "zoom-out",
        _ => "default",
    }
}

impl GlobalDispatch<WpCursorShapeManagerV1, ()> for State {
    fn bind(
        _: &mut State,
        _: &DisplayHandle,
        _: &Client,
        new: New<WpCursorShapeManagerV1>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        init.init(new, ());
    }
}

impl Dispatch<WpCursorShapeManagerV1, ()> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &WpCursorShapeManagerV1,
        request: wp_cursor_shape_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        use wp_cursor_shape_manager_v1::Request;
        match request {
            Request::GetPointer { cursor_shape_device, .. } => {
                init.init(cursor_shape_device, ());
            }
            Request::GetTabletToolV2 { cursor_shape_device, .. } => {
                init.init(cursor_shape_device, ());
            }
            _ => {}
        }
    }
}

impl Dispatch<WpCursorShapeDeviceV1, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &WpCursorShapeDeviceV1,
        request: wp_cursor_shape_device_v1::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        let wp_cursor_shape_device_v1::Request::SetShape { shape, .. } = request else { return };
        let WEnum::Value(shape) = shape else {
            return resource.post_error(wp_cursor_shape_device_v1::Error::InvalidShape, "shape is unknown");
        };
        if state.has_pointer(resource) {
            state.seat.cursor = None;
            state.outbox.cursor = Some(Cursor::Named(css_name(shape).to_owned()));
        }
    }
}
