//! What the program stands on: database, keys, tenants, and where browsers come from. In embedded mode files and child processes, on
//! a cluster a server, given keys and objects.

use super::Error;
use crate::admin::metrics::Metrics;
use crate::cluster::Cluster;
use crate::config::{Backend, Config};
use crate::data_dir::DataDir;
use crate::door;
use crate::drive::Browsers;
use crate::pods::authority::{self, Texts};
use crate::pods::dial::Dialer;
use crate::pods::gateway::Gateway;
use crate::pods::warm::Pods;
use crate::pods::{self, PodRunner, grants};
use crate::seal::Sealer;
use crate::sessions::links::Links;
use crate::store::Store;
use crate::store::server::Server;
use crate::tenants::{self, Current};
use cobrowse_crds::Tenants;
use cobrowse_identity::ServerConfig;
use cobrowse_identity::authority::Authority;
use cobrowse_session::pin::PinKey;
use std::sync::Arc;
use std::time::SystemTime;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The keys of what is kept.
pub(super) struct Keys {
    pub(super) pin: PinKey,
    pub(super) seal: Sealer,
}

pub(super) struct Ground {
    pub(super) tls: Arc<ServerConfig>,
    pub(super) store: Store,
    pub(super) tenants: Current,
    pub(super) keys: Keys,
    pub(super) links: Links,
    pub(super) browsers: Browsers,
}

impl Ground {
    pub(super) async fn prepare(
        config: &Config,
        runner: Box<dyn PodRunner>,
        metrics: &Arc<Metrics>,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) -> Result<Self, Error> {
        let data = match &config.backend {
            Backend::Embedded(embedded) => DataDir::open(&embedded.data_dir).map_err(Error::DataDir)?,
            Backend::Kubernetes(cluster) => DataDir::given(&cluster.secrets),
        };
        let fixed = match &config.backend {
            Backend::Embedded(embedded) => Some(tenants::read(&embedded.tenants).map_err(Error::Tenants)?),
            Backend::Kubernetes(_) => None,
        };
        let tls = door::certificate(config.certificate.as_ref(), &data, stop.clone()).map_err(Error::Tls)?;
        let store = open(config, &data).await?;
        let key = |name| data.key(name).map_err(Error::DataDir);
        let keys = Keys { pin: PinKey::new(&*key("pin.key")?), seal: Sealer::new(&*key("seal.key")?) };
        let texts = texts(&data)?;
        let clients = match &config.backend {
            Backend::Embedded(_) => authority::fixed(&texts),
            Backend::Kubernetes(_) => authority::follow(data.clone(), texts.clone(), stop.clone()),
        };
        let links = Links::new(Dialer::new(clients.map_err(Error::Pods)?));
        let (browsers, tenants) = match &config.backend {
            Backend::Embedded(embedded) => {
                let tenants = fixed.unwrap_or_default();
                let authority = Authority::from_pem(&texts[0].0, &texts[0].1).map_err(Error::Identity)?;
                let gateway =
                    gateway(runner.as_ref(), &tenants, &authority, (tasks, stop)).await.map_err(Error::Pods)?;
                let counts = (embedded.pods.warm, embedded.pods.most);
                let pods = Pods::keep((runner, gateway), Arc::new(authority), metrics.clone(), counts, stop.clone());
                (Browsers::Children(pods), Current::fixed(tenants))
            }
            Backend::Kubernetes(settings) => {
                let (cluster, tenants) = Cluster::connect(settings, tasks, stop).await.map_err(Error::Cluster)?;
                (Browsers::Cluster(Box::new(cluster)), tenants)
            }
        };
        Ok(Self { tls, store, tenants, keys, links, browsers })
    }
}

/// The way out of these tenants' pods, where they have one.
async fn gateway(
    runner: &dyn PodRunner,
    tenants: &Tenants,
    authority: &Authority,
    (tasks, stop): (&TaskTracker, &CancellationToken),
) -> Result<Option<Gateway>, pods::Error> {
    let Some(settings) = runner.gateway() else { return Ok(None) };
    Gateway::start(settings, grants::own_sites(tenants), authority, (tasks, stop.clone())).await.map(Some)
}

async fn open(config: &Config, data: &DataDir) -> Result<Store, Error> {
    let opened = match &config.database {
        Some(file) => Store::connect(&Server::from_file(file).map_err(Error::Database)?).await,
        None => Store::open(&data.path("cobrowse.db")).await,
    };
    opened.map_err(Error::Store)
}

/// The pods' authority, and on a cluster a second one while it is changed for the other.
fn texts(data: &DataDir) -> Result<Texts, Error> {
    let make = || Authority::generate(SystemTime::now()).map(|authority| authority.to_pem());
    let first = data.pair("pods", make).map_err(Error::DataDir)?;
    Ok([first].into_iter().chain(authority::second(data)).collect())
}
