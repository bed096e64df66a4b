//! Chrome's command line and environment. Each flag says why it is there.

use super::folders::Folders;
use std::ffi::OsString;

/// Features that would start traffic, draw bubbles of the browser's own, or keep pages alive that nobody sees.
const OFF: [&str; 12] = [
    "BackForwardCache",
    "Prerender2",
    "Translate",
    "MediaRouter",
    "OptimizationHints",
    "AutofillServerCommunication",
    "CertificateTransparencyComponentUpdater",
    "GlobalMediaControls",
    "InterestFeedContentSuggestions",
    "PaymentRequest",
    "HttpsUpgrades",
    "WebUSB",
];

/// The network process gets Chrome's sandbox too.
const ON: [&str; 1] = ["NetworkServiceSandbox"];

const ALWAYS: [&str; 25] = [
    // The agent side drives Chrome through file descriptors 3 and 4, and loads the masking extension with them.
    "--remote-debugging-pipe",
    "--enable-unsafe-extension-debugging",
    // One window that fills the screen, without the browser's own controls.
    "--kiosk",
    "--no-first-run",
    "--no-default-browser-check",
    // No GPU, and no WebGL by software: the GPU process could not be sandboxed with it.
    "--disable-gpu",
    "--disable-software-rasterizer",
    // Nothing but the page reaches the network.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--no-pings",
    "--disable-quic",
    "--dns-prefetch-disable",
    "--disable-default-apps",
    "--disable-component-extensions-with-background-pages",
    // No keyring, no desktop bus, no print preview, no bubble about a restored session.
    "--password-store=basic",
    "--disable-print-preview",
    "--hide-crash-restore-bubble",
    "--deny-permission-prompts",
    "--disable-search-engine-choice-screen",
    // A blocked popup would ask in a bar that is not there; `chrome` limits them.
    "--disable-popup-blocking",
    // The page is always looked at by somebody, whatever the screen says.
    "--disable-backgrounding-occluded-windows",
];

/// All arguments.
pub(super) fn arguments(folders: &Folders, headless: bool) -> Vec<OsString> {
    let mut all: Vec<OsString> = ALWAYS.iter().map(OsString::from).collect();
    all.push(format!("--disable-features={}", OFF.join(",")).into());
    all.push(format!("--enable-features={}", ON.join(",")).into());
    let mut profile = OsString::from("--user-data-dir=");
    profile.push(&folders.profile);
    all.push(profile);
    all.push(if headless { "--headless=new" } else { "--ozone-platform=wayland" }.into());
    all.push("about:blank".into());
    all
}

/// The whole environment.
pub(super) fn environment(folders: &Folders) -> [(&'static str, OsString); 8] {
    [
        ("PATH", "/usr/bin:/bin".into()),
        ("HOME", folders.home.clone().into()),
        ("XDG_RUNTIME_DIR", folders.runtime.clone().into()),
        ("WAYLAND_DISPLAY", super::process::SCREEN.into()),
        ("LANG", "C.UTF-8".into()),
        ("TMPDIR", "/tmp".into()),
        ("DBUS_SESSION_BUS_ADDRESS", "disabled:".into()),
        ("NO_AT_BRIDGE", "1".into()),
    ]
}
