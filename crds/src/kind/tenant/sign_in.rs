//! How a tenant's people sign in to the console. End users never do.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kind::reference::SecretKeyRef;
use crate::rule;
use crate::value::{Cidr, HttpsAddress, Token};

/// How agents, supervisors and administrators sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = rule::over(
    &["localAccounts", "oidc"],
    "self.localAccounts || has(self.oidc)",
    "nobody could sign in: write oidc, or localAccounts: true",
))]
pub struct SignIn {
    /// Whether people may have accounts with a password here. Default true.
    #[serde(default = "yes")]
    pub local_accounts: bool,
    /// Whether local accounts need a second factor, a passkey or a code from an app: Optional or Required. Default Optional.
    #[serde(default)]
    pub second_factor: SecondFactor,
    /// The company's own sign-in by OpenID Connect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oidc: Option<Oidc>,
    /// Address ranges that people may sign in and work from. At most 100. Empty: from anywhere.
    #[schemars(with = "Vec<Cidr>", length(max = 100))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_cidrs: Vec<String>,
}

fn yes() -> bool {
    true
}

/// Whether a second factor is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SecondFactor {
    /// Of those who set one up.
    #[default]
    Optional,
    /// Of everybody.
    Required,
}

/// A provider of OpenID Connect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Oidc {
    /// The issuer's address, https alone, exactly as its tokens name it.
    #[schemars(with = "HttpsAddress")]
    pub issuer: String,
    /// The id that the provider gave to this installation.
    #[schemars(with = "Token")]
    pub client_id: String,
    /// The secret that the provider gave to this installation.
    pub client_secret_ref: SecretKeyRef,
}
