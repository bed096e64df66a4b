//! One Chrome under test: the real launcher as an ordinary uid, on our own screen.

use super::pipe::{self, Pipe};
use cobrowse_browser_pod::chrome::{self, Chrome, Event, Navigation, Settings, Sites};
use cobrowse_browser_pod::display::{self, Display, Frame, Input, Size};
use cobrowse_browser_pod::handover::{self, Socket};
use cobrowse_session::site::HostPattern;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// A uid of nobody. Chrome's sandbox will not have root.
const NOBODY: &str = "65534";
/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Stand {
    pub(crate) chrome: Chrome,
    pub(crate) screen: Arc<dyn Display>,
    pub(crate) pipe: Pipe,
    events: mpsc::UnboundedReceiver<Event>,
    launcher: Child,
    _folder: tempfile::TempDir,
}

impl Stand {
    /// Starts Chrome, bound to these host patterns.
    pub(crate) async fn start(patterns: &[String]) -> Self {
        Self::start_with(patterns, false).await
    }

    /// The same, and whether the end user's device is used by touch.
    pub(crate) async fn start_with(patterns: &[String], touch: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).expect("open to all");
        let (one, two) = Socket::pair().expect("a socket pair");
        let launcher = launcher(folder.path()).stdin(Stdio::from(two)).spawn().expect("a launcher");
        let handover = tokio::task::spawn_blocking(move || handover::accept(Socket::new(one)));
        let handover = handover.await.expect("no panic").expect("Chrome");
        let size = Size { width: 640, height: 480, scale: 1 };
        let (screen, mut seen) = display::wayland::start(handover.wayland, size).expect("a screen");
        tokio::spawn(async move { while seen.recv().await.is_some() {} });
        let (cdp_in, cdp_out, pipe) = pipe::between(handover.cdp_in, handover.cdp_out);
        let (chrome, events) = chrome::attach(cdp_in, cdp_out, handover.browser).await.expect("attached");
        let stand = Self { chrome, screen, pipe, events, launcher, _folder: folder };
        let parse = |text: &String| HostPattern::parse(text).expect("a pattern");
        let settings = Settings {
            sites: Sites::new(patterns.iter().map(parse).collect()),
            mask_selectors: vec![".secret".into()],
            locale: "nl-NL".into(),
            timezone: "Europe/Amsterdam".into(),
            touch,
            size: (1280, 720),
            max_tabs: 3,
        };
        stand.chrome.bind(settings).await.expect("bound");
        stand
    }

    /// The first event that is wanted; others are dropped.
    pub(crate) async fn wait<T>(&mut self, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
        let mut seen = Vec::new();
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                let event = self.events.recv().await.expect("events until Chrome is gone");
                if let Some(found) = wanted(&event) {
                    return found;
                }
                seen.push(event);
            }
        });
        match found.await {
            Ok(found) => found,
            Err(_) => panic!("nothing like that happened, but {seen:#?}"),
        }
    }

    /// The next state of the address bar that is wanted.
    pub(crate) async fn state(&mut self, mut wanted: impl FnMut(&Navigation) -> bool) -> Navigation {
        self.wait(|event| match event {
            Event::Navigation(navigation) if wanted(navigation) => Some(navigation.clone()),
            _ => None,
        })
        .await
    }

    /// Waits until everybody may see the screen, or nobody but the end user.
    pub(crate) async fn sight(&mut self, clear: bool) {
        while self.chrome.sight().clear != clear {
            self.wait(|event| matches!(event, Event::Sight).then_some(())).await;
        }
    }

    /// Opens an address and waits until it has loaded with this title.
    pub(crate) async fn open(&mut self, url: &str, title: &str) -> Navigation {
        self.chrome.navigate(url).await.expect("allowed");
        self.state(|now| now.title == title && !now.loading).await
    }

    /// The launcher's process.
    pub(crate) fn launcher(&self) -> u32 {
        self.launcher.id()
    }

    /// Clicks at a point of the page.
    pub(crate) fn click(&self, x: f64, y: f64) {
        self.screen.inject(Input::Move { x, y });
        for down in [true, false] {
            self.screen.inject(Input::Button { code: 0x110, down });
        }
    }

    /// Clicks at a point until what is wanted happens; Chrome drops clicks on a page that was never painted.
    pub(crate) async fn click_until<T>(&mut self, x: f64, y: f64, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
        for _ in 0..20 {
            self.click(x, y);
            if let Ok(found) = tokio::time::timeout(Duration::from_secs(2), self.wait(&mut wanted)).await {
                return found;
            }
        }
        panic!("nothing came of a click at {x}, {y}");
    }

    /// What is seen when the screen has been still for a while: luma, row by row.
    pub(crate) async fn picture(&self) -> Frame {
        let mut frame = Frame::default();
        let mut still = 0;
        let mut pace = tokio::time::interval(Duration::from_millis(100));
        for _ in 0..300 {
            pace.tick().await;
            still = if self.screen.take_frame(&mut frame) { 0 } else { still + 1 };
            if still == 8 && frame.width > 0 {
                return frame;
            }
        }
        panic!("the screen is never still");
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        let _ = self.launcher.kill();
        let _ = self.launcher.wait();
    }
}

fn launcher(folder: &Path) -> Command {
    let program = env!("CARGO_BIN_EXE_browser-pod");
    let mut command = if rustix::process::getuid().is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--no-new-privs", program]);
        command
    } else {
        Command::new(program)
    };
    command.args(["launcher", "--folder"]).arg(folder.join("browser"));
    command
}
