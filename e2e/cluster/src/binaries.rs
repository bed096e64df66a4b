//! Builds the programs of a cluster, once: a folder of the cache is named after all that it was made of.

use anyhow::{Context, Result, ensure};
use aws_lc_rs::digest::{Context as Digest, SHA256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Profile;
use crate::layout::Layout;
use crate::modules::{self, Change, Module};
use crate::process::{call, run, succeeds};
use crate::wait::{Step, say};

/// Seconds that a build may take. The largest takes seven minutes on two cores with nothing cached, the downloads apart.
const BUILD_LIMIT: &str = "2400";

/// What takes time and helps nobody: a description of the programs for debuggers, which the linker would leave out anyway. Paths of
/// this machine stay in them, since a package that two modules share is compiled once only where it is named by its folder.
const NOT_FOR_DEBUGGERS: &str = "all=-dwarf=false";

/// Builds what the profile needs and the cache has not. Sources of all of it are fetched meanwhile.
pub(crate) fn build(layout: &Layout, profile: Profile) -> Result<()> {
    let _turn = turn(layout)?;
    let mut missing = Vec::new();
    for module in modules::of(profile) {
        let folder = folder(layout, module)?;
        if !folder.is_dir() {
            missing.push((module, folder));
        }
    }
    std::thread::scope(|scope| {
        scope.spawn(|| missing.iter().skip(1).for_each(|(module, _)| fetch_ahead(layout, module)));
        missing.iter().try_for_each(|(module, folder)| {
            let step = Step::begin(format!("building {}", module.name));
            build_into(layout, module, folder).with_context(|| format!("failed to build {}", module.name))?;
            step.done();
            Ok(())
        })
    })
}

/// Waits until nobody else builds into the cache: two would take away each other's work. The turn lasts as long as the file is open.
fn turn(layout: &Layout) -> Result<fs::File> {
    fs::create_dir_all(&layout.cache)?;
    let file = fs::File::create(layout.cache.join("building")).context("failed to open the cache's lock")?;
    if file.try_lock().is_err() {
        say("    waiting for another build of these programs …");
        file.lock().context("failed to wait for another build")?;
    }
    Ok(file)
}

/// Fetches what a module is made of. What this fails to fetch its build asks for again, and says why it cannot be had.
fn fetch_ahead(layout: &Layout, module: &Module) {
    let source = layout.source.join("modules").join(module.name);
    let what = if source.join("main.go").exists() { "." } else { "tool" };
    let mut command = Command::new("timeout");
    command.arg(BUILD_LIMIT).args(["go", "list", "-deps", "-tags", module.tags, what]).current_dir(source);
    succeeds(command.env("GOTOOLCHAIN", "local"));
}

/// Makes the programs of a profile callable in the folder of the running cluster.
pub(crate) fn link(layout: &Layout, profile: Profile) -> Result<()> {
    fs::create_dir_all(layout.programs().join("cni"))?;
    for module in modules::of(profile) {
        let folder = folder(layout, module)?;
        for (built, called) in module.tools {
            std::os::unix::fs::symlink(folder.join(built), layout.program(called))
                .with_context(|| format!("failed to link {called}"))?;
        }
    }
    Ok(())
}

/// A folder of a module's source that is needed at run time.
pub(crate) fn kept(layout: &Layout, module: &str, name: &str) -> Result<PathBuf> {
    let module = modules::MODULES.iter().find(|one| one.name == module).context("no such module")?;
    Ok(folder(layout, module)?.join("kept").join(name))
}

/// Where the tools of a module are: by its pins, the compiler, and how it is built.
fn folder(layout: &Layout, module: &Module) -> Result<PathBuf> {
    let source = layout.source.join("modules").join(module.name);
    let mut digest = Digest::new(&SHA256);
    for name in ["go.mod", "go.sum", "main.go"] {
        digest.update(&fs::read(source.join(name)).unwrap_or_default());
    }
    digest.update(call("go", ["version"])?.as_bytes());
    digest.update(format!("{module:?}").as_bytes());
    let key: String = digest.finish().as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Ok(layout.cache.join("programs").join(format!("{}-{key}", module.name)))
}

fn build_into(layout: &Layout, module: &Module, folder: &Path) -> Result<()> {
    let work = layout.cache.join("work").join(module.name);
    let made = layout.cache.join("work").join(format!("{}.made", module.name));
    for stale in [&work, &made] {
        fs::remove_dir_all(stale).or_else(|error| if stale.exists() { Err(error) } else { Ok(()) })?;
        fs::create_dir_all(stale)?;
    }
    let source = layout.source.join("modules").join(module.name);
    for entry in fs::read_dir(&source).context("failed to find the module's pins")? {
        let entry = entry?;
        fs::copy(entry.path(), work.join(entry.file_name()))?;
    }
    prepare(module, &work, &made)?;
    compile(module, &work, &made)?;
    for (built, _) in module.tools {
        ensure!(made.join(built).is_file(), "the tool {built} was not made");
    }
    fs::create_dir_all(folder.parent().context("no folder")?)?;
    fs::rename(&made, folder)?;
    fs::remove_dir_all(&work)?;
    Ok(())
}

fn compile(module: &Module, work: &Path, made: &Path) -> Result<()> {
    let go_mod = fs::read_to_string(work.join("go.mod"))?;
    let mut flags = "-s -w".to_owned();
    if let Some((of, variable)) = module.stamp {
        let version = modules::version(&go_mod, of).with_context(|| format!("go.mod does not require {of}"))?;
        // Kubernetes wants its version with the letter.
        let version = if module.name == "kubernetes" { format!("v{version}") } else { version.to_owned() };
        flags += &format!(" -X {}", variable.replace("{version}", &version));
    }
    let mut command = Command::new("timeout");
    command.arg(BUILD_LIMIT).args([
        "go",
        "build",
        "-buildvcs=false",
        "-gcflags",
        NOT_FOR_DEBUGGERS,
        "-ldflags",
        &flags,
    ]);
    command.args(["-tags", module.tags, "-o"]).arg(format!("{}/", made.display()));
    // A program of our own, or the tools of a module.
    command.arg(if work.join("main.go").exists() { "." } else { "tool" });
    command.current_dir(work).env("CGO_ENABLED", if module.c { "1" } else { "0" }).env("GOTOOLCHAIN", "local");
    run(&mut command).map(drop)
}

/// Keeps what of a module's source is needed at run time, and changes the source if need be: in a copy, which the build then uses.
fn prepare(module: &Module, work: &Path, made: &Path) -> Result<()> {
    let (of, folders) = module.kept;
    if of.is_empty() {
        return Ok(());
    }
    // Before it was fetched a module has no folder.
    run(Command::new("go").args(["mod", "download", of]).current_dir(work))?;
    let mut list = Command::new("go");
    let source = run(list.args(["list", "-m", "-f", "{{.Dir}}", of]).current_dir(work))?;
    let source = PathBuf::from(source.trim());
    fs::create_dir_all(made.join("kept"))?;
    for folder in folders {
        let name = Path::new(folder).file_name().context("a folder has a name")?;
        copy(&source.join(folder), &made.join("kept").join(name))?;
    }
    module.change.as_ref().map_or(Ok(()), |change| change_source(of, change, &source, work))
}

fn change_source(of: &str, change: &Change, source: &Path, work: &Path) -> Result<()> {
    let own = work.join("source");
    copy(source, &own)?;
    let file = own.join(change.file);
    let text = fs::read_to_string(&file).with_context(|| format!("failed to read {}", change.file))?;
    ensure!(
        text.matches(change.from).count() == 1,
        "{} has not {} once: look at the change again",
        change.file,
        change.from
    );
    fs::write(&file, text.replace(change.from, change.to))?;
    let mut edit = Command::new("go");
    run(edit.args(["mod", "edit", "-replace", &format!("{of}=./source")]).current_dir(work)).map(drop)
}

/// Copies a folder so that the copy may be written to; in the module cache nothing may.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    call("cp", ["-r", &from.to_string_lossy(), &to.to_string_lossy()])?;
    call("chmod", ["-R", "u+w", &to.to_string_lossy()]).map(drop)
}
