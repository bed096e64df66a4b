//! The command line.

use crate::open::Sources;
use clap::{Parser, ValueEnum};
use cobrowse_session::egress::{PrivateTarget, Range};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// The only way out of browser pods: it connects them to what their signed grants open, and to no private address.
#[derive(Parser, Clone, Debug)]
#[command(name = "egress-gateway", version, about, max_term_width = 110)]
pub struct Arguments {
    /// Address and port at which pods dial.
    #[arg(long, env = "COBROWSE_LISTEN", value_name = "ADDRESS:PORT", default_value = "[::]:8710")]
    pub listen: SocketAddr,
    /// Folder with tls.crt and tls.key, of this program, and ca.crt, the authorities of pods; PEM. While the authority is changed for
    /// another, also second.crt and second.key, of the other one. Read again when they change.
    #[arg(long, env = "COBROWSE_CERTIFICATES", value_name = "DIR", required_unless_present = "child")]
    pub certificates: Option<PathBuf>,
    /// File with the public keys of grants, PEM: the operator's, and while it is changed the one before. Read again when it changes.
    #[arg(long, env = "COBROWSE_GRANT_KEYS", value_name = "FILE", required_unless_present = "child")]
    pub grant_keys: Option<PathBuf>,
    /// Another program of this machine started this one. It hands over by standard input what would be in the files, tls.crt, tls.key, ca.crt
    /// and the keys of grants, each with an empty line after it, reads from standard output where pods dial, and closes the input for
    /// an end at once.
    #[arg(long, conflicts_with_all = ["certificates", "grant_keys"])]
    pub child: bool,
    /// Address and port of /metrics, /livez and /readyz, by HTTP.
    #[arg(long, env = "COBROWSE_METRICS", value_name = "ADDRESS:PORT", default_value = "[::]:9090")]
    pub metrics: SocketAddr,
    /// Ranges of addresses that browsers never reach, besides all private, link-local and metadata ones: a cluster whose nodes, pods or
    /// services have public addresses names them here.
    #[arg(long, env = "COBROWSE_CLUSTER_RANGES", value_name = "CIDR", value_delimiter = ',')]
    pub cluster_ranges: Vec<Range>,
    /// A private host that browsers may reach all the same, where a tenant's policy opens it: exact name, range of its address, port.
    #[arg(long, env = "COBROWSE_PRIVATE_TARGETS", value_name = "HOST@CIDR:PORT", value_delimiter = ',', value_parser = PrivateTarget::parse)]
    pub private_targets: Vec<PrivateTarget>,
    /// A source address of a group that tenants can name, so that their websites can know their browsers by it.
    #[arg(long, env = "COBROWSE_SOURCES", value_name = "CLASS=ADDRESS", value_delimiter = ',', value_parser = source)]
    pub sources: Vec<(String, IpAddr)>,
    /// How long connections that are open at the end may last, in seconds. Shorter than the pod's grace period.
    #[arg(long, env = "COBROWSE_DRAIN", value_name = "SECONDS", default_value_t = 600)]
    pub drain: u64,
    /// Which log lines are written, for example info or cobrowse_egress_gateway=debug. Decisions have the target egress.
    #[arg(long, env = "COBROWSE_LOG", value_name = "FILTER", default_value = "info")]
    pub log: String,
    /// How log lines are written.
    #[arg(long, env = "COBROWSE_LOG_FORMAT", value_enum, default_value = "json")]
    pub log_format: LogFormat,
}

/// How logs are written.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// Lines for people.
    Human,
}

/// A source address that is none.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("failed to read a source: write class=address, for example europe=203.0.113.7")]
pub struct SourceError;

fn source(text: &str) -> Result<(String, IpAddr), SourceError> {
    let (class, address) = text.split_once('=').ok_or(SourceError)?;
    let label = !class.is_empty() && class.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let address = address.parse().ok().filter(|_| label);
    Ok((class.to_owned(), address.ok_or(SourceError)?))
}

impl Arguments {
    /// Source addresses by group.
    pub fn sources(&self) -> Sources {
        let mut sources = Sources::new();
        for (class, address) in &self.sources {
            sources.entry(class.clone()).or_default().push(*address);
        }
        sources
    }
}
