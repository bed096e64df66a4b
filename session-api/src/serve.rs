//! Puts the program together and takes it down again in order: tell viewers, let calls end, end pods, close the store.

mod routes;
mod signals;

pub use signals::interrupted;

use crate::accounts::password::{self, Passwords};
use crate::accounts::{Accounts, demo};
use crate::admin::{self, metrics::Metrics};
use crate::config::{Config, Limits};
use crate::data_dir::{self, DataDir};
use crate::door::{self, Connections, Door};
use crate::gate::Gate;
use crate::hub::Hub;
use crate::journal::{self, Journal};
use crate::pods::dial::Dialer;
use crate::pods::warm::Pods;
use crate::pods::{self, PodRunner};
use crate::refusal::Refusal;
use crate::relay::Relay;
use crate::seal::Sealer;
use crate::sessions::links::Links;
use crate::sessions::{Parts, Sessions};
use crate::store::{self, Store};
use crate::{clock, drive, tenants};
use cobrowse_identity::authority::Authority;
use cobrowse_session::capacity::Capacity;
use cobrowse_session::id::ReplicaId;
use cobrowse_session::pin::PinKey;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long viewers get to take their last message.
const LAST_MESSAGES: Duration = Duration::from_secs(3);

/// Why the program does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data folder.
    #[error("failed to open the data folder")]
    DataDir(#[source] data_dir::Error),
    /// The tenants.
    #[error("failed to read the tenants")]
    Tenants(#[source] tenants::Error),
    /// The database.
    #[error("failed to open the store")]
    Store(#[source] store::Error),
    /// The door's certificate.
    #[error("failed to prepare the door's certificate")]
    Tls(#[source] door::TlsError),
    /// The pods' authority.
    #[error("failed to prepare the pods' authority")]
    Identity(#[source] cobrowse_identity::Error),
    /// Pods.
    #[error("failed to prepare pods")]
    Pods(#[source] pods::Error),
    /// A port is taken, or not ours to have.
    #[error("failed to listen on {address}: end the program that has the port, or give --{setting} another")]
    Listen {
        /// What was asked for.
        address: SocketAddr,
        /// The setting's name.
        setting: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// Passwords.
    #[error("failed to prepare passwords")]
    Passwords(#[source] password::Error),
    /// Demo accounts.
    #[error("failed to make the demo accounts")]
    Demo(#[source] Refusal),
    /// The descriptors of reflection.
    #[error("failed to prepare reflection")]
    Reflection(#[source] tonic_reflection::server::Error),
}

/// The program, running.
pub struct Running {
    /// Where people connect to.
    pub address: SocketAddr,
    /// Where metrics are.
    pub admin_address: SocketAddr,
    /// Accounts just made; their passwords are shown once.
    pub demo: Vec<demo::Shown>,
    /// The sessions, for tests and for programs around this one.
    pub sessions: Sessions,
    /// All that the port serves, for whoever brings requests another way.
    pub routes: axum::Router,
    pods: Pods,
    relay: Relay,
    store: Store,
    draining: CancellationToken,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Starts everything and returns when people can come.
pub async fn start(config: &Config, runner: Box<dyn PodRunner>) -> Result<Running, Error> {
    let data = DataDir::open(&config.data_dir).map_err(Error::DataDir)?;
    let tenants = Arc::new(tenants::read(&config.tenants).map_err(Error::Tenants)?);
    let tls = door::certificate(config.certificate.as_ref(), &data).map_err(Error::Tls)?;
    let listener = listen(config.listen, "listen").await?;
    let admin_listener = listen(config.admin_listen, "admin-listen").await?;
    let store = Store::open(&data.path("cobrowse.db")).await.map_err(Error::Store)?;
    let passwords = Passwords::new().map_err(Error::Passwords)?;
    let demo = match config.demo {
        true => demo::make(&store, &tenants, &passwords).await.map_err(Error::Demo)?,
        false => Vec::new(),
    };
    let (stop, draining, tasks) = (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());
    let metrics = Arc::new(Metrics::default());
    let authority = Arc::new(authority(&data)?);
    let links = Links::new(Dialer::new(&authority).map_err(Error::Pods)?);
    let (warm, most) = (config.pods.warm, config.pods.most);
    let pods = Pods::keep(runner, authority, metrics.clone(), (warm, most), stop.clone());
    let (wanted, wants) = mpsc::unbounded_channel();
    let (journal, acts) = Journal::new(metrics.clone());
    tasks.spawn(journal::keep(store.clone(), acts, metrics.clone(), stop.clone()));
    let sessions = Sessions::new(Parts {
        store: store.clone(),
        hub: Hub::default(),
        tenants: tenants.clone(),
        pin_key: PinKey::new(&*data.key("pin.key").map_err(Error::DataDir)?),
        sealer: Sealer::new(&*data.key("seal.key").map_err(Error::DataDir)?),
        journal,
        capacity: Capacity::new(config.places),
        limits: config.limits,
        links,
        pods: pods.clone(),
        metrics: metrics.clone(),
        replica: ReplicaId::from_random(clock::random()),
        draining: draining.clone(),
        wanted,
    });
    tasks.spawn(drive::take_up(sessions.clone(), wants, stop.clone()));
    tasks.spawn(sessions.parts().hub.clone().follow(store.clone(), stop.clone()));
    tasks.spawn(sessions.clone().keep_deadlines(stop.clone()));
    tasks.spawn(sessions.clone().find_lost(stop.clone()));
    let Limits { connections, connections_per_address, calls_per_second, .. } = config.limits;
    let public = config.public_origin.as_deref();
    let gate = Gate::new(store.clone(), metrics.clone(), calls_per_second, public);
    let relay = Relay::new(sessions.clone(), gate.clone(), draining.clone());
    let accounts = Accounts::new(store.clone(), tenants, passwords);
    let app = routes::all(&sessions, &relay, accounts, gate, public).map_err(Error::Reflection)?;
    let addresses = (address(&listener, config.listen), address(&admin_listener, config.admin_listen));
    tasks.spawn(admin::serve(admin_listener, metrics, store.clone(), draining.clone(), stop.clone()));
    let door = Door { listener, tls, connections: Connections::new(connections, connections_per_address) };
    let routes = app.clone();
    tasks.spawn(door.serve(app, draining.clone(), config.drain));
    let (address, admin_address) = addresses;
    Ok(Running { address, admin_address, demo, sessions, routes, pods, relay, store, draining, stop, tasks })
}

impl Running {
    /// Takes the program down: nothing of it is left when this returns.
    pub async fn stop(self) {
        self.draining.cancel();
        if tokio::time::timeout(LAST_MESSAGES, self.relay.drained()).await.is_err() {
            tracing::info!("some viewers did not take their last message");
        }
        self.stop.cancel();
        self.pods.end_all().await;
        self.tasks.close();
        self.tasks.wait().await;
        self.store.close().await;
    }
}

fn authority(data: &DataDir) -> Result<Authority, Error> {
    let make = || Authority::generate(SystemTime::now()).map(|authority| authority.to_pem());
    let (certificate, key) = data.pair("pods", make).map_err(Error::DataDir)?;
    Authority::from_pem(&certificate, &key).map_err(Error::Identity)
}

async fn listen(address: SocketAddr, setting: &'static str) -> Result<TcpListener, Error> {
    TcpListener::bind(address).await.map_err(|source| Error::Listen { address, setting, source })
}

fn address(listener: &TcpListener, asked: SocketAddr) -> SocketAddr {
    listener.local_addr().unwrap_or(asked)
}
