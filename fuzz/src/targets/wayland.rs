//! Chrome's screen with hostile clients: messages in any order and of any content, between people's acts and turns of the
//! compositor. It goes on serving others, its limits hold, and its pictures are whole.

use std::io::{IoSlice, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;

use cobrowse_browser_pod::display::wayland::fuzzing::Stage;
use cobrowse_browser_pod::display::{Cursor, Event, Frame, Input, Pace, Size};
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, ftruncate, memfd_create};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};

use crate::script::Script;

const SIZE: Size = Size { width: 320, height: 240, scale: 1 };
/// Steps of one input.
const STEPS: usize = 1_024;
/// Bytes of the memory that clients share.
const MEMORY: u64 = 512 << 10;

/// Steps, as `step` reads them.
pub fn target(bytes: &[u8]) {
    let mut stage = Stage::new(SIZE).expect("a compositor");
    let mut script = Script::new(bytes);
    let mut clients = Clients::default();
    clients.switch(&mut stage, 0);
    let mut frame = Frame::default();
    for _ in 0..STEPS {
        if script.is_over() {
            break;
        }
        step(&mut stage, &mut clients, &mut script, &mut frame);
    }
    turn(&mut stage, &mut clients, &mut frame);
    still_answers(&mut stage);
}

fn step(stage: &mut Stage, clients: &mut Clients, script: &mut Script<'_>, frame: &mut Frame) {
    match script.byte() {
        // The usual: a well-framed message.
        0 => clients.say(script, None),
        1 => {
            let file = file(script.byte());
            clients.say(script, Some(file));
        }
        2 => turn(stage, clients, frame),
        3 => stage.display().inject(act(script)),
        4 => {
            let (width, height, scale) = (script.short().into(), script.short().into(), script.byte().into());
            stage.display().resize(Size { width, height, scale });
        }
        5 => {
            let rate = script.byte();
            stage.display().set_pace(if rate == 0 { Pace::Paused } else { Pace::PerSecond(rate.into()) });
        }
        6 => stage.display().offer_clipboard(String::from_utf8_lossy(script.counted()).into_owned()),
        7 => clients.say_bytes(script.counted()),
        8 => clients.switch(stage, usize::from(script.byte() % 3)),
        9 => clients.leave(),
        // Ids and sizes in text would be rare otherwise: a bind by its parts.
        _ => clients.bind(script),
    }
}

fn turn(stage: &mut Stage, clients: &mut Clients, frame: &mut Frame) {
    clients.flush();
    stage.turn();
    clients.drain();
    assert_eq!(stage.broken_limit(), None);
    if stage.display().take_frame(frame) {
        is_whole(frame);
    }
    while let Some(event) = stage.told() {
        if let Event::Cursor(Cursor::Image { width, height, rgba, hotspot_x, hotspot_y }) = &event {
            assert!(*width <= 128 && *height <= 128 && rgba.len() <= (width * height * 4) as usize);
            assert!(hotspot_x < width && hotspot_y < height);
        }
        if let Event::Copied(text) = &event {
            assert!(text.len() <= 3 * (256 << 10));
        }
    }
}

fn is_whole(frame: &Frame) {
    let Frame { width, height, luma, cb, cr, damage, .. } = frame;
    assert!(width % 2 == 0 && height % 2 == 0 && *width >= 64 && *height >= 64);
    let (pixels, quarter) = ((width * height) as usize, (width / 2 * (height / 2)) as usize);
    assert_eq!((luma.len(), cb.len(), cr.len()), (pixels, quarter, quarter));
    assert!(!damage.is_empty());
    for rect in damage {
        assert!(rect.width > 0 && rect.height > 0 && rect.x % 2 == 0 && rect.y % 2 == 0);
        assert!(rect.x + rect.width <= *width && rect.y + rect.height <= *height, "{rect:?}");
    }
}

fn act(script: &mut Script<'_>) -> Input {
    let (kind, flag) = (script.byte(), script.bit());
    match kind % 10 {
        0 => Input::Button { code: 0x110 + u32::from(script.byte() % 8), down: flag },
        1 => Input::Wheel { dx: script.coordinate(), dy: script.coordinate() },
        2 => Input::Key { code: script.byte().into(), keysym: script.short().into(), down: flag },
        3 => Input::Key { code: script.number(), keysym: script.number(), down: flag },
        4 => {
            let (preedit, commit) = (script.text(), script.text());
            let (delete_before, delete_after) = (script.byte().into(), script.number() & 0xfff);
            Input::Text { preedit, commit, delete_before, delete_after }
        }
        5 => Input::TouchDown { id: script.byte().into(), x: script.coordinate(), y: script.coordinate() },
        6 => Input::TouchMove { id: script.byte().into(), x: script.coordinate(), y: script.coordinate() },
        7 => Input::TouchUp { id: script.byte().into() },
        8 => Input::TouchCancel,
        _ => Input::Move { x: script.coordinate(), y: script.coordinate() },
    }
}

/// A descriptor to send along.
fn file(kind: u8) -> OwnedFd {
    match kind % 6 {
        0 => std::fs::File::open("/dev/zero").expect("the device exists").into(),
        1 => memfd_create("open", MemfdFlags::ALLOW_SEALING | MemfdFlags::CLOEXEC).expect("memory files exist"),
        2 => rustix::pipe::pipe().expect("a pipe").1,
        3 => rustix::pipe::pipe().expect("a pipe").0,
        _ => memory(),
    }
}

/// Sealed memory with a pattern, as Chrome shares it.
fn memory() -> OwnedFd {
    let fd = memfd_create("client", MemfdFlags::ALLOW_SEALING | MemfdFlags::CLOEXEC).expect("memory files exist");
    ftruncate(&fd, MEMORY).expect("the file is ours");
    rustix::io::pwrite(&fd, &[0x80, 0x40, 0x20, 0x90], 0).expect("there is room");
    fcntl_add_seals(&fd, SealFlags::SHRINK).expect("sealing is allowed");
    fd
}

/// The clients of one input, one of which speaks.
#[derive(Default)]
struct Clients {
    sockets: [Option<UnixStream>; 3],
    speaks: usize,
    said: Vec<u8>,
}

impl Clients {
    fn switch(&mut self, stage: &mut Stage, to: usize) {
        self.flush();
        self.speaks = to;
        if self.sockets[to].is_none() {
            let socket = stage.connect().expect("a socket pair");
            socket.set_nonblocking(true).expect("a socket");
            self.sockets[to] = Some(socket);
        }
    }

    fn leave(&mut self) {
        self.flush();
        self.sockets[self.speaks] = None;
    }

    /// An object, a request and its counted arguments.
    fn say(&mut self, script: &mut Script<'_>, file: Option<OwnedFd>) {
        let (object, request, arguments) = (script.short(), script.byte(), script.counted());
        let object = if object >= 0xff00 { 0xff00_0000 + u32::from(object & 0xff) } else { object.into() };
        self.message(object, request.into(), arguments, file);
    }

    fn message(&mut self, object: u32, request: u32, arguments: &[u8], file: Option<OwnedFd>) {
        let length = u32::try_from(arguments.len().next_multiple_of(4) + 8).unwrap_or(8);
        if file.is_some() {
            self.flush();
        }
        self.said.extend(object.to_ne_bytes());
        self.said.extend((length << 16 | request).to_ne_bytes());
        self.said.extend(arguments);
        self.said.resize(self.said.len().next_multiple_of(4), 0);
        if let Some(file) = file {
            self.send(Some(file));
        }
    }

    /// A registry, a global's name, and the object it becomes. The interface is that of the name.
    fn bind(&mut self, script: &mut Script<'_>) {
        let (registry, name, version, id) = (script.byte(), script.byte(), script.byte(), script.byte());
        let (interface, newest) = GLOBALS[usize::from(name) % GLOBALS.len()];
        let number = u32::try_from(usize::from(name) % GLOBALS.len() + 1).unwrap_or(1);
        let mut arguments = number.to_ne_bytes().to_vec();
        arguments.extend(u32::try_from(interface.len() + 1).unwrap_or(1).to_ne_bytes());
        arguments.extend(interface.as_bytes());
        arguments.push(0);
        arguments.resize(arguments.len().next_multiple_of(4), 0);
        arguments.extend((u32::from(version) % newest + 1).to_ne_bytes());
        arguments.extend(u32::from(id).to_ne_bytes());
        self.message(registry.into(), 0, &arguments, None);
    }

    fn say_bytes(&mut self, bytes: &[u8]) {
        self.said.extend(bytes);
    }

    fn flush(&mut self) {
        if !self.said.is_empty() {
            self.send(None);
        }
    }

    fn send(&mut self, file: Option<OwnedFd>) {
        let said = std::mem::take(&mut self.said);
        let Some(socket) = &self.sockets[self.speaks] else { return };
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let fds: Vec<_> = file.iter().map(AsFd::as_fd).collect();
        if !fds.is_empty() {
            control.push(SendAncillaryMessage::ScmRights(&fds));
        }
        // The compositor may have thrown this client out.
        let _ = sendmsg(socket, &[IoSlice::new(&said)], &mut control, SendFlags::NOSIGNAL);
    }

    /// Throws away what came, descriptors too.
    fn drain(&mut self) {
        let mut part = [0; 16 << 10];
        for socket in self.sockets.iter_mut().flatten() {
            while socket.read(&mut part).is_ok_and(|count| count > 0) {}
        }
    }
}

/// The compositor's globals in the order in which it makes them, and their newest versions.
const GLOBALS: [(&str, u32); 14] = [
    ("wl_compositor", 6),
    ("wl_subcompositor", 1),
    ("wl_shm", 1),
    ("wl_output", 4),
    ("wl_seat", 8),
    ("wl_data_device_manager", 3),
    ("zwp_text_input_manager_v3", 1),
    ("xdg_wm_base", 6),
    ("wp_viewporter", 1),
    ("wp_fractional_scale_manager_v1", 1),
    ("wp_presentation", 1),
    ("wp_cursor_shape_manager_v1", 1),
    ("zxdg_decoration_manager_v1", 1),
    ("xdg_activation_v1", 1),
];

/// A client that behaves gets an answer.
fn still_answers(stage: &mut Stage) {
    let mut clients = Clients::default();
    clients.switch(stage, 0);
    clients.message(1, 0, &2_u32.to_ne_bytes(), None);
    clients.flush();
    stage.turn();
    let mut answer = [0; 12];
    let socket = clients.sockets[0].as_mut().expect("it is connected");
    socket.read_exact(&mut answer).expect("an answer to others");
    assert_eq!(answer[..4], 2_u32.to_ne_bytes(), "the callback is done");
}
