//! Where browsers run, and what that needs. Settings of the other way are refused: who gives them expects something that nobody does.

use super::{Error, range};
use crate::args::{BackendName, Settings};
use cobrowse_session::egress::PrivateTarget;
use std::path::PathBuf;

/// Where browsers run.
#[derive(Clone, Debug)]
pub enum Backend {
    /// In child processes of this program.
    Embedded(Embedded),
    /// In pods of a cluster.
    Kubernetes(Cluster),
}

/// What embedded mode needs.
#[derive(Clone, Debug)]
pub struct Embedded {
    /// Folder for the database, keys and the certificate.
    pub data_dir: PathBuf,
    /// Folder with tenant objects.
    pub tenants: PathBuf,
    /// How browser pods are made.
    pub pods: Pods,
    /// Their only way out.
    pub gateway: Gateway,
}

/// How browser pods are made.
#[derive(Clone, Debug)]
pub struct Pods {
    /// The program.
    pub program: PathBuf,
    /// Pods kept ready.
    pub warm: usize,
    /// Pods at once.
    pub most: usize,
    /// First user id when run as root.
    pub uid_base: u32,
}

/// The egress gateway of embedded mode.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// The program.
    pub program: PathBuf,
    /// Private hosts that browsers may reach, as `host@range:port`, besides sites of this very machine.
    pub private_targets: Vec<String>,
    /// Its user id when run as root.
    pub uid: u32,
}

/// What a cluster needs.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Namespace of sessions, tenants and pools.
    pub namespace: String,
    /// The pool that browsers come from.
    pub pool: String,
    /// Where pods listen.
    pub pod_port: u16,
    /// Folder with the keys that all replicas share.
    pub secrets: PathBuf,
}

/// User ids of pods, from the base on: two each. The gateway's follows.
pub const POD_UIDS: u32 = 2_000;
/// Places on a cluster whose pool nobody told us the size of.
const CLUSTER_PLACES: u64 = 1000;

impl Backend {
    /// As many sessions as there are browsers.
    pub(super) fn places(&self) -> u64 {
        match self {
            Self::Embedded(embedded) => u64::try_from(embedded.pods.most).unwrap_or(u64::MAX),
            Self::Kubernetes(_) => CLUSTER_PLACES,
        }
    }
}

pub(super) fn check(settings: &Settings) -> Result<Backend, Error> {
    match settings.backend.unwrap_or_default() {
        BackendName::Embedded => embedded(settings).map(Backend::Embedded),
        BackendName::Kubernetes => cluster(settings).map(Backend::Kubernetes),
    }
}

fn embedded(settings: &Settings) -> Result<Embedded, Error> {
    let of_cluster = settings.namespace.is_some()
        || settings.pool.is_some()
        || settings.pod_port.is_some()
        || settings.secrets.is_some();
    if of_cluster {
        return Err(Error::Contradiction(
            "namespace, pool, pod-port or secrets without a cluster: give --backend kubernetes, or remove them",
        ));
    }
    Ok(Embedded {
        data_dir: needed(&settings.data_dir, "data-dir", "COBROWSE_DATA_DIR")?,
        tenants: needed(&settings.tenants, "tenants", "COBROWSE_TENANTS")?,
        pods: pods(settings)?,
        gateway: gateway(settings)?,
    })
}

fn cluster(settings: &Settings) -> Result<Cluster, Error> {
    let of_embedded = settings.data_dir.is_some()
        || settings.tenants.is_some()
        || settings.browser_pod.is_some()
        || settings.egress_gateway.is_some()
        || settings.private_targets.is_some()
        || settings.warm_pods.is_some()
        || settings.max_pods.is_some()
        || settings.pod_uid_base.is_some();
    if of_embedded {
        return Err(Error::Contradiction(
            "data-dir, tenants, browser-pod, egress-gateway, private-targets, warm-pods, max-pods or pod-uid-base on a cluster: remove \
             them; keys are in --secrets, tenants are objects, pods are the operator's, the gateway has its own settings",
        ));
    }
    needed(&settings.certificate, "certificate", "COBROWSE_CERTIFICATE")?;
    needed(&settings.database_url_file, "database-url-file", "COBROWSE_DATABASE_URL_FILE")?;
    Ok(Cluster {
        namespace: needed(&settings.namespace, "namespace", "COBROWSE_NAMESPACE")?,
        pool: needed(&settings.pool, "pool", "COBROWSE_POOL")?,
        pod_port: range("pod-port", settings.pod_port.unwrap_or(8700), 1, 65_535)?,
        secrets: needed(&settings.secrets, "secrets", "COBROWSE_SECRETS")?,
    })
}

fn needed<T: Clone>(given: &Option<T>, name: &'static str, variable: &'static str) -> Result<T, Error> {
    given.clone().ok_or(Error::Missing { name, variable })
}

fn pods(settings: &Settings) -> Result<Pods, Error> {
    let warm = range("warm-pods", settings.warm_pods.unwrap_or(1), 0, 16)?;
    let most = range("max-pods", settings.max_pods.unwrap_or(8), 1, 200)?;
    if warm > most {
        return Err(Error::Contradiction("warm-pods above max-pods: lower the first or raise the second"));
    }
    let program = settings.browser_pod.clone().unwrap_or_else(|| beside_this_program("browser-pod"));
    Ok(Pods { program, warm, most, uid_base: uid_base(settings)? })
}

fn uid_base(settings: &Settings) -> Result<u32, Error> {
    range("pod-uid-base", settings.pod_uid_base.unwrap_or(210_000), 1000, 4_000_000_000)
}

fn gateway(settings: &Settings) -> Result<Gateway, Error> {
    let program = settings.egress_gateway.clone().unwrap_or_else(|| beside_this_program("egress-gateway"));
    let private_targets = settings.private_targets.clone().unwrap_or_default();
    for target in &private_targets {
        PrivateTarget::parse(target).map_err(Error::PrivateTarget)?;
    }
    Ok(Gateway { program, private_targets, uid: uid_base(settings)? + POD_UIDS })
}

fn beside_this_program(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    own.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn least() -> Settings {
        let file = |name: &str| Some(PathBuf::from(name));
        Settings {
            backend: Some(BackendName::Kubernetes),
            namespace: Some("cobrowse".to_owned()),
            pool: Some("standard".to_owned()),
            secrets: file("s"),
            certificate: file("c"),
            certificate_key: file("k"),
            database_url_file: file("d"),
            ..Settings::default()
        }
    }

    #[test]
    fn a_cluster_needs_what_all_replicas_share() {
        let config = super::super::check(least()).expect("is enough");
        let Backend::Kubernetes(cluster) = config.backend else { panic!("was asked for") };
        assert_eq!((cluster.pod_port, config.places), (8700, 1000));
        let rows: [(Settings, &str); 7] = [
            (Settings { namespace: None, ..least() }, "--namespace"),
            (Settings { pool: None, ..least() }, "--pool"),
            (Settings { secrets: None, ..least() }, "--secrets"),
            (Settings { database_url_file: None, ..least() }, "--database-url-file"),
            (Settings { certificate: None, certificate_key: None, ..least() }, "--certificate"),
            (Settings { warm_pods: Some(1), ..least() }, "pods are the operator's"),
            (Settings { backend: None, ..least() }, "--backend kubernetes"),
        ];
        for (settings, mend) in rows {
            let error = super::super::check(settings).expect_err(mend).to_string();
            assert!(error.contains(mend), "{error} does not say {mend}");
        }
    }
}
