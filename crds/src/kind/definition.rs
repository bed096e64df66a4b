//! The definitions that make a cluster know the kinds, as YAML. It writes texts; files are the caller's.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::CustomResourceExt;
use serde_json::Value;

use super::{CoBrowsePool, CoBrowseSession, CoBrowseTenant};

/// One kind's definition.
#[derive(Debug)]
pub struct Definition {
    /// What to call the file, for example `cobrowsepools.yaml`.
    pub file: String,
    /// The definition.
    pub definition: CustomResourceDefinition,
}

impl Definition {
    fn of<K: CustomResourceExt>() -> Self {
        let mut definition = serde_json::to_value(K::crd()).expect("a definition is JSON");
        join_lines(&mut definition);
        let definition: CustomResourceDefinition = serde_json::from_value(definition).expect("it was one before");
        Self { file: format!("{}.yaml", definition.spec.names.plural), definition }
    }

    /// The definition as YAML, with a first line that says where it comes from.
    pub fn yaml(&self) -> String {
        let yaml = serde_norway::to_string(&self.definition).expect("a definition is plain data");
        format!("# Written from crds/src/kind by `make gen`. Change it there.\n{yaml}")
    }
}

/// Comments in Rust end their lines for the sake of the source; `kubectl explain` ends them for the reader's terminal.
fn join_lines(part: &mut Value) {
    match part {
        Value::Object(fields) => {
            if let Some(Value::String(text)) = fields.get_mut("description") {
                *text = text.replace('\n', " ");
            }
            fields.values_mut().for_each(join_lines);
        }
        Value::Array(items) => items.iter_mut().for_each(join_lines),
        _ => {}
    }
}

/// The schema of a kind, as its definition carries it.
pub fn schema<K: CustomResourceExt>() -> Value {
    let version = K::crd().spec.versions.into_iter().next().expect("a derived kind has one version");
    let schema = version.schema.and_then(|schema| schema.open_api_v3_schema).expect("a derived kind has a schema");
    serde_json::to_value(schema).expect("a schema is JSON")
}

/// The definitions of all kinds.
pub fn definitions() -> [Definition; 3] {
    [Definition::of::<CoBrowsePool>(), Definition::of::<CoBrowseSession>(), Definition::of::<CoBrowseTenant>()]
}
