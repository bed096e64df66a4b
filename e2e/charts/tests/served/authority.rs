//! An authority of pods that Helm makes: once, whatever is upgraded, a second one beside it when it is asked for; and both outlive the
//! release, since pods that live know no other.

use crate::place::Place;
use cobrowse_charts::helm::helm;
use cobrowse_e2e::must;
use serde_json::{Value, json};

#[test]
fn an_authority_that_helm_makes_stays_the_same() {
    let place = Place::new("authority");
    let data = |name: &str| {
        let read = ["--namespace", &place.system, "get", "secret", name, "-o", "jsonpath={.data}"];
        must(&read, "").expect("the Secret is there")
    };
    let over = |first: &str, second: &str, log: &str| {
        let authority = json!({"source": "SelfMade", "existingSecret": first, "secondSecret": second});
        json!({"podAuthority": authority, "operator": {"log": log}, "uninstall": {"refuseWhileLive": false}})
    };
    let upgrade = |values: &Value| place.helm(&["upgrade"], values).expect("an upgrade");
    place.helm(&["install"], &over("one", "", "info")).expect("an installation");
    let one = data("one");
    assert!(one.contains("tls.crt") && one.contains("tls.key"), "{one}");
    upgrade(&over("one", "", "debug"));
    assert_eq!(data("one"), one, "an upgrade makes no other one");
    upgrade(&over("one", "two", "info"));
    let two = data("two");
    assert!(data("one") == one && two != one);
    // They change places, and then the old one is named no more.
    upgrade(&over("two", "one", "info"));
    assert!(data("one") == one && data("two") == two);
    upgrade(&over("two", "", "info"));
    assert!(data("one") == one && data("two") == two, "what was made is kept");
    helm(&["uninstall", "cobrowse", "--namespace", &place.system, "--no-hooks"], "").expect("it goes");
    assert!(data("one") == one && data("two") == two, "also when the release goes");
    for namespace in [&place.sessions, &place.system] {
        must(&["delete", "namespace", namespace, "--wait=false"], "").expect("the namespace goes");
    }
}
