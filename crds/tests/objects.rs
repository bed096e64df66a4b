//! Right and wrong objects of every kind, as data: what an API server that knows the definitions accepts, and with which words
//! it refuses. The API server itself is asked by another test, with the same files; here the rules are asked by kube's reader of CEL,
//! and types, lengths and names of fields by `structure`.

#[path = "objects/merge.rs"]
mod merge;
#[path = "objects/rows.rs"]
mod rows;
#[path = "objects/structure.rs"]
mod structure;

use cobrowse_crds::kind::{CoBrowsePool, CoBrowseSession, CoBrowseTenant, Rules, schema};
use cobrowse_crds::{Pool, Session, Tenant, spec};
use kube::CustomResourceExt;
use rows::{Row, Table};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;

/// A kind with its schema and rules, read once.
struct Server {
    schema: Value,
    rules: Rules,
}

impl Server {
    fn of<K: CustomResourceExt>() -> Self {
        Self { schema: schema::<K>(), rules: Rules::of::<K>() }
    }

    /// All refusals, each as `path: message`. As in an API server, rules are not asked of an object of another shape.
    fn refusals(&self, object: &Value, old: Option<&Value>) -> Vec<(String, String)> {
        let shape = structure::faults(&self.schema, object);
        if !shape.is_empty() {
            return shape;
        }
        let errors = self.rules.check(object, old).err().map(|errors| errors.into_vec()).unwrap_or_default();
        errors.into_iter().map(|error| (error.field_path, error.message)).collect()
    }
}

#[track_caller]
fn all_refused<K: CustomResourceExt>(table: &Table) {
    let server = Server::of::<K>();
    let mut faults = Vec::new();
    for row in &table.rows {
        let (object, old) = table.objects(row);
        if let Some(old) = &old {
            let refusals = server.refusals(old, None);
            assert!(refusals.is_empty(), "{}: what stood there before is refused: {refusals:?}", row.name);
        }
        let refusals = server.refusals(&object, old.as_ref());
        if !refusals.iter().any(|(path, message)| path.starts_with(&row.at) && message.contains(&row.expected)) {
            faults.push(format!("{}: expected {:?} at {:?}, got {refusals:#?}", row.name, row.expected, row.at));
        }
    }
    assert!(faults.is_empty(), "{} of {} rows:\n{}", faults.len(), table.rows.len(), faults.join("\n"));
}

#[test]
fn wrong_tenants_are_refused_with_the_mend() {
    all_refused::<CoBrowseTenant>(&rows::tenant());
}

#[test]
fn wrong_pools_are_refused_with_the_mend() {
    all_refused::<CoBrowsePool>(&rows::pool());
}

#[test]
fn wrong_sessions_are_refused_with_the_mend() {
    all_refused::<CoBrowseSession>(&rows::session());
}

#[track_caller]
fn accepted<K: CustomResourceExt + DeserializeOwned + Serialize>(texts: &[&str]) {
    let server = Server::of::<K>();
    for text in texts {
        let object = rows::parse(text);
        assert_eq!(server.refusals(&object, None), [], "{text}");
        let typed: K = serde_json::from_value(object.clone()).expect("the type reads what the schema allows");
        let written = serde_json::to_value(&typed).expect("objects are plain data");
        assert_eq!(server.refusals(&written, Some(&object)), [], "{text}");
    }
}

#[test]
fn right_objects_are_accepted_and_what_the_types_write_too() {
    accepted::<CoBrowseTenant>(&[
        rows::TENANT,
        include_str!("right/tenant-full.yaml"),
        include_str!("../../examples/tenants/northwind.yaml"),
        include_str!("../../examples/tenants/contoso.yaml"),
    ]);
    accepted::<CoBrowsePool>(&[rows::POOL, include_str!("right/pool-full.yaml")]);
    accepted::<CoBrowseSession>(&[rows::SESSION, include_str!("right/session-full.yaml")]);
}

#[test]
fn what_the_definitions_let_through_is_read() {
    for text in [rows::SESSION, include_str!("right/session-full.yaml")] {
        let object: CoBrowseSession = serde_norway::from_str(text).expect("the object reads");
        let session = Session::parse(&object).expect("it is right");
        assert!(session.site.to_string().contains("*.fabrikam.example"));
        assert!(session.claim_deadline >= Duration::from_secs(30) && !session.ended);
    }
    for text in [rows::POOL, include_str!("right/pool-full.yaml")] {
        let object: CoBrowsePool = serde_norway::from_str(text).expect("the object reads");
        let pool = Pool::parse(&object).expect("it is right");
        assert!(pool.max_warm_age >= Duration::from_secs(6 * 3600) && pool.min_warm >= 1);
    }
}

#[test]
fn what_no_definition_would_let_through_is_refused_all_the_same() {
    let mut object: CoBrowsePool = serde_norway::from_str(rows::POOL).expect("the object reads");
    object.spec.min_warm = 11;
    assert_eq!(Pool::parse(&object), Err(spec::Error::Order));
    object.spec.min_warm = -1;
    assert_eq!(Pool::parse(&object), Err(spec::Error::Count { field: "spec.minWarm", value: -1 }));
    let mut object: CoBrowseSession = serde_norway::from_str(rows::SESSION).expect("the object reads");
    object.spec.start_url = Some("https://www.contoso.example/".to_owned());
    let site = "https://*.fabrikam.example".to_owned();
    assert_eq!(Session::parse(&object).err(), Some(spec::Error::Elsewhere { field: "spec.startUrl", site }));
}

/// Whether embedded mode has no such thing and says so, whatever is written there.
fn cluster_only(row: &Row) -> bool {
    ["spec.recording", "spec.signIn", "spec.region", "spec.branding", "spec.documents", "spec.webhooks"]
        .iter()
        .any(|field| row.at.starts_with(field))
}

#[test]
fn what_a_cluster_refuses_embedded_mode_refuses_too() {
    let table = rows::tenant();
    let asked = table.rows.iter().filter(|row| row.before.is_none() && !row.at.is_empty() && !cluster_only(row));
    let wrong = asked.filter(|row| {
        let text = serde_norway::to_string(&table.objects(row).0).expect("rows are plain data");
        Tenant::from_yaml(&text).is_ok() != (row.embedded.as_deref() == Some("accepts"))
    });
    let names: Vec<&str> = wrong.map(|row| row.name.as_str()).collect();
    assert!(names.is_empty(), "{names:#?}");
}

#[test]
fn there_are_enough_mistakes() {
    let count: usize = [rows::tenant(), rows::pool(), rows::session()].iter().map(|table| table.rows.len()).sum();
    assert!(count >= 200, "{count}");
}
