//! References to other objects, always by name and within the object's own namespace.

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

use crate::value::{Label, ObjectName, Token};

/// The tenant whose session this is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantRef {
    /// Name of a CoBrowseTenant in the same namespace.
    #[schemars(with = "Label")]
    pub name: String,
}

/// The pool that the browser comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct PoolRef {
    /// Name of a CoBrowsePool in the same namespace.
    #[schemars(with = "Label")]
    pub name: String,
}

/// One entry of a Secret. Secrets are never written into an object of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecretKeyRef {
    /// Name of a Secret in the same namespace.
    #[schemars(with = "ObjectName")]
    pub name: String,
    /// The entry's key in that Secret.
    #[schemars(with = "Token")]
    pub key: String,
}

/// A whole Secret, all of whose entries are used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecretRef {
    /// Name of a Secret in the same namespace.
    #[schemars(with = "ObjectName")]
    pub name: String,
}
