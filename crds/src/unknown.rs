//! Fields that a kind does not have, found by the kind's own schema. A cluster refuses them when it is asked to be strict, as
//! kubectl does; embedded mode always. It looks at names alone, never at values.

use serde_json::{Map, Value};

/// A field that the kind does not have, most often misspelt.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown field {field}, write one of {known}")]
pub struct Error {
    /// Where, for example `spec.displayname`.
    pub field: String,
    /// What it could have been.
    pub known: String,
}

/// Finds the first unknown field of an object of this schema. `metadata` is Kubernetes' own and is not looked at.
pub(crate) fn check(schema: &Value, object: &Map<String, Value>) -> Result<(), Error> {
    let mut own = object.iter().filter(|(name, _)| !matches!(name.as_str(), "metadata" | "apiVersion" | "kind"));
    own.try_for_each(|(name, value)| field(schema, name, value, name.clone()))
}

fn field(schema: &Value, name: &str, value: &Value, path: String) -> Result<(), Error> {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return Ok(()) };
    match properties.get(name) {
        Some(schema) => inside(schema, value, &path),
        None => {
            let known: Vec<&str> = properties.keys().map(String::as_str).collect();
            Err(Error { field: path, known: known.join(", ") })
        }
    }
}

fn inside(schema: &Value, value: &Value, path: &str) -> Result<(), Error> {
    match value {
        Value::Object(fields) => {
            fields.iter().try_for_each(|(name, value)| field(schema, name, value, format!("{path}.{name}")))
        }
        Value::Array(items) => {
            let Some(schema) = schema.get("items") else { return Ok(()) };
            items.iter().enumerate().try_for_each(|(at, item)| inside(schema, item, &format!("{path}[{at}]")))
        }
        _ => Ok(()),
    }
}
