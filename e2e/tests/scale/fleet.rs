//! What runs in the pods of kwok's nodes. One listener answers for all of their addresses, and the address that was dialled tells
//! which pod it is. Each has its own key, and a token of the API server for itself alone.

use crate::kubelet::{POD_PORT, token};
use crate::nodes;
use crate::pod::{Inside, Loads};
use anyhow::Context as _;
use futures::StreamExt as _;
use k8s_openapi::api::core::v1::Pod;
use kube::api::Api;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, watcher};
use kube::{Client, ResourceExt as _};
use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::CancellationToken;

/// Connections that wait to be taken.
const BACKLOG: u32 = 4096;

/// All pods of one test.
pub(crate) struct Fleet {
    client: Client,
    namespace: String,
    loads: Loads,
    pods: Mutex<Pods>,
    stop: CancellationToken,
}

#[derive(Default)]
struct Pods {
    /// UIDs of those that run, or will in a moment.
    taken: HashSet<String>,
    by_address: HashMap<IpAddr, Running>,
}

struct Running {
    uid: String,
    inside: Arc<Inside>,
    stop: CancellationToken,
}

impl Fleet {
    /// Makes the nodes, and answers for the pods of this namespace on them.
    pub(crate) async fn begin(
        client: Client,
        namespace: &str,
        count: usize,
        stop: CancellationToken,
    ) -> anyhow::Result<Loads> {
        nodes::make(&client, ("cobrowse.test/stand", namespace), count).await?;
        let loads = Loads::default();
        let fleet = Arc::new(Self {
            client,
            namespace: namespace.to_owned(),
            loads: loads.clone(),
            pods: Mutex::default(),
            stop,
        });
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(SocketAddr::from((Ipv4Addr::UNSPECIFIED, POD_PORT)))?;
        tokio::spawn(fleet.clone().accept(socket.listen(BACKLOG)?));
        tokio::spawn(fleet.watch());
        Ok(loads)
    }

    async fn accept(self: Arc<Self>, listener: TcpListener) {
        let accepting = async {
            while let Ok((stream, _)) = listener.accept().await {
                // Who dials a pod that does not listen yet is refused, and dials again.
                let Ok(address) = stream.local_addr() else { continue };
                if let Some(running) = self.pods().by_address.get(&address.ip()) {
                    running.inside.take(stream);
                }
            }
        };
        tokio::select! {
            () = accepting => {}
            () = self.stop.cancelled() => {}
        }
    }

    async fn watch(self: Arc<Self>) {
        let pods: Api<Pod> = Api::namespaced(self.client.clone(), &self.namespace);
        let mut events = watcher(pods, watcher::Config::default()).default_backoff().boxed();
        while let Some(event) = tokio::select! { event = events.next() => event, () = self.stop.cancelled() => None } {
            match event {
                Ok(watcher::Event::Apply(pod) | watcher::Event::InitApply(pod)) => self.see(&pod),
                Ok(watcher::Event::Delete(pod)) => self.end(&pod),
                _ => {}
            }
        }
    }

    fn see(self: &Arc<Self>, pod: &Pod) {
        let address = pod.status.as_ref().and_then(|status| status.pod_ip.as_deref()?.parse().ok());
        let (Some(address), None) = (address, &pod.metadata.deletion_timestamp) else { return };
        let (uid, name) = (pod.uid().unwrap_or_default(), pod.name_any());
        if !self.pods().taken.insert(uid.clone()) {
            return;
        }
        let fleet = self.clone();
        tokio::spawn(async move {
            if let Err(error) = fleet.start(address, uid, &name).await {
                eprintln!("{name} could not be started: {error:#}");
            }
        });
    }

    async fn start(&self, address: IpAddr, uid: String, name: &str) -> anyhow::Result<()> {
        let asked = token(&self.client, &self.namespace, &uid, name).await.context("a token")?;
        let token = asked.status.context("no token")?.token;
        let stop = self.stop.child_token();
        let inside = Inside::new(token, self.loads.clone(), stop.clone())?;
        let mut pods = self.pods();
        // It may have gone meanwhile.
        if pods.taken.contains(&uid) {
            pods.by_address.insert(address, Running { uid, inside, stop });
        }
        Ok(())
    }

    /// An address may be another pod's by now.
    fn end(&self, pod: &Pod) {
        let uid = pod.uid().unwrap_or_default();
        let mut pods = self.pods();
        pods.taken.remove(&uid);
        pods.by_address.retain(|_, running| {
            let stays = running.uid != uid;
            if !stays {
                running.stop.cancel();
            }
            stays
        });
    }

    fn pods(&self) -> MutexGuard<'_, Pods> {
        self.pods.lock().expect("no panic holds it")
    }
}
