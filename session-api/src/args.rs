//! The command line. Flags, environment and file hold the same settings; `config` puts them together.

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The front door of CoBrowse: pages, calls and live streams on one HTTPS port.
#[derive(Parser, Debug)]
#[command(name = "session-api", version, about, max_term_width = 110)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program does.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Serves people, and runs browser pods as child processes.
    ///
    /// Every setting can be a flag, an environment variable, or a line `name = value` of the TOML file given with --config
    /// (names as the flags, without the hyphens in front). A flag wins over the environment, the environment over the file.
    Serve(Box<Serve>),
}

/// Arguments of `serve`.
#[derive(Args, Debug)]
pub struct Serve {
    /// TOML file with settings.
    #[arg(long, env = "COBROWSE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The settings.
    #[command(flatten)]
    pub settings: Settings,
}

/// Where browsers run.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BackendName {
    /// Browser pods are child processes of this program.
    #[default]
    Embedded,
    /// Browser pods are pods of a Kubernetes cluster, made by the operator.
    Kubernetes,
}

/// How logs are written.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// Lines for people.
    Human,
}

/// Settings as flags, environment or file give them; each may be absent. The defaults stand in `config`.
#[derive(Args, Deserialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// Where browsers run [default: embedded].
    #[arg(long, env = "COBROWSE_BACKEND", value_enum)]
    pub backend: Option<BackendName>,
    /// Namespace of sessions, tenants and pools. Needed with the backend kubernetes.
    #[arg(long, env = "COBROWSE_NAMESPACE", value_name = "NAME")]
    pub namespace: Option<String>,
    /// The CoBrowsePool that browsers come from. Needed with the backend kubernetes.
    #[arg(long, env = "COBROWSE_POOL", value_name = "NAME")]
    pub pool: Option<String>,
    /// Port on which browser pods of a cluster listen [default: 8700].
    #[arg(long, env = "COBROWSE_POD_PORT", value_name = "PORT")]
    pub pod_port: Option<u16>,
    /// Folder with pin.key and seal.key (32 random bytes each) and the pods' authority, pods.crt and pods.key, the same for all
    /// replicas; while it is changed for another, also pods-second.crt and pods-second.key. The authorities are read again when they
    /// change. Needed with the backend kubernetes.
    #[arg(long, env = "COBROWSE_SECRETS", value_name = "DIR")]
    pub secrets: Option<PathBuf>,
    /// File with the address of a PostgreSQL database, as in postgres://USER:PASSWORD@HOST/DATABASE?sslmode=verify-full&sslrootcert=FILE
    /// [default: a SQLite file in the data folder]. Needed with the backend kubernetes.
    #[arg(long, env = "COBROWSE_DATABASE_URL_FILE", value_name = "FILE")]
    pub database_url_file: Option<PathBuf>,
    /// Folder for the database, keys and the certificate. Made if absent, mode 0700. Needed with the backend embedded.
    #[arg(long, env = "COBROWSE_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Folder with CoBrowseTenant objects, one per .yaml file. Needed with the backend embedded; a cluster has its own.
    #[arg(long, env = "COBROWSE_TENANTS", value_name = "DIR")]
    pub tenants: Option<PathBuf>,
    /// Address and port that people connect to, by HTTPS [default: 127.0.0.1:8443].
    #[arg(long, env = "COBROWSE_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// Address and port of /metrics, /healthz and /readyz, by HTTP; not for people [default: 127.0.0.1:8444].
    #[arg(long, env = "COBROWSE_ADMIN_LISTEN", value_name = "ADDRESS:PORT")]
    pub admin_listen: Option<SocketAddr>,
    /// Origin under which people reach the door, for example `https://help.example.com` [default: the Host they ask for].
    #[arg(long, env = "COBROWSE_PUBLIC_ORIGIN", value_name = "ORIGIN")]
    pub public_origin: Option<String>,
    /// Ranges of gateways that say in X-Forwarded-For where people come from, for example 10.0.0.0/8: limits then count people and
    /// not gateways. What anybody else writes there is ignored [default: none].
    #[arg(long, env = "COBROWSE_TRUSTED_PROXIES", value_name = "CIDR", value_delimiter = ',')]
    pub trusted_proxies: Option<Vec<String>>,
    /// Certificate chain, PEM, leaf first [default: one for localhost is made in the data folder; a cluster needs one].
    #[arg(long, env = "COBROWSE_CERTIFICATE", value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// Key of the certificate, PEM.
    #[arg(long, env = "COBROWSE_CERTIFICATE_KEY", value_name = "FILE")]
    pub certificate_key: Option<PathBuf>,
    /// The program browser-pod [default: beside this program].
    #[arg(long, env = "COBROWSE_BROWSER_POD", value_name = "FILE")]
    pub browser_pod: Option<PathBuf>,
    /// The program egress-gateway, the only way out of browser pods [default: beside this program].
    #[arg(long, env = "COBROWSE_EGRESS_GATEWAY", value_name = "FILE")]
    pub egress_gateway: Option<PathBuf>,
    /// Private hosts that browsers may reach where they are a tenant's sites: exact name, range of its address, port. A site whose
    /// name ends in .localhost is open where this machine has it, and needs no line here [default: none].
    #[arg(long, env = "COBROWSE_PRIVATE_TARGETS", value_name = "HOST@CIDR:PORT", value_delimiter = ',')]
    pub private_targets: Option<Vec<String>>,
    /// Browser pods kept ready for new sessions, 0 to 16 [default: 1].
    #[arg(long, env = "COBROWSE_WARM_PODS", value_name = "N")]
    pub warm_pods: Option<usize>,
    /// Browser pods at once, warm ones included, 1 to 200 [default: 8].
    #[arg(long, env = "COBROWSE_MAX_PODS", value_name = "N")]
    pub max_pods: Option<usize>,
    /// Sessions at once, from the PIN to the end, in all replicas that share the database; who comes then queues, 1 to
    /// 10000 [default: max-pods, on a cluster 1000]. With several replicas give the sum of their max-pods, on a cluster the pool's
    /// maxTotal.
    #[arg(long, env = "COBROWSE_MAX_SESSIONS", value_name = "N")]
    pub max_sessions: Option<u64>,
    /// First of the user ids that pods get when this program runs as root; two per pod [default: 210000].
    #[arg(long, env = "COBROWSE_POD_UID_BASE", value_name = "UID")]
    pub pod_uid_base: Option<u32>,
    /// Makes demo accounts for every tenant that asks for them with spec.demo, once, and prints their passwords.
    #[arg(long, env = "COBROWSE_DEMO", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub demo: Option<bool>,
    /// How logs are written [default: human on a terminal, else json].
    #[arg(long, env = "COBROWSE_LOG_FORMAT", value_enum)]
    pub log_format: Option<LogFormat>,
    /// What is logged, for example info or cobrowse_session_api=debug [default: info].
    #[arg(long, env = "COBROWSE_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// OpenTelemetry collector that takes OTLP by gRPC, for example `http://127.0.0.1:4317`. Traces go there unencrypted, so it
    /// belongs beside this program; they carry nothing about people [default: no traces].
    #[arg(long, env = "COBROWSE_TRACES", value_name = "ORIGIN")]
    pub traces: Option<String>,
    /// Connections of people at once, 16 to 100000 [default: 4096].
    #[arg(long, env = "COBROWSE_MAX_CONNECTIONS", value_name = "N")]
    pub max_connections: Option<usize>,
    /// Connections of one address (IPv6: /64) at once [default: 256].
    #[arg(long, env = "COBROWSE_MAX_CONNECTIONS_PER_ADDRESS", value_name = "N")]
    pub max_connections_per_address: Option<usize>,
    /// Calls per second of one address, with bursts of ten times that [default: 50].
    #[arg(long, env = "COBROWSE_CALLS_PER_SECOND", value_name = "N")]
    pub calls_per_second: Option<u32>,
    /// Sessions that one address may start in ten minutes [default: 20].
    #[arg(long, env = "COBROWSE_STARTS_PER_ADDRESS", value_name = "N")]
    pub starts_per_address: Option<u32>,
    /// Sessions that may be started for one site in ten minutes, at each replica [default: 1000].
    #[arg(long, env = "COBROWSE_STARTS_PER_SITE", value_name = "N")]
    pub starts_per_site: Option<u32>,
    /// Sessions that may be started for one tenant in ten minutes, at each replica [default: 2000].
    #[arg(long, env = "COBROWSE_STARTS_PER_TENANT", value_name = "N")]
    pub starts_per_tenant: Option<u32>,
    /// PINs that may wait at once for one address [default: 10].
    #[arg(long, env = "COBROWSE_WAITING_PER_ADDRESS", value_name = "N")]
    pub waiting_per_address: Option<u32>,
    /// PINs that may wait at once for one site [default: 500].
    #[arg(long, env = "COBROWSE_WAITING_PER_SITE", value_name = "N")]
    pub waiting_per_site: Option<u32>,
    /// PINs that may wait at once for one tenant [default: 1000].
    #[arg(long, env = "COBROWSE_WAITING_PER_TENANT", value_name = "N")]
    pub waiting_per_tenant: Option<u32>,
    /// Seconds that open calls get to finish at the end of the program, 0 to 600 [default: 10].
    #[arg(long, env = "COBROWSE_DRAIN_SECONDS", value_name = "N")]
    pub drain_seconds: Option<u64>,
}
