//! The values of the chart: each one that stands in `values.yaml` has a schema, each one with a schema stands there, and nothing else
//! is let through. It needs no Helm. Whether each has a word said about it, `make gen` looks at.

use cobrowse_charts::helm::{chart, values};
use serde_json::{Map, Value};
use std::path::Path;

fn yaml(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("the file is there");
    serde_norway::from_str(&text).expect("YAML")
}

fn schema(name: &str) -> Value {
    let text = std::fs::read_to_string(chart(name).join("values.schema.json")).expect("the schema is there");
    serde_json::from_str(&text).expect("JSON")
}

/// What a reference means.
fn resolved<'a>(whole: &'a Value, part: &'a Value) -> &'a Value {
    match part["$ref"].as_str().and_then(|text| text.strip_prefix('#')) {
        Some(pointer) => whole.pointer(pointer).expect("a reference to a definition"),
        None => part,
    }
}

/// The fields of a schema that has its fields named; nothing where it is a map.
fn fields<'a>(whole: &'a Value, part: &'a Value) -> Option<&'a Map<String, Value>> {
    resolved(whole, part)["properties"].as_object()
}

/// What stands in one and not in the other, by its path.
fn differences(whole: &Value, part: &Value, values: &Value, path: &str, found: &mut Vec<String>) {
    let (Some(fields), Some(values)) = (fields(whole, part), values.as_object()) else { return };
    // What Helm writes there itself, and amounts that are absent by default.
    let optional = |name: &str| path.ends_with(".requests") || path.ends_with(".limits") || name == "cobrowse-crds";
    found.extend(
        values.keys().filter(|name| !fields.contains_key(*name)).map(|name| format!("{path}.{name}: no schema")),
    );
    for (name, below) in fields {
        let path = format!("{path}.{name}");
        match values.get(name) {
            Some(value) => differences(whole, below, value, &path, found),
            None if optional(name) => {}
            None => found.push(format!("{path}: not in values.yaml")),
        }
    }
}

/// Objects with named fields that take others too.
fn lenient(part: &Value, path: &str, found: &mut Vec<String>) {
    match part {
        Value::Object(fields) => {
            // Other charts share it, and have fields of their own there.
            let shared = path.ends_with("/global");
            if fields.contains_key("properties")
                && fields.get("additionalProperties") != Some(&Value::Bool(false))
                && !shared
            {
                found.push(path.to_owned());
            }
            fields.iter().for_each(|(name, below)| lenient(below, &format!("{path}/{name}"), found));
        }
        Value::Array(items) => items.iter().for_each(|below| lenient(below, path, found)),
        _ => {}
    }
}

#[test]
fn values_and_schema_have_the_same_fields() {
    let (schema, values) = (schema("cobrowse"), yaml(&chart("cobrowse").join("values.yaml")));
    let mut found = Vec::new();
    differences(&schema, &schema, &values, "", &mut found);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn nothing_unknown_is_let_through() {
    for name in ["cobrowse", "cobrowse-crds"] {
        let mut found = Vec::new();
        lenient(&schema(name), "", &mut found);
        assert!(found.is_empty(), "{name}: {found:#?}");
    }
}

#[test]
fn nothing_that_must_be_said_has_a_default_and_no_default_is_a_secret() {
    let values = yaml(&chart("cobrowse").join("values.yaml"));
    for pointer in [
        "/podAuthority/existingSecret",
        "/sessionApi/publicOrigin",
        "/sessionApi/tls/existingSecret",
        "/sessionApi/keys/existingSecret",
        "/sessionApi/database/existingSecret",
    ] {
        assert_eq!(values.pointer(pointer), Some(&Value::from("")), "{pointer}");
    }
    let text = std::fs::read_to_string(chart("cobrowse").join("values.yaml")).expect("the file is there");
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
        let named = ["password:", "secret:", "token:", "privateKey:"].iter().any(|word| line.contains(word));
        assert!(!named, "a secret comes by existingSecret alone: {line}");
    }
}

#[test]
fn everything_that_can_be_turned_on_is_on_in_the_full_values() {
    let (defaults, full) = (yaml(&chart("cobrowse").join("values.yaml")), yaml(&values("full")));
    let mut off = Vec::new();
    switches(&defaults, &full, "", &mut off);
    // The kinds come before their objects, see the refusals.
    off.retain(|path| path != ".crds.enabled");
    assert!(off.is_empty(), "{off:#?}");
}

/// Switches that are off by default and stay off in `full`.
fn switches(defaults: &Value, full: &Value, path: &str, off: &mut Vec<String>) {
    for (name, value) in defaults.as_object().into_iter().flatten() {
        let path = format!("{path}.{name}");
        if value == &Value::Bool(false) && full.get(name) != Some(&Value::Bool(true)) {
            off.push(path.clone());
        }
        switches(value, full.get(name).unwrap_or(&Value::Null), &path, off);
    }
}
