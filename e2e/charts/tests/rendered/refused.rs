//! Values that are wrong, and the words in which the chart says so: the schema's for shapes and ranges, the chart's own for what must
//! be set and what does not go together.

use cobrowse_charts::helm::{SYSTEM, chart, helm, refusal};
use serde_json::{Value, json};

/// A mistake, and what the refusal must say, each part of it.
type Row = (Value, &'static [&'static str]);

fn check(rows: &[Row]) {
    let mut faults = Vec::new();
    for (values, expected) in rows {
        match refusal(values) {
            Ok(said) => {
                let missing: Vec<_> = expected.iter().filter(|part| !said.contains(**part)).collect();
                if !missing.is_empty() {
                    faults.push(format!("{values}: {missing:?} is not in\n{said}"));
                }
            }
            Err(error) => faults.push(format!("{error:#}")),
        }
    }
    assert!(faults.is_empty(), "{} of {} rows:\n{}", faults.len(), rows.len(), faults.join("\n"));
}

#[test]
fn what_must_be_said_is_asked_for_all_at_once() {
    let folder = chart("cobrowse");
    let error = helm(&["template", "cobrowse", &folder.to_string_lossy(), "--namespace", SYSTEM], "")
        .expect_err("nothing is said");
    let said = format!("{error:#}");
    for part in [
        "sessionApi.publicOrigin is empty: write the origin",
        "podAuthority.existingSecret is empty: name the Secret",
        "sessionApi.tls.existingSecret is empty: name the Secret",
        "sessionApi.keys.existingSecret is empty: name the Secret with pin.key and seal.key",
        "sessionApi.database.existingSecret is empty: name the Secret",
        "networkPolicy.apiServer.cidrs is empty: write what kubectl get endpointslices",
        "networkPolicy.database names no PostgreSQL: write its cidrs",
    ] {
        assert!(said.contains(part), "{part:?} is not in\n{said}");
    }
}

#[test]
fn what_does_not_go_together_is_refused_with_the_mend() {
    check(&[
        (
            json!({"sessions": {"namespace": SYSTEM}}),
            &["sessions.namespace is the release's namespace", "write another"],
        ),
        (
            json!({"crds": {"enabled": true}}),
            &["crds.enabled and pool.create", "install the chart cobrowse-crds first"],
        ),
        (json!({"pool": {"minWarm": 11}}), &["pool.minWarm is more than pool.maxWarm", "raise maxWarm"]),
        (json!({"pool": {"maxWarm": 51}}), &["pool.maxWarm is more than pool.maxTotal", "raise maxTotal"]),
        (
            json!({"sessionApi": {"maxSessions": 51}}),
            &["sessionApi.maxSessions is more than pool.maxTotal", "lower maxSessions"],
        ),
        (json!({"pool": {"spec": {"image": "x:1"}}}), &["pool.spec has image", "write it there"]),
        (json!({"pool": {"spec": {"minWarm": 3}}}), &["pool.spec has minWarm", "write it there"]),
        (
            json!({"operator": {"disruptionBudget": {"minAvailable": 2}}}),
            &["operator.disruptionBudget.minAvailable", "less than replicas"],
        ),
        (
            json!({"sessionApi": {"disruptionBudget": {"minAvailable": 3}}}),
            &["sessionApi.disruptionBudget.minAvailable", "less than"],
        ),
        (
            json!({"egressGateway": {"disruptionBudget": {"minAvailable": 2}}}),
            &["egressGateway.disruptionBudget.minAvailable", "less than replicas"],
        ),
        (
            json!({"egressGateway": {"podLabels": {"app.kubernetes.io/component": "x"}}}),
            &["podLabels has app.kubernetes.io/component", "take it away"],
        ),
        (
            json!({"operator": {"podLabels": {"app.kubernetes.io/name": "x"}}}),
            &["podLabels has app.kubernetes.io/name", "take it away"],
        ),
        (
            json!({"operator": {"extraEnv": [{"name": "POD_NAME", "value": "x"}]}}),
            &["operator.extraEnv has POD_NAME", "take it away"],
        ),
        (
            json!({"sessionApi": {"extraEnv": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}}),
            &["sessionApi.extraEnv has A twice"],
        ),
        (json!({"gateway": {"tlsRoute": {"enabled": true}}}), &["gateway.tlsRoute is without parentRefs or hostnames"]),
        (
            json!({"gateway": {"httpRoute": {"enabled": true, "parentRefs": [{"name": "edge"}]}}}),
            &["gateway.httpRoute is without parentRefs or hostnames"],
        ),
        (json!({"ingress": {"enabled": true}}), &["ingress.hostnames is empty"]),
        (json!({"test": {"enabled": true, "tenant": "northwind"}}), &["test.tenant or test.site is empty"]),
        (
            json!({"networkPolicy": {"monitoring": {"podLabels": {"a": "b"}}}}),
            &["networkPolicy.monitoring.podLabels is without namespaceLabels"],
        ),
        (
            json!({"networkPolicy": {"database": {"namespaceLabels": null, "cidrs": ["192.0.2.1/32"], "podLabels": {"a": "b"}}}}),
            &["networkPolicy.database.podLabels is without namespaceLabels"],
        ),
    ]);
}

#[test]
fn authorities_and_profiles_that_do_not_go_together_are_refused_with_the_mend() {
    check(&[
        (
            json!({"seccomp": {"namespace": SYSTEM}}),
            &["seccomp.namespace is the release's or the sessions'", "privileged"],
        ),
        (
            json!({"seccomp": {"namespace": "cobrowse-sessions"}}),
            &["seccomp.namespace is the release's or the sessions'"],
        ),
        (
            json!({"seccomp": {"localhostProfile": "operator/mine.json"}}),
            &["seccomp.localhostProfile is another", "leave it empty"],
        ),
        (
            json!({"podAuthority": {"secondSecret": "cobrowse-pod-authority"}}),
            &["podAuthority.secondSecret is the first one again", "take it away"],
        ),
        (
            json!({"podAuthority": {"issuerRef": {"name": "house"}}}),
            &["podAuthority.issuerRef is for source CertManager alone", "write that source"],
        ),
    ]);
}

#[test]
fn unknown_values_are_refused_wherever_they_stand() {
    check(&[
        (json!({"replicaCount": 3}), &["replicaCount"]),
        (json!({"operator": {"replica": 3}}), &["operator", "replica"]),
        (json!({"egressGateway": {"privateTarget": []}}), &["egressGateway", "privateTarget"]),
        (json!({"egressGateway": {"grantKey": {"secret": "x"}}}), &["/egressGateway/grantKey", "secret"]),
        (json!({"sessionApi": {"database": {"password": "x"}}}), &["/sessionApi/database", "password"]),
        (json!({"networkPolicy": {"apiServer": {"cidr": "x"}}}), &["/networkPolicy/apiServer", "cidr"]),
        (json!({"operator": {"resources": {"limits": {"gpu": 1}}}}), &["/operator/resources/limits", "gpu"]),
        (json!({"gateway": {"grpcRoute": {"enabled": true}}}), &["/gateway", "grpcRoute"]),
    ]);
}

#[test]
fn wrong_shapes_and_ranges_are_refused_where_they_stand() {
    check(&[
        (json!({"sessionApi": {"publicOrigin": "http://help.example.test"}}), &["/sessionApi/publicOrigin", "pattern"]),
        (json!({"sessionApi": {"publicOrigin": "https://help.example.test/path"}}), &["/sessionApi/publicOrigin"]),
        (json!({"operator": {"replicas": 0}}), &["/operator/replicas", "1"]),
        (json!({"operator": {"replicas": "2"}}), &["/operator/replicas", "integer"]),
        (json!({"sessionApi": {"maxSessions": 10001}}), &["/sessionApi/maxSessions", "10,000"]),
        (json!({"sessionApi": {"traces": "http://collector.example.test:4317"}}), &["/sessionApi/traces"]),
        (json!({"operator": {"traces": "http://collector.example.test:4317"}}), &["/operator/traces"]),
        (json!({"sessionApi": {"service": {"type": "ExternalName"}}}), &["/sessionApi/service/type", "LoadBalancer"]),
        (json!({"sessionApi": {"service": {"port": 70000}}}), &["/sessionApi/service/port"]),
        (json!({"sessionApi": {"tls": {"existingSecret": "Not_A_Name"}}}), &["/sessionApi/tls/existingSecret"]),
        (json!({"images": {"operator": {"tag": "latest"}}}), &["/images/operator/tag"]),
        (json!({"images": {"operator": {"digest": "sha256:12"}}}), &["/images/operator/digest"]),
        (json!({"images": {"browserPod": {"repository": "Upper/Case"}}}), &["/images/browserPod/repository"]),
        (
            json!({"images": {"sessionApi": {"pullPolicy": "Sometimes"}}}),
            &["/images/sessionApi/pullPolicy", "IfNotPresent"],
        ),
        (json!({"networkPolicy": {"apiServer": {"cidrs": ["192.0.2.1"]}}}), &["/networkPolicy/apiServer/cidrs/0"]),
        (json!({"networkPolicy": {"apiServer": {"ports": []}}}), &["/networkPolicy/apiServer/ports"]),
        (
            json!({"networkPolicy": {"dns": {"namespaceLabels": {"kubernetes.io/metadata.name": null}}}}),
            &["/networkPolicy/dns/namespaceLabels"],
        ),
        (json!({"sessions": {"namespace": "Sessions"}}), &["/sessions/namespace"]),
        (
            json!({"sessions": {"disruptionBudget": {"minAvailable": "50%"}}}),
            &["/sessions/disruptionBudget/minAvailable", "integer"],
        ),
        (json!({"sessions": {"quota": {"pods": 100}}}), &["/sessions/quota/pods", "string"]),
        (json!({"podAuthority": {"source": "Vault"}}), &["/podAuthority/source", "SelfMade"]),
        (json!({"pool": {"name": "a_b"}}), &["/pool/name"]),
        (json!({"pool": {"maxTotal": 20001}}), &["/pool/maxTotal", "20,000"]),
        (json!({"seccomp": {"installer": "daemonset"}}), &["/seccomp/installer", "DaemonSet"]),
        (json!({"seccomp": {"kubeletDir": "var/lib/kubelet"}}), &["/seccomp/kubeletDir"]),
        (json!({"seccomp": {"localhostProfile": "../escape.json"}}), &["/seccomp/localhostProfile"]),
        (json!({"seccomp": {"localhostProfile": "/absolute.json"}}), &["/seccomp/localhostProfile"]),
        (json!({"operator": {"spread": "Always"}}), &["/operator/spread", "DoNotSchedule"]),
        (json!({"operator": {"clusterRanges": ["10.0.0.0/33"]}}), &["/operator/clusterRanges/0"]),
        (json!({"operator": {"extraEnv": [{"value": "x"}]}}), &["/operator/extraEnv/0", "name"]),
        (
            json!({"operator": {"resources": {"requests": {"memory": "much"}}}}),
            &["/operator/resources/requests/memory"],
        ),
        (json!({"admission": {"breakGlassGroups": ["it's"]}}), &["/admission/breakGlassGroups/0"]),
        (json!({"monitoring": {"serviceMonitor": {"interval": "30"}}}), &["/monitoring/serviceMonitor/interval"]),
        (json!({"uninstall": {"timeoutSeconds": 5}}), &["/uninstall/timeoutSeconds"]),
        (json!({"ingress": {"hostnames": ["https://a.example"]}}), &["/ingress/hostnames/0"]),
        (json!({"extraObjects": [{"kind": "ConfigMap"}]}), &["/extraObjects/0", "apiVersion"]),
        (json!({"sessionApi": {"drainSeconds": -1}}), &["/sessionApi/drainSeconds"]),
        (
            json!({"egressGateway": {"privateTargets": ["wiki.example.test:443"]}}),
            &["/egressGateway/privateTargets/0", "pattern"],
        ),
        (
            json!({"egressGateway": {"privateTargets": ["wiki.example.test@10.1.2.0/0:443"]}}),
            &["/egressGateway/privateTargets/0"],
        ),
        (
            json!({"egressGateway": {"privateTargets": ["*.example.test@10.1.2.0/24:443"]}}),
            &["/egressGateway/privateTargets/0"],
        ),
        (json!({"egressGateway": {"sources": {"Europe": ["203.0.113.7"]}}}), &["invalid propertyName 'Europe'"]),
        (json!({"egressGateway": {"sources": {"europe": []}}}), &["/egressGateway/sources/europe"]),
        (json!({"egressGateway": {"sources": {"europe": ["203.0.113.0/24"]}}}), &["/egressGateway/sources/europe/0"]),
        (json!({"egressGateway": {"extraCertificates": "no certificate"}}), &["/egressGateway/extraCertificates"]),
        (json!({"egressGateway": {"drainSeconds": 3601}}), &["/egressGateway/drainSeconds", "3,600"]),
        (json!({"images": {"egressGateway": {"tag": "latest"}}}), &["/images/egressGateway/tag"]),
    ]);
}
