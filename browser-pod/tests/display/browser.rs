//! A Chromium that has our compositor for its screen, as an unprivileged user, with everything in a directory of its own.

use std::fs::{self, File, Permissions};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use cobrowse_browser_pod::display::{Display, Event, Frame, Input, Size, wayland};
use rustix::process::{Pid, Signal, getuid, kill_process_group};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::Receiver;

use crate::picture::{Colour, colour_at, near, save};

/// How long anything may take on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// An ordinary user without rights.
const NOBODY: &str = "65534";

/// One Chromium at a time: several would only slow each other down.
static ONE: Mutex<()> = Mutex::new(());

pub(crate) struct Browser {
    pub(crate) screen: Arc<dyn Display>,
    pub(crate) frame: Frame,
    events: Receiver<Event>,
    seen: Vec<Event>,
    runtime: Runtime,
    chromium: Child,
    _directory: TempDir,
    _one: MutexGuard<'static, ()>,
}

impl Browser {
    /// Starts Chromium on a page with this HTML, on a screen of 1280 by 720.
    pub(crate) fn start(html: &str) -> Browser {
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let directory = tempfile::Builder::new().prefix("display").tempdir().expect("a directory can be made");
        let at = directory.path();
        let page = at.join("page.html");
        fs::write(&page, format!("<!doctype html><meta charset=utf-8><title>test</title>{html}")).expect("writable");
        let socket = at.join("wayland-0");
        let listener = UnixListener::bind(&socket).expect("the socket is new");
        for path in [at, &page, &socket] {
            give_to_nobody(path);
        }
        let size = Size { width: 1280, height: 720, scale: 1 };
        let (screen, events) = wayland::start(OwnedFd::from(listener), size).expect("the compositor starts");
        let chromium = chromium(at, &page).spawn().expect("chromium is installed");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let (frame, seen) = (Frame::default(), Vec::new());
        Browser { screen, frame, events, seen, runtime, chromium, _directory: directory, _one: one }
    }

    pub(crate) fn inject(&self, input: Input) {
        self.screen.inject(input);
    }

    /// The next event, or nothing within `patience`.
    pub(crate) fn next_event(&mut self, patience: Duration) -> Option<Event> {
        let events = &mut self.events;
        let event = self.runtime.block_on(async { tokio::time::timeout(patience, events.recv()).await });
        let event = event.ok().flatten();
        self.seen.extend(event.iter().filter(|event| **event != Event::Frame).cloned());
        event
    }

    /// Takes frames until one is as asked.
    pub(crate) fn wait_for(&mut self, what: &str, mut is_so: impl FnMut(&Frame) -> bool) {
        let end = Instant::now() + PATIENCE;
        loop {
            self.screen.take_frame(&mut self.frame);
            if is_so(&self.frame) {
                return;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let path = save(&self.frame, what);
                panic!("{what} did not come; the last picture is {}", path.display());
            }
            self.next_event(left);
        }
    }

    pub(crate) fn wait_for_colour(&mut self, at: (u32, u32), colour: Colour) {
        self.wait_for(&format!("colour {colour:?} at {at:?}"), |frame| near(colour_at(frame, at), colour));
    }

    /// Waits for an event that is not a frame, or finds it among those that came meanwhile.
    pub(crate) fn wait_for_event(&mut self, what: &str, mut is_it: impl FnMut(&Event) -> bool) -> Event {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.seen.iter().position(&mut is_it) {
                return self.seen.drain(..=at).next_back().expect("it was found");
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{what} was not told; told were {:?}", self.seen);
            self.screen.take_frame(&mut self.frame);
            self.next_event(left);
        }
    }

    pub(crate) fn click(&self, x: f64, y: f64) {
        self.inject(Input::Move { x, y });
        self.inject(Input::Button { code: 0x110, down: true });
        self.inject(Input::Button { code: 0x110, down: false });
    }
}

impl Browser {
    /// Kills Chromium and all its processes.
    pub(crate) fn kill(&mut self) {
        if let Some(group) = i32::try_from(self.chromium.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.chromium.wait();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.kill();
    }
}

fn give_to_nobody(path: &Path) {
    if getuid().is_root() {
        std::os::unix::fs::chown(path, Some(65534), Some(65534)).expect("root may");
    } else {
        fs::set_permissions(path, Permissions::from_mode(0o700)).expect("it is ours");
    }
}

fn chromium(at: &Path, page: &Path) -> Command {
    let mut command = match getuid().is_root() {
        true => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--", "/usr/lib/chromium/chromium"]);
            command
        }
        false => Command::new("/usr/lib/chromium/chromium"),
    };
    let log = File::create(at.join("chromium.log")).expect("the directory is new");
    command.args([
        "--ozone-platform=wayland",
        "--kiosk",
        "--disable-gpu",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--touch-events=enabled",
        "--password-store=basic",
    ]);
    command.arg(format!("--user-data-dir={}", at.join("profile").display()));
    command.arg(format!("file://{}", page.display()));
    command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", at).env("XDG_RUNTIME_DIR", at);
    command.env("WAYLAND_DISPLAY", "wayland-0").env("LANG", "C.UTF-8");
    command.stderr(log.try_clone().expect("a descriptor")).stdout(log).process_group(0);
    command
}
