//! The rules of a kind, asked here instead of by an API server: in tests, and before an object is sent. It asks the rules in
//! CEL alone; types, lengths and unknown fields are the API server's.

use kube::CustomResourceExt;
use kube::core::cel::{CompiledSchema, ValidationErrors, Validator, apply_defaults, compile_schema};
use serde_json::Value;

/// The rules of one kind, compiled. One for each thread.
#[derive(Debug)]
pub struct Rules {
    schema: Value,
    compiled: CompiledSchema,
    validator: Validator,
}

impl Rules {
    /// The rules of the kind `K`.
    pub fn of<K: CustomResourceExt>() -> Self {
        Self::of_schema(super::schema::<K>())
    }

    /// The rules in a schema.
    pub fn of_schema(mut schema: Value) -> Self {
        unwrap_old_self(&mut schema);
        let compiled = compile_schema(&schema);
        Self { schema, compiled, validator: Validator::new() }
    }

    /// Asks all rules of an object that is made, or that takes the place of `old`.
    pub fn check(&self, object: &Value, old: Option<&Value>) -> Result<(), ValidationErrors> {
        let object = apply_defaults(&self.schema, object);
        let old = old.map(|old| apply_defaults(&self.schema, old));
        self.validator.validate_compiled(&self.compiled, &object, old.as_ref())
    }
}

/// Where a rule has `optionalOldSelf`, an API server hands it an optional; kube's evaluator hands it the object itself, or
/// null. So it gets the rules in its own words. This is why kube's `validate_cel` is not derived: it would fail each of them.
fn unwrap_old_self(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            let optional = fields.get("optionalOldSelf").and_then(Value::as_bool) == Some(true);
            if let (true, Some(Value::String(rule))) = (optional, fields.get_mut("rule")) {
                *rule = rule.replace("oldSelf.hasValue()", "oldSelf != null").replace("oldSelf.value()", "oldSelf");
            }
            fields.values_mut().for_each(unwrap_old_self);
        }
        Value::Array(items) => items.iter_mut().for_each(unwrap_old_self),
        _ => {}
    }
}
