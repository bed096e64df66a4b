//! The object as it stands in YAML, before anything in it is believed.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Document {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) metadata: MetadataDocument,
    pub(super) spec: SpecDocument,
}

/// Of the many fields of Kubernetes metadata, those that mean something without a cluster.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct MetadataDocument {
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SpecDocument {
    pub(super) display_name: String,
    pub(super) sites: Vec<SiteDocument>,
    #[serde(default)]
    pub(super) masking: MaskingDocument,
    #[serde(default)]
    pub(super) session: SessionDocument,
    #[serde(default)]
    pub(super) demo: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SiteDocument {
    pub(super) pattern: String,
    pub(super) start_url: Option<String>,
    pub(super) title: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct MaskingDocument {
    #[serde(default)]
    pub(super) selectors: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SessionDocument {
    pub(super) pin_life: Option<String>,
    pub(super) disconnect_grace: Option<String>,
    pub(super) disconnect_grace_touch: Option<String>,
    pub(super) idle_timeout: Option<String>,
    pub(super) max_duration: Option<String>,
    pub(super) extend_step: Option<String>,
    pub(super) warning: Option<String>,
    pub(super) stop_choice: Option<String>,
    pub(super) max_participants: Option<u32>,
    pub(super) max_tabs: Option<u32>,
}
