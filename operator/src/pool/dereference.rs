//! What a pool's object stands for besides itself: the settings of the installation.

use crate::args::Arguments;
use k8s_openapi::api::networking::v1::IPBlock;

/// What pools take from the installation.
#[derive(Clone, Debug)]
pub struct Installation {
    /// Namespace of the pods.
    pub namespace: String,
    /// Namespace of operator and session-api.
    pub system: String,
    /// Port at which pods listen.
    pub pod_port: u16,
    /// Tag of the authority that signs pods.
    pub authority: String,
    /// Whether pods share the node's user namespace.
    pub host_users: bool,
    /// The seccomp profile of the browser side, in the kubelets' folder.
    pub seccomp_profile: String,
    /// Where people reach the console.
    pub public_origin: Option<String>,
    /// Where browsers may go: public addresses.
    pub public: Vec<IPBlock>,
}

impl Installation {
    /// From the command line.
    pub fn new(arguments: &Arguments) -> Result<Self, super::build::policy::Error> {
        Ok(Self {
            namespace: arguments.namespace.clone(),
            system: arguments.lease_namespace.clone(),
            pod_port: arguments.pod_port,
            authority: String::new(),
            host_users: arguments.host_users,
            seccomp_profile: arguments.seccomp_profile.clone(),
            public_origin: arguments.public_origin.clone(),
            public: super::build::policy::public(&arguments.cluster_ranges)?,
        })
    }
}
