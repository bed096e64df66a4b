//! What lies outside of the cluster: public-looking addresses, the cloud's metadata address, and a DNS server. It is another
//! namespace of this machine, and the cluster's default route ends there.

use anyhow::Result;
use std::fs;
use std::process::Command;

use crate::layout::{Layout, NODE_ADDRESS, WORLD};
use crate::process::start;

/// Where the metadata of a machine in a cloud is.
pub(crate) const METADATA: &str = "169.254.169.254";
/// The sample websites, at which nothing answers until someone serves them: `cluster world node examples/shop/server.mjs`.
pub(crate) const SHOP: &str = "198.51.100.10";
/// A public address that a policy may leave out.
pub(crate) const OTHER: &str = "198.51.100.200";
/// Another one.
pub(crate) const THIRD: &str = "203.0.113.10";
/// The world's DNS server.
pub(crate) const DNS: &str = "203.0.113.53";
/// All that the world owns.
pub(crate) const ADDRESSES: [&str; 5] = [METADATA, SHOP, OTHER, THIRD, DNS];

/// Starts web servers that answer with their own name at every address but the websites', and the DNS server.
pub(crate) fn begin(layout: &Layout) -> Result<()> {
    let zone = layout.run.join("example.test.zone");
    fs::write(&zone, zone_file())?;
    let corefile = layout.run.join("world.corefile");
    // A name of no zone does not exist; it is not an error of the server.
    let text = format!(
        "example.test {{\n  bind {DNS}\n  file {}\n}}\n. {{\n  bind {DNS}\n  template ANY ANY {{\n    rcode NXDOMAIN\n  }}\n}}\n",
        zone.display()
    );
    fs::write(&corefile, text)?;
    let web = [METADATA, OTHER, THIRD].iter().flat_map(|address| [80, 443].map(|port| format!("{address}:{port}")));
    start(layout, "world-web", there(layout, "probe").arg("serve").args(web))?;
    start(layout, "world-dns", there(layout, "coredns").arg("-conf").arg(&corefile))?;
    Ok(())
}

/// A program of the cluster's, in the world's network.
fn there(layout: &Layout, program: &str) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", WORLD]).arg(layout.program(program));
    command
}

fn zone_file() -> String {
    let names = [
        ("ns", DNS),
        ("shop", SHOP),
        ("bank", SHOP),
        ("elsewhere", SHOP),
        ("other", THIRD),
        // The product's own door, as its end users reach it: a port of the node.
        ("cobrowse", NODE_ADDRESS),
    ];
    let head =
        "@ 60 IN SOA ns.example.test. admin.example.test. 1 60 60 60 60\n@ 60 IN NS ns.example.test.\n".to_owned();
    names.iter().fold(head, |zone, (name, address)| zone + &format!("{name} 60 IN A {address}\n"))
}
