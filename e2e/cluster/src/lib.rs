//! A real Kubernetes on this machine, for tests: upstream programs, each built from a pinned Go module, in namespaces of their own.
//! It knows nothing of the product, and the product nothing of it. It needs root and Linux.

mod binaries;
mod control_plane;
mod crash;
mod down;
mod forward;
mod images;
mod kernel;
mod layout;
mod load;
mod modules;
mod network;
mod node;
mod pid1;
mod pki;
mod process;
mod spaces;
mod up;
mod wait;
mod world;

use anyhow::{Result, ensure};
use clap::{Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use layout::Layout;

/// How much of a cluster there is; each holds the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Profile {
    /// etcd, API server, controller manager, scheduler, and kwok for nodes and pods that are not there.
    Api,
    /// Besides, containerd and a kubelet: pods run, on a plain bridge without network policies.
    Node,
    /// Besides, Cilium in the place of the bridge: network policies hold.
    Policy,
}

/// What is asked of `cluster`.
#[derive(Debug, Parser)]
#[command(about = "A real Kubernetes for tests, in namespaces of its own on this machine")]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the programs that are not in the cache yet
    Build {
        /// For which profile
        #[arg(long, value_enum, default_value = "policy")]
        profile: Profile,
    },
    /// Build what is missing, and start a cluster; one that is there is ended first
    Up {
        /// How much of it
        #[arg(long, value_enum, default_value = "policy")]
        profile: Profile,
    },
    /// End the cluster, whatever is left of it, and check that nothing is
    Down,
    /// Run a command in the cluster's namespaces, with its kubeconfig
    Inside {
        /// The command and its arguments
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        command: Vec<OsString>,
    },
    /// Give the running cluster's node images, and seccomp profiles
    Load {
        /// OCI archives
        archives: Vec<PathBuf>,
        /// A folder whose content goes to where the kubelet looks for profiles
        #[arg(long)]
        seccomp: Option<PathBuf>,
    },
    /// Give the running cluster's node an image in which the probe stands in for another program
    StandIn {
        /// Name and tag of the image
        image: String,
        /// The program's path in it
        path: PathBuf,
        /// What it does: each line begins with a first argument it may be called with, and goes on as the probe's arguments
        table: PathBuf,
    },
    /// Run a command beside the cluster, in the network where people and websites are
    World {
        /// The command and its arguments
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        command: Vec<OsString>,
    },
    /// Kill a part of the control plane as a crash does, and start it again; inside, by `cluster inside cluster crash PART`
    Crash {
        /// Which
        #[arg(value_enum)]
        part: crash::Part,
        /// How long it stays away, in milliseconds
        #[arg(long, default_value_t = 0)]
        away: u64,
    },
    /// Start again what of the control plane ended by itself; inside, as `crash`
    Mend,
    /// Pass connections to ports of this machine's loopback on into the world's network, until ended
    Forward {
        /// A port of this machine, and the address in the world's network
        #[arg(value_name = "PORT=ADDRESS:PORT", required = true, value_parser = forward::parse)]
        routes: Vec<forward::Route>,
    },
    /// Issue a certificate that the world trusts, as NAME.crt and NAME.key
    Certificate {
        /// The folder they go to
        #[arg(long)]
        folder: PathBuf,
        /// Name of the files
        name: String,
        /// Names of the server
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// The first process of the namespaces
    #[command(hide = true)]
    Pid1,
    /// What `up` does once it is in the namespaces
    #[command(hide = true)]
    BringUp {
        #[arg(long, value_enum)]
        profile: Profile,
    },
}

/// Does what is asked.
pub fn run(arguments: Arguments) -> Result<()> {
    let layout = Layout::of_this_machine()?;
    match arguments.command {
        Command::Build { profile } => binaries::build(&layout, profile),
        Command::Up { profile } => {
            needs_root()?;
            binaries::build(&layout, profile)?;
            up::up(&layout, profile)
        }
        Command::Down => {
            needs_root()?;
            down::down(&layout)
        }
        Command::Inside { command } => {
            needs_root()?;
            spaces::inside(&layout, &command)
        }
        Command::Load { archives, seccomp } => {
            needs_root()?;
            load::load(&layout, &archives, seccomp.as_deref())
        }
        Command::StandIn { image, path, table } => {
            needs_root()?;
            images::stand_in(&layout, &image, &path, &table)
        }
        Command::World { command } => {
            needs_root()?;
            spaces::world(&layout, &command)
        }
        Command::Crash { part, away } => crash::crash(&layout, part, Duration::from_millis(away)),
        Command::Mend => crash::mend(&layout),
        Command::Forward { routes } => {
            needs_root()?;
            forward::forward(&routes)
        }
        Command::Certificate { folder, name, names } => {
            pki::certificate(&layout, &folder, &name, &names.iter().map(String::as_str).collect::<Vec<_>>())
        }
        Command::Pid1 => pid1::run(&layout),
        Command::BringUp { profile } => up::bring_up(&layout, profile),
    }
}

fn needs_root() -> Result<()> {
    ensure!(rustix::process::geteuid().is_root(), "failed to start: a cluster needs root, for namespaces and mounts");
    Ok(())
}
