//! What an API server asks before it asks rules: types, required and unknown fields, enums, lengths, doubles. With its words,
//! as apiextensions-apiserver 0.36 writes them, and no more of it than our schemas use.

use serde_json::{Map, Value};

/// All faults, each as path and message.
pub(crate) fn faults(schema: &Value, object: &Value) -> Vec<(String, String)> {
    let mut walk = Walk { faults: Vec::new() };
    let fields = object.as_object().expect("an object of Kubernetes is a map");
    for (name, value) in fields.iter().filter(|(name, _)| !matches!(name.as_str(), "apiVersion" | "kind" | "metadata"))
    {
        walk.field(schema, "", name, value);
    }
    walk.required(schema, "", fields);
    walk.faults
}

struct Walk {
    faults: Vec<(String, String)>,
}

impl Walk {
    fn fault(&mut self, path: &str, message: String) {
        self.faults.push((path.to_owned(), message));
    }

    fn field(&mut self, schema: &Value, path: &str, name: &str, value: &Value) {
        let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        match (schema["properties"].get(name), schema.get("additionalProperties")) {
            (Some(schema), _) | (None, Some(schema)) => self.value(schema, &path, value),
            (None, None) => self.fault(&path, format!("unknown field \"{path}\"")),
        }
    }

    fn required(&mut self, schema: &Value, path: &str, fields: &Map<String, Value>) {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !fields.contains_key(name) {
                let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                self.fault(&path, "Required value".to_owned());
            }
        }
    }

    fn value(&mut self, schema: &Value, path: &str, value: &Value) {
        if value.is_null() && schema["nullable"] == true {
            return;
        }
        let (wanted, found) = (schema["type"].as_str().expect("a schema has a type"), kind(value));
        if wanted != found {
            return self.fault(path, format!("{path} in body must be of type {wanted}: \"{found}\""));
        }
        match value {
            Value::Object(fields) => {
                fields.iter().for_each(|(name, value)| self.field(schema, path, name, value));
                self.required(schema, path, fields);
            }
            Value::Array(items) => self.list(schema, path, items),
            Value::String(text) => self.text(schema, path, text),
            _ => {}
        }
    }

    fn list(&mut self, schema: &Value, path: &str, items: &[Value]) {
        let most = schema["maxItems"].as_u64().expect("every list of ours has a length") as usize;
        if items.len() > most {
            self.fault(path, format!("Too many: {}: must have at most {most} items", items.len()));
        }
        let keys: Vec<&str> =
            schema["x-kubernetes-list-map-keys"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let unique = schema["x-kubernetes-list-type"] == "set" || !keys.is_empty();
        let key = |item: &Value| {
            if keys.is_empty() { item.clone() } else { keys.iter().map(|key| item[*key].clone()).collect() }
        };
        for (at, item) in items.iter().enumerate() {
            let path = format!("{path}[{at}]");
            self.value(&schema["items"], &path, item);
            if unique && items[..at].iter().any(|other| key(other) == key(item)) {
                self.fault(&path, "Duplicate value".to_owned());
            }
        }
    }

    fn text(&mut self, schema: &Value, path: &str, text: &str) {
        if let Some(most) = schema["maxLength"].as_u64().filter(|most| text.chars().count() as u64 > *most) {
            self.fault(path, format!("Too long: may not be more than {most} bytes"));
        }
        let Some(values) = schema["enum"].as_array() else { return };
        if !values.iter().any(|value| value == text) {
            let values: Vec<String> = values.iter().filter(|value| !value.is_null()).map(Value::to_string).collect();
            self.fault(path, format!("Unsupported value: \"{text}\": supported values: {}", values.join(", ")));
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
