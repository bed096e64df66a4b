//! How a tenant shows itself: looks, documents, and what it tells its own systems.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kind::reference::SecretKeyRef;
use crate::value::{Color, HttpsAddress, Label};

/// How the pages of end users look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Branding {
    /// Address of the company's logo, https alone. The console fetches it once and serves it itself.
    #[schemars(with = "Option<HttpsAddress>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<String>,
    /// Colour of buttons and links, # and six digits, for example #0b5fff. Where it would be hard to read, the console darkens
    /// or lightens it.
    #[schemars(with = "Option<Color>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent_color: Option<String>,
}

/// Texts that end users can read before they start. All https.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Documents {
    /// Address of the privacy statement.
    #[schemars(with = "Option<HttpsAddress>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy_url: Option<String>,
    /// Address of the terms of use.
    #[schemars(with = "Option<HttpsAddress>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms_url: Option<String>,
}

/// One system of the tenant that is told of sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// What it is called in logs and metrics. Unique in the tenant.
    #[schemars(with = "Label")]
    pub name: String,
    /// Where to post to, https alone.
    #[schemars(with = "HttpsAddress")]
    pub url: String,
    /// What to tell: SessionStarted, SessionEnded, RecordingSealed, ReportFiled. At least one.
    #[schemars(length(max = 4))]
    #[x_kube(
        merge_strategy = ListMerge::Set,
        validation = Rule::new("size(self) > 0").message("write at least one event"),
    )]
    pub events: Vec<WebhookEvent>,
    /// The key that signs what is posted (HMAC-SHA-256), so that the receiver knows the sender.
    pub secret_ref: SecretKeyRef,
}

/// What a webhook is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum WebhookEvent {
    /// An agent was allowed.
    SessionStarted,
    /// A session ended.
    SessionEnded,
    /// A recording is complete.
    RecordingSealed,
    /// An agent wrote a report.
    ReportFiled,
}
