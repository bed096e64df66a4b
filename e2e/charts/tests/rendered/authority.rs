//! Where the pods' authority comes from: a Secret of one's own, one that Helm makes, or cert-manager; and a second one beside it. That
//! cert-manager takes its objects is not seen here: the tests' cluster has none.

use cobrowse_charts::helm::{SYSTEM, render, render_full};
use cobrowse_charts::objects::Objects;
use serde_json::{Value, json};

fn of(over: Value) -> Objects {
    render(&json!({ "podAuthority": over })).expect("it renders")
}

/// How many Secrets hold a certificate. Those that a program fills are empty, and of no type.
fn certified(objects: &Objects) -> usize {
    objects.of("Secret").iter().filter(|secret| secret["type"] == "kubernetes.io/tls").count()
}

/// Each file of a projected volume, and the Secret that it is of.
fn files(objects: &Objects, program: &str, volume: &str) -> Vec<String> {
    let deployment = objects.one("Deployment", SYSTEM, program).expect("a deployment");
    let volumes = deployment["spec"]["template"]["spec"]["volumes"].as_array().expect("volumes");
    let volume = volumes.iter().find(|found| found["name"] == volume).expect("the volume");
    let sources = volume["projected"]["sources"].as_array().expect("sources");
    let mut all = Vec::new();
    for secret in sources.iter().map(|source| &source["secret"]) {
        for item in secret["items"].as_array().into_iter().flatten() {
            let text = |value: &Value| value.as_str().expect("a text").to_owned();
            all.push(format!("{} {} {}", text(&secret["name"]), text(&item["key"]), text(&item["path"])));
        }
    }
    all
}

#[test]
fn both_programs_get_the_authority_and_a_second_one_only_where_there_is_one() {
    for source in ["Secret", "SelfMade", "CertManager"] {
        let one = of(json!({"source": source, "existingSecret": "one"}));
        assert_eq!(files(&one, "cobrowse-operator", "authority"), ["one tls.crt tls.crt", "one tls.key tls.key"]);
        let two = of(json!({"source": source, "existingSecret": "one", "secondSecret": "two"}));
        let second = ["two tls.crt second.crt", "two tls.key second.key"];
        assert_eq!(files(&two, "cobrowse-operator", "authority")[2..], second);
        let pods = [
            "one tls.crt pods.crt",
            "one tls.key pods.key",
            "two tls.crt pods-second.crt",
            "two tls.key pods-second.key",
        ];
        assert_eq!(files(&two, "cobrowse-session-api", "keys")[2..], pods);
    }
}

#[test]
fn of_a_secret_of_ones_own_nothing_is_made() {
    let own = render_full(&json!({})).expect("it renders");
    assert!(certified(&own) == 0 && own.of("Certificate").is_empty());
}

#[test]
fn helm_makes_an_authority_that_outlives_the_release() {
    let objects = of(json!({"source": "SelfMade", "existingSecret": "", "secondSecret": "two"}));
    assert_eq!(certified(&objects), 2);
    for name in ["cobrowse-pod-authority", "two"] {
        let secret = objects.one("Secret", SYSTEM, name).expect("a Secret");
        assert_eq!(secret["metadata"]["annotations"]["helm.sh/resource-policy"], "keep");
        assert_eq!(secret["type"], "kubernetes.io/tls");
        let begins = |key: &str, words: &str| secret["data"][key].as_str().is_some_and(|text| text.starts_with(words));
        // "-----BEGIN CERTIFICATE" and "-----BEGIN EC PRIVATE KEY".
        assert!(begins("tls.crt", "LS0tLS1CRUdJTiBDRVJUSUZJQ0FUR"), "{secret}");
        assert!(begins("tls.key", "LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFW"), "{secret}");
    }
}

#[test]
fn cert_manager_is_asked_for_an_authority_whose_renewal_keeps_the_key() {
    let objects = of(json!({"source": "CertManager", "existingSecret": "", "secondSecret": "two"}));
    for name in ["cobrowse-pod-authority", "two"] {
        let spec = &objects.one("Certificate", SYSTEM, name).expect("a Certificate")["spec"];
        assert_eq!(
            (&spec["isCA"], &spec["secretName"], &spec["commonName"]),
            (&json!(true), &json!(name), &json!(name))
        );
        let key = &spec["privateKey"];
        assert_eq!(
            (&key["algorithm"], &key["size"], &key["rotationPolicy"]),
            (&json!("ECDSA"), &json!(256), &json!("Never"))
        );
        assert_eq!(spec["issuerRef"], json!({"name": name, "kind": "Issuer", "group": "cert-manager.io"}));
        assert_eq!(objects.one("Issuer", SYSTEM, name).expect("an Issuer")["spec"], json!({"selfSigned": {}}));
    }
    let issuer = json!({"name": "house", "kind": "ClusterIssuer", "group": "cert-manager.io"});
    let objects = of(json!({"source": "CertManager", "issuerRef": issuer}));
    assert!(objects.of("Issuer").is_empty());
    assert_eq!(objects.of("Certificate")[0]["spec"]["issuerRef"], issuer);
}
