//! The tables of `wrong/` and the objects that their rows change.

use serde::Deserialize;
use serde_json::Value;

use crate::merge::merge;

pub(crate) const TENANT: &str = include_str!("../right/tenant-minimal.yaml");
pub(crate) const POOL: &str = include_str!("../right/pool-minimal.yaml");
pub(crate) const SESSION: &str = include_str!("../right/session-minimal.yaml");

/// One mistake.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) name: String,
    /// What the object differs in from the minimal one.
    pub(crate) patch: Value,
    /// For an update: what the object differed in before.
    pub(crate) before: Option<Value>,
    /// The subresource that is updated.
    #[allow(dead_code, reason = "it makes a difference to an API server alone")]
    pub(crate) subresource: Option<String>,
    /// `accepts` where embedded mode's parser is milder.
    pub(crate) embedded: Option<String>,
    pub(crate) at: String,
    pub(crate) expected: String,
}

pub(crate) struct Table {
    base: Value,
    pub(crate) rows: Vec<Row>,
}

impl Table {
    fn new(base: &str, rows: &str) -> Self {
        Self { base: parse(base), rows: serde_norway::from_str(rows).expect("the table reads") }
    }

    /// The object of a row, and the one that it takes the place of.
    pub(crate) fn objects(&self, row: &Row) -> (Value, Option<Value>) {
        let patched = |patch: &Value| {
            let mut object = self.base.clone();
            merge(&mut object, patch);
            object
        };
        (patched(&row.patch), row.before.as_ref().map(patched))
    }
}

pub(crate) fn parse(text: &str) -> Value {
    serde_norway::from_str(text).expect("the object reads")
}

pub(crate) fn tenant() -> Table {
    Table::new(TENANT, include_str!("../wrong/tenant.yaml"))
}

pub(crate) fn pool() -> Table {
    Table::new(POOL, include_str!("../wrong/pool.yaml"))
}

pub(crate) fn session() -> Table {
    Table::new(SESSION, include_str!("../wrong/session.yaml"))
}
