//! The kinds on a real API server: every right object is accepted, every mistake refused with the words that say the mend, and the
//! descriptions are there. The objects are those of the unit tests in `crds/`.

#[path = "../../crds/tests/objects/merge.rs"]
mod merge;
#[path = "../../crds/tests/objects/rows.rs"]
#[allow(dead_code, reason = "the columns of embedded mode are not for an API server")]
mod rows;

use cobrowse_e2e::{kubectl, must};
use rows::{Row, Table};
use serde_json::{Value, json};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const DEFINITIONS: [&str; 3] = ["cobrowsesessions", "cobrowsepools", "cobrowsetenants"];
/// As many clients as ask an API server at once.
const CLIENTS: usize = 4;

/// A namespace of this name, new.
fn namespace(name: &str) {
    let _ = kubectl(&["delete", "namespace", name, "--ignore-not-found", "--wait"], "").expect("kubectl runs");
    must(&["create", "namespace", name], "").expect("a namespace");
}

fn placed(mut object: Value, namespace: &str, name: Option<&str>) -> String {
    object["metadata"]["namespace"] = json!(namespace);
    if let Some(name) = name {
        object["metadata"]["name"] = json!(name);
    }
    object.to_string()
}

/// What the API server says to a row's object; nothing when it takes it.
fn refusal(table: &Table, row: &Row, namespace: &str, index: usize) -> Option<String> {
    let (object, before) = table.objects(row);
    let strict = ["--validate=strict", "--dry-run=server", "-f", "-"];
    let Some(before) = before else {
        let said =
            kubectl(&[&["create"][..], &strict].concat(), &placed(object, namespace, None)).expect("kubectl runs");
        return (!said.ok).then_some(said.err);
    };
    // Objects that are updated stand side by side.
    let name = format!("row-{index}");
    let before = placed(before, namespace, Some(&name));
    must(&["create", "-f", "-"], &before).expect(&row.name);
    let status: &[&str] = if row.subresource.is_some() { &["--subresource=status"] } else { &[] };
    if !status.is_empty() {
        // A creation takes no status.
        must(&[&["replace", "-f", "-"][..], status].concat(), &before).expect(&row.name);
    }
    let object = placed(object, namespace, Some(&name));
    let said = kubectl(&[&["replace"][..], &strict, status].concat(), &object).expect("kubectl runs");
    (!said.ok).then_some(said.err)
}

/// Asks for each row, a few at a time, and gives those that were not refused as they should.
fn check(kind: &str, table: &Table) {
    cobrowse_e2e::define_kinds().expect("the kinds are served");
    let place = format!("kinds-{kind}");
    namespace(&place);
    let (next, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while let Some((index, row)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, table.rows.get(at)?)))
                {
                    let said = refusal(table, row, &place, index);
                    let fits = said.as_ref().is_some_and(|said| said.contains(&row.at) && said.contains(&row.expected));
                    if !fits {
                        let fault = format!("{}: expected {:?} at {:?}, got {said:?}", row.name, row.expected, row.at);
                        faults.lock().expect("no client panicked").push(fault);
                    }
                }
            });
        }
    });
    must(&["delete", "namespace", &place, "--wait=false"], "").expect("the namespace goes");
    let faults = faults.into_inner().expect("no client panicked");
    assert!(faults.is_empty(), "{} of {} rows:\n{}", faults.len(), table.rows.len(), faults.join("\n"));
}

#[test]
fn wrong_tenants_are_refused_with_the_mend() {
    check("tenant", &rows::tenant());
}

#[test]
fn wrong_pools_are_refused_with_the_mend() {
    check("pool", &rows::pool());
}

#[test]
fn wrong_sessions_are_refused_with_the_mend() {
    check("session", &rows::session());
}

#[test]
fn right_objects_are_accepted() {
    cobrowse_e2e::define_kinds().expect("the kinds are served");
    namespace("kinds-right");
    let texts = [
        rows::TENANT,
        rows::POOL,
        rows::SESSION,
        include_str!("../../crds/tests/right/tenant-full.yaml"),
        include_str!("../../crds/tests/right/pool-full.yaml"),
        include_str!("../../crds/tests/right/session-full.yaml"),
        include_str!("../../examples/tenants/northwind.yaml"),
        include_str!("../../examples/tenants/contoso.yaml"),
    ];
    for (index, text) in texts.into_iter().enumerate() {
        let object = placed(rows::parse(text), "kinds-right", Some(&format!("right-{index}")));
        must(&["create", "--validate=strict", "-f", "-"], &object).expect(text);
    }
    for (name, column) in [("cbs", "PHASE"), ("cbp", "WARM"), ("cbt", "AGE")] {
        let table = must(&["get", name, "--namespace", "kinds-right"], "").expect("a short name");
        assert!(table.lines().next().is_some_and(|head| head.contains(column)), "{table}");
    }
    let all = must(&["get", "cobrowse", "--namespace", "kinds-right", "-o", "name"], "").expect("the category");
    assert_eq!(all.lines().count(), texts.len(), "{all}");
    must(&["delete", "namespace", "kinds-right", "--wait=false"], "").expect("the namespace goes");
}

#[test]
fn every_field_is_explained() {
    cobrowse_e2e::define_kinds().expect("the kinds are served");
    for name in DEFINITIONS {
        let text = must(&["get", "--raw", "/openapi/v3/apis/cobrowse.dev/v1alpha1"], "").expect("the schema");
        let schema: Value = serde_json::from_str(&text).expect("JSON");
        let schemas = schema["components"]["schemas"].as_object().expect("schemas");
        let kind = name.trim_end_matches('s');
        let (_, own) = schemas.iter().find(|(key, _)| key.to_lowercase().ends_with(kind)).expect(kind);
        let missing = unexplained(own, kind.to_owned());
        assert!(missing.is_empty(), "{missing:#?}");
        let manual = must(&["explain", "--recursive", name], "").expect("an explanation");
        assert!(manual.contains("spec"), "{manual}");
    }
}

/// Fields of ours without a description.
fn unexplained(schema: &Value, path: String) -> Vec<String> {
    let mut missing = Vec::new();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        if name == "metadata" {
            continue;
        }
        let path = format!("{path}.{name}");
        if field["description"].as_str().is_none_or(str::is_empty) {
            missing.push(path.clone());
        }
        missing.extend(unexplained(field, path.clone()));
        missing.extend(unexplained(&field["items"], path));
    }
    missing
}
