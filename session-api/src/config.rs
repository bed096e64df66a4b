//! Settings put together and checked: what `serve` runs with. Reads the file and the names of environment variables, nothing
//! else.

pub mod backend;
pub mod layers;

use crate::args::{BackendName, LogFormat, Serve, Settings};
use cobrowse_session::egress::PrivateTargetError;
use ipnet::IpNet;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use backend::{Backend, Cluster, Embedded, Gateway, POD_UIDS, Pods};
pub use layers::known_variables;

/// Why the program does not start. Each message says how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A setting without default is absent.
    #[error("failed to find the setting {name}: give --{name}, {variable}, or {name} in the file of --config")]
    Missing {
        /// The setting.
        name: &'static str,
        /// Its environment variable.
        variable: &'static str,
    },
    /// The file cannot be read.
    #[error("failed to read the configuration file {path}: check the path and that it may be read")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file has a typo.
    #[error("failed to understand the configuration file {path}: {message}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and what, by the TOML reader; it names the settings that exist.
        message: String,
    },
    /// An environment variable with our prefix that no setting has.
    #[error("failed to understand the environment variable {name}: no such setting; did you mean {nearest}?")]
    Variable {
        /// The variable.
        name: String,
        /// The known one that looks most like it.
        nearest: String,
    },
    /// A number outside its range.
    #[error("failed to accept {name} = {value}: it must be {low} to {high}")]
    Range {
        /// The setting.
        name: &'static str,
        /// What was given.
        value: u64,
        /// The least.
        low: u64,
        /// The most.
        high: u64,
    },
    /// Two settings that cannot hold together.
    #[error("failed to accept {0}")]
    Contradiction(&'static str),
    /// The collector's address is none.
    #[error("failed to accept traces = {0}: it must be http://host:port of a collector beside this program")]
    Traces(String),
    /// A range that is none, or that holds everybody.
    #[error("failed to accept trusted-proxies = {0}: write the gateways' own ranges, for example 10.0.0.0/8")]
    Proxies(String),
    /// A private target that is none.
    #[error("failed to accept private-targets: write for example wiki.example.com@10.1.2.0/24:443")]
    PrivateTarget(#[source] PrivateTargetError),
    /// The public origin is no origin.
    #[error("failed to accept public-origin = {0}: it must be https://host or https://host:port, without a path")]
    Origin(String),
}

/// What `serve` runs with.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where browsers run.
    pub backend: Backend,
    /// File with the address of a database server; `None`: a file in the data folder.
    pub database: Option<PathBuf>,
    /// Where people connect to.
    pub listen: SocketAddr,
    /// Where metrics and health are.
    pub admin_listen: SocketAddr,
    /// The one origin people use; `None`: the Host they ask for.
    pub public_origin: Option<String>,
    /// Gateways that say where people come from.
    pub trusted_proxies: Vec<IpNet>,
    /// Certificate chain and key, PEM files.
    pub certificate: Option<(PathBuf, PathBuf)>,
    /// Sessions at once in the installation.
    pub places: u64,
    /// Make demo accounts.
    pub demo: bool,
    /// How and what is logged.
    pub log: Log,
    /// Where traces go, if anywhere.
    pub traces: Option<String>,
    /// Limits on people.
    pub limits: Limits,
    /// How long open calls get at the end.
    pub drain: Duration,
}

/// How and what is logged.
#[derive(Clone, Debug)]
pub struct Log {
    /// JSON or human.
    pub format: LogFormat,
    /// The filter.
    pub filter: String,
}

/// Limits on people.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// Connections of one address at once.
    pub connections_per_address: usize,
    /// Calls per second of one address.
    pub calls_per_second: u32,
    /// Sessions that one address may start in ten minutes.
    pub starts_per_address: u32,
    /// Sessions that may be started for one site in ten minutes.
    pub starts_per_site: u32,
    /// Sessions that may be started for one tenant in ten minutes.
    pub starts_per_tenant: u32,
    /// Waiting PINs per address.
    pub waiting_per_address: u32,
    /// Waiting PINs per site.
    pub waiting_per_site: u32,
    /// Waiting PINs per tenant.
    pub waiting_per_tenant: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            connections_per_address: 256,
            calls_per_second: 50,
            starts_per_address: 20,
            // Twice what may wait at once: they keep out a flood from many addresses and nobody else.
            starts_per_site: 1000,
            starts_per_tenant: 2000,
            waiting_per_address: 10,
            waiting_per_site: 500,
            waiting_per_tenant: 1000,
        }
    }
}

/// Reads the file, adds it below flags and environment, and checks the whole.
pub fn load(serve: Serve) -> Result<Config, Error> {
    layers::refuse_unknown_variables(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()))?;
    let file = match &serve.config {
        Some(path) => layers::read_file(path)?,
        None => Settings::default(),
    };
    check(layers::merge(serve.settings, file))
}

/// Checks settings and fills in defaults.
pub fn check(settings: Settings) -> Result<Config, Error> {
    let certificate = certificate(settings.certificate.clone(), settings.certificate_key.clone())?;
    let (listen, admin_listen) = ports(&settings)?;
    let limits = limits(&settings)?;
    let (backend, database) = (backend::check(&settings)?, settings.database_url_file.clone());
    let places = settings.max_sessions.unwrap_or_else(|| backend.places());
    Ok(Config {
        backend,
        database,
        listen,
        admin_listen,
        public_origin: settings.public_origin.map(origin).transpose()?,
        trusted_proxies: proxies(settings.trusted_proxies.unwrap_or_default())?,
        certificate,
        places: range("max-sessions", places, 1, 10_000)?,
        demo: settings.demo.unwrap_or(false),
        log: Log {
            format: settings.log_format.unwrap_or_else(log_format),
            filter: settings.log.unwrap_or_else(|| "info".to_owned()),
        },
        traces: settings.traces.map(collector).transpose()?,
        limits,
        drain: Duration::from_secs(range("drain-seconds", settings.drain_seconds.unwrap_or(10), 0, 600)?),
    })
}

fn certificate(chain: Option<PathBuf>, key: Option<PathBuf>) -> Result<Option<(PathBuf, PathBuf)>, Error> {
    match (chain, key) {
        (Some(chain), Some(key)) => Ok(Some((chain, key))),
        (None, None) => Ok(None),
        _ => Err(Error::Contradiction("certificate without certificate-key or the reverse: give both or neither")),
    }
}

fn ports(settings: &Settings) -> Result<(SocketAddr, SocketAddr), Error> {
    let listen = settings.listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8443)));
    let admin = settings.admin_listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8444)));
    let overlap = listen.ip() == admin.ip() || listen.ip().is_unspecified() || admin.ip().is_unspecified();
    if overlap && listen.port() == admin.port() && listen.port() != 0 {
        return Err(Error::Contradiction("listen and admin-listen on the same port: give admin-listen another"));
    }
    // On a cluster each tenant's own object asks for it, too.
    let embedded = settings.backend.unwrap_or_default() == BackendName::Embedded;
    if settings.demo == Some(true) && embedded && !listen.ip().is_loopback() {
        return Err(Error::Contradiction("demo on an address that others reach: remove demo, or listen on 127.0.0.1"));
    }
    Ok((listen, admin))
}

fn limits(settings: &Settings) -> Result<Limits, Error> {
    let default = Limits::default();
    let all = range("max-connections", settings.max_connections.unwrap_or(default.connections), 16, 100_000)?;
    let of_one = settings.max_connections_per_address.unwrap_or(default.connections_per_address.min(all));
    if of_one > all {
        return Err(Error::Contradiction(
            "max-connections-per-address above max-connections: lower the first or raise the second",
        ));
    }
    Ok(Limits {
        connections: all,
        connections_per_address: range("max-connections-per-address", of_one, 1, 100_000)?,
        calls_per_second: least_one("calls-per-second", settings.calls_per_second, default.calls_per_second)?,
        starts_per_address: least_one("starts-per-address", settings.starts_per_address, default.starts_per_address)?,
        starts_per_site: least_one("starts-per-site", settings.starts_per_site, default.starts_per_site)?,
        starts_per_tenant: least_one("starts-per-tenant", settings.starts_per_tenant, default.starts_per_tenant)?,
        waiting_per_address: least_one(
            "waiting-per-address",
            settings.waiting_per_address,
            default.waiting_per_address,
        )?,
        waiting_per_site: least_one("waiting-per-site", settings.waiting_per_site, default.waiting_per_site)?,
        waiting_per_tenant: least_one("waiting-per-tenant", settings.waiting_per_tenant, default.waiting_per_tenant)?,
    })
}

fn log_format() -> LogFormat {
    match std::io::stderr().is_terminal() {
        true => LogFormat::Human,
        false => LogFormat::Json,
    }
}

/// A limit on people. Of nothing at all nobody would have anything.
fn least_one(name: &'static str, given: Option<u32>, default: u32) -> Result<u32, Error> {
    range(name, given.unwrap_or(default), 1, 1_000_000)
}

fn range<T: TryInto<u64> + Copy>(name: &'static str, given: T, low: u64, high: u64) -> Result<T, Error> {
    let value = given.try_into().unwrap_or(u64::MAX);
    match (low..=high).contains(&value) {
        true => Ok(given),
        false => Err(Error::Range { name, value, low, high }),
    }
}

/// A range of all addresses would have everybody say who they are.
fn proxies(texts: Vec<String>) -> Result<Vec<IpNet>, Error> {
    let read = |text: String| match text.trim().parse::<IpNet>() {
        Ok(range) if range.prefix_len() > 0 => Ok(range),
        _ => Err(Error::Proxies(text)),
    };
    texts.into_iter().map(read).collect()
}

fn origin(text: String) -> Result<String, Error> {
    let host = text.strip_prefix("https://").unwrap_or_default();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.:[]".contains(c);
    let whole = host.parse::<http::uri::Authority>().is_ok_and(|authority| {
        let port = authority.as_str().trim_start_matches(authority.host());
        !authority.host().is_empty() && (port.is_empty() || authority.port_u16().is_some())
    });
    match whole && host.chars().all(fits) {
        true => Ok(text),
        false => Err(Error::Origin(text)),
    }
}

fn collector(text: String) -> Result<String, Error> {
    let uri = text.parse::<http::Uri>().ok();
    let fits = |uri: http::Uri| {
        uri.scheme_str() == Some("http")
            && uri.port_u16().is_some()
            && matches!(uri.path(), "" | "/")
            && uri.query().is_none()
    };
    match uri.is_some_and(fits) && !text.contains('@') {
        true => Ok(text),
        false => Err(Error::Traces(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn least() -> Settings {
        Settings { data_dir: Some("d".into()), tenants: Some("t".into()), ..Settings::default() }
    }

    #[test]
    fn the_least_settings_are_enough() {
        let config = check(least()).expect("defaults are sound");
        assert_eq!(config.listen.to_string(), "127.0.0.1:8443");
        let Backend::Embedded(embedded) = config.backend else { panic!("it is the default") };
        assert_eq!((embedded.pods.warm, embedded.pods.most, config.places), (1, 8, 8));
    }

    #[test]
    fn bad_settings_are_refused_with_the_mend() {
        let any = |port| Some(SocketAddr::from(([0, 0, 0, 0], port)));
        let rows: [(Settings, &str); 23] = [
            (Settings::default(), "--data-dir"),
            (Settings { certificate: Some("c".into()), ..least() }, "both or neither"),
            (Settings { warm_pods: Some(9), ..least() }, "raise the second"),
            (Settings { warm_pods: Some(99), ..least() }, "0 to 16"),
            (Settings { admin_listen: Some(SocketAddr::from(([127, 0, 0, 1], 8443))), ..least() }, "another"),
            (Settings { admin_listen: any(8443), ..least() }, "another"),
            (Settings { public_origin: Some("http://a".into()), ..least() }, "https://host"),
            (Settings { public_origin: Some("https://a/b".into()), ..least() }, "https://host"),
            (Settings { public_origin: Some("https://a:b".into()), ..least() }, "https://host"),
            (Settings { public_origin: Some("https://:1".into()), ..least() }, "https://host"),
            (Settings { trusted_proxies: Some(vec!["0.0.0.0/0".into()]), ..least() }, "own ranges"),
            (Settings { trusted_proxies: Some(vec!["10.0.0.1".into()]), ..least() }, "own ranges"),
            (Settings { traces: Some("https://127.0.0.1:4317".into()), ..least() }, "http://host:port"),
            (Settings { traces: Some("127.0.0.1:4317".into()), ..least() }, "http://host:port"),
            (Settings { max_sessions: Some(0), ..least() }, "1 to 10000"),
            (Settings { calls_per_second: Some(0), ..least() }, "1 to 1000000"),
            (Settings { starts_per_site: Some(0), ..least() }, "1 to 1000000"),
            (Settings { waiting_per_site: Some(0), ..least() }, "1 to 1000000"),
            (Settings { drain_seconds: Some(601), ..least() }, "0 to 600"),
            (
                Settings { max_connections: Some(16), max_connections_per_address: Some(17), ..least() },
                "raise the second",
            ),
            (Settings { pod_uid_base: Some(0), ..least() }, "1000 to"),
            (Settings { private_targets: Some(vec!["*.example.com@10.0.0.0/8:443".into()]), ..least() }, "for example"),
            (
                Settings { demo: Some(true), listen: Some(SocketAddr::from(([0, 0, 0, 0], 1))), ..least() },
                "listen on 127.0.0.1",
            ),
        ];
        for (settings, mend) in rows {
            let error = check(settings).expect_err(mend).to_string();
            assert!(error.contains(mend), "{error} does not say {mend}");
        }
    }
}
