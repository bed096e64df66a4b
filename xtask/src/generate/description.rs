//! The shape of a DevTools protocol description, and how the whole one is cut down to what is used.

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

const WANTED: &str = "browser-pod/protocol/wanted.txt";
const TRIMMED: &str = "browser-pod/protocol/cdp.json";

/// A description, whole or cut down.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Description {
    /// Where it comes from and its licence.
    #[serde(default)]
    pub(crate) note: String,
    pub(crate) domains: Vec<Domain>,
}

/// A domain.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub(crate) struct Domain {
    pub(crate) domain: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) types: Vec<Item>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) commands: Vec<Item>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) events: Vec<Item>,
}

/// A type, command or event.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub(crate) struct Item {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) items: Option<Box<Property>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) properties: Vec<Property>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) parameters: Vec<Property>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) returns: Vec<Property>,
}

/// A field.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub(crate) struct Property {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) optional: bool,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    #[serde(default, rename = "$ref", skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) items: Option<Box<Property>>,
}

/// Cuts the description in the unpacked npm package `devtools-protocol` down to what `wanted.txt` lists.
pub(crate) fn trim(package: &Path) -> Result<()> {
    let mut whole = BTreeMap::new();
    for file in ["browser_protocol.json", "js_protocol.json"] {
        let path = package.join("json").join(file);
        let text = std::fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))?;
        let description: Description = serde_json::from_str(&text)?;
        whole.extend(description.domains.into_iter().map(|domain| (domain.domain.clone(), domain)));
    }
    let mut trimmed = Trimmed { whole, wanted: BTreeMap::new(), out: BTreeMap::new() };
    for line in std::fs::read_to_string(WANTED)?.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        trimmed.want(line).with_context(|| format!("failed to find what {WANTED} asks for: {line}"))?;
    }
    trimmed.close()?;
    let version: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(package.join("package.json"))?)?;
    let note = format!(
        "Cut down from npm package devtools-protocol {}, licence BSD-3-Clause, Copyright The Chromium Authors.",
        version["version"].as_str().context("failed to read the package's version")?
    );
    let description = Description { note, domains: trimmed.out.into_values().collect() };
    std::fs::write(TRIMMED, serde_json::to_string_pretty(&description)? + "\n").context("failed to write cdp.json")
}

struct Trimmed {
    whole: BTreeMap<String, Domain>,
    /// Fields of types that are not taken whole.
    wanted: BTreeMap<String, String>,
    out: BTreeMap<String, Domain>,
}

impl Trimmed {
    fn want(&mut self, line: &str) -> Result<()> {
        let (asked, answered) = line.split_once("->").unwrap_or((line, "-"));
        let words: Vec<&str> = asked.split_whitespace().collect();
        let [kind, name, ref fields @ ..] = words[..] else { bail!("failed to find kind and name") };
        let fields = fields.first().copied().unwrap_or("");
        let (domain_name, own) = name.split_once('.').context("failed to find the domain")?;
        if kind == "type" {
            self.wanted.insert(name.to_owned(), fields.to_owned());
            return Ok(());
        }
        let domain = self.whole.get(domain_name).context("failed to find the domain")?;
        let list = if kind == "command" { &domain.commands } else { &domain.events };
        let mut item = list.iter().find(|item| item.name == own).context("failed to find the name")?.clone();
        keep(&mut item.parameters, fields)?;
        keep(&mut item.returns, answered.trim())?;
        let out = self.out.entry(domain_name.to_owned()).or_default();
        out.domain = domain_name.to_owned();
        if kind == "command" {
            out.commands.push(item)
        } else {
            out.events.push(item)
        }
        Ok(())
    }

    /// Adds the types that what is there refers to, until nothing is missing.
    fn close(&mut self) -> Result<()> {
        while let Some((domain_name, name)) = self.missing() {
            let full = format!("{domain_name}.{name}");
            let domain = self.whole.get(&domain_name).with_context(|| format!("failed to find {full}"))?;
            let found = domain.types.iter().find(|item| item.id.as_deref() == Some(&name));
            let mut item = found.with_context(|| format!("failed to find {full}"))?.clone();
            keep(&mut item.properties, self.wanted.get(&full).map_or("", String::as_str))?;
            let out = self.out.entry(domain_name.clone()).or_default();
            out.domain = domain_name;
            out.types.push(item);
            out.types.sort_by(|one, two| one.id.cmp(&two.id));
        }
        Ok(())
    }

    fn missing(&self) -> Option<(String, String)> {
        let references = self.out.values().flat_map(|domain| {
            let items = domain.types.iter().chain(&domain.commands).chain(&domain.events);
            items.flat_map(references).map(|reference| match reference.split_once('.') {
                Some((other, name)) => (other.to_owned(), name.to_owned()),
                None => (domain.domain.clone(), reference),
            })
        });
        let has = |domain: &str, name: &str| {
            self.out.get(domain).is_some_and(|out| out.types.iter().any(|item| item.id.as_deref() == Some(name)))
        };
        references.into_iter().find(|(domain, name)| !has(domain, name))
    }
}

fn references(item: &Item) -> Vec<String> {
    let fields = item.properties.iter().chain(&item.parameters).chain(&item.returns);
    let inner = fields.clone().filter_map(|field| field.items.as_deref()).chain(item.items.as_deref());
    fields.chain(inner).filter_map(|field| field.reference.clone()).collect()
}

/// Leaves the listed fields; all when nothing is listed, none for "-".
fn keep(fields: &mut Vec<Property>, listed: &str) -> Result<()> {
    if listed == "-" {
        fields.clear();
    } else if !listed.is_empty() {
        let names: Vec<&str> = listed.split(',').collect();
        if let Some(unknown) = names.iter().find(|name| !fields.iter().any(|field| field.name == **name)) {
            bail!("failed to find the field {unknown}");
        }
        fields.retain(|field| names.contains(&field.name.as_str()));
    }
    Ok(())
}
