//! What is seen from outside: people reach one port by one Service, metrics are never behind it, and what is written for Prometheus and
//! Grafana speaks of metrics that exist.

use cobrowse_charts::helm::{SYSTEM, chart, render, render_full};
use cobrowse_charts::objects::Objects;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const DOOR: &str = "cobrowse-session-api";
const GATEWAY: &str = "cobrowse-egress-gateway";

#[test]
fn the_service_for_people_has_the_one_port_and_metrics_have_services_of_their_own() {
    let objects = render_full(&json!({})).expect("it renders");
    let door = objects.one("Service", SYSTEM, DOOR).expect("the Service");
    assert_eq!(
        door["spec"]["ports"],
        json!([{"name": "https", "port": 443, "targetPort": "https", "appProtocol": "https"}])
    );
    assert_eq!(door["spec"]["type"], "LoadBalancer");
    assert_eq!(door["spec"]["externalTrafficPolicy"], "Local");
    let gateway = objects.one("Service", SYSTEM, GATEWAY).expect("the Service that browser pods dial");
    assert_eq!(gateway["spec"]["type"], "ClusterIP");
    assert_eq!(gateway["spec"]["ports"], json!([{"name": "pods", "port": 8710, "targetPort": "pods"}]));
    let named = |service: &&Value| service["metadata"]["name"] != DOOR && service["metadata"]["name"] != GATEWAY;
    for service in objects.of("Service").into_iter().filter(named) {
        assert_eq!(service["spec"]["clusterIP"], "None", "{service}");
        assert_eq!(service["spec"]["ports"].as_array().map(Vec::len), Some(1));
        assert_eq!(service["spec"]["ports"][0]["targetPort"], "metrics");
    }
    let container =
        &objects.one("Deployment", SYSTEM, DOOR).expect("a deployment")["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(
        container["ports"],
        json!([{"name": "https", "containerPort": 8443}, {"name": "metrics", "containerPort": 8444}])
    );
    let plain = render(&json!({})).expect("it renders");
    let door = plain.one("Service", SYSTEM, DOOR).expect("the Service");
    assert_eq!(door["spec"]["type"], "ClusterIP");
    assert!(door["spec"].get("externalTrafficPolicy").is_none(), "an API server refuses it there");
}

#[test]
fn every_way_in_leads_to_the_door() {
    let objects = render_full(&json!({})).expect("it renders");
    let backend = json!([{"name": DOOR, "port": 443}]);
    for kind in ["TLSRoute", "HTTPRoute"] {
        let route = objects.one(kind, SYSTEM, DOOR).expect("a route");
        assert_eq!(route["spec"]["rules"].as_array().map(Vec::len), Some(1));
        assert_eq!(route["spec"]["rules"][0]["backendRefs"], backend, "{kind}");
    }
    let policy = &objects.one("BackendTLSPolicy", SYSTEM, DOOR).expect("TLS behind the gateway")["spec"];
    assert_eq!(policy["validation"]["hostname"], "desk.example.test");
    assert_eq!(policy["validation"]["caCertificateRefs"][0]["name"], "internal-ca");
    let ingress = &objects.one("Ingress", SYSTEM, DOOR).expect("an ingress")["spec"];
    let paths = &ingress["rules"][0]["http"]["paths"];
    assert_eq!(paths[0]["backend"]["service"], json!({"name": DOOR, "port": {"name": "https"}}));
    let none = render(&json!({})).expect("it renders");
    for kind in [
        "TLSRoute",
        "HTTPRoute",
        "BackendTLSPolicy",
        "Ingress",
        "ServiceMonitor",
        "PrometheusRule",
        "CiliumNetworkPolicy",
    ] {
        assert!(none.of(kind).is_empty(), "{kind} is somebody's choice");
    }
}

#[test]
fn monitors_find_the_services_of_metrics() {
    let objects = render_full(&json!({})).expect("it renders");
    let monitors = objects.of("ServiceMonitor");
    assert_eq!(monitors.len(), 3);
    for monitor in monitors {
        assert_eq!(monitor["metadata"]["labels"]["release"], "prometheus");
        let wanted = monitor["spec"]["selector"]["matchLabels"].as_object().expect("labels");
        let fits = |service: &&Value| wanted.iter().all(|(key, value)| &service["metadata"]["labels"][key] == value);
        let found: Vec<&Value> = objects.of("Service").into_iter().filter(fits).collect();
        assert_eq!(found.len(), 1, "{monitor}");
        assert!(found[0]["metadata"]["name"].as_str().is_some_and(|name| name.ends_with("-metrics")));
    }
}

/// The names of metrics in a text: words that begin as all of ours do.
fn metrics(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("cobrowse_")).map(str::to_owned).collect()
}

/// Those that the programs register, as they are scraped: counters end in `_total`, histograms in three ways.
fn registered() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (file, prefix) in [
        ("../../session-api/src/admin/metrics.rs", "cobrowse"),
        ("../../operator/src/metrics.rs", "cobrowse"),
        ("../../egress-gateway/src/metrics.rs", "cobrowse_egress"),
    ] {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let quoted =
            text.split('"').skip(1).step_by(2).filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
        for name in quoted {
            for end in ["", "_total", "_bucket", "_sum", "_count", "_info"] {
                names.insert(format!("{prefix}_{name}{end}"));
            }
        }
    }
    names
}

#[test]
fn alerts_and_dashboard_speak_of_metrics_that_exist() {
    let registered = registered();
    for file in ["alerts.yaml", "dashboard.json"] {
        let text = std::fs::read_to_string(chart("cobrowse").join("files").join(file)).expect("the file is there");
        let named = metrics(&text);
        assert!(named.len() >= 4, "{file} names {named:?}");
        let unknown: Vec<&String> = named.difference(&registered).collect();
        assert!(unknown.is_empty(), "{file}: no program counts {unknown:?}");
    }
}

#[test]
fn every_alert_says_what_it_means_and_what_to_do() {
    let objects: Objects = render_full(&json!({})).expect("it renders");
    let rule = objects.one("PrometheusRule", SYSTEM, "cobrowse").expect("alerts");
    let groups = rule["spec"]["groups"].as_array().expect("groups");
    let alerts: Vec<&Value> = groups.iter().flat_map(|group| group["rules"].as_array().into_iter().flatten()).collect();
    assert!(alerts.len() >= 6, "{} alerts", alerts.len());
    for alert in alerts {
        assert!(alert["labels"]["severity"].is_string() && alert["for"].is_string(), "{alert}");
        for part in ["summary", "description"] {
            assert!(alert["annotations"][part].as_str().is_some_and(|text| text.len() > 20), "{alert}");
        }
    }
    let board = objects.one("ConfigMap", SYSTEM, "cobrowse-dashboard").expect("the dashboard");
    assert_eq!(board["metadata"]["labels"]["grafana_dashboard"], "1");
    let text = board["data"]["cobrowse.json"].as_str().expect("a file");
    let board: Value = serde_json::from_str(text).expect("JSON");
    assert!(board["panels"].as_array().is_some_and(|panels| panels.len() >= 6), "{text}");
}
