//! Objects as Helm renders them, and the ways to one of them.

use anyhow::{Context, Result, ensure};
use serde::Deserialize as _;
use serde_json::Value;

/// The objects of one render.
#[derive(Clone, Debug)]
pub struct Objects(pub Vec<Value>);

impl Objects {
    /// Reads documents of YAML; empty ones are left out.
    ///
    /// # Errors
    /// One is no YAML, or has a key twice, or is no object of a cluster.
    pub fn parse(text: &str) -> Result<Self> {
        let documents = serde_norway::Deserializer::from_str(text).map(Value::deserialize);
        let objects = documents.collect::<Result<Vec<_>, _>>().context("failed to read what Helm renders")?;
        let objects: Vec<Value> = objects.into_iter().filter(|object| !object.is_null()).collect();
        for object in &objects {
            let whole = object["kind"].is_string() && object["apiVersion"].is_string();
            ensure!(whole && object["metadata"]["name"].is_string(), "failed to take {object} for an object");
        }
        Ok(Self(objects))
    }

    /// All of a kind.
    pub fn of(&self, kind: &str) -> Vec<&Value> {
        self.0.iter().filter(|object| object["kind"] == kind).collect()
    }

    /// The one of this kind, namespace (empty: of the cluster) and name.
    ///
    /// # Errors
    /// There is none, or more than one.
    pub fn one(&self, kind: &str, namespace: &str, name: &str) -> Result<&Value> {
        let place = |object: &Value| object["metadata"]["namespace"].as_str().unwrap_or_default() == namespace;
        let mut found = self.of(kind).into_iter().filter(|object| place(object) && object["metadata"]["name"] == name);
        let one = found.next().with_context(|| format!("failed to find the {kind} {namespace}/{name}"))?;
        ensure!(found.next().is_none(), "failed to find one {kind} {namespace}/{name}: there are two");
        Ok(one)
    }

    /// The templates of pods, each with what makes them: Deployments, DaemonSets, Jobs, and pods themselves.
    pub fn pods(&self) -> Vec<(String, &Value)> {
        let pods = self.0.iter().filter_map(|object| {
            let kind = object["kind"].as_str()?;
            let template = match kind {
                "Deployment" | "DaemonSet" | "Job" => &object["spec"]["template"],
                "Pod" => object,
                _ => return None,
            };
            Some((format!("{kind} {}", object["metadata"]["name"].as_str()?), template))
        });
        pods.collect()
    }
}

/// `kind namespace/name` of an object.
pub fn called(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let metadata = &object["metadata"];
    format!("{} {}/{}", text(&object["kind"]), text(&metadata["namespace"]), text(&metadata["name"]))
}

/// The texts of a list.
pub fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
