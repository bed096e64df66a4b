//! Puts the program together and takes it down again in order: tell viewers, let calls end, end pods, close the store.

mod ground;
mod routes;
mod signals;

pub use signals::interrupted;

use crate::accounts::password::{self, Passwords};
use crate::accounts::{Accounts, demo, invited};
use crate::admin::{self, metrics::Metrics};
use crate::cluster::{self, Cluster};
use crate::config::{Config, Limits};
use crate::data_dir;
use crate::door::{self, Connections, Door, Trusted};
use crate::drive::Browsers;
use crate::gate::Gate;
use crate::hub::Hub;
use crate::journal::{self, Journal};
use crate::pods::{self, PodRunner};
use crate::refusal::Refusal;
use crate::relay::Relay;
use crate::sessions::{Parts, Sessions, Wanted};
use crate::store::{self, Store};
use crate::{adopt, clock, drive, replicas, tenants};
use cobrowse_session::capacity::Capacity;
use cobrowse_session::id::ReplicaId;
use ground::Ground;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
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
    /// The address of the database.
    #[error("failed to find the database")]
    Database(#[source] store::server::Error),
    /// The cluster.
    #[error("failed to connect to the cluster")]
    Cluster(#[source] cluster::Error),
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
    relay: Relay,
    store: Store,
    draining: CancellationToken,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Starts everything and returns when people can come. `runner` makes the pods of embedded mode; a cluster has its own.
pub async fn start(config: &Config, runner: Box<dyn PodRunner>) -> Result<Running, Error> {
    let (stop, draining, tasks) = (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());
    let metrics = Arc::new(Metrics::default());
    let listener = listen(config.listen, "listen").await?;
    let admin_listener = listen(config.admin_listen, "admin-listen").await?;
    let ground = Ground::prepare(config, runner, &metrics, &tasks, &stop).await?;
    let Ground { tls, store, tenants, keys, links, browsers } = ground;
    let passwords = Passwords::new().map_err(Error::Passwords)?;
    let demo = match (config.demo, &browsers) {
        (false, _) => Vec::new(),
        (true, Browsers::Children(_)) => demo::make(&store, &tenants.now(), &passwords).await.map_err(Error::Demo)?,
        (true, Browsers::Cluster(_)) => {
            tasks.spawn(demo::follow(store.clone(), tenants.clone(), passwords.clone(), stop.clone()));
            Vec::new()
        }
    };
    let (wanted, wants) = mpsc::unbounded_channel();
    let (journal, acts) = Journal::new(metrics.clone());
    tasks.spawn(journal::keep(store.clone(), acts, metrics.clone(), stop.clone()));
    let sessions = Sessions::new(Parts {
        store: store.clone(),
        hub: Hub::default(),
        tenants: tenants.clone(),
        pin_key: keys.pin,
        sealer: keys.seal,
        journal,
        capacity: Capacity::new(config.places),
        limits: config.limits,
        links,
        browsers,
        metrics: metrics.clone(),
        replica: ReplicaId::from_random(clock::random()),
        draining: draining.clone(),
        wanted,
    });
    spawn_upkeep(&sessions, wants, &tasks, &stop);
    let Limits { connections, connections_per_address, calls_per_second, .. } = config.limits;
    let public = config.public_origin.as_deref();
    let gate = Gate::new(store.clone(), metrics.clone(), calls_per_second, public);
    let relay = Relay::new(sessions.clone(), gate.clone(), draining.clone());
    let accounts = Accounts::new(store.clone(), tenants, passwords);
    if let Browsers::Cluster(cluster) = &sessions.parts().browsers {
        let (tenants, cluster) = (sessions.parts().tenants.clone(), Cluster::clone(cluster));
        tasks.spawn(invited::follow(store.clone(), tenants, cluster, accounts.used(), stop.clone()));
    }
    let app = routes::all(&sessions, &relay, accounts, gate, public).map_err(Error::Reflection)?;
    let addresses = (address(&listener, config.listen), address(&admin_listener, config.admin_listen));
    tasks.spawn(admin::serve(admin_listener, metrics, store.clone(), draining.clone(), stop.clone()));
    let connections = Connections::new(connections, connections_per_address);
    let door = Door { listener, tls, connections, trusted: Trusted::new(config.trusted_proxies.clone()) };
    let routes = app.clone();
    tasks.spawn(door.serve(app, draining.clone(), config.drain));
    let (address, admin_address) = addresses;
    Ok(Running { address, admin_address, demo, sessions, routes, relay, store, draining, stop, tasks })
}

/// What goes on as long as the program does.
fn spawn_upkeep(
    sessions: &Sessions,
    wants: mpsc::UnboundedReceiver<Wanted>,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) {
    tasks.spawn(drive::take_up(sessions.clone(), wants, stop.clone()));
    tasks.spawn(sessions.parts().hub.clone().follow(sessions.parts().store.clone(), stop.clone()));
    tasks.spawn(sessions.clone().keep_deadlines(stop.clone()));
    match &sessions.parts().browsers {
        // Its pods die with a replica; what is left is a row to end.
        Browsers::Children(_) => tasks.spawn(sessions.clone().find_lost(stop.clone())),
        // Its pods live on, and another replica goes on with them.
        Browsers::Cluster(cluster) => {
            tasks.spawn(adopt::watch(sessions.clone(), Cluster::clone(cluster), stop.clone()));
            tasks.spawn(replicas::watch(sessions.clone(), stop.clone()))
        }
    };
}

impl Running {
    /// Takes the program down: nothing of it is left when this returns.
    pub async fn stop(self) {
        self.draining.cancel();
        if tokio::time::timeout(LAST_MESSAGES, self.relay.drained()).await.is_err() {
            tracing::info!("some viewers did not take their last message");
        }
        self.stop.cancel();
        if let Browsers::Children(pods) = &self.sessions.parts().browsers {
            pods.end_all().await;
        }
        self.tasks.close();
        self.tasks.wait().await;
        replicas::leave(&self.sessions).await;
        self.store.close().await;
    }
}

async fn listen(address: SocketAddr, setting: &'static str) -> Result<TcpListener, Error> {
    TcpListener::bind(address).await.map_err(|source| Error::Listen { address, setting, source })
}

fn address(listener: &TcpListener, asked: SocketAddr) -> SocketAddr {
    listener.local_addr().unwrap_or(asked)
}
