//! The command line.

use crate::pool::canary;
use crate::{names, traces};
use clap::{Parser, ValueEnum};
use cobrowse_session::canary::{Forbidden, Target};
use cobrowse_session::egress::Range;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// Makes a cluster match its CoBrowseSessions, CoBrowsePools and CoBrowseTenants.
///
/// Run two: one leads, the other one is ready to. The cluster is the one it runs in, or that KUBECONFIG names.
///
/// Besides there are chores of an installation: `operator check-uninstall`, `check-session`, `install-profile` and `check-node`, each
/// with a --help.
#[derive(Parser, Clone, Debug)]
#[command(name = "operator", version, about, max_term_width = 110)]
pub struct Arguments {
    /// Namespace of the sessions, pools, tenants and browser pods.
    #[arg(long, env = "COBROWSE_NAMESPACE", value_name = "NAMESPACE")]
    pub namespace: String,
    /// Namespace of the operator and session-api, where the lease is kept.
    #[arg(long, env = "COBROWSE_LEASE_NAMESPACE", value_name = "NAMESPACE")]
    pub lease_namespace: String,
    /// This replica's name in the lease: its pod's.
    #[arg(long, env = "COBROWSE_IDENTITY", value_name = "NAME")]
    pub identity: String,
    /// Folder with the pods' authority: tls.crt and tls.key, PEM. While it is changed for another, also second.crt and second.key, which
    /// is known and signs nothing. Read again when they change.
    #[arg(long, env = "COBROWSE_AUTHORITY", value_name = "DIR")]
    pub authority: PathBuf,
    /// Port at which browser pods listen.
    #[arg(long, env = "COBROWSE_POD_PORT", value_name = "PORT", default_value_t = 8700)]
    pub pod_port: u16,
    /// Address and port of /metrics, /livez and /readyz, by HTTP.
    #[arg(long, env = "COBROWSE_METRICS", value_name = "ADDRESS:PORT", default_value = "[::]:9090")]
    pub metrics: SocketAddr,
    /// Ranges of addresses that browsers never reach, besides all private, link-local and metadata ones: a cluster whose nodes, pods or
    /// services have public addresses names them here.
    #[arg(long, env = "COBROWSE_CLUSTER_RANGES", value_name = "CIDR", value_delimiter = ',')]
    pub cluster_ranges: Vec<Range>,
    /// Where the egress gateway listens, by name or address, as in `cobrowse-egress-gateway.cobrowse.svc:8710`. Browser pods then go out by
    /// it alone, with the grants that this program signs. Without it they go out by themselves.
    #[arg(long, env = "COBROWSE_GATEWAY", value_name = "HOST:PORT", requires = "grant_secret")]
    pub gateway: Option<String>,
    /// Secret in --lease-namespace with the key of grants: grants.key, the private one, and grants.pem, the public ones; PEM. An empty
    /// one is filled.
    #[arg(long, env = "COBROWSE_GRANT_SECRET", value_name = "NAME", requires = "gateway")]
    pub grant_secret: Option<String>,
    /// Secret in --lease-namespace that gets the egress gateway's certificate, of the pods' authority: tls.crt, tls.key and ca.crt. Made
    /// anew in time. Without it somebody else makes that.
    #[arg(long, env = "COBROWSE_GATEWAY_SECRET", value_name = "NAME", requires = "gateway")]
    pub gateway_secret: Option<String>,
    /// Origin under which people reach the console, as in `https://help.example.com`: for the link of an administrator's invitation.
    #[arg(long, env = "COBROWSE_PUBLIC_ORIGIN", value_name = "ORIGIN")]
    pub public_origin: Option<String>,
    /// ConfigMap in --namespace with policy.json: further policies of Chrome, for the authorities of private websites. Its name changes with
    /// its content.
    #[arg(long, env = "COBROWSE_BROWSER_POLICY", value_name = "NAME")]
    pub browser_policy: Option<String>,
    /// Run browser pods in the node's user namespace: for nodes without user namespaces for pods.
    #[arg(long, env = "COBROWSE_HOST_USERS", default_value_t = false)]
    pub host_users: bool,
    /// The seccomp profile of Chrome's sandbox, in the kubelets' folder for profiles.
    #[arg(long, env = "COBROWSE_SECCOMP_PROFILE", value_name = "PATH", default_value = names::CHROME_PROFILE)]
    pub seccomp_profile: String,
    /// What each browser pod tries to reach before it serves and every minute after, and must not: any of ApiServer, Metadata, Pod and Dns. A
    /// pod that does ends, and its pool serves nobody until one does not. With --gateway Dns is one of them. Without any, nothing is tried.
    #[arg(long, env = "COBROWSE_CANARY", value_name = "WHAT", value_delimiter = ',', value_parser = canary::what)]
    pub canary: Vec<Forbidden>,
    /// Further addresses that pods must not reach, as in `Outside=203.0.113.10:443`, or `Dns=192.0.2.53:53/udp`. They count where --canary
    /// names any.
    #[arg(long, env = "COBROWSE_CANARY_TARGETS", value_name = "WHAT=ADDRESS:PORT", value_delimiter = ',')]
    pub canary_targets: Vec<Target>,
    /// This replica's own address, which is another pod's to a browser pod: it must not be reached there at the port of --metrics.
    #[arg(long, env = "COBROWSE_POD_ADDRESS", value_name = "ADDRESS")]
    pub pod_address: Option<IpAddr>,
    /// Which log lines are written, for example info or cobrowse_operator=debug.
    #[arg(long, env = "COBROWSE_LOG", value_name = "FILTER", default_value = "info")]
    pub log: String,
    /// How log lines are written.
    #[arg(long, env = "COBROWSE_LOG_FORMAT", value_enum, default_value = "json")]
    pub log_format: LogFormat,
    /// OpenTelemetry collector that takes OTLP by gRPC, for example `http://127.0.0.1:4317`. Traces go there unencrypted, so it belongs
    /// beside this program; they carry nothing about people. Without it there are none.
    #[arg(long, env = "COBROWSE_TRACES", value_name = "ORIGIN", value_parser = traces::collector)]
    pub traces: Option<String>,
}

/// How logs are written.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// Lines for people.
    Human,
}
