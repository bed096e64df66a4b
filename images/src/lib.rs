//! Makes the container images without any registry: Debian packages, unpacked and not installed, then what is ours, as an OCI
//! archive each. It starts no container and loads no image.

mod archive;
mod cargo;
mod command;
mod digest;
mod files;
mod own;
mod recipe;
mod root;
mod sbom;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use std::path::{Path, PathBuf};
use std::time::Instant;

use archive::Archive;
use recipe::Recipe;

/// What is asked of `images`.
#[derive(Debug, Parser)]
#[command(about = "Makes the container images, as OCI archives")]
pub struct Arguments {
    /// Which; without any all whose programs are there
    names: Vec<String>,
    /// The folder of our programs; by default that of this one
    #[arg(long)]
    programs: Option<PathBuf>,
    /// Where the archives go
    #[arg(long, default_value = "target/images")]
    out: PathBuf,
    /// The tag of the references
    #[arg(long, default_value = "dev")]
    tag: String,
    /// A policy of Chrome, as a file of JSON, that goes into the image of the browser pod besides ours. For tests: it is tagged `test`
    #[arg(long)]
    policy: Option<PathBuf>,
}

/// Makes the images that are asked for.
///
/// # Errors
/// What could not be made, and why.
pub fn run(arguments: &Arguments) -> Result<()> {
    let own = std::env::current_exe().context("failed to find this program")?;
    let programs =
        arguments.programs.as_deref().or(own.parent()).context("failed to find the folder of the programs")?;
    std::fs::create_dir_all(&arguments.out).with_context(|| format!("failed to make {}", arguments.out.display()))?;
    for mut recipe in wanted(&arguments.names)? {
        let missing = recipe.programs.iter().find(|name| !programs.join(name).is_file());
        if let (Some(program), true) = (missing, arguments.names.is_empty()) {
            say(&format!("{}: not made, for {program} is not built", recipe.name));
            continue;
        }
        let mut tag = arguments.tag.as_str();
        if let Some(policy) = &arguments.policy {
            recipe.add_policy(policy)?;
            tag = "test";
        }
        make(&recipe, programs, &arguments.out, tag)
            .with_context(|| format!("failed to make the image {}", recipe.name))?;
    }
    Ok(())
}

fn wanted(names: &[String]) -> Result<Vec<Recipe>> {
    let all = recipe::all()?;
    if let Some(unknown) = names.iter().find(|name| all.iter().all(|recipe| recipe.name != **name)) {
        let known: Vec<&str> = all.iter().map(|recipe| recipe.name.as_str()).collect();
        anyhow::bail!("failed to find a recipe for {unknown}: there are {}", known.join(", "));
    }
    Ok(all.into_iter().filter(|recipe| names.is_empty() || names.contains(&recipe.name)).collect())
}

fn make(recipe: &Recipe, programs: &Path, out: &Path, tag: &str) -> Result<()> {
    let began = Instant::now();
    let root = root::of(recipe)?;
    let work = tempfile::tempdir_in(out).context("failed to make a folder to work in")?;
    let sbom = sbom::of(recipe, tag, &root.packages, &cargo::crates(&recipe.programs)?);
    let own = own::layer(recipe, programs, &sbom, work.path())?;
    let suffix = if tag == "test" { "-test" } else { "" };
    let archive = Archive { recipe, tag, layers: [&root.layer, &own] };
    let made = archive.write(work.path(), &out.join(format!("{}{suffix}.tar", recipe.name)))?;
    ensure!(made.bytes > 0, "the archive is empty");
    std::fs::write(out.join(format!("{}{suffix}.cdx.json", recipe.name)), &sbom).context("failed to write the SBOM")?;
    std::fs::write(out.join(format!("{}{suffix}.digest", recipe.name)), format!("{}\n", made.digest))?;
    let (size, took) = (made.bytes >> 20, began.elapsed().as_secs_f32());
    say(&format!("{} {}  {size} MB, {took:.1} s", archive.reference(), made.digest));
    Ok(())
}

/// Prints a line for the person who waits.
#[expect(clippy::print_stdout, reason = "a chore talks to the person who runs it")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}
