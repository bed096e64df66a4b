//! Starts the sample websites and session-api for a person to try, says where to look, and ends both together.
//! It builds nothing; `make demo` does.

mod ready;
mod sign_ins;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use rustix::process::{Pid, Signal, kill_process_group};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

/// Folder of the demo's tenants, in its data.
const TENANTS: &str = "tenants";
const READY_WITHIN: Duration = Duration::from_secs(60);
const END_WITHIN: Duration = Duration::from_secs(10);

/// Where the demo listens.
#[derive(Args)]
pub(crate) struct Options {
    /// Port of session-api and its pages.
    #[arg(long, default_value_t = 8443)]
    port: u16,
    /// Port of the sample shop.
    #[arg(long, default_value_t = 8300)]
    shop_port: u16,
    /// Port of the sample bank, the second tenant's site.
    #[arg(long, default_value_t = 8301)]
    bank_port: u16,
    /// Where accounts, certificate and reports of the demo are kept.
    #[arg(long, default_value = ".cache/demo")]
    data_dir: PathBuf,
}

/// Runs until Ctrl-C or until one of the programs ends.
pub(crate) fn run(options: &Options) -> Result<()> {
    // One thread: the programs end when the thread that started them does.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve(options))
}

async fn serve(options: &Options) -> Result<()> {
    let ports = [options.shop_port, options.bank_port, options.port];
    ports.into_iter().try_for_each(ready::free)?;
    std::fs::create_dir_all(&options.data_dir)?;
    tenants(options)?;
    let mut shop = start("the sample websites", &mut shop(options))?;
    let mut door = start("session-api", &mut session_api(options))?;
    let told = sign_ins::told_by(&mut door);
    let ended = tokio::select! {
        ready = ready::all(&ports, READY_WITHIN) => match ready {
            Ok(()) => {
                say(options, &sign_ins::all(&options.data_dir, told).await?);
                until_end(&mut shop, &mut door).await
            }
            Err(error) => Err(error),
        },
        ended = until_end(&mut shop, &mut door) => ended,
    };
    let (_, _) = tokio::join!(end(&mut door), end(&mut shop));
    ended
}

async fn until_end(shop: &mut Child, door: &mut Child) -> Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        _ = tokio::signal::ctrl_c() => Ok(()),
        _ = terminate.recv() => Ok(()),
        status = shop.wait() => bail!("the sample websites ended: {}", status?),
        status = door.wait() => bail!("session-api ended: {}", status?),
    }
}

fn shop(options: &Options) -> Command {
    let mut command = watched("node");
    command.arg("examples/shop/server.mjs");
    command.args(["--port", &options.shop_port.to_string(), "--bank-port", &options.bank_port.to_string()]);
    command.args(["--console", &console(options)]).stdout(Stdio::null());
    command
}

/// Writes the sample tenants, with the ports at which their sites are now.
fn tenants(options: &Options) -> Result<()> {
    let to = options.data_dir.join(TENANTS);
    std::fs::create_dir_all(&to)?;
    for entry in std::fs::read_dir("examples/tenants").context("failed to find the sample tenants")? {
        let from = entry?;
        let text = std::fs::read_to_string(from.path())?;
        let text = with_ports(&text, options.shop_port, options.bank_port);
        std::fs::write(to.join(from.file_name()), text).context("failed to write a tenant of the demo")?;
    }
    Ok(())
}

/// A sample tenant whose sites are at these ports. In one go, since the shop's new port may be the bank's old one.
fn with_ports(text: &str, shop: u16, bank: u16) -> String {
    let mut parts = text.split(":830");
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        all += &match part.as_bytes().first() {
            Some(b'0') => format!(":{shop}{}", &part[1..]),
            Some(b'1') => format!(":{bank}{}", &part[1..]),
            _ => format!(":830{part}"),
        };
    }
    all
}

fn session_api(options: &Options) -> Command {
    let mut command = watched(Path::new("target/debug/session-api"));
    command.args(["serve", "--demo", "--admin-listen", "127.0.0.1:0", "--log", "warn"]);
    command.args(["--listen", &format!("127.0.0.1:{}", options.port)]).arg("--data-dir").arg(&options.data_dir);
    command.arg("--tenants").arg(options.data_dir.join(TENANTS));
    command.stdout(Stdio::piped());
    command
}

/// A command whose process gets SIGTERM when this one dies, however it dies.
fn watched(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "TERM", "--"]).arg(program);
    command
}

fn start(name: &str, command: &mut Command) -> Result<Child> {
    // A group of its own: the terminal's Ctrl-C reaches this process alone, which ends them in order.
    command.process_group(0).kill_on_drop(true);
    command.spawn().with_context(|| format!("failed to start {name}"))
}

/// Asks a program to end, and makes it end when it does not.
async fn end(child: &mut Child) -> Result<()> {
    let Some(pid) = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) else { return Ok(()) };
    kill_process_group(pid, Signal::TERM).context("failed to end a program")?;
    if tokio::time::timeout(END_WITHIN, child.wait()).await.is_err() {
        ensure!(kill_process_group(pid, Signal::KILL).is_ok(), "failed to kill a program");
        child.wait().await?;
    }
    Ok(())
}

fn console(options: &Options) -> String {
    format!("https://localhost:{}", options.port)
}

#[expect(clippy::print_stdout, reason = "a chore talks to the person who runs it")]
fn say(options: &Options, sign_ins: &str) {
    let console = console(options);
    println!();
    println!("  CoBrowse runs. Open these in two browsers (or one, with a private window for the agent):");
    println!();
    println!("    end user   http://shop.localhost:{}   and press \"Get help from an agent\"", options.shop_port);
    println!("    agent      {console}/agent");
    println!();
    println!("  The certificate is made here and known to nobody: your browser warns once, continue to localhost.");
    println!("  Sign-ins of the demo (`make clean-demo` forgets them):");
    println!();
    println!("{sign_ins}");
    println!(
        "  The second company's site, whose sessions the first one's agents cannot join: http://bank.localhost:{}",
        options.bank_port
    );
    println!("  Ctrl-C ends everything.");
    println!();
}

#[cfg(test)]
mod tests {
    use super::with_ports;

    #[test]
    fn ports_that_change_places_are_not_mixed_up() {
        assert_eq!(with_ports("a:8300 b:8301/ c:8309", 8301, 8300), "a:8301 b:8300/ c:8309");
        assert_eq!(with_ports("nothing", 1, 2), "nothing");
    }
}
