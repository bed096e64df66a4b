//! Deaths of the control plane: a part of it is killed as by a crash, stays away for a while, and is started again with what it had on
//! its disk. Whoever needs it must live through that.

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::control_plane::{api_server, etcd};
use crate::layout::Layout;
use crate::process::start;
use crate::wait::{say, until};

/// A process that is killed is gone as soon as the first process has reaped it.
const END_LIMIT: Duration = Duration::from_secs(10);

/// What may be killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// The store of all objects
    Etcd,
    /// The only way to it
    Apiserver,
}

impl Part {
    /// As its log and its number are named.
    fn name(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::Apiserver => "apiserver",
        }
    }

    fn program(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::Apiserver => "kube-apiserver",
        }
    }

    fn command(self, layout: &Layout) -> Command {
        match self {
            Self::Etcd => etcd(layout),
            Self::Apiserver => api_server(layout),
        }
    }
}

/// Kills it and starts it again after `away`; does not wait until it serves. Runs inside, where its number means it and nobody else.
pub(crate) fn crash(layout: &Layout, part: Part, away: Duration) -> Result<()> {
    needs_inside(layout)?;
    let held = lock(layout, part)?;
    held.lock().context("failed to wait for who else starts it")?;
    let name = part.name();
    // One that gave up a moment ago is as dead.
    if let Some(number) = number(layout, part)? {
        let pid = Pid::from_raw(number).context("a process has a number")?;
        kill_process(pid, Signal::KILL).with_context(|| format!("failed to kill {name}"))?;
        until(&format!("the end of {name}"), END_LIMIT, &[], || !process(number).exists())?;
    }
    std::thread::park_timeout(away);
    start(layout, name, &mut part.command(layout)).map(drop)
}

/// Starts again what ended by itself, as a kubelet does: an API server whose etcd dies while it starts gives up. Runs inside.
pub(crate) fn mend(layout: &Layout) -> Result<()> {
    needs_inside(layout)?;
    for part in [Part::Etcd, Part::Apiserver] {
        let held = lock(layout, part)?;
        // One that is being killed is started again by who killed it.
        if held.try_lock().is_ok() && number(layout, part)?.is_none() {
            say(&format!("{} has ended; it is started again", part.name()));
            start(layout, part.name(), &mut part.command(layout))?;
        }
    }
    Ok(())
}

/// Outside of the namespaces the same numbers are others' processes.
fn needs_inside(layout: &Layout) -> Result<()> {
    ensure!(layout.state().exists(), "failed to find the control plane from here: use `cluster inside`");
    Ok(())
}

/// Whoever holds its lock starts it, and nobody else.
fn lock(layout: &Layout, part: Part) -> Result<File> {
    let place = layout.run.join(format!("{}.lock", part.name()));
    File::create(&place).with_context(|| format!("failed to make {}", place.display()))
}

fn process(number: i32) -> PathBuf {
    Path::new("/proc").join(number.to_string())
}

/// Its number, if what has that number is its program.
fn number(layout: &Layout, part: Part) -> Result<Option<i32>> {
    let name = part.name();
    let noted = fs::read_to_string(layout.run.join("pid").join(name))
        .with_context(|| format!("failed to find {name}: start the cluster by `make cluster-up`"))?;
    let number = noted.trim().parse().with_context(|| format!("failed to read the number of {name}"))?;
    let wanted = fs::canonicalize(layout.program(part.program()))?;
    Ok((fs::read_link(process(number).join("exe")).ok().as_ref() == Some(&wanted)).then_some(number))
}
