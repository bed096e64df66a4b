//! Chrome's command line and environment. Each flag says why it is there.

use super::folders::Folders;
use std::ffi::OsString;

/// Features that would start traffic, draw bubbles of the browser's own, or keep pages alive that nobody sees.
const OFF: [&str; 13] = [
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
    "FencedFrames",
];

/// What pages may not have, since it would open outside of them: a window that always lies on top, a lens that takes the pointer, and
/// documents within documents that nobody can look into.
const OFF_IN_PAGES: [&str; 3] = ["DocumentPictureInPictureAPI", "EyeDropperAPI", "FencedFrames"];

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

/// With a proxy: no way past it. The policies of `egress.json` go with them where the managed ones are.
const PROXIED: [&str; 3] = [
    // Not even for this machine's own names and addresses. There is no other way that it could fall back on.
    "--proxy-bypass-list=<-loopback>",
    // The gateway resolves. Who asks for a name here has found a way past the proxy.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    // Calls between browsers have no UDP of their own.
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
];

/// What differs between starts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Kind {
    /// No screen.
    pub(super) headless: bool,
    /// The port of the proxy on loopback, where there is one.
    pub(super) proxy_port: Option<u16>,
}

/// All arguments.
pub(super) fn arguments(folders: &Folders, Kind { headless, proxy_port }: Kind) -> Vec<OsString> {
    let mut all: Vec<OsString> = ALWAYS.iter().map(OsString::from).collect();
    all.push(format!("--disable-features={}", OFF.join(",")).into());
    all.push(format!("--enable-features={}", ON.join(",")).into());
    all.push(format!("--disable-blink-features={}", OFF_IN_PAGES.join(",")).into());
    let mut profile = OsString::from("--user-data-dir=");
    profile.push(&folders.profile);
    all.push(profile);
    all.push(if headless { "--headless=new" } else { "--ozone-platform=wayland" }.into());
    if let Some(port) = proxy_port {
        all.push(format!("--proxy-server=127.0.0.1:{port}").into());
        all.extend(PROXIED.map(OsString::from));
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn folders() -> Folders {
        let root = tempfile::tempdir().expect("a folder");
        Folders::make(root.path()).expect("folders")
    }

    fn listed(kind: Kind) -> Vec<String> {
        arguments(&folders(), kind).into_iter().map(|one| one.into_string().expect("text")).collect()
    }

    #[test]
    fn without_a_proxy_nothing_speaks_of_one() {
        let all = listed(Kind::default());
        assert_eq!(all.len(), ALWAYS.len() + 6);
        for word in ["proxy", "resolver", "webrtc"] {
            assert!(!all.iter().any(|one| one.contains(word)), "{word}");
        }
        assert_eq!(all.last().map(String::as_str), Some("about:blank"));
    }

    #[test]
    fn with_a_proxy_exactly_these_are_added() {
        // Where the profile is differs from call to call.
        let of = |kind| -> BTreeSet<String> {
            listed(kind).into_iter().filter(|one| !one.starts_with("--user-data-dir=")).collect()
        };
        let plain = of(Kind::default());
        let proxied = of(Kind { proxy_port: Some(4_321), headless: false });
        let added: Vec<_> = proxied.difference(&plain).map(String::as_str).collect();
        let wanted = [
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
            "--proxy-bypass-list=<-loopback>",
            "--proxy-server=127.0.0.1:4321",
            "--webrtc-ip-handling-policy=disable_non_proxied_udp",
        ];
        assert_eq!(added, wanted);
        assert!(plain.is_subset(&proxied));
        for needed in ["--disable-quic", "--dns-prefetch-disable", "--no-pings", "--disable-background-networking"] {
            assert!(proxied.contains(needed), "{needed}");
        }
    }

    #[test]
    fn with_a_proxy_exactly_these_policies_are_added() {
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        let wanted = serde_json::json!({
            "DnsOverHttpsMode": "off",
            "EncryptedClientHelloEnabled": false,
            "MaxConnectionsPerProxy": 99,
            "NetworkPredictionOptions": 2,
            "QuicAllowed": false,
            "WebRtcIPHandling": "disable_non_proxied_udp",
        });
        assert_eq!(read(include_str!("egress.json")), wanted);
        let always = read(include_str!("policy.json"));
        for (name, value) in wanted.as_object().expect("an object") {
            assert!(always.get(name).is_none_or(|other| other == value), "two values of {name}");
        }
    }
}
