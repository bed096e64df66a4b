//! What a pool's object stands for besides itself: the settings of the installation.

use super::canary::{self, Place};
use crate::args::Arguments;
use cobrowse_session::canary::Target;
use k8s_openapi::api::networking::v1::IPBlock;
use std::net::SocketAddr;

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
    /// Where browsers may go that have no gateway: public addresses.
    pub public: Vec<IPBlock>,
    /// Where the egress gateway listens; empty before that is known. None: there is none, and browsers go out by themselves.
    pub gateways: Option<Vec<SocketAddr>>,
    /// ConfigMap with further policies of Chrome.
    pub browser_policy: Option<String>,
    /// What pods try to reach and must not.
    pub forbidden: Vec<Target>,
}

impl Installation {
    /// From the command line, and what the program finds around it.
    pub fn new(arguments: &Arguments, place: &Place) -> Result<Self, canary::Error> {
        Ok(Self {
            namespace: arguments.namespace.clone(),
            system: arguments.lease_namespace.clone(),
            pod_port: arguments.pod_port,
            authority: String::new(),
            host_users: arguments.host_users,
            seccomp_profile: arguments.seccomp_profile.clone(),
            public_origin: arguments.public_origin.clone(),
            public: super::build::policy::public(&arguments.cluster_ranges),
            gateways: arguments.gateway.as_ref().map(|_| Vec::new()),
            browser_policy: arguments.browser_policy.clone(),
            forbidden: canary::targets(arguments, place)?,
        })
    }
}
