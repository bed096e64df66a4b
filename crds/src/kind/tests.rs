//! What the definitions promise: that the committed ones are current, that they are a manual, and that no object locks.

use std::time::Duration;

use cobrowse_session::participant::EndReason;
use serde_json::{Value, json};

use super::session::FinishReason;
use super::*;
use crate::rule;

/// Every node of a schema with its path, lists and maps included.
fn nodes(schema: &Value, path: &str, in_plain_list: bool, found: &mut Vec<(String, Value, bool)>) {
    found.push((path.to_owned(), schema.clone(), in_plain_list));
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        nodes(field, &format!("{path}.{name}"), in_plain_list, found);
    }
    if schema["items"].is_object() {
        let plain = schema["x-kubernetes-list-type"] != "map";
        nodes(&schema["items"], &format!("{path}[]"), in_plain_list || plain, found);
    }
    if schema["additionalProperties"].is_object() {
        nodes(&schema["additionalProperties"], &format!("{path}{{}}"), in_plain_list, found);
    }
}

/// All nodes of all kinds: kind and path, schema, whether within a list whose entries have no identity.
fn all_nodes() -> Vec<(String, Value, bool)> {
    let mut found = Vec::new();
    nodes(&schema::<CoBrowsePool>(), "pool", false, &mut found);
    nodes(&schema::<CoBrowseSession>(), "session", false, &mut found);
    nodes(&schema::<CoBrowseTenant>(), "tenant", false, &mut found);
    found
}

fn rules(node: &Value) -> &[Value] {
    node["x-kubernetes-validations"].as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn the_committed_definitions_are_current() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("yaml");
    for definition in definitions() {
        let committed = std::fs::read_to_string(folder.join(&definition.file)).unwrap_or_default();
        assert!(committed == definition.yaml(), "crds/yaml/{} is not current: run `make gen`", definition.file);
    }
}

#[test]
fn every_field_is_described() {
    for (path, node, _) in all_nodes() {
        let is_item =
            path.ends_with("[]") || path.ends_with("{}") || path.ends_with(".spec") || path.ends_with(".status");
        if !is_item {
            let text = node["description"].as_str().unwrap_or_default();
            assert!(text.len() > 12 && text.ends_with(['.', '…']), "{path}: {text:?}");
        }
    }
}

/// Of an optional enum, kube writes the type's description and drops the field's: the type's has to be the manual.
#[test]
fn every_choice_is_explained_by_name() {
    for (path, node, _) in all_nodes() {
        if path.contains(".conditions[]") || path.ends_with("[]") {
            continue;
        }
        for value in node["enum"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            assert!(node["description"].as_str().is_some_and(|text| text.contains(value)), "{path}: {value}");
        }
    }
}

/// kubectl reads YAML 1.1, in which these words without quotes are no texts.
#[test]
fn no_choice_is_a_word_that_yaml_reads_as_a_boolean() {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    for (path, node, _) in all_nodes() {
        for value in node["enum"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            assert!(!WORDS.contains(&value.to_lowercase().as_str()), "{path}: {value}");
        }
    }
}

#[test]
fn every_text_and_list_that_a_rule_walks_has_an_end() {
    for (path, node, _) in all_nodes() {
        if path.contains(".conditions[]") {
            continue;
        }
        match node["type"].as_str() {
            Some("string") if node["enum"].is_null() && node["format"].is_null() => {
                assert!(node["maxLength"].is_u64(), "{path}")
            }
            Some("array") => assert!(node["maxItems"].is_u64(), "{path}"),
            _ => {}
        }
    }
}

#[test]
fn every_rule_says_the_mend() {
    for (path, node, _) in all_nodes() {
        for rule in rules(&node) {
            let message = rule["message"].as_str().unwrap_or_default();
            assert!(message.len() > 10 && !message.contains('\n'), "{path}: {rule}");
        }
    }
}

/// A rule over several fields would lock an object that a stricter version finds wrong, for every change elsewhere in it. Single
/// values need no such care: since 1.30 an API server asks nothing of a value that did not change.
#[test]
fn every_rule_over_fields_looks_at_what_was_there() {
    for (path, node, in_plain_list) in all_nodes() {
        if node["type"] != "object" || in_plain_list {
            continue;
        }
        for rule in rules(&node) {
            let text = rule["rule"].as_str().unwrap_or_default();
            assert!(text.contains("oldSelf") || node["additionalProperties"].is_object(), "{path}: {text}");
        }
    }
}

#[test]
fn an_object_that_a_stricter_version_finds_wrong_can_still_be_changed() {
    let mut stricter = schema::<CoBrowsePool>();
    let rule = rule::over(&["minWarm", "maxWarm"], "self.minWarm * 2 <= self.maxWarm", "maxWarm must be twice minWarm");
    let spec = stricter["properties"]["spec"]["x-kubernetes-validations"].as_array_mut().expect("spec has rules");
    spec.push(serde_json::to_value(rule).expect("a rule is JSON"));
    let rules = Rules::of_schema(stricter);
    let pool = |min: i32, max: i32, total: i32| {
        json!({
            "apiVersion": API_VERSION, "kind": "CoBrowsePool", "metadata": {"name": "standard"},
            "spec": {"image": "registry.example/pod:1", "minWarm": min, "maxWarm": max, "maxTotal": total},
        })
    };
    let refused = |object: &Value, old: Option<&Value>| rules.check(object, old).is_err();
    let old = pool(6, 10, 100);
    assert!(Rules::of::<CoBrowsePool>().check(&old, None).is_ok(), "this version accepts it");
    assert!(refused(&old, None), "made anew it is refused");
    assert!(!refused(&pool(6, 10, 200), Some(&old)), "another field changes");
    assert!(refused(&pool(7, 10, 100), Some(&old)), "the fields themselves change");
    assert!(!refused(&pool(5, 10, 100), Some(&old)), "they are mended");
}

#[test]
fn a_long_name_from_before_can_be_kept() {
    let long = json!({"metadata": {"name": "x".repeat(60)}, "spec": {"image": "registry.example/pod:1"}});
    let rules = Rules::of::<CoBrowsePool>();
    assert!(rules.check(&long, None).is_err());
    assert!(rules.check(&long, Some(&long)).is_ok());
}

#[test]
fn every_end_of_a_session_has_its_reason() {
    for reason in EndReason::ALL {
        let read: Result<FinishReason, _> = serde_json::from_value(json!(reason.reason()));
        assert!(read.is_ok(), "{reason:?}");
    }
}

/// The limits stand twice: in the schema for a cluster, in the parser for embedded mode.
#[test]
fn schema_and_parser_have_the_same_limits() {
    let schema = schema::<CoBrowseTenant>();
    let limits =
        schema["properties"]["spec"]["properties"]["session"]["properties"].as_object().expect("limits").clone();
    for (field, node) in limits {
        let message = rules(&node).last().and_then(|rule| rule["message"].as_str()).expect("a range").to_owned();
        let (least, most) = message.trim_start_matches("write ").split_once(" to ").expect("a range");
        let reads = |value: String| {
            // The longest warning needs longer limits than the default ones.
            let room = if field == "warning" { ", idleTimeout: 2h" } else { "" };
            let text = format!(
                "apiVersion: {API_VERSION}\nkind: CoBrowseTenant\nmetadata: {{name: a}}\nspec: {{displayName: A, sites: [{{pattern: a.example}}], session: {{{field}: {value}{room}}}}}"
            );
            crate::Tenant::from_yaml(&text).is_ok()
        };
        let more = match crate::duration::parse(most) {
            Ok(most) => crate::duration::show(most + Duration::from_secs(1)),
            Err(_) => (most.parse::<i32>().expect("a number") + 1).to_string(),
        };
        assert!(reads(most.to_owned()) && reads(least.to_owned()), "{field}: {message}");
        assert!(!reads(more.clone()), "{field}: {more}");
    }
}
