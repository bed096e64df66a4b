//! A Wayland client by hand: it knows which objects it has and what can be said to each, and writes the bytes itself.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, ftruncate, memfd_create};
use rustix::net::{RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, recv, sendmsg};
use wayland_protocols::wp::cursor_shape::v1::server::wp_cursor_shape_manager_v1::WpCursorShapeManagerV1;
use wayland_protocols::wp::fractional_scale::v1::server::wp_fractional_scale_manager_v1::WpFractionalScaleManagerV1;
use wayland_protocols::wp::presentation_time::server::wp_presentation::WpPresentation;
use wayland_protocols::wp::text_input::zv3::server::zwp_text_input_manager_v3::ZwpTextInputManagerV3;
use wayland_protocols::wp::viewporter::server::wp_viewporter::WpViewporter;
use wayland_protocols::xdg::activation::v1::server::xdg_activation_v1::XdgActivationV1;
use wayland_protocols::xdg::decoration::zv1::server::zxdg_decoration_manager_v1::ZxdgDecorationManagerV1;
use wayland_protocols::xdg::shell::server::xdg_wm_base::XdgWmBase;
use wayland_server::Resource;
use wayland_server::backend::protocol::{ArgumentType, Interface, MessageDesc};
use wayland_server::protocol::wl_compositor::WlCompositor;
use wayland_server::protocol::wl_data_device_manager::WlDataDeviceManager;
use wayland_server::protocol::wl_output::WlOutput;
use wayland_server::protocol::wl_seat::WlSeat;
use wayland_server::protocol::wl_shm::WlShm;
use wayland_server::protocol::wl_subcompositor::WlSubcompositor;

use crate::random::Random;

/// Bytes of the shared memory that clients have: a picture of 64 by 64.
const MEMORY: u32 = 64 * 64 * 4;

#[derive(Clone, Copy)]
struct Object {
    id: u32,
    version: u32,
    interface: &'static Interface,
}

pub(crate) struct Client {
    socket: UnixStream,
    objects: Vec<Object>,
    next_id: u32,
    received: Vec<u8>,
    memory: OwnedFd,
}

/// One message under construction.
struct Message(Vec<u8>);

impl Message {
    fn new(object: u32, opcode: usize) -> Message {
        let mut bytes = object.to_ne_bytes().to_vec();
        bytes.extend((opcode as u32).to_ne_bytes());
        Message(bytes)
    }

    fn number(mut self, value: u32) -> Message {
        self.0.extend(value.to_ne_bytes());
        self
    }

    fn bytes(mut self, bytes: &[u8], length: usize) -> Message {
        self.0.extend((length as u32).to_ne_bytes());
        self.0.extend(bytes);
        self.0.resize(self.0.len().next_multiple_of(4), 0);
        self
    }

    fn text(self, text: &str) -> Message {
        let mut bytes = text.as_bytes().to_vec();
        bytes.push(0);
        let length = bytes.len();
        self.bytes(&bytes, length)
    }

    fn done(mut self) -> Vec<u8> {
        let length = (self.0.len() as u32) << 16;
        let word = u32::from_ne_bytes([self.0[4], self.0[5], self.0[6], self.0[7]]) | length;
        self.0[4..8].copy_from_slice(&word.to_ne_bytes());
        self.0
    }
}

fn globals() -> Vec<&'static Interface> {
    vec![
        WlCompositor::interface(),
        WlSubcompositor::interface(),
        WlShm::interface(),
        WlOutput::interface(),
        WlSeat::interface(),
        WlDataDeviceManager::interface(),
        XdgWmBase::interface(),
        WpViewporter::interface(),
        WpFractionalScaleManagerV1::interface(),
        WpPresentation::interface(),
        WpCursorShapeManagerV1::interface(),
        ZxdgDecorationManagerV1::interface(),
        XdgActivationV1::interface(),
        ZwpTextInputManagerV3::interface(),
    ]
}

/// Requests that are refused at most objects, and so end the client.
const RISKY: [&str; 9] = [
    "get_toplevel",
    "get_popup",
    "resize",
    "place_above",
    "place_below",
    "get_viewport",
    "get_fractional_scale",
    "get_tablet_tool_v2",
    "set_source",
];

/// One more than the numbers that a request usually takes, so that most are valid. Others take any.
fn usual(request: &str) -> &'static [u32] {
    match request {
        "attach" => &[1, 1],
        "set_window_geometry" | "set_size" | "set_anchor_rect" => &[60, 60, 60, 60],
        "set_buffer_scale" => &[3],
        "set_buffer_transform" => &[8],
        "create_buffer" => &[1, 64, 64, 257, 2],
        "create_pool" => &[MEMORY + 1],
        "set_anchor" | "set_gravity" => &[9],
        "set_constraint_adjustment" => &[64],
        "set_actions" => &[8, 8],
        "set_shape" => &[1, 35],
        _ => &[],
    }
}

fn sealed_memory() -> OwnedFd {
    let fd = memfd_create("client", MemfdFlags::ALLOW_SEALING).expect("memory files exist");
    ftruncate(&fd, u64::from(MEMORY)).expect("the file is ours");
    fcntl_add_seals(&fd, SealFlags::SHRINK).expect("sealing is allowed");
    fd
}

impl Client {
    pub(crate) fn connect(socket: &Path, patience: Duration) -> io::Result<Client> {
        let socket = UnixStream::connect(socket)?;
        socket.set_read_timeout(Some(patience))?;
        socket.set_write_timeout(Some(patience))?;
        Ok(Client { socket, objects: Vec::new(), next_id: 2, received: Vec::new(), memory: sealed_memory() })
    }

    /// Sends bytes; false if the server closed.
    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) -> bool {
        self.send(bytes, None)
    }

    fn send(&mut self, bytes: &[u8], fd: Option<BorrowedFd<'_>>) -> bool {
        let fds: Vec<BorrowedFd<'_>> = fd.into_iter().collect();
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        if !fds.is_empty() {
            ancillary.push(SendAncillaryMessage::ScmRights(&fds));
        }
        self.drain();
        sendmsg(&self.socket, &[IoSlice::new(bytes)], &mut ancillary, SendFlags::NOSIGNAL).is_ok()
    }

    /// Throws away what came, so that the server never has to wait for room.
    fn drain(&mut self) {
        let mut chunk = [0u8; 4096];
        while let Ok((read, _)) = recv(&self.socket, &mut chunk[..], RecvFlags::DONTWAIT) {
            if read == 0 {
                break;
            }
            self.received.extend(&chunk[..read]);
        }
        if self.received.len() > 1 << 20 {
            self.received.clear();
        }
    }

    fn new_id(&mut self, interface: &'static Interface, version: u32) -> u32 {
        let id = self.next_id;
        self.next_id += 1;
        self.objects.push(Object { id, version, interface });
        id
    }

    /// Asks for an answer to everything said before, and waits for it.
    pub(crate) fn roundtrip(&mut self) -> bool {
        self.drain();
        let callback = self.next_id;
        self.next_id += 1;
        let end = Message::new(callback, 0).number(0).done();
        if !self.send(&Message::new(1, 0).number(callback).done(), None) {
            return false;
        }
        let mut chunk = [0u8; 4096];
        while !self.received.windows(end.len()).any(|window| window == end) {
            match recv(&self.socket, &mut chunk[..], RecvFlags::empty()) {
                Ok((read, _)) if read > 0 => self.received.extend(&chunk[..read]),
                _ => return false,
            }
        }
        true
    }

    /// Binds every global, by the order in which the compositor made them.
    pub(crate) fn bind_globals(&mut self) {
        let registry = self.next_id;
        self.next_id += 1;
        self.send(&Message::new(1, 1).number(registry).done(), None);
        self.roundtrip();
        for interface in globals() {
            let Some((name, version)) = self.find_global(interface.name) else { continue };
            let id = self.new_id(interface, version);
            let message = Message::new(registry, 0).number(name).text(interface.name).number(version).number(id);
            self.send(&message.done(), None);
        }
        self.roundtrip();
    }

    /// Name and version of a global, out of the raw announcements.
    fn find_global(&self, interface: &str) -> Option<(u32, u32)> {
        let wanted = Message(Vec::new()).text(interface).0;
        let at = self.received.windows(wanted.len()).position(|window| window == wanted)?;
        let number = |at: usize| Some(u32::from_ne_bytes(self.received.get(at..at + 4)?.try_into().ok()?));
        Some((number(at - 4)?, number(at + wanted.len())?))
    }

    fn first(&self, interface: &str) -> u32 {
        self.objects.iter().find(|object| object.interface.name == interface).map_or(0, |object| object.id)
    }

    /// Says a request by name; new objects are made, numbers are taken in order. Gives the new object's id, if any.
    fn say(&mut self, object: u32, name: &str, numbers: &[u32], fd: Option<BorrowedFd<'_>>) -> u32 {
        let known = self.objects.iter().find(|known| known.id == object).expect("it was made");
        let (interface, version) = (known.interface, known.version);
        let opcode = interface.requests.iter().position(|request| request.name == name).expect("it exists");
        let request = &interface.requests[opcode];
        let (mut numbers, mut made) = (numbers.iter(), 0);
        let mut message = Message::new(object, opcode);
        for kind in request.signature {
            message = match kind {
                ArgumentType::NewId => {
                    let interface = request.child_interface.expect("requests here say what they make");
                    made = self.new_id(interface, version);
                    message.number(made)
                }
                ArgumentType::Fd => message,
                _ => message.number(*numbers.next().expect("enough numbers")),
            };
        }
        self.send(&message.done(), fd);
        made
    }

    /// Opens a window with a picture, a subsurface and a popup, as a well-behaved client does. False if that failed.
    pub(crate) fn open_window(&mut self) -> bool {
        let (compositor, base) = (self.first("wl_compositor"), self.first("xdg_wm_base"));
        let memory = self.memory.try_clone().expect("a descriptor");
        let pool = self.say(self.first("wl_shm"), "create_pool", &[MEMORY], Some(memory.as_fd()));
        let buffer = self.say(pool, "create_buffer", &[0, 64, 64, 256, 0], None);
        let surface = self.say(compositor, "create_surface", &[], None);
        let xdg = self.say(base, "get_xdg_surface", &[surface], None);
        self.say(xdg, "get_toplevel", &[], None);
        self.say(surface, "commit", &[], None);
        let child = self.say(compositor, "create_surface", &[], None);
        self.say(self.first("wl_subcompositor"), "get_subsurface", &[child, surface], None);
        self.say(child, "attach", &[buffer, 0, 0], None);
        self.say(child, "commit", &[], None);
        let positioner = self.say(base, "create_positioner", &[], None);
        self.say(positioner, "set_size", &[20, 20], None);
        self.say(positioner, "set_anchor_rect", &[5, 5, 9, 9], None);
        let popup = self.say(compositor, "create_surface", &[], None);
        let popup_xdg = self.say(base, "get_xdg_surface", &[popup], None);
        self.say(popup_xdg, "get_popup", &[xdg, positioner], None);
        self.say(popup, "commit", &[], None);
        let alive = self.roundtrip();
        for (xdg, surface) in [(xdg, surface), (popup_xdg, popup)] {
            self.say(xdg, "ack_configure", &[0], None);
            self.say(surface, "attach", &[buffer, 0, 0], None);
            self.say(surface, "damage", &[0, 0, 64, 64], None);
            self.say(surface, "commit", &[], None);
        }
        let seat = self.first("wl_seat");
        for device in ["get_pointer", "get_keyboard", "get_touch"] {
            self.say(seat, device, &[], None);
        }
        self.say(self.first("wl_data_device_manager"), "get_data_device", &[seat], None);
        self.say(self.first("zwp_text_input_manager_v3"), "get_text_input", &[seat], None);
        alive && self.roundtrip()
    }

    /// Says something at random to an object at random. False if the server closed.
    pub(crate) fn send_random(&mut self, random: &mut Random) -> bool {
        if self.objects.is_empty() {
            return false;
        }
        let at = random.below(self.objects.len());
        let Object { id, version, interface } = self.objects[at];
        if interface.requests.is_empty() {
            return true;
        }
        let opcode = random.below(interface.requests.len());
        let request = &interface.requests[opcode];
        if request.since > version || (RISKY.contains(&request.name) && !random.one_in(60)) {
            return true;
        }
        if request.is_destructor {
            if !random.one_in(8) {
                return true;
            }
            self.objects.swap_remove(at);
        }
        let (bytes, fd) = self.random_message((id, version), opcode, request, random);
        self.send(&bytes, fd.as_ref().map(AsFd::as_fd))
    }

    fn random_message(
        &mut self,
        (id, version): (u32, u32),
        opcode: usize,
        request: &MessageDesc,
        random: &mut Random,
    ) -> (Vec<u8>, Option<OwnedFd>) {
        let mut message = Message::new(id, opcode);
        let mut fd = None;
        let mut interfaces = request.arg_interfaces.iter();
        let mut fresh = false;
        let mut usual = usual(request.name).iter().filter(|_| !random.one_in(40)).collect::<Vec<_>>().into_iter();
        for kind in request.signature {
            message = match kind {
                ArgumentType::NewId => match request.child_interface {
                    Some(interface) => message.number(self.new_id(interface, version)),
                    None => message.number(0),
                },
                ArgumentType::Object(_) => {
                    let wanted = interfaces.next().map_or("", |interface| interface.name);
                    message.number(match request.name {
                        // A role is given once, so it needs a new surface.
                        "get_xdg_surface" | "set_cursor" | "get_subsurface" if !random.one_in(60) && !fresh => {
                            fresh = true;
                            self.say(self.first("wl_compositor"), "create_surface", &[], None)
                        }
                        _ => self.random_object(wanted, random),
                    })
                }
                ArgumentType::Str(_) => message.text(&random.text().replace('\0', "")),
                ArgumentType::Array => message.bytes(&[1, 2, 3, 4], 4),
                ArgumentType::Fd => {
                    fd = Some(self.random_fd(random));
                    message
                }
                ArgumentType::Fixed => message.number(random.number() << 8),
                ArgumentType::Int | ArgumentType::Uint => {
                    let value = random.number();
                    message.number(usual.next().map_or(value, |most| value % most))
                }
            };
        }
        let mut bytes = message.done();
        if random.one_in(400) {
            // Not the length: the server would wait for the rest of the message.
            let at = 8 + random.below(bytes.len() - 8);
            if at >= bytes.len() {
                return (bytes, fd);
            }
            bytes[at] ^= 1 << random.below(8);
        }
        (bytes, fd)
    }

    /// Mostly an object of the right kind.
    fn random_object(&self, wanted: &str, random: &mut Random) -> u32 {
        if random.one_in(300) {
            return random.number();
        }
        let fitting: Vec<u32> =
            self.objects.iter().filter(|object| object.interface.name == wanted).map(|object| object.id).collect();
        if fitting.is_empty() { 0 } else { fitting[random.below(fitting.len())] }
    }

    fn random_fd(&self, random: &mut Random) -> OwnedFd {
        match random.below(8) {
            0 => std::fs::File::open("/dev/zero").expect("the device exists").into(),
            1 => memfd_create("open", MemfdFlags::ALLOW_SEALING).expect("memory files exist"),
            2 => rustix::pipe::pipe().expect("a pipe").1,
            _ => self.memory.try_clone().expect("a descriptor"),
        }
    }
}
