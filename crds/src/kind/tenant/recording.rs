//! Whether and how sessions of a tenant are recorded. Where recordings lie is named here; keys and credentials are not.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kind::reference::{SecretKeyRef, SecretRef};
use crate::rule;
use crate::value::{Count, HttpsAddress, Token};

/// Whether sessions are recorded, where to, and how long recordings stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = rule::over(&["mode", "sink"], "self.mode == 'Never' || has(self.sink)", "recording needs a place: write sink, or mode Never"),
    validation = rule::over(&["mode", "key"], "self.mode == 'Never' || has(self.key)", "recordings are always encrypted: write key, or mode Never"),
)]
pub struct Recording {
    /// Never: not at all. OnDemand: when an agent asks and the end user allows it, apart from Allow. Always: every session, and a
    /// session whose end user does not allow it does not begin. Default Never.
    #[serde(default)]
    pub mode: RecordingMode,
    /// Days that a recording stays before it is destroyed. 1 to 3650, default 30.
    #[schemars(with = "Count<1, 3650>")]
    #[serde(default = "thirty")]
    pub retention_days: i32,
    /// The store that recordings go to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sink: Option<Sink>,
    /// The tenant's key, which wraps one key for each recording. Whoever destroys it destroys the recordings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeySource>,
}

fn thirty() -> i32 {
    30
}

/// Never: not at all. OnDemand: when an agent asks and the end user allows it, apart from Allow. Always: every session, and a session
/// whose end user does not allow it does not begin. In a session it counts where the tenant's is OnDemand; where that is Never or
/// Always, the tenant's counts. Default in a tenant Never, in a session the tenant's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum RecordingMode {
    /// Never.
    #[default]
    Never,
    /// When asked for and allowed.
    OnDemand,
    /// Every session.
    Always,
}

/// A bucket of an S3 store. What is written there is encrypted before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sink {
    /// Name of the bucket.
    #[schemars(with = "Token")]
    pub bucket: String,
    /// What the names of all objects begin with, for example cobrowse/northwind. Default: the tenant's name.
    #[schemars(with = "Option<Token>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The store's region, for example eu-central-1. Default: the installation's.
    #[schemars(with = "Option<Token>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Address of a store that is not Amazon's, https alone.
    #[schemars(with = "Option<HttpsAddress>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// How session-api signs in to the store.
    pub credentials: Credentials,
}

/// How to sign in to the store. Exactly one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = rule::over(
    &["secretRef", "workloadIdentity"],
    "has(self.secretRef) != (has(self.workloadIdentity) && self.workloadIdentity)",
    "write exactly one of secretRef and workloadIdentity: true",
))]
pub struct Credentials {
    /// A Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<SecretRef>,
    /// True: the identity of session-api's own service account, as the cloud grants it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload_identity: Option<bool>,
}

/// Where the tenant's key is. Exactly one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = rule::over(
    &["kmsKeyId", "secretRef"],
    "has(self.kmsKeyId) != has(self.secretRef)",
    "write exactly one of kmsKeyId and secretRef",
))]
pub struct KeySource {
    /// Id or ARN of a key in the cloud's key service. The key never leaves it.
    #[schemars(with = "Option<Token>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// A Secret's entry with 32 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<SecretKeyRef>,
}
