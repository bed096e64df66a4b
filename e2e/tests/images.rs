//! What is in the images: who they run as, what is not there, and that each says truly what it is made of. Reads the archives
//! that `make images` left, and starts nothing.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Names, and whether ours is shipped with it.
const IMAGES: [&str; 6] = ["operator", "session-api", "egress-gateway", "browser-pod", "shop", "postgresql"];
/// Images that only programs of ours and a C library are in.
const BARE: [&str; 3] = ["operator", "session-api", "egress-gateway"];
/// Programs that help an intruder more than anybody else.
const UNWANTED: [&str; 20] = [
    "apt",
    "apt-get",
    "bash",
    "busybox",
    "cc",
    "curl",
    "dpkg",
    "gcc",
    "ld",
    "ld.so",
    "mount",
    "nc",
    "nsenter",
    "perl",
    "python3",
    "su",
    "sudo",
    "systemctl",
    "unshare",
    "wget",
];

fn folder() -> PathBuf {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/images");
    std::env::var_os("COBROWSE_IMAGES").map_or(default, PathBuf::from)
}

struct Image {
    file: PathBuf,
    digest: String,
    config: Value,
    manifest: Value,
    layers: Vec<String>,
    name: &'static str,
}

fn tar(arguments: &[&str], file: &Path) -> Vec<u8> {
    let output = Command::new("tar").args(arguments).arg(file).output().expect("tar runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

impl Image {
    fn read(name: &'static str) -> Self {
        let file = folder().join(format!("{name}.tar"));
        assert!(file.is_file(), "{} is not there: run make images", file.display());
        let part = |path: &str| -> Value {
            let output = Command::new("tar").arg("-xOf").arg(&file).arg(path).output().expect("tar runs");
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no {path} in {name}"))
        };
        let blob = |digest: &Value| {
            format!("blobs/sha256/{}", digest.as_str().expect("a digest").trim_start_matches("sha256:"))
        };
        let index = part("index.json");
        let digest = &index["manifests"][0]["digest"];
        let manifest = part(&blob(digest));
        let config = part(&blob(&manifest["config"]["digest"]));
        let layers =
            manifest["layers"].as_array().expect("layers").iter().map(|layer| blob(&layer["digest"])).collect();
        Self { digest: digest.as_str().expect("a digest").to_owned(), file, config, manifest, layers, name }
    }

    /// Runs tar on a layer, which is read from the archive.
    fn on_layer(&self, layer: &str, arguments: &str) -> Vec<u8> {
        let script = format!("set -o pipefail; tar -xOf \"$1\" \"$2\" | {arguments}");
        let output =
            Command::new("bash").args(["-c", &script, "sh"]).arg(&self.file).arg(layer).output().expect("a shell runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Each file of all layers: its mode in letters, its owner, its path.
    fn files(&self) -> Vec<(String, String, String)> {
        let lists = self.layers.iter().map(|layer| self.on_layer(layer, "tar --numeric-owner -tvf -"));
        let text = lists.map(|list| String::from_utf8(list).expect("text")).collect::<String>();
        let line = |line: &str| {
            let mut fields = line.split_whitespace();
            let (mode, owner) = (fields.next()?.to_owned(), fields.next()?.to_owned());
            Some((mode, owner, fields.nth(3)?.trim_start_matches('.').to_owned()))
        };
        text.lines().filter_map(line).collect()
    }

    fn sbom(&self) -> Value {
        let own = self.layers.last().expect("a layer");
        let text = self.on_layer(own, "tar -xOf - ./usr/share/cobrowse/sbom.cdx.json");
        serde_json::from_slice(&text).expect("JSON")
    }
}

/// Those that are made; all but the operator's must be.
fn images() -> Vec<Image> {
    let there = |name: &&&str| folder().join(format!("{name}.tar")).is_file() || **name != "operator";
    IMAGES.iter().filter(there).map(|name| Image::read(name)).collect()
}

#[test]
fn every_part_has_the_digest_that_it_is_named_by() {
    for image in images() {
        let mut named = vec![image.digest.trim_start_matches("sha256:").to_owned()];
        named.push(
            image.manifest["config"]["digest"].as_str().expect("a digest").trim_start_matches("sha256:").to_owned(),
        );
        named.extend(image.layers.iter().map(|layer| layer.rsplit('/').next().expect("a name").to_owned()));
        for name in named {
            let blob = format!("blobs/sha256/{name}");
            let sum = image.on_layer(&blob, "sha256sum");
            assert!(sum.starts_with(name.as_bytes()), "{}: {blob}", image.name);
        }
        let written = std::fs::read_to_string(folder().join(format!("{}.digest", image.name))).expect("a digest");
        assert_eq!(written.trim(), image.digest);
        let layers = image.config["rootfs"]["diff_ids"].as_array().expect("layers").len();
        assert_eq!(layers, image.layers.len());
    }
}

#[test]
fn nobody_runs_as_root_and_nothing_gives_rights() {
    for image in images() {
        let user = image.config["config"]["User"].as_str().expect("a user");
        assert!(user.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id >= 10_000)), "{}: {user}", image.name);
        for (mode, owner, path) in image.files() {
            assert!(!mode[1..].contains(['s', 'S']), "{}: {path} is {mode}", image.name);
            assert_eq!(owner, "0/0", "{}: {path}", image.name);
            let others_write = mode.as_bytes()[8] == b'w' && !mode.starts_with('l');
            assert!(!others_write, "{}: everybody may write to {path}", image.name);
            assert!(!mode.starts_with(['b', 'c']), "{}: {path} is a device", image.name);
        }
    }
}

#[test]
fn what_need_not_be_there_is_not() {
    for image in images() {
        let files = image.files();
        let programs: BTreeSet<&str> = files
            .iter()
            .filter(|(mode, _, path)| !mode.starts_with('d') && (path.contains("/bin/") || path.contains("/sbin/")))
            .filter_map(|(_, _, path)| path.rsplit('/').next())
            .collect();
        for unwanted in UNWANTED {
            assert!(!programs.contains(unwanted), "{} has {unwanted}", image.name);
        }
        if BARE.contains(&image.name) {
            assert_eq!(programs, BTreeSet::from([image.name]), "{} has more programs than its own", image.name);
        }
        for part in ["/perl5/", "/systemd/system/", "/apt/", "/dpkg/"] {
            assert!(
                !files.iter().any(|(mode, _, path)| !mode.starts_with('d') && path.contains(part)),
                "{} has {part}",
                image.name
            );
        }
    }
}

#[test]
fn the_list_of_parts_names_all_of_them() {
    for image in images() {
        let list = image.sbom();
        assert_eq!((&list["bomFormat"], &list["specVersion"]), (&"CycloneDX".into(), &"1.6".into()));
        let components = list["components"].as_array().expect("parts");
        let addresses: BTreeSet<&str> = components.iter().filter_map(|one| one["purl"].as_str()).collect();
        assert_eq!(addresses.len(), components.len(), "{}: a part is named twice, or has no address", image.name);
        let has = |part: &str| addresses.iter().any(|address| address.starts_with(part));
        assert!(has("pkg:deb/debian/libc6@"), "{}", image.name);
        let wanted: &[&str] = match image.name {
            "browser-pod" => &["pkg:deb/debian/chromium@", "pkg:cargo/cobrowse-browser-pod@", "pkg:cargo/tokio@"],
            "session-api" => &["pkg:cargo/cobrowse-session-api@", "pkg:cargo/aws-lc-rs@"],
            "operator" => &["pkg:cargo/cobrowse-operator@"],
            "egress-gateway" => &["pkg:cargo/cobrowse-egress-gateway@", "pkg:cargo/aws-lc-rs@"],
            "shop" => &["pkg:deb/debian/nodejs@"],
            _ => &["pkg:deb/debian/postgresql-15@"],
        };
        for part in wanted {
            assert!(has(part), "{} does not name {part}", image.name);
        }
        let beside = std::fs::read(folder().join(format!("{}.cdx.json", image.name))).expect("a list");
        assert_eq!(serde_json::from_slice::<Value>(&beside).expect("JSON"), list);
    }
}

#[test]
fn the_browser_s_image_has_our_policies_and_no_other() {
    let image = Image::read("browser-pod");
    let policies: Vec<String> = image
        .files()
        .into_iter()
        .map(|(_, _, path)| path)
        .filter(|path| path.starts_with("/etc/chromium/policies") && !path.ends_with('/'))
        .collect();
    let folder = "/etc/chromium/policies/managed";
    let ours: [(&str, &[u8]); 2] = [
        ("cobrowse.json", include_bytes!("../../browser-pod/src/launcher/policy.json")),
        ("egress.json", include_bytes!("../../browser-pod/src/launcher/egress.json")),
    ];
    assert_eq!(policies, ours.map(|(name, _)| format!("{folder}/{name}")));
    let own = image.layers.last().expect("a layer");
    for (name, content) in ours {
        assert_eq!(image.on_layer(own, &format!("tar -xOf - .{folder}/{name}")), content, "{name}");
    }
    let sandbox = image.files().into_iter().find(|(_, _, path)| path.ends_with("chrome-sandbox"));
    assert_eq!(sandbox, None, "the helper with rights of root is of no use, and a risk");
    assert!(!tar(&["-tf"], &image.file).is_empty());
}
