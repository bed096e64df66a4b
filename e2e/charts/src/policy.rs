//! Network policies, read literally: what may reach what by their text alone. A network plugin may be kinder or stricter; this is
//! what is written. What it does not know it refuses to judge.

use anyhow::{Context, Result, bail, ensure};
use ipnet::IpNet;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Labels of a pod or namespace.
pub type Labels = BTreeMap<String, String>;

/// One end of a connection: an address, and the pod that has it, if one has.
#[derive(Clone, Debug)]
pub struct End {
    /// The address.
    pub address: IpAddr,
    /// The pod.
    pub pod: Option<Pod>,
}

/// A pod, as far as policies look at it.
#[derive(Clone, Debug)]
pub struct Pod {
    /// Its namespace's name.
    pub namespace: String,
    /// Its namespace's labels.
    pub namespace_labels: Labels,
    /// Its own labels.
    pub labels: Labels,
}

/// What is dialled.
#[derive(Clone, Copy, Debug)]
pub struct Port<'a> {
    /// TCP or UDP.
    pub protocol: &'a str,
    /// The number.
    pub number: u64,
}

/// Whether the policies let one end reach a port of the other: the first's egress and the second's ingress must both.
///
/// # Errors
/// A policy has something that this reader does not know.
pub fn reaches(policies: &[&Value], from: &End, to: &End, port: Port<'_>) -> Result<bool> {
    Ok(side(policies, "Egress", from, to, port)? && side(policies, "Ingress", to, from, port)?)
}

/// What the policies of one end say about the other. Without a policy for this direction everything is open.
fn side(policies: &[&Value], direction: &str, own: &End, other: &End, port: Port<'_>) -> Result<bool> {
    let Some(pod) = &own.pod else { return Ok(true) };
    let mut selected = false;
    for policy in policies {
        known(policy, &["apiVersion", "kind", "metadata", "spec"])?;
        let spec = &policy["spec"];
        known(spec, &["podSelector", "policyTypes", "ingress", "egress"])?;
        ensure!(spec.get("podSelector").is_some(), "failed to read a policy without podSelector");
        let here = policy["metadata"]["namespace"] == pod.namespace.as_str();
        if !here || !directions(spec).contains(&direction) || !selects(&spec["podSelector"], &pod.labels)? {
            continue;
        }
        selected = true;
        let (rules, peers) = if direction == "Egress" { ("egress", "to") } else { ("ingress", "from") };
        for rule in list(&spec[rules])? {
            known(rule, &[peers, "ports"])?;
            if peer_fits(&rule[peers], pod, other)? && port_fits(&rule["ports"], port)? {
                return Ok(true);
            }
        }
    }
    Ok(!selected)
}

/// The directions that a policy closes. Where it does not say: in, and out if it has rules for that.
fn directions(spec: &Value) -> Vec<&str> {
    match spec["policyTypes"].as_array() {
        Some(types) => types.iter().filter_map(Value::as_str).collect(),
        None if spec.get("egress").is_some() => vec!["Ingress", "Egress"],
        None => vec!["Ingress"],
    }
}

/// No peers named: every peer.
fn peer_fits(peers: &Value, own: &Pod, other: &End) -> Result<bool> {
    let peers = list(peers)?;
    for peer in peers {
        known(peer, &["ipBlock", "podSelector", "namespaceSelector"])?;
        let fits = match peer.get("ipBlock") {
            Some(block) => {
                ensure!(
                    peer.as_object().is_some_and(|peer| peer.len() == 1),
                    "failed to read ipBlock beside a selector"
                );
                in_block(block, other.address)?
            }
            None => is_pod(peer, own, other)?,
        };
        if fits {
            return Ok(true);
        }
    }
    Ok(peers.is_empty())
}

/// Literally: also the address of a pod, as some plugins have it.
fn in_block(block: &Value, address: IpAddr) -> Result<bool> {
    known(block, &["cidr", "except"])?;
    let range = |text: &Value| -> Result<IpNet> {
        let text = text.as_str().context("failed to read a range that is no text")?;
        text.parse().with_context(|| format!("failed to read the range {text}"))
    };
    let whole = range(&block["cidr"])?;
    let mut except = false;
    for one in list(&block["except"])? {
        let part = range(one)?;
        // API servers refuse it, and the pool would be without its policy.
        ensure!(
            whole.contains(&part) && part != whole,
            "failed to read {block}: {part} is not strictly within {whole}"
        );
        except |= part.contains(&address);
    }
    Ok(whole.contains(&address) && !except)
}

fn is_pod(peer: &Value, own: &Pod, other: &End) -> Result<bool> {
    ensure!(peer.as_object().is_some_and(|peer| !peer.is_empty()), "failed to read a peer that names nobody");
    let Some(pod) = &other.pod else { return Ok(false) };
    let namespace = match peer.get("namespaceSelector") {
        Some(selector) => selects(selector, &pod.namespace_labels)?,
        None => pod.namespace == own.namespace,
    };
    let itself = peer.get("podSelector").map_or(Ok(true), |selector| selects(selector, &pod.labels))?;
    Ok(namespace && itself)
}

fn port_fits(ports: &Value, wanted: Port<'_>) -> Result<bool> {
    let ports = list(ports)?;
    for port in ports {
        known(port, &["protocol", "port", "endPort"])?;
        let protocol = port["protocol"].as_str().unwrap_or("TCP") == wanted.protocol;
        let number = match port.get("port") {
            None => true,
            Some(first) => {
                let first = first.as_u64().context("failed to read a port by name: write its number")?;
                (first..=port["endPort"].as_u64().unwrap_or(first)).contains(&wanted.number)
            }
        };
        if protocol && number {
            return Ok(true);
        }
    }
    Ok(ports.is_empty())
}

/// An empty selector is everybody.
fn selects(selector: &Value, labels: &Labels) -> Result<bool> {
    known(selector, &["matchLabels", "matchExpressions"])?;
    let wanted = selector["matchLabels"].as_object().cloned().unwrap_or_else(Map::new);
    let has = |(key, value): (&String, &Value)| labels.get(key).map(String::as_str) == value.as_str();
    let mut fits = wanted.iter().all(has);
    for expression in list(&selector["matchExpressions"])? {
        let key = expression["key"].as_str().context("failed to read an expression without key")?;
        let value = labels.get(key);
        let among = |value: &String| list(&expression["values"]).is_ok_and(|all| all.iter().any(|one| one == value));
        fits &= match expression["operator"].as_str() {
            Some("In") => value.is_some_and(among),
            Some("NotIn") => !value.is_some_and(among),
            Some("Exists") => value.is_some(),
            Some("DoesNotExist") => value.is_none(),
            _ => bail!("failed to read the operator of {expression}"),
        };
    }
    Ok(fits)
}

fn list(value: &Value) -> Result<&[Value]> {
    match value {
        Value::Null => Ok(&[]),
        Value::Array(items) => Ok(items),
        _ => bail!("failed to read {value}: it is no list"),
    }
}

fn known(part: &Value, names: &[&str]) -> Result<()> {
    let Some(fields) = part.as_object() else { bail!("failed to read {part}: it has no fields") };
    let strange = fields.keys().find(|key| !names.contains(&key.as_str()));
    ensure!(strange.is_none(), "failed to judge {strange:?}: this reader does not know it");
    Ok(())
}

#[cfg(test)]
mod tests;
