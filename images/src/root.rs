//! The Debian part of an image: packages unpacked by mmdebstrap, whose scripts never run, less what nobody needs. It is made
//! once, and kept in a cache under a hash of all that it was made of.

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::run;
use crate::recipe::{Debian, Recipe};
use crate::{digest, files, say};

/// The release of Debian.
pub(crate) const RELEASE: &str = "bookworm";
/// Changes when the same recipe gives another root.
const FORMAT: u32 = 1;

/// Patterns of paths that no image has.
const NOWHERE: [&str; 15] = [
    "/usr/share/doc/*",
    "/usr/share/man/*",
    "/usr/share/info/*",
    "/usr/share/locale/*",
    "/usr/share/lintian/*",
    "/usr/share/bug/*",
    "/usr/share/menu/*",
    "/usr/share/applications/*",
    "/usr/share/metainfo/*",
    "/usr/share/gdb/*",
    "/usr/share/gtk-doc/*",
    "/etc/cron*",
    "/etc/init.d/*",
    "/usr/lib/systemd/*",
    "/usr/sbin/*",
];

/// Folders that apt and dpkg make for themselves, and those that a container gets anew.
const SCAFFOLD: [&str; 6] = ["var", "dev", "tmp", "run", "etc/apt", "etc/dpkg"];

/// What a hook of mmdebstrap writes of each package.
const LIST: &str = r#"for deb in "$1"/var/cache/apt/archives/*.deb; do
    printf '%s\t' "$(sha256sum <"$deb" | cut -c 1-64)"
    dpkg-deb --show --showformat='${Package}\t${Version}\t${Architecture}\n' "$deb"
done >"#;

/// A package of Debian's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) architecture: String,
    /// Of its archive, which apt checked against the signed list.
    pub(crate) sha256: String,
}

/// A finished root.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) layer: PathBuf,
    pub(crate) packages: Vec<Package>,
}

/// The root of a recipe, from the cache or new.
pub(crate) fn of(recipe: &Recipe) -> Result<Root> {
    let folder = cache()?.join(format!("{}-{}", recipe.name, key(&recipe.debian)?));
    if !folder.is_dir() {
        say(&format!("{}: fetching and unpacking packages of Debian {RELEASE}, once", recipe.name));
        make(&recipe.debian, &folder).context("failed to make its Debian root")?;
    }
    let list = fs::read(folder.join("packages.json")).context("failed to read the list of packages")?;
    let packages = serde_json::from_slice(&list).context("failed to read the list of packages")?;
    Ok(Root { layer: folder.join("layer.tar"), packages })
}

fn cache() -> Result<PathBuf> {
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let base = base.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
    let cache = base.context("failed to find the cache: set HOME or XDG_CACHE_HOME")?.join("cobrowse/images");
    fs::create_dir_all(&cache).with_context(|| format!("failed to make {}", cache.display()))?;
    Ok(cache)
}

fn key(debian: &Debian) -> Result<String> {
    let all = serde_json::to_vec(&(FORMAT, RELEASE, NOWHERE, SCAFFOLD, debian))?;
    Ok(digest::bytes(&all)[..16].to_owned())
}

fn make(debian: &Debian, folder: &Path) -> Result<()> {
    let work = tempfile::tempdir_in(folder.parent().context("no folder")?)?;
    let (root, made) = (work.path().join("root"), work.path().join("made"));
    fs::create_dir(&made)?;
    bootstrap(debian, &root, work.path())?;
    let packages = packages(&fs::read_to_string(work.path().join("list"))?)?;
    for name in SCAFFOLD {
        let path = root.join(name);
        if path.exists() {
            fs::remove_dir_all(path).with_context(|| format!("failed to remove {name}"))?;
        }
    }
    let layer = made.join("layer.tar");
    let without = NOWHERE.iter().copied().chain(debian.without.iter().map(String::as_str));
    files::pack_without(&root, &layer, without)?;
    harmless(&files::list(&layer)?)?;
    fs::write(made.join("packages.json"), serde_json::to_vec(&packages)?)?;
    // Another one may have made the same meanwhile.
    fs::rename(&made, folder).or_else(|error| if folder.is_dir() { Ok(()) } else { Err(error) })?;
    Ok(())
}

fn bootstrap(debian: &Debian, root: &Path, work: &Path) -> Result<()> {
    fs::write(work.join("installed"), omitted(&debian.omitted))?;
    fs::write(work.join("sources"), sources()?)?;
    let mut command = Command::new("mmdebstrap");
    command.args(["--variant=extract", "--mode=root", "--format=directory", "--quiet"]);
    command.arg("--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr");
    // What this machine knows of Debian's packages already is not fetched again.
    command.arg("--setup-hook=cp -r /var/lib/apt/lists/. \"$1/var/lib/apt/lists/\"");
    command.arg(format!("--setup-hook=cp '{}' \"$1/var/lib/dpkg/status\"", work.join("installed").display()));
    command.arg(format!("--extract-hook={LIST} '{}'", work.join("list").display()));
    command.arg(format!("--include={}", debian.packages.join(",")));
    command.args([RELEASE.as_ref(), root.as_os_str(), work.join("sources").as_os_str()]);
    run(&mut command).map(drop)
}

/// A list of installed packages, with one that provides all that is not wanted, in every version.
fn omitted(names: &[String]) -> String {
    let provided: Vec<String> = names.iter().map(|name| format!("{name} (= 9999:9999)")).collect();
    format!(
        "Package: omitted\nStatus: install ok installed\nMaintainer: Nobody <nobody@example.com>\nArchitecture: all\n\
         Multi-Arch: foreign\nVersion: 9999:9999\nProvides: {}\nDescription: what the image does not have\n\n",
        provided.join(", ")
    )
}

/// Where this machine has Debian's packages from.
fn sources() -> Result<String> {
    let format = "$(ORIGIN)|$(CREATED_BY)|$(RELEASE)|deb $(REPO_URI) $(RELEASE) $(COMPONENT)";
    let all = run(Command::new("apt-get").args(["indextargets", "--format", format]))?;
    let own = all.lines().filter_map(|line| line.strip_prefix("Debian|Packages|"));
    let own: BTreeSet<&str> =
        own.filter(|line| line.starts_with(RELEASE)).filter_map(|line| Some(line.split_once('|')?.1)).collect();
    if own.is_empty() {
        bail!("failed to find where Debian {RELEASE} is: run apt-get update, or make images on Debian {RELEASE}");
    }
    Ok(own.into_iter().map(|line| format!("{line}\n")).collect())
}

fn packages(list: &str) -> Result<Vec<Package>> {
    let one = |line: &str| {
        let mut fields = line.split('\t').map(str::to_owned);
        let (sha256, name, version, architecture) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        Some(Package { name, version, architecture, sha256 })
    };
    let mut all: Vec<Package> =
        list.lines().map(one).collect::<Option<_>>().context("failed to read a package's line")?;
    ensure!(!all.is_empty(), "failed to find the packages");
    all.sort();
    Ok(all)
}

/// No file may give whoever runs it more rights. Takes the list of an archive.
fn harmless(list: &str) -> Result<()> {
    let special = list
        .lines()
        .find(|line| line.starts_with('-') && line.get(1..10).is_some_and(|mode| mode.contains(['s', 'S'])));
    ensure!(special.is_none(), "failed to take a file that is setuid or setgid: {}", special.unwrap_or_default());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_of_all_that_a_root_is_made_of() {
        let of = |packages: &[&str], without: &[&str], omitted: &[&str]| {
            let all = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
            key(&Debian { packages: all(packages), without: all(without), omitted: all(omitted) }).expect("a key")
        };
        let keys = [of(&["a"], &[], &[]), of(&["b"], &[], &[]), of(&["a"], &["a"], &[]), of(&["a"], &[], &["a"])];
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "{keys:?}");
        assert_eq!(of(&["a"], &[], &[]), keys[0]);
    }

    #[test]
    fn the_list_is_read_or_refused() {
        let read = packages("ff\tlibc6\t2.36-9\tamd64\nee\tdash\t0.5\tamd64\n").expect("read");
        assert_eq!(read.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["dash", "libc6"]);
        assert!(packages("ff\tlibc6\n").is_err());
        assert!(packages("").is_err());
    }

    #[test]
    fn a_file_that_gives_rights_is_refused() {
        harmless("drwxrwsr-x 0/0 0 1970-01-01 00:00 ./var/mail/\n-rwxr-xr-x 0/0 9 1970-01-01 00:00 ./usr/bin/s\n")
            .expect("harmless");
        assert!(harmless("-rwsr-xr-x 0/0 9 1970-01-01 00:00 ./usr/bin/su\n").is_err());
        assert!(harmless("-rwxr-sr-x 0/0 9 1970-01-01 00:00 ./usr/bin/wall\n").is_err());
    }
}
