//! Where a cluster keeps its files, and the addresses it has. Nothing here touches the disk but to find the folders.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Name of the one node.
pub(crate) const NODE: &str = "node1";
/// The node's address, in a network that exists between two namespaces alone.
pub(crate) const NODE_ADDRESS: &str = "172.18.0.2";
/// The other end: the world, which is the default route.
pub(crate) const WORLD_ADDRESS: &str = "172.18.0.1";
/// Addresses of pods.
pub(crate) const POD_RANGE: &str = "10.244.0.0/16";
/// Addresses of the first node's pods.
pub(crate) const NODE_POD_RANGE: &str = "10.244.0.0/24";
/// Addresses of services.
pub(crate) const SERVICE_RANGE: &str = "10.96.0.0/16";
/// The API server's service.
pub(crate) const API_SERVICE: &str = "10.96.0.1";
/// The DNS service.
pub(crate) const DNS_SERVICE: &str = "10.96.0.10";
/// Where the API server is reached, inside.
pub(crate) const API_SERVER: &str = "https://172.18.0.2:6443";

/// Name of the cluster's network namespace and cgroups.
pub(crate) const CLUSTER: &str = "cobrowse-cluster";
/// Name of the world's network namespace.
pub(crate) const WORLD: &str = "cobrowse-world";

/// The folders.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// What was built, by what it was made of. Outlives clones.
    pub(crate) cache: PathBuf,
    /// The state of the running cluster.
    pub(crate) run: PathBuf,
    /// The source of the cluster's description: modules, manifests.
    pub(crate) source: PathBuf,
}

impl Layout {
    /// The cache is shared by all clones of a machine, as there is one cluster on it at a time.
    pub(crate) fn of_this_machine() -> Result<Self> {
        let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let base = base.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
        let cache = base.context("failed to find the cache: set HOME or XDG_CACHE_HOME")?.join("cobrowse/cluster");
        let source = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        Ok(Self { run: cache.join("run"), cache, source })
    }

    /// Programs of the running cluster.
    pub(crate) fn programs(&self) -> PathBuf {
        self.run.join("bin")
    }

    /// A program.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.programs().join(name)
    }

    /// Keys, certificates and kubeconfigs.
    pub(crate) fn pki(&self) -> PathBuf {
        self.run.join("pki")
    }

    /// A kubeconfig.
    pub(crate) fn kubeconfig(&self, user: &str) -> PathBuf {
        self.pki().join(format!("{user}.conf"))
    }

    /// The authority of the world's websites, and their certificate. It outlives a cluster, so that an image may trust it.
    pub(crate) fn world(&self) -> PathBuf {
        self.cache.join("world")
    }

    /// What a component printed.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.run.join("log").join(format!("{name}.log"))
    }

    /// The socket of containerd.
    pub(crate) fn containerd_socket(&self) -> PathBuf {
        self.run.join("containerd.sock")
    }

    /// The state of the running cluster as its own processes see it: a pod with a user namespace is nobody, who may not pass through
    /// somebody's home.
    pub(crate) fn state(&self) -> PathBuf {
        PathBuf::from("/run/cobrowse-cluster")
    }

    /// The images and snapshots in the same view.
    pub(crate) fn images(&self) -> PathBuf {
        PathBuf::from("/run/cobrowse-images")
    }

    /// containerd's images and snapshots, which outlive a cluster.
    pub(crate) fn image_store(&self) -> PathBuf {
        self.cache.join("image-store")
    }
}
